//! The store as its users see it.

use crate::engine::{Engine, Write};
use crate::error::OpenError;
use crate::layout::{Space, encode_entity, heartbeat_key, log_entry_key, log_prefix};
use crate::option::EmbeddedOptions;
use crate::restore::{RESTORE_ROWS, image_rows, next_group};
use crate::writer::{Begun, BlobToPut, PreparedCommit, Request, Restored, Writer, append_writes};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::codec::{StoredHead, encode_blob, encode_due, encode_log_entry};
use igny8_storage_api::{
    Append, AppendRow, BlobHash, Change, ClaimOutcome, Collected, CommitOutcome, EntityImage,
    Expected, FeedPage, Head, Heartbeat, Loaded, LogEntry, LogKey, LogRange, Member, Membership,
    MembershipOutcome, Store, StoreError, Wake, check_appends, check_bound, check_claim, check_log,
    check_members, limits,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A store in a directory of its own. One process at a time; within it, share it in an `Arc`.
///
/// Dropping it finishes what is queued and gives the directory back; that may wait for a disk
/// sync, so asynchronous callers rather use [`EmbeddedStore::close`].
pub struct EmbeddedStore {
    // The order matters: the writer ends before the files are closed.
    writer: Writer,
    pub(crate) engine: Arc<Engine>,
}

impl EmbeddedStore {
    /// Opens the directory, creating the store if there is none. Recovers what a crash left.
    pub fn open(directory: &Path, options: EmbeddedOptions) -> Result<Self, OpenError> {
        let (engine, side) = Engine::open(directory, &options)?;
        let engine = Arc::new(engine);
        let writer = Writer::start(engine.clone(), side, options.feed_commits_kept)
            .map_err(|source| OpenError::Directory { directory: directory.to_owned(), source })?;
        Ok(Self { writer, engine })
    }

    /// Finishes what is queued, closes the files and gives the directory back.
    pub async fn close(self) {
        let closing = tokio::task::spawn_blocking(move || drop(self)).await;
        if let Err(error) = closing {
            tracing::error!(%error, "closing the store panicked");
        }
    }

    /// Runs a read where it may block.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Engine) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let engine = self.engine.clone();
        tokio::task::spawn_blocking(move || read(&engine))
            .await
            .unwrap_or_else(|error| Err(StoreError::Unavailable { reason: error.to_string() }))
    }
}

/// What a small request takes in the queue.
const SMALL_BYTES: usize = 256;
/// A blob of this size is hashed where it is asked for and written whether it is there or not: the
/// way to another thread and back takes longer than both.
const SMALL_BLOB_BYTES: usize = 4 * 1024;
/// Blobs or entries of logs that are removed at a time: others wait no longer than for that.
const SWEEP_STEP: usize = 512;
/// How long the last sign of life of a node that is gone is kept.
const HEARTBEAT_KEPT: Duration = Duration::from_hours(24);

#[async_trait::async_trait]
impl Store for EmbeddedStore {
    async fn take(&self, entity: &EntityKey) -> Result<Head, StoreError> {
        let entity = *entity;
        self.writer.ask(SMALL_BYTES, |reply| Request::Take { entity, reply }).await
    }

    async fn head(&self, entity: &EntityKey) -> Result<Option<Head>, StoreError> {
        // A head resolves unknown outcomes: after a failed write the files cannot.
        self.writer.check()?;
        let entity = *entity;
        self.read(move |engine| engine.read_head(&entity)).await
    }

    async fn load(&self, entity: &EntityKey) -> Result<Option<Loaded>, StoreError> {
        let entity = *entity;
        self.read(move |engine| engine.read_all(&entity)).await
    }

    async fn commit(
        &self,
        entity: &EntityKey,
        expected: Expected,
        change: Change,
    ) -> Result<CommitOutcome, StoreError> {
        let bytes = SMALL_BYTES + change.check_bounds()?;
        let commit = Box::new(PreparedCommit::new(*entity, expected, change));
        self.writer.ask(bytes, |reply| Request::Commit { commit, reply }).await
    }

    async fn feed(
        &self,
        entity: &EntityKey,
        after: Sequence,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        let entity = *entity;
        self.read(move |engine| engine.read_feed(&entity, after, limit)).await
    }

    async fn append(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        rows: Vec<Append>,
    ) -> Result<(), StoreError> {
        let bytes = SMALL_BYTES + check_appends(&rows)?;
        let writes = append_writes(entity, &encode_entity(entity), epoch, &rows).collect();
        self.writer.ask(bytes, |reply| Request::Put { writes, reply }).await
    }

    async fn appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError> {
        let entity = *entity;
        self.read(move |engine| engine.read_appends(&entity)).await
    }

