//! The store as its users see it: each call goes to the part that does it.

use crate::connect::Database;
use crate::entity::Core;
use crate::error::ConnectError;
use crate::option::CqlOptions;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    Append, AppendRow, BlobHash, Change, ClaimOutcome, Collected, CommitOutcome, EntityImage,
    Expected, FeedPage, Head, Heartbeat, Loaded, LogEntry, LogKey, LogRange, Member, Membership,
    MembershipOutcome, Store, StoreError, Wake,
};
use std::sync::Arc;

/// A store on a CQL server. Share it in an `Arc`; several processes may share one keyspace.
pub struct CqlStore {
    core: Arc<Core>,
}

impl CqlStore {
    /// Connects, and brings the tables up to date. Several nodes may do so at once.
    pub async fn connect(options: CqlOptions) -> Result<Self, ConnectError> {
        let database = Database::connect(&options).await?;
        Ok(Self { core: Arc::new(Core::new(database, &options)) })
    }

    /// Finishes the checkpoints that are under way. Dropping the store instead breaks them off,
    /// which loses nothing.
    pub async fn close(self) {
        self.core.background.close();
        self.core.background.wait().await;
    }
}

#[async_trait::async_trait]
impl Store for CqlStore {
    async fn take(&self, entity: &EntityKey) -> Result<Head, StoreError> {
        self.core.take(entity).await
    }

    async fn head(&self, entity: &EntityKey) -> Result<Option<Head>, StoreError> {
        Ok(self.core.state(entity).await?.map(|state| state.head))
    }

    async fn load(&self, entity: &EntityKey) -> Result<Option<Loaded>, StoreError> {
        self.core.load(entity).await
    }

    async fn commit(
        &self,
        entity: &EntityKey,
        expected: Expected,
        change: Change,
    ) -> Result<CommitOutcome, StoreError> {
        self.core.commit(entity, expected, change).await
    }

    async fn feed(
        &self,
        entity: &EntityKey,
        after: Sequence,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        self.core.feed(entity, after, limit).await
    }

    async fn append(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        rows: Vec<Append>,
    ) -> Result<(), StoreError> {
        self.core.append(entity, epoch, rows).await
    }

    async fn appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError> {
        self.core.appends(entity).await
    }

    async fn put_blob(
        &self,
        tenant: TenantId,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<BlobHash, StoreError> {
        self.core.put_blob(tenant, bytes, now).await
    }

    async fn blob(&self, tenant: TenantId, hash: BlobHash) -> Result<Option<Bytes>, StoreError> {
        self.core.blob(tenant, hash).await
    }

    async fn blobs(
        &self,
        tenant: TenantId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<BlobHash>, StoreError> {
        self.core.blobs(tenant, after, limit).await
    }

    async fn collect_blobs(
        &self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Result<Collected, StoreError> {
        self.core.collect_blobs(tenant, written_before).await
    }

    async fn claim(&self, name: &str, value: Bytes) -> Result<ClaimOutcome, StoreError> {
        self.core.claim(name, value).await
    }

    async fn claimed(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.core.claimed(name).await
    }

    async fn release_claim(&self, name: &str, value: Bytes) -> Result<bool, StoreError> {
        self.core.release_claim(name, value).await
    }

    async fn replace_claim(&self, name: &str, old: Bytes, new: Bytes) -> Result<bool, StoreError> {
        self.core.replace_claim(name, old, new).await
    }

    async fn claims(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Bytes)>, StoreError> {
        self.core.claims(after, limit).await
    }

    async fn wake(&self, entity: &EntityKey) -> Result<Option<Timestamp>, StoreError> {
        self.core.wake(entity).await
    }

    async fn set_wake(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.core.set_wake(entity, epoch, due).await
    }

    async fn due_wakes(&self, until: Timestamp, limit: usize) -> Result<Vec<Wake>, StoreError> {
        self.core.due_wakes(until, limit).await
    }

    async fn append_log(&self, log: &LogKey, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        self.core.append_log(log, entries).await
    }

    async fn log(
        &self,
        log: &LogKey,
        range: LogRange,
        now: Timestamp,
    ) -> Result<Vec<LogEntry>, StoreError> {
        self.core.log(log, range, now).await
    }

    async fn logs(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.core.logs(tenant, after, limit).await
    }

    /// Expired rows go away by themselves.
    async fn sweep_logs(&self, _now: Timestamp) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn membership(&self) -> Result<Membership, StoreError> {
        self.core.membership().await
    }

    async fn change_membership(
        &self,
        version: u64,
        members: Vec<Member>,
    ) -> Result<MembershipOutcome, StoreError> {
        self.core.change_membership(version, members).await
    }

    async fn beat(&self, heartbeat: Heartbeat) -> Result<(), StoreError> {
        self.core.beat(heartbeat).await
    }

    async fn heartbeats(&self) -> Result<Vec<Heartbeat>, StoreError> {
        self.core.heartbeats().await
    }

    async fn entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        self.core.entities(after, limit).await
    }

    async fn tenant_entities(
        &self,
        tenant: TenantId,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        self.core.tenant_entities(tenant, after, limit).await
    }

    async fn image(&self, entity: &EntityKey) -> Result<Option<EntityImage>, StoreError> {
        self.core.image(entity).await
    }

    async fn restore(
        &self,
        entity: &EntityKey,
        image: EntityImage,
    ) -> Result<CommitOutcome, StoreError> {
        self.core.restore(entity, image).await
    }
}
