//! A store in memory: the same promises as every other backend (it passes the suite), without a
//! disk. What a call changes is changed at once; a node that dies leaves it behind as it is.

use super::row::Rows;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    Append, AppendRow, BlobHash, Change, ClaimOutcome, Collected, CommitOutcome, EntityImage,
    Expected, FeedPage, Head, Heartbeat, Loaded, LogEntry, LogKey, LogRange, Member, Membership,
    MembershipOutcome, Store, StoreError, Wake, check_appends, check_bound, check_claim, check_log,
    check_members, limits,
};
use parking_lot::{Mutex, MutexGuard};

/// All rows of a life. Nodes share it.
#[derive(Default)]
pub struct MemoryStore {
    rows: Mutex<Rows>,
}

impl MemoryStore {
    /// The rows as they are: for whoever checks them.
    pub(crate) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock()
    }
}

#[async_trait::async_trait]
impl Store for MemoryStore {
    async fn take(&self, entity: &EntityKey) -> Result<Head, StoreError> {
        Ok(self.rows().take(entity))
    }
    async fn head(&self, entity: &EntityKey) -> Result<Option<Head>, StoreError> {
        Ok(self.rows().head(entity))
    }
    async fn load(&self, entity: &EntityKey) -> Result<Option<Loaded>, StoreError> {
        Ok(self.rows().load(entity))
    }
    async fn commit(
        &self,
        entity: &EntityKey,
        expected: Expected,
        change: Change,
    ) -> Result<CommitOutcome, StoreError> {
        change.check_bounds()?;
        Ok(self.rows().commit(entity, expected, change))
    }
    async fn feed(
        &self,
        entity: &EntityKey,
        after: Sequence,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        Ok(self.rows().feed(entity, after, limit.min(limits::FEED_PAGE_MAX)))
    }
    async fn append(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        rows: Vec<Append>,
    ) -> Result<(), StoreError> {
        check_appends(&rows)?;
        self.rows().append(entity, epoch, rows);
        Ok(())
    }
    async fn appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError> {
        Ok(self.rows().appends(entity))
    }
    async fn put_blob(
        &self,
        tenant: TenantId,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<BlobHash, StoreError> {
        check_bound("a blob", bytes.len(), limits::BLOB_BYTES_MAX)?;
        Ok(self.rows().put_blob(tenant, bytes, now))
    }
    async fn blob(&self, tenant: TenantId, hash: BlobHash) -> Result<Option<Bytes>, StoreError> {
        Ok(self.rows().blob(tenant, hash))
    }
    async fn blobs(
        &self,
        tenant: TenantId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<BlobHash>, StoreError> {
        Ok(self.rows().blobs(tenant, after, limit))
    }
    async fn collect_blobs(
        &self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Result<Collected, StoreError> {
        Ok(self.rows().collect_blobs(tenant, written_before))
    }
    async fn claim(&self, name: &str, value: Bytes) -> Result<ClaimOutcome, StoreError> {
        check_claim(name, &value)?;
        Ok(self.rows().claim(name, value))
    }
    async fn claimed(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        Ok(self.rows().claimed(name))
    }
    async fn release_claim(&self, name: &str, value: Bytes) -> Result<bool, StoreError> {
        Ok(self.rows().release_claim(name, &value))
    }
    async fn replace_claim(&self, name: &str, old: Bytes, new: Bytes) -> Result<bool, StoreError> {
        check_claim(name, &new)?;
        Ok(self.rows().replace_claim(name, &old, new))
    }
    async fn claims(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Bytes)>, StoreError> {
        Ok(self.rows().claims(after, limit))
    }
    async fn wake(&self, entity: &EntityKey) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.rows().wake(entity))
    }
    async fn set_wake(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.rows().set_wake(entity, epoch, due);
        Ok(())
    }
    async fn due_wakes(&self, until: Timestamp, limit: usize) -> Result<Vec<Wake>, StoreError> {
        Ok(self.rows().due_wakes(until, limit))
    }
    async fn append_log(&self, log: &LogKey, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        check_log(log, &entries)?;
        self.rows().append_log(log, entries);
        Ok(())
    }
    async fn log(
        &self,
        log: &LogKey,
        range: LogRange,
        now: Timestamp,
    ) -> Result<Vec<LogEntry>, StoreError> {
        Ok(self.rows().log(log, range, now))
    }
    async fn logs(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        Ok(self.rows().logs(tenant, after, limit))
    }
    async fn sweep_logs(&self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.rows().sweep_logs(now))
    }
    async fn membership(&self) -> Result<Membership, StoreError> {
        Ok(self.rows().membership())
    }
    async fn change_membership(
        &self,
        version: u64,
        members: Vec<Member>,
    ) -> Result<MembershipOutcome, StoreError> {
        check_members(&members)?;
        Ok(self.rows().change_membership(version, members))
    }
    async fn beat(&self, heartbeat: Heartbeat) -> Result<(), StoreError> {
        self.rows().beat(heartbeat);
        Ok(())
    }
    async fn heartbeats(&self) -> Result<Vec<Heartbeat>, StoreError> {
        Ok(self.rows().heartbeats())
    }
    async fn entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        Ok(self.rows().entities(after, limit))
    }
    async fn tenant_entities(
        &self,
        tenant: TenantId,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        Ok(self.rows().tenant_entities(tenant, after, limit))
    }
    async fn image(&self, entity: &EntityKey) -> Result<Option<EntityImage>, StoreError> {
        Ok(self.rows().image(entity))
    }
    async fn restore(
        &self,
        entity: &EntityKey,
        image: EntityImage,
    ) -> Result<CommitOutcome, StoreError> {
        Ok(self.rows().restore(entity, image))
    }
}
