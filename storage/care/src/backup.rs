//! A backup: everything but the membership of nodes, while the store is in use.
//!
//! Each entity is seen at one moment. A tenant and its sites pass credits to each other, so they
//! are read until all of them are seen at *one* moment; a tenant in which work never rests for that
//! long is named. Documents follow: a run that its site calls unfinished is resumed, whatever its
//! document has already. Accounts follow, and claims come last: a name is claimed before what it
//! stands for is committed.

use crate::archive::{
    Archive, ArchiveKind, ArchiveWriter, BlobEntry, Digest, EntityEntry, Heading, Item, Manifest,
    Place, encode_image, rest_digest,
};
use crate::error::CareError;
use crate::progress::{Hear, Progress, Step, Teller};
use crate::retry::retry;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, EntityKind, Scope, TenantId, Timestamp};
use igny8_storage_api::{
    BlobHash, EntityImage, LogKey, LogPosition, LogRange, Record, Store, StoreError, limits,
};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// Keys listed at a time.
const PAGE: usize = 500;
/// Times that an entity is read anew because a blob that it named is gone: it has moved on.
const IMAGES_MAX: u32 = 3;
/// Times that a tenant and its sites are looked at to see them at one moment. Each further look
/// reads only what has changed, so it is short.
const ROUNDS_MAX: u32 = 12;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Clocks of writers may be ahead of ours by so much.
pub(crate) const CLOCK_AHEAD: Duration = DAY;

/// How a backup is made.
#[derive(Clone, Copy, Debug)]
pub struct BackupOptions<'a> {
    /// The folder of the archive. It must not be there yet.
    pub out: &'a Path,
    /// An earlier archive: what has not changed since is not written again.
    pub parent: Option<&'a Path>,
    /// Now.
    pub now: Timestamp,
    /// How far back logs are read.
    pub log_days: u32,
}

/// Writes everything that the store holds into an archive. What could not be read is named in the
/// manifest, which then says that it is not complete. An error means that no archive was made.
pub async fn backup(
    store: &dyn Store,
    options: BackupOptions<'_>,
    mut progress: impl FnMut(&Progress) -> ControlFlow<()> + Send,
) -> Result<Manifest, CareError> {
    let parent = options.parent.map(Archive::open).transpose()?;
    parent.as_ref().map(Archive::expect_store).transpose()?;
    let heading = Heading { kind: ArchiveKind::Store, at: options.now };
    let writer = ArchiveWriter::create(options.out, heading)?;
    let mut keeper = Keeper::new(store, writer, parent, &mut progress);
    keeper.teller.begin(Step::Entities)?;
    let mut scopes = entities_by_scope(store).await?;
    let accounts = scopes.remove(&Scope::Platform).unwrap_or_default();
    for entities in scopes.values() {
        keeper.entities(entities).await?;
    }
    keeper.entities(&accounts).await?;
    for scope in scopes.keys() {
        if let Scope::Tenant(tenant) = scope {
            keeper.tenant(*tenant, options.now, options.log_days).await?;
        }
    }
    keeper.all_claims().await?;
    keeper.finish()
}

/// All keys, tenant by tenant: a backend's own order may mix them.
async fn entities_by_scope(
    store: &dyn Store,
) -> Result<BTreeMap<Scope, Vec<EntityKey>>, CareError> {
    let (mut scopes, mut after) = (BTreeMap::<Scope, Vec<EntityKey>>::new(), None);
    loop {
        let page = retry(|| store.entities(after, PAGE)).await;
        let page = page.map_err(CareError::store("the entities cannot be listed"))?;
        let Some(last) = page.last() else { return Ok(scopes) };
        after = Some(*last);
        for entity in page {
            scopes.entry(entity.scope).or_default().push(entity);
        }
    }
}

/// Puts what is read from a store into an archive.
pub(crate) struct Keeper<'a> {
    store: &'a dyn Store,
    pub(crate) writer: ArchiveWriter,
    parent: Option<Archive>,
    pub(crate) teller: Teller<'a>,
    blobs: HashSet<(TenantId, BlobHash)>,
}