    async fn put_blob(
        &self,
        tenant: TenantId,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<BlobHash, StoreError> {
        check_bound("a blob", bytes.len(), limits::BLOB_BYTES_MAX)?;
        if bytes.len() <= SMALL_BLOB_BYTES {
            let (hash, value) = (BlobHash::of(&bytes), encode_blob(&bytes));
            let size = SMALL_BYTES + value.len();
            let blob = Box::new(BlobToPut { tenant, hash, value: Some(value), written: now });
            self.writer.ask(size, |reply| Request::PutBlob { blob, reply }).await?;
            return Ok(hash);
        }
        let hashed = bytes.clone();
        let (hash, mut kept) = self
            .read(move |engine| {
                let hash = BlobHash::of(&hashed);
                Ok((hash, engine.has_blob(tenant, hash)?))
            })
            .await?;
        // What can be read is durable, and only marked; unless a collection was faster.
        loop {
            let (size, value) = if kept {
                (SMALL_BYTES, None)
            } else {
                let bytes = bytes.clone();
                let value = self.read(move |_| Ok(encode_blob(&bytes))).await?;
                (SMALL_BYTES + value.len(), Some(value))
            };
            let blob = Box::new(BlobToPut { tenant, hash, value, written: now });
            if self.writer.ask(size, |reply| Request::PutBlob { blob, reply }).await? {
                return Ok(hash);
            }
            kept = false;
        }
    }

    async fn blob(&self, tenant: TenantId, hash: BlobHash) -> Result<Option<Bytes>, StoreError> {
        self.read(move |engine| engine.read_blob(tenant, hash)).await
    }

    async fn blobs(
        &self,
        tenant: TenantId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<BlobHash>, StoreError> {
        self.read(move |engine| engine.read_blobs(tenant, after, limit)).await
    }

    async fn collect_blobs(
        &self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Result<Collected, StoreError> {
        let (all, unnamed) =
            self.read(move |engine| engine.unnamed_blobs(tenant, written_before)).await?;
        let mut removed = 0;
        for seen in unnamed.chunks(SWEEP_STEP) {
            let seen = seen.to_vec();
            let bytes = SMALL_BYTES * seen.len();
            removed += self
                .writer
                .ask(bytes, |reply| Request::RemoveBlobs { tenant, seen, reply })
                .await?;
        }
        Ok(Collected { kept: all - removed, removed })
    }

    async fn claim(&self, name: &str, value: Bytes) -> Result<ClaimOutcome, StoreError> {
        check_claim(name, &value)?;
        let name = name.to_owned();
        let bytes = SMALL_BYTES + value.len();
        self.writer.ask(bytes, |reply| Request::Claim { name, value, reply }).await
    }

    async fn claimed(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let name = name.to_owned();
        self.read(move |engine| engine.read_claim(&name)).await
    }

    async fn release_claim(&self, name: &str, value: Bytes) -> Result<bool, StoreError> {
        check_claim(name, &value)?;
        let (name, bytes) = (name.to_owned(), SMALL_BYTES + value.len());
        let request = |reply| Request::ReplaceClaim { name, old: value, new: None, reply };
        self.writer.ask(bytes, request).await
    }

    async fn replace_claim(&self, name: &str, old: Bytes, new: Bytes) -> Result<bool, StoreError> {
        check_claim(name, &old)?;
        check_claim(name, &new)?;
        let (name, bytes) = (name.to_owned(), SMALL_BYTES + old.len() + new.len());
        let request = |reply| Request::ReplaceClaim { name, old, new: Some(new), reply };
        self.writer.ask(bytes, request).await
    }

    async fn claims(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Bytes)>, StoreError> {
        let after = after.map(str::to_owned);
        self.read(move |engine| engine.read_claims(after.as_deref(), limit)).await
    }

    async fn wake(&self, entity: &EntityKey) -> Result<Option<Timestamp>, StoreError> {
        let entity = *entity;
        self.read(move |engine| engine.read_wake(&entity)).await
    }

    async fn set_wake(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let entity = *entity;
        self.writer.ask(SMALL_BYTES, |reply| Request::Wake { entity, epoch, due, reply }).await
    }

    async fn due_wakes(&self, until: Timestamp, limit: usize) -> Result<Vec<Wake>, StoreError> {
        self.read(move |engine| engine.read_wakes(until, limit)).await
    }

    async fn append_log(&self, log: &LogKey, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        let bytes = SMALL_BYTES + check_log(log, &entries)?;
        let prefix = log_prefix(log);
        let writes = entries.iter().map(|entry| {
            let value = encode_log_entry(entry.expires, &entry.body);
            (Space::Logs, log_entry_key(&prefix, entry.position), Some(value))
        });
        let writes = writes.collect();
        self.writer.ask(bytes, |reply| Request::Put { writes, reply }).await
    }

    async fn log(
        &self,
        log: &LogKey,
        range: LogRange,
        now: Timestamp,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let log = log.clone();
        self.read(move |engine| engine.read_log(&log, range, now)).await
    }

    async fn logs(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let after = after.map(str::to_owned);
        self.read(move |engine| engine.read_log_names(tenant, after.as_deref(), limit)).await
    }

    async fn sweep_logs(&self, now: Timestamp) -> Result<u64, StoreError> {
        loop {
            let keys = self.read(move |engine| engine.expired_logs(now, SWEEP_STEP)).await?;
            if keys.is_empty() {
                return Ok(0);
            }
            let bytes = SMALL_BYTES * keys.len();
            let request = |reply| Request::RemoveExpired { keys, now, reply };
            let removed = self.writer.ask(bytes, request).await?;
            // None of these, because they were written again: there may be others.
            if removed > 0 {
                return Ok(removed);
            }
        }
    }

    async fn membership(&self) -> Result<Membership, StoreError> {
        self.read(Engine::read_membership).await
    }

    async fn change_membership(
        &self,
        version: u64,
        members: Vec<Member>,
    ) -> Result<MembershipOutcome, StoreError> {
        check_members(&members)?;
        let bytes = SMALL_BYTES * (1 + members.len());
        let request = |reply| Request::ChangeMembership { version, members, reply };
        self.writer.ask(bytes, request).await
    }

    async fn beat(&self, heartbeat: Heartbeat) -> Result<(), StoreError> {
        let mut writes = self.read(move |engine| gone_nodes(engine, heartbeat.at)).await?;
        let key = heartbeat_key(heartbeat.node);
        writes.push((Space::Platform, key, Some(encode_due(heartbeat.at))));
        self.writer.ask(SMALL_BYTES, |reply| Request::Put { writes, reply }).await
    }

    async fn heartbeats(&self) -> Result<Vec<Heartbeat>, StoreError> {
        self.read(Engine::read_heartbeats).await
    }

    async fn entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        self.read(move |engine| engine.read_entities(after, limit)).await
    }

    async fn tenant_entities(
        &self,
        tenant: TenantId,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        self.read(move |engine| engine.read_tenant_entities(tenant, after, limit)).await
    }

    async fn image(&self, entity: &EntityKey) -> Result<Option<EntityImage>, StoreError> {
        let entity = *entity;
        self.read(move |engine| engine.read_image(&entity)).await
    }

    async fn restore(
        &self,
        entity: &EntityKey,
        image: EntityImage,
    ) -> Result<CommitOutcome, StoreError> {
        let entity = *entity;
        let request = |reply| Request::BeginRestore { entity, reply };
        let number = match self.writer.ask(SMALL_BYTES, request).await? {
            Begun::Present(head) => return Ok(CommitOutcome::Fenced(head)),
            Begun::Marked(number) => number,
        };
        let part = |rows| Restored { entity, number, head: image.loaded.head, rows, end: None };
        self.remove_rows(entity, part).await?;
        let key = encode_entity(&entity);
        let mut rows = image_rows(&entity, &key, &image);
        let (mut bytes, mut group) = next_group(&mut rows);
        loop {
            let (next_bytes, next) = next_group(&mut rows);
            if next.is_empty() {
                break;
            }
            let written = self.restore_part(bytes, part(group)).await?;
            if let CommitOutcome::Fenced(_) = written {
                return Ok(written);
            }
            (bytes, group) = (next_bytes, next);
        }
        let stored = StoredHead { head: image.loaded.head, floor: image.floor };
        self.restore_part(bytes, Restored { end: Some((stored, image.wake)), ..part(group) }).await
    }
}

impl EmbeddedStore {
    async fn restore_part(
        &self,
        bytes: usize,
        restored: Restored,
    ) -> Result<CommitOutcome, StoreError> {
        let restored = Box::new(restored);
        self.writer.ask(SMALL_BYTES + bytes, |reply| Request::Restore { restored, reply }).await
    }

    /// Removes what a broken-off restore left.
    async fn remove_rows(
        &self,
        entity: EntityKey,
        part: impl Fn(Vec<Write>) -> Restored,
    ) -> Result<(), StoreError> {
        loop {
            let keys = self.read(move |engine| engine.row_keys(&entity, RESTORE_ROWS)).await?;
            if keys.is_empty() {
                return Ok(());
            }
            let rows = keys.into_iter().map(|key| (Space::Entity, key, None)).collect();
            if let CommitOutcome::Fenced(_) = self.restore_part(0, part(rows)).await? {
                return Ok(());
            }
        }
    }
}

/// Removals of the heartbeats of nodes that are gone for long.
fn gone_nodes(engine: &Engine, now: Timestamp) -> Result<Vec<Write>, StoreError> {
    let beats = engine.read_heartbeats()?;
    let gone = beats.into_iter().filter(|beat| now.since(beat.at) > HEARTBEAT_KEPT);
    Ok(gone.map(|beat| (Space::Platform, heartbeat_key(beat.node), None)).collect())
}
