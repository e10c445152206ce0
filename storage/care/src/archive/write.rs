//! Writing an archive: under another name until all of it is durable, so that what broke off is
//! never taken for a backup.

use super::digest::Digest;
use super::index::{BlobEntry, EntityEntry, Place};
use super::item::Item;
use super::line::LineWriter;
use super::manifest::{Counts, FileEntry, Heading, Manifest, Needed, Unread};
use super::read::Archive;
use super::segment::SegmentWriter;
use super::{BLOBS, ENTITIES, FORMAT, MANIFEST, MANIFEST_DIGEST, UNFINISHED};
use crate::error::CareError;
use igny8_protocol_ids::EntityKey;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A segment ends after this, so that no file grows without bound.
const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Things that could not be read and are named; more would fill the memory with a broken store.
const UNREAD_MAX: usize = 10_000;
/// Locked while an archive is written.
const LOCK: &str = "writing.lock";

/// An archive under way.
pub(crate) struct ArchiveWriter {
    target: PathBuf,
    unfinished: PathBuf,
    lock: File,
    heading: Heading,
    segment: Option<SegmentWriter>,
    segments: Vec<FileEntry>,
    entities: LineWriter,
    blobs: LineWriter,
    needs: BTreeMap<Digest, PathBuf>,
    unread: Vec<Unread>,
    moving: Vec<EntityKey>,
    pub(crate) counts: Counts,
}

impl ArchiveWriter {
    /// Begins an archive in a folder that is not there yet. What an earlier attempt left is removed.
    pub(crate) fn create(target: &Path, heading: Heading) -> Result<Self, CareError> {
        if target.symlink_metadata().is_ok() {
            let there = target.display();
            return Err(CareError::Refused(format!("{there} is there already: choose a new name")));
        }
        let mut name = target.as_os_str().to_owned();
        name.push(UNFINISHED);
        let unfinished = PathBuf::from(name);
        clear(&unfinished)?;
        std::fs::create_dir_all(&unfinished).map_err(CareError::file(&unfinished))?;
        let lock_path = unfinished.join(LOCK);
        let lock = File::create(&lock_path).map_err(CareError::file(&lock_path))?;
        lock.try_lock().map_err(|error| CareError::file(&lock_path)(error.into()))?;
        Ok(Self {
            target: target.to_owned(),
            lock,
            heading,
            segment: None,
            segments: Vec::new(),
            entities: LineWriter::create(unfinished.join(ENTITIES))?,
            blobs: LineWriter::create(unfinished.join(BLOBS))?,
            needs: BTreeMap::new(),
            unread: Vec::new(),
            moving: Vec::new(),
            counts: Counts::default(),
            unfinished,
        })
    }

    /// Writes an item.
    pub(crate) fn put(&mut self, item: &Item) -> Result<Place, CareError> {
        let content = item.encode();
        let mut segment = match self.segment.take() {
            Some(segment) => segment,
            None => {
                let number = u32::try_from(self.segments.len() + 1)
                    .expect("four thousand million segments fit no disk");
                SegmentWriter::create(&self.unfinished, number)?
            }
        };
        let offset = segment.push(item.kind(), &content)?;
        let place = Place { archive: None, segment: segment.number, offset };
        self.counts.bytes += content.len() as u64;
        match segment.bytes < SEGMENT_BYTES {
            true => self.segment = Some(segment),
            false => self.end_segment(segment)?,
        }
        Ok(place)
    }

    fn end_segment(&mut self, segment: SegmentWriter) -> Result<(), CareError> {
        let entry = segment.finish()?;
        self.counts.bytes_stored += entry.bytes;
        self.segments.push(entry);
        Ok(())
    }

    /// Enters an entity, wherever it lies.
    pub(crate) fn enter(&mut self, entry: &EntityEntry) -> Result<(), CareError> {
        self.counts.entities += 1;
        self.counts.entities_unchanged += u64::from(entry.place.archive.is_some());
        self.counts.records += entry.records;
        self.counts.appends += entry.appends;
        self.entities.push(entry)
    }

    /// Enters a blob, wherever it lies.
    pub(crate) fn enter_blob(&mut self, entry: &BlobEntry) -> Result<(), CareError> {
        self.counts.blobs += 1;
        self.counts.blobs_unchanged += u64::from(entry.place.archive.is_some());
        self.blobs.push(entry)
    }

    /// Notes that something of it lies in another archive.
    pub(crate) fn need(&mut self, place: Place, parent: &Archive) {
        if let Some(id) = place.archive {
            self.needs.entry(id).or_insert_with(|| parent.folder_of(id).to_owned());
        }
    }

    /// Notes something that could not be read.
    pub(crate) fn unread(&mut self, what: String, reason: String) {
        if self.unread.len() < UNREAD_MAX {
            self.unread.push(Unread { what, reason });
        }
    }

    /// Notes an entity that moved on whenever its tenant's others were read.
    pub(crate) fn moving(&mut self, entity: EntityKey) {
        if self.moving.len() < UNREAD_MAX {
            self.moving.push(entity);
        }
    }

    /// Makes all of it durable and gives it its name.
    pub(crate) fn finish(mut self, parent: Option<Digest>) -> Result<Manifest, CareError> {
        if let Some(segment) = self.segment.take() {
            self.end_segment(segment)?;
        }
        let needs = self.needs.into_iter().map(|(id, path)| Needed { id, path });
        let manifest = Manifest {
            format: FORMAT,
            written_by: format!("igny8 {}", env!("CARGO_PKG_VERSION")),
            kind: self.heading.kind,
            at: self.heading.at,
            complete: self.unread.is_empty(),
            counts: self.counts,
            unread: self.unread,
            moving: self.moving,
            parent,
            needs: needs.collect(),
            entities: self.entities.finish()?,
            blobs: self.blobs.finish()?,
            segments: self.segments,
        };
        let mut text = serde_json::to_vec_pretty(&manifest).expect("a manifest is plain data");
        text.push(b'\n');
        write_file(&self.unfinished.join(MANIFEST), &text)?;
        let digest = format!("{}\n", Digest::of(&text));
        write_file(&self.unfinished.join(MANIFEST_DIGEST), digest.as_bytes())?;
        let lock_path = self.unfinished.join(LOCK);
        std::fs::remove_file(&lock_path).map_err(CareError::file(&lock_path))?;
        sync_folder(&self.unfinished)?;
        std::fs::rename(&self.unfinished, &self.target).map_err(CareError::file(&self.target))?;
        drop(self.lock);
        // The new name is durable with the folder that holds it.
        sync_folder(parent_folder(&self.target))?;
        Ok(manifest)
    }
}

/// Removes what an earlier attempt left, unless it is still under way.
fn clear(unfinished: &Path) -> Result<(), CareError> {
    if !unfinished.is_dir() {
        return Ok(());
    }
    if let Ok(lock) = File::open(unfinished.join(LOCK))
        && lock.try_lock().is_err()
    {
        let message = format!("{} is being written by another process", unfinished.display());
        return Err(CareError::Refused(message));
    }
    std::fs::remove_dir_all(unfinished).map_err(CareError::file(unfinished))
}

fn write_file(path: &Path, content: &[u8]) -> Result<(), CareError> {
    let written = File::create_new(path).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()
    });
    written.map_err(CareError::file(path))
}

fn sync_folder(folder: &Path) -> Result<(), CareError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(CareError::file(folder))
}

fn parent_folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