impl<'a> Keeper<'a> {
    pub(crate) fn new(
        store: &'a dyn Store,
        writer: ArchiveWriter,
        parent: Option<Archive>,
        hear: Hear<'a>,
    ) -> Self {
        Self { store, writer, parent, teller: Teller::new(hear), blobs: HashSet::new() }
    }

    pub(crate) fn finish(self) -> Result<Manifest, CareError> {
        self.writer.finish(self.parent.map(|parent| parent.id()))
    }

    /// Keeps entities of one scope.
    pub(crate) async fn entities(&mut self, entities: &[EntityKey]) -> Result<(), CareError> {
        let passes_credits =
            |entity: &EntityKey| matches!(entity.kind, EntityKind::Tenant | EntityKind::Site);
        let (together, apart): (Vec<EntityKey>, Vec<EntityKey>) =
            entities.iter().partition(|entity| passes_credits(entity));
        self.at_one_moment(together).await?;
        for entity in apart {
            if let Some(entry) = self.entity(entity).await? {
                self.writer.enter(&entry)?;
                self.teller.now.entities_unchanged += u64::from(entry.place.archive.is_some());
            }
            self.teller.now.entities += 1;
            self.teller.tell()?;
        }
        Ok(())
    }

    /// Keeps entities as they were at one moment: those that moved on while the others were read
    /// are read again, until none did.
    async fn at_one_moment(&mut self, entities: Vec<EntityKey>) -> Result<(), CareError> {
        let (mut entries, mut due) = (BTreeMap::new(), entities);
        for _ in 0..ROUNDS_MAX {
            for entity in std::mem::take(&mut due) {
                entries.insert(entity, self.entity(entity).await?);
                self.teller.tell()?;
            }
            let store = self.store;
            for (entity, entry) in &entries {
                let Some(entry) = entry else { continue };
                let head = retry(|| store.head(entity)).await;
                let head = head.map_err(CareError::store(entity.to_string()))?;
                if !head.is_some_and(|head| entry.is_at(&head)) {
                    due.push(*entity);
                }
            }
            if due.is_empty() {
                break;
            }
        }
        if let Some(entity) = due.first() {
            self.writer.moving(*entity);
        }
        self.teller.now.entities += entries.len() as u64;
        for entry in entries.values().flatten() {
            self.writer.enter(entry)?;
            self.teller.now.entities_unchanged += u64::from(entry.place.archive.is_some());
        }
        Ok(())
    }

    /// Keeps an entity; `None` if it is not there, or cannot be read, which is noted.
    async fn entity(&mut self, entity: EntityKey) -> Result<Option<EntityEntry>, CareError> {
        match self.try_entity(entity).await? {
            Ok(entry) => Ok(entry),
            Err(error) => self.unreadable(entity.to_string(), error).map(|()| None),
        }
    }

    /// The inner error is the store's: it may concern this entity alone.
    async fn try_entity(
        &mut self,
        entity: EntityKey,
    ) -> Result<Result<Option<EntityEntry>, StoreError>, CareError> {
        match self.unchanged(&entity).await {
            Ok(Some(entry)) => return self.refer(&entry).map(|entry| Ok(Some(entry))),
            Ok(None) => {}
            Err(error) => return Ok(Err(error)),
        }
        for attempt in 1..=IMAGES_MAX {
            let image = match retry(|| self.store.image(&entity)).await {
                Ok(Some(image)) => image,
                Ok(None) => return Ok(Ok(None)),
                Err(error) => return Ok(Err(error)),
            };
            let named = named_blobs(&entity, &image.loaded.records);
            let is_last = attempt == IMAGES_MAX;
            if self.keep_blobs(&named, is_last).await? || is_last {
                return self.write(entity, image, &named).map(|entry| Ok(Some(entry)));
            }
        }
        Ok(Ok(None))
    }

