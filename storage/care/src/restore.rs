//! A restore: an archive becomes a store again.
//!
//! A claim marks the store as long as the restore is under way, so that one that broke off can go
//! on, and is not taken for a store.

use crate::archive::{Archive, ArchiveId, Digest, EntityEntry, Item, image_digest};
use crate::error::CareError;
use crate::progress::{Progress, Step, Teller};
use crate::retry::retry;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Timestamp};
use igny8_storage_api::{ClaimOutcome, CommitOutcome, EntityImage, Store};
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// The claim that marks an unfinished restore; its value is the archive's id.
const MARK: &str = "igny8:restore";

/// What a restore or an import has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// Entities that are there now.
    pub entities: u64,
    /// Of those, how many were there already: from an earlier attempt.
    pub entities_unchanged: u64,
    /// Accounts that the store has already, and keeps as they are. Only an import meets any.
    pub accounts_kept: u64,
    /// Blobs.
    pub blobs: u64,
    /// Claims.
    pub claims: u64,
    /// Entries of logs.
    pub log_entries: u64,
}

/// The archive whose restore into this store broke off. Such a store must not be used.
pub async fn unfinished_restore(store: &dyn Store) -> Result<Option<ArchiveId>, CareError> {
    let mark = retry(|| store.claimed(MARK)).await;
    let mark = mark.map_err(CareError::store("the mark of a restore cannot be read"))?;
    Ok(mark.and_then(|id| id.as_ref().try_into().ok()).map(Digest))
}

/// Fills an empty store from an archive of a whole one. Every file of the archive, and of those
/// that it needs, is compared with its hash first. After a break the same call goes on.
pub async fn restore(
    store: &dyn Store,
    archive: &Archive,
    now: Timestamp,
    mut progress: impl FnMut(&Progress) -> ControlFlow<()> + Send,
) -> Result<Restored, CareError> {
    archive.expect_store()?;
    let mut filler = Filler::new(store, archive, Teller::new(&mut progress));
    archive.check_with(&mut filler.teller)?;
    expect_empty(store, archive).await?;
    filler.mark(MARK).await?;
    filler.fill(now, |_| false).await?;
    filler.unmark(MARK).await?;
    Ok(filler.done)
}

/// Refuses a store that holds anything but the beginning of the same restore.
async fn expect_empty(store: &dyn Store, archive: &Archive) -> Result<(), CareError> {
    match unfinished_restore(store).await? {
        Some(id) if id == archive.id() => return Ok(()),
        Some(other) => {
            let message = format!(
                "the restore of another archive ({other}) into this store broke off: go on with \
                 that one, or empty the store"
            );
            return Err(CareError::Refused(message));
        }
        None => {}
    }
    let entity = retry(|| store.entities(None, 1)).await;
    let entity = entity.map_err(CareError::store("the entities cannot be listed"))?;
    let claim = retry(|| store.claims(None, 1)).await;
    let claim = claim.map_err(CareError::store("the claims cannot be listed"))?;
    let found = match (entity.first(), claim.first()) {
        (Some(entity), _) => format!("the entity {entity}"),
        (None, Some((name, _))) => format!("the claim {name:?}"),
        (None, None) => return Ok(()),
    };
    Err(CareError::Refused(format!(
        "the store is not empty (it holds {found}): a restore needs an empty one"
    )))
}

/// Puts what is in an archive into a store. Everything may be repeated.
pub(crate) struct Filler<'a> {
    store: &'a dyn Store,
    archive: &'a Archive,
    pub(crate) teller: Teller<'a>,
    pub(crate) done: Restored,
}

impl<'a> Filler<'a> {
    pub(crate) fn new(store: &'a dyn Store, archive: &'a Archive, teller: Teller<'a>) -> Self {
        Self { store, archive, teller, done: Restored::default() }
    }

    fn id_bytes(&self) -> Bytes {
        Bytes::copy_from_slice(&self.archive.id().0)
    }

    /// Marks the store as being filled from this archive.
    pub(crate) async fn mark(&self, name: &str) -> Result<(), CareError> {
        let marked = retry(|| self.store.claim(name, self.id_bytes())).await;
        match marked.map_err(CareError::store("the store cannot be marked"))? {
            ClaimOutcome::Claimed => Ok(()),
            ClaimOutcome::Held(_) => {
                Err(CareError::Refused("the store is being filled from another archive".into()))
            }
        }
    }

    /// Says that all of it is there.
    pub(crate) async fn unmark(&self, name: &str) -> Result<(), CareError> {
        let released = retry(|| self.store.release_claim(name, self.id_bytes())).await;
        released.map(drop).map_err(CareError::store("the mark cannot be removed"))
    }

