//! Reading an archive and those in which some of it lies.

use super::digest::{ArchiveId, Digest};
use super::index::{BlobEntry, EntityEntry, Place};
use super::item::Item;
use super::line::read_lines;
use super::manifest::{ArchiveKind, Manifest, Needed};
use super::segment::{SegmentReader, check_file, segment_name};
use super::{FORMAT, MANIFEST, MANIFEST_DIGEST, UNFINISHED};
use crate::error::CareError;
use crate::progress::{Hear, Step, Teller};
use igny8_protocol_ids::{EntityKey, TenantId};
use igny8_storage_api::BlobHash;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// An archive whose manifest and index have been read.
#[derive(Debug)]
pub struct Archive {
    folder: PathBuf,
    id: ArchiveId,
    manifest: Manifest,
    entities: BTreeMap<EntityKey, EntityEntry>,
    blobs: BTreeMap<(TenantId, BlobHash), BlobEntry>,
    /// Where the archives are in which some of it lies.
    others: BTreeMap<ArchiveId, (PathBuf, Manifest)>,
}

impl Archive {
    /// Reads what an archive says of itself, and finds those that it needs: where they were, or
    /// beside it.
    pub fn open(folder: &Path) -> Result<Self, CareError> {
        // A child keeps this path, whatever folder it is made from.
        let folder = &std::path::absolute(folder).map_err(CareError::file(folder))?;
        let (id, manifest) = read_manifest(folder)?;
        let (mut entities, mut blobs) = (BTreeMap::new(), BTreeMap::new());
        read_lines(folder, &manifest.entities, |entry: EntityEntry| {
            entities.insert(entry.entity, entry);
        })?;
        read_lines(folder, &manifest.blobs, |entry: BlobEntry| {
            blobs.insert(entry.key(), entry);
        })?;
        let mut others = BTreeMap::new();
        for needed in &manifest.needs {
            others.insert(needed.id, find(needed, folder)?);
        }
        Ok(Self { folder: folder.clone(), id, manifest, entities, blobs, others })
    }

    /// The hash of its manifest.
    pub const fn id(&self) -> ArchiveId {
        self.id
    }

    /// What it says of itself.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its entities, in the order of their keys.
    pub fn entities(&self) -> impl ExactSizeIterator<Item = &EntityEntry> {
        self.entities.values()
    }

    pub(crate) fn entity(&self, entity: &EntityKey) -> Option<&EntityEntry> {
        self.entities.get(entity)
    }

    pub(crate) fn blobs(&self) -> impl ExactSizeIterator<Item = &BlobEntry> {
        self.blobs.values()
    }

    pub(crate) fn blob(&self, tenant: TenantId, hash: BlobHash) -> Option<&BlobEntry> {
        self.blobs.get(&(tenant, hash))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of an archive in which some of this one lies, or of this one.
    pub(super) fn folder_of(&self, id: ArchiveId) -> &Path {
        self.others.get(&id).map_or(&self.folder, |(folder, _)| folder)
    }

    /// Refuses an archive of another kind than a whole store.
    pub(crate) fn expect_store(&self) -> Result<(), CareError> {
        match self.manifest.kind {
            ArchiveKind::Store => Ok(()),
            ArchiveKind::Tenant(tenant) => Err(CareError::Refused(format!(
                "{} holds one tenant ({tenant}), not a store: import it",
                self.folder.display()
            ))),
        }
    }

    /// Compares every file, here and in the archives that are needed, with its hash. An archive
    /// that passes is whole.
    pub fn check(
        &self,
        mut progress: impl FnMut(&crate::Progress) -> std::ops::ControlFlow<()> + Send,
    ) -> Result<(), CareError> {
        self.check_with(&mut Teller::new(&mut progress as Hear<'_>))
    }

    pub(crate) fn check_with(&self, teller: &mut Teller<'_>) -> Result<(), CareError> {
        teller.begin(Step::Check)?;
        let own = std::iter::once((&self.folder, &self.manifest));
        let others = self.others.values().map(|(folder, manifest)| (folder, manifest));
        for (folder, manifest) in own.chain(others) {
            for segment in &manifest.segments {
                check_file(folder, segment, |bytes| {
                    teller.now.bytes += bytes;
                    teller.tell()
                })?;
            }
        }
        teller.now.bytes = 0;
        Ok(())
    }

    /// What lies at a place.
    pub(crate) fn read(&self, place: Place) -> Result<Item, CareError> {
        let folder = place.archive.map_or(self.folder.as_path(), |id| self.folder_of(id));
        let mut segment = SegmentReader::open(folder.join(segment_name(place.segment)))?;
        Ok(segment.read(place.offset)?.0)
    }

    /// Everything that lies in this archive itself, in the order in which it was written.
    pub(crate) fn own_items(&self) -> impl Iterator<Item = Result<Item, CareError>> {
        self.manifest.segments.iter().flat_map(|segment| {
            let opened = SegmentReader::open(self.folder.join(&segment.name));
            let (reader, failure) = match opened {
                Ok(reader) => (Some(reader), None),
                Err(error) => (None, Some(error)),
            };
            failure.map(Err).into_iter().chain(Records { reader, offset: 0 })
        })
    }
}

/// The records of a segment, to its end or to the first that cannot be read.
struct Records {
    reader: Option<SegmentReader>,
    offset: u64,
}

impl Iterator for Records {
    type Item = Result<Item, CareError>;

    fn next(&mut self) -> Option<Self::Item> {
        let reader = self.reader.as_mut().filter(|reader| self.offset < reader.length())?;
        match reader.read(self.offset) {
            Ok((item, next)) => {
                self.offset = next;
                Some(Ok(item))
            }
            Err(error) => {
                self.reader = None;
                Some(Err(error))
            }
        }
    }
}

fn read_manifest(folder: &Path) -> Result<(ArchiveId, Manifest), CareError> {
    if folder.to_string_lossy().trim_end_matches('/').ends_with(UNFINISHED) {
        return Err(CareError::damaged(folder, "its making broke off, so it is no archive"));
    }
    let path = folder.join(MANIFEST);
    let text = std::fs::read(&path).map_err(CareError::file(&path))?;
    let digest_path = folder.join(MANIFEST_DIGEST);
    let digest = std::fs::read_to_string(&digest_path).map_err(CareError::file(&digest_path))?;
    let id = Digest::of(&text);
    if Digest::parse(&digest) != Some(id) {
        return Err(CareError::damaged(&path, "it is not what its hash says"));
    }
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| CareError::damaged(&path, format!("it cannot be read: {error}")))?;
    if manifest.format > FORMAT {
        let message = format!("it has format {}, this version reads {FORMAT}", manifest.format);
        return Err(CareError::damaged(&path, message));
    }
    Ok((id, manifest))
}

/// An archive that is needed: where it was, or else beside the one that needs it.
fn find(needed: &Needed, from: &Path) -> Result<(PathBuf, Manifest), CareError> {
    let beside = from.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned));
    let siblings = beside.and_then(|folder| std::fs::read_dir(folder).ok());
    let siblings = siblings.into_iter().flatten().flatten().map(|entry| entry.path());
    std::iter::once(needed.path.clone())
        .chain(siblings)
        .find_map(|folder| {
            let (id, manifest) = read_manifest(&folder).ok()?;
            (id == needed.id).then_some((folder, manifest))
        })
        .ok_or_else(|| {
            let (id, path) = (needed.id, needed.path.display());
            let message = format!(
                "some of it lies in the archive {id}, which was in {path} and is neither there \
                 nor beside this one"
            );
            CareError::damaged(from, message)
        })
}