    fn write(
        &mut self,
        entity: EntityKey,
        image: EntityImage,
        named: &[(TenantId, BlobHash)],
    ) -> Result<EntityEntry, CareError> {
        let head = image.loaded.head;
        let encoded = encode_image(&image);
        let mut entry = EntityEntry {
            entity,
            epoch: head.epoch,
            sequence: head.sequence,
            chain: Digest(head.chain),
            commit_id: format!("{:032x}", head.commit_id.0),
            rest: rest_digest(&image.appends, image.wake),
            image: Digest::of(&encoded),
            records: image.loaded.records.len() as u64,
            appends: image.appends.len() as u64,
            blobs: named.iter().map(|(_, hash)| Digest(hash.0)).collect(),
            place: Place { archive: None, segment: 0, offset: 0 },
        };
        self.teller.now.bytes += encoded.len() as u64;
        entry.place = self.writer.put(&Item::Entity(entity, image))?;
        Ok(entry)
    }

    /// The parent's entry, if the entity is still as it was then. Whatever changes between the two
    /// looks here changes the second, so the parent's image is one that the entity had.
    async fn unchanged(&mut self, entity: &EntityKey) -> Result<Option<EntityEntry>, StoreError> {
        let entry = self.parent.as_ref().and_then(|parent| parent.entity(entity));
        let Some(entry) = entry.cloned() else { return Ok(None) };
        match retry(|| self.store.head(entity)).await? {
            Some(head) if entry.is_at(&head) => {}
            _ => return Ok(None),
        }
        let appends = retry(|| self.store.appends(entity)).await?;
        let wake = retry(|| self.store.wake(entity)).await?;
        Ok((rest_digest(&appends, wake) == entry.rest).then_some(entry))
    }

    /// An entity as the parent has it; the blobs that it names are entered.
    fn refer(&mut self, entry: &EntityEntry) -> Result<EntityEntry, CareError> {
        if let Scope::Tenant(tenant) = entry.entity.scope {
            for hash in &entry.blobs {
                self.refer_blob(tenant, BlobHash(hash.0))?;
            }
        }
        let parent = self.parent.as_ref().expect("the entry is the parent's");
        let place = entry.place.seen_from_child(parent.id());
        self.writer.need(place, parent);
        Ok(EntityEntry { place, ..entry.clone() })
    }

    /// True if the blob is in the archive now, because it is in the parent.
    fn refer_blob(&mut self, tenant: TenantId, hash: BlobHash) -> Result<bool, CareError> {
        if self.blobs.contains(&(tenant, hash)) {
            return Ok(true);
        }
        let Some(parent) = &self.parent else { return Ok(false) };
        let Some(entry) = parent.blob(tenant, hash) else { return Ok(false) };
        let place = entry.place.seen_from_child(parent.id());
        self.writer.need(place, parent);
        self.writer.enter_blob(&BlobEntry { place, ..*entry })?;
        self.blobs.insert((tenant, hash));
        self.teller.now.blobs += 1;
        Ok(true)
    }

    /// Keeps blobs; false if one of them is not there. Only then `is_last` says to note it.
    async fn keep_blobs(
        &mut self,
        named: &[(TenantId, BlobHash)],
        is_last: bool,
    ) -> Result<bool, CareError> {
        let mut are_all_there = true;
        for (tenant, hash) in named {
            let is_there = self.keep_blob(*tenant, *hash).await?;
            if !is_there && is_last {
                let what = format!("blob {} of tenant {tenant}", Digest(hash.0));
                self.writer.unread(what, "a record names it, and it is not there".into());
            }
            are_all_there &= is_there;
        }
        Ok(are_all_there)
    }