    /// Blobs before the entities that name them; claims last, when what they stand for is there.
    /// `keeps` says which entities stay as they are if the store has them already.
    pub(crate) async fn fill(
        &mut self,
        now: Timestamp,
        keeps: impl Fn(&EntityKey) -> bool,
    ) -> Result<(), CareError> {
        self.teller.now.entities_total = Some(self.archive.entities().len() as u64);
        self.teller.begin(Step::Blobs)?;
        for entry in self.archive.blobs() {
            let (tenant, hash) = entry.key();
            let Item::Blob(owner, bytes) = self.archive.read(entry.place)? else {
                return Err(self.misplaced(format!("blob {}", entry.hash)));
            };
            let put = retry(|| self.store.put_blob(tenant, bytes.clone(), now)).await;
            let put = put.map_err(CareError::store(format!("blob {}", entry.hash)))?;
            if (owner, put) != (tenant, hash) {
                return Err(self.misplaced(format!("blob {}", entry.hash)));
            }
            self.done.blobs += 1;
            self.teller.now.blobs += 1;
            self.teller.now.bytes += bytes.len() as u64;
            self.teller.tell()?;
        }
        self.teller.begin(Step::Entities)?;
        for entry in self.archive.entities() {
            self.entity(entry, &keeps).await?;
            self.teller.now.entities += 1;
            self.teller.tell()?;
        }
        self.rows().await
    }

    async fn entity(
        &mut self,
        entry: &EntityEntry,
        keeps: impl Fn(&EntityKey) -> bool,
    ) -> Result<(), CareError> {
        let Item::Entity(entity, image) = self.archive.read(entry.place)? else {
            return Err(self.misplaced(entry.entity.to_string()));
        };
        if entity != entry.entity || image_digest(&image) != entry.image {
            return Err(self.misplaced(entry.entity.to_string()));
        }
        let restored = retry(|| self.store.restore(&entity, image.clone())).await;
        match restored.map_err(CareError::store(entity.to_string()))? {
            CommitOutcome::Applied(_) => {}
            CommitOutcome::Fenced(_) if self.is_there(&entity, &image).await? => {
                self.done.entities_unchanged += 1;
                self.teller.now.entities_unchanged += 1;
            }
            CommitOutcome::Fenced(_) if keeps(&entity) => {
                self.done.accounts_kept += 1;
                return Ok(());
            }
            CommitOutcome::Fenced(_) => {
                let message = format!("{entity} is in the store already, and is not the same");
                return Err(CareError::Refused(message));
            }
        }
        self.done.entities += 1;
        Ok(())
    }

    async fn is_there(&self, entity: &EntityKey, image: &EntityImage) -> Result<bool, CareError> {
        let there = retry(|| self.store.image(entity)).await;
        let there = there.map_err(CareError::store(entity.to_string()))?;
        Ok(there.is_some_and(|there| image_digest(&there) == image_digest(image)))
    }

    /// Logs and claims: they lie in the archive itself.
    async fn rows(&mut self) -> Result<(), CareError> {
        self.teller.begin(Step::Logs)?;
        let mut claims = Vec::new();
        for item in self.archive.own_items() {
            match item? {
                Item::Log(log, entries) => {
                    self.done.log_entries += entries.len() as u64;
                    let appended = retry(|| self.store.append_log(&log, entries.clone())).await;
                    appended.map_err(CareError::store(format!("the log {:?}", log.stream)))?;
                    self.teller.tell()?;
                }
                Item::Claims(more) => claims.extend(more),
                Item::Entity(..) | Item::Blob(..) => {}
            }
        }
        self.teller.begin(Step::Claims)?;
        for (name, value) in claims.into_iter().filter(|(name, _)| !is_mark(name)) {
            let claimed = retry(|| self.store.claim(&name, value.clone())).await;
            match claimed.map_err(CareError::store(format!("the claim {name:?}")))? {
                ClaimOutcome::Claimed => self.done.claims += 1,
                ClaimOutcome::Held(_) => {
                    let message = format!("{name:?} is claimed in the store by somebody else");
                    return Err(CareError::Refused(message));
                }
            }
            self.teller.tell()?;
        }
        Ok(())
    }

    fn misplaced(&self, what: String) -> CareError {
        CareError::damaged(self.archive.folder(), format!("{what} does not lie where it should"))
    }
}

/// A mark of ours is not part of what is stored.
fn is_mark(name: &str) -> bool {
    name == MARK || name.starts_with(crate::tenant::MARK)
}