    /// Keeps a blob; false if it is not there.
    async fn keep_blob(&mut self, tenant: TenantId, hash: BlobHash) -> Result<bool, CareError> {
        if self.refer_blob(tenant, hash)? {
            return Ok(true);
        }
        let bytes = match retry(|| self.store.blob(tenant, hash)).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(false),
            Err(error) => {
                self.unreadable(format!("blob {} of tenant {tenant}", Digest(hash.0)), error)?;
                self.blobs.insert((tenant, hash));
                return Ok(true);
            }
        };
        self.teller.now.bytes += bytes.len() as u64;
        self.teller.now.blobs += 1;
        let place = self.writer.put(&Item::Blob(tenant, bytes))?;
        self.writer.enter_blob(&BlobEntry { tenant, hash: Digest(hash.0), place })?;
        self.blobs.insert((tenant, hash));
        Ok(true)
    }

    /// Keeps what a tenant has besides entities.
    pub(crate) async fn tenant(
        &mut self,
        tenant: TenantId,
        now: Timestamp,
        log_days: u32,
    ) -> Result<(), CareError> {
        self.teller.begin(Step::Blobs)?;
        let mut after = None;
        loop {
            let page = match retry(|| self.store.blobs(tenant, after, PAGE)).await {
                Ok(page) => page,
                Err(error) => {
                    break self.unreadable(format!("the blobs of tenant {tenant}"), error)?;
                }
            };
            let Some(last) = page.last() else { break };
            after = Some(*last);
            for hash in page {
                // One that is gone by now was named by nothing that is kept here.
                self.keep_blob(tenant, hash).await?;
                self.teller.tell()?;
            }
        }
        self.teller.begin(Step::Logs)?;
        if let Err(error) = self.logs(tenant, days_before(now, log_days), now).await? {
            self.unreadable(format!("the logs of tenant {tenant}"), error)?;
        }
        Ok(())
    }

    async fn logs(
        &mut self,
        tenant: TenantId,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Result<(), StoreError>, CareError> {
        let mut after: Option<String> = None;
        loop {
            let page = retry(|| self.store.logs(tenant, after.as_deref(), PAGE)).await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            let Some(last) = page.last() else { return Ok(Ok(())) };
            after = Some(last.clone());
            for stream in page {
                if let Err(error) = self.log(&LogKey { tenant, stream }, from, now).await? {
                    return Ok(Err(error));
                }
            }
        }
    }

    async fn log(
        &mut self,
        log: &LogKey,
        from: Timestamp,
        now: Timestamp,
    ) -> Result<Result<(), StoreError>, CareError> {
        let mut after: Option<LogPosition> = None;
        loop {
            let until = now.plus(CLOCK_AHEAD);
            // What is already read is not looked for again.
            let from = after.map_or(from, |position| position.at);
            let range = LogRange { from, until, after, limit: limits::LOG_PAGE_MAX };
            let entries = match retry(|| self.store.log(log, range, now)).await {
                Ok(entries) => entries,
                Err(error) => return Ok(Err(error)),
            };
            let Some(last) = entries.last() else { return Ok(Ok(())) };
            after = Some(last.position);
            self.writer.counts.log_entries += entries.len() as u64;
            self.writer.put(&Item::Log(log.clone(), entries))?;
            self.teller.tell()?;
        }
    }

    async fn all_claims(&mut self) -> Result<(), CareError> {
        self.teller.begin(Step::Claims)?;
        let mut after: Option<String> = None;
        loop {
            let page = match retry(|| self.store.claims(after.as_deref(), PAGE)).await {
                Ok(page) => page,
                Err(error) => return self.unreadable("the claims".into(), error),
            };
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.clone());
            self.claims(page)?;
            self.teller.tell()?;
        }
    }

    pub(crate) fn claims(&mut self, claims: Vec<(String, Bytes)>) -> Result<(), CareError> {
        self.writer.counts.claims += claims.len() as u64;
        self.writer.put(&Item::Claims(claims)).map(drop)
    }

    /// Notes what the store cannot read. A store that does not answer at all ends the backup.
    fn unreadable(&mut self, what: String, error: StoreError) -> Result<(), CareError> {
        match error {
            StoreError::Corrupt { .. } | StoreError::TooLarge { .. } => {
                self.writer.unread(what, error.to_string());
                Ok(())
            }
            other => Err(CareError::store(format!("{what} cannot be read"))(other)),
        }
    }
}

/// The blobs that records of an entity name.
pub(crate) fn named_blobs(entity: &EntityKey, records: &[Record]) -> Vec<(TenantId, BlobHash)> {
    let Scope::Tenant(tenant) = entity.scope else { return Vec::new() };
    let named: BTreeSet<BlobHash> =
        records.iter().flat_map(|record| record.blobs.iter().copied()).collect();
    named.into_iter().map(|hash| (tenant, hash)).collect()
}

/// The moment so many days before another.
pub(crate) fn days_before(now: Timestamp, days: u32) -> Timestamp {
    let day = i64::try_from(DAY.as_millis()).expect("a day is short");
    Timestamp::from_millis(now.as_millis().saturating_sub(day * i64::from(days)))
}
