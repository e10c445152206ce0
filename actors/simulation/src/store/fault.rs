//! A node's way to the store: faults, and a witness of everything that is written.

use super::memory::MemoryStore;
use crate::plan::StoreFault;
use crate::witness::Witness;
use crate::world::{Gate, Pulse};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    Append, AppendRow, BlobHash, Change, ClaimOutcome, Collected, CommitOutcome, EntityImage,
    Expected, FeedPage, Head, Heartbeat, Loaded, LogEntry, LogKey, LogRange, Member, Membership,
    MembershipOutcome, Store, StoreError, Wake,
};
use std::sync::Arc;
use std::time::Duration;

/// How long a slow call takes: longer than a client waits.
const SLOW: Duration = Duration::from_secs(20);

/// See the module.
pub(crate) struct NodeStore {
    pub(crate) memory: Arc<MemoryStore>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) pulse: Arc<Pulse>,
    pub(crate) witness: Arc<Witness>,
}

/// What a call does.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Read,
    Write,
}

fn unavailable() -> StoreError {
    StoreError::Unavailable { reason: "the plan says so".to_owned() }
}

impl NodeStore {
    async fn call<T: Send>(
        &self,
        kind: Kind,
        entity: Option<&EntityKey>,
        act: impl FnOnce(&MemoryStore) -> T + Send,
    ) -> Result<T, StoreError> {
        let pass = self.gate.store(&self.pulse).await;
        if pass.fault.is_some()
            && let Some(entity) = entity
        {
            self.witness.store_failed(*entity);
        }
        match (pass.fault, kind) {
            (None, _) => {}
            (Some(StoreFault::Slow), _) => {
                tokio::time::sleep(SLOW).await;
                self.pulse.alive().await;
            }
            (Some(StoreFault::UnknownDone), Kind::Write) => {
                drop(act(&self.memory));
                self.gate.leave(&self.pulse, &pass).await;
                return Err(StoreError::Unknown { reason: "it was done".to_owned() });
            }
            (Some(StoreFault::UnknownNotDone), Kind::Write) => {
                self.gate.leave(&self.pulse, &pass).await;
                return Err(StoreError::Unknown { reason: "it was not done".to_owned() });
            }
            (Some(StoreFault::Fenced), Kind::Write) => {
                if let Some(entity) = entity {
                    self.memory.rows().take(entity);
                }
            }
            (Some(_), _) => {
                self.gate.leave(&self.pulse, &pass).await;
                return Err(unavailable());
            }
        }
        let answer = act(&self.memory);
        self.gate.leave(&self.pulse, &pass).await;
        Ok(answer)
    }
}

#[async_trait::async_trait]
impl Store for NodeStore {
    async fn take(&self, entity: &EntityKey) -> Result<Head, StoreError> {
        self.call(Kind::Write, Some(entity), |memory| {
            let head = memory.rows().take(entity);
            self.witness.taken(entity, &head);
            head
        })
        .await
    }
    async fn head(&self, entity: &EntityKey) -> Result<Option<Head>, StoreError> {
        self.call(Kind::Read, Some(entity), |memory| memory.rows().head(entity)).await
    }
    async fn load(&self, entity: &EntityKey) -> Result<Option<Loaded>, StoreError> {
        self.call(Kind::Read, Some(entity), |memory| memory.rows().load(entity)).await
    }
    async fn commit(
        &self,
        entity: &EntityKey,
        expected: Expected,
        change: Change,
    ) -> Result<CommitOutcome, StoreError> {
        change.check_bounds()?;
        self.call(Kind::Write, Some(entity), |memory| {
            let mut rows = memory.rows();
            let outcome = rows.commit(entity, expected, change.clone());
            if let CommitOutcome::Applied(head) = &outcome {
                self.witness.committed(&rows, entity, head, &change);
            }
            outcome
        })
        .await
    }
    async fn feed(
        &self,
        entity: &EntityKey,
        after: Sequence,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        self.call(Kind::Read, Some(entity), |memory| memory.rows().feed(entity, after, limit)).await
    }
    async fn append(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        rows: Vec<Append>,
    ) -> Result<(), StoreError> {
        self.call(Kind::Write, Some(entity), |memory| {
            self.witness.appended(entity, &rows);
            memory.rows().append(entity, epoch, rows);
        })
        .await
    }
    async fn appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError> {
        self.call(Kind::Read, Some(entity), |memory| memory.rows().appends(entity)).await
    }
    async fn put_blob(
        &self,
        tenant: TenantId,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<BlobHash, StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().put_blob(tenant, bytes, now)).await
    }
    async fn blob(&self, tenant: TenantId, hash: BlobHash) -> Result<Option<Bytes>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().blob(tenant, hash)).await
    }
    async fn blobs(
        &self,
        tenant: TenantId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<BlobHash>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().blobs(tenant, after, limit)).await
    }
    async fn collect_blobs(
        &self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Result<Collected, StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().collect_blobs(tenant, written_before))
            .await
    }
    async fn claim(&self, name: &str, value: Bytes) -> Result<ClaimOutcome, StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().claim(name, value)).await
    }
    async fn claimed(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().claimed(name)).await
    }
    async fn release_claim(&self, name: &str, value: Bytes) -> Result<bool, StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().release_claim(name, &value)).await
    }
    async fn replace_claim(&self, name: &str, old: Bytes, new: Bytes) -> Result<bool, StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().replace_claim(name, &old, new)).await
    }
    async fn claims(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Bytes)>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().claims(after, limit)).await
    }
    async fn wake(&self, entity: &EntityKey) -> Result<Option<Timestamp>, StoreError> {
        self.call(Kind::Read, Some(entity), |memory| memory.rows().wake(entity)).await
    }
    async fn set_wake(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.call(Kind::Write, Some(entity), |memory| memory.rows().set_wake(entity, epoch, due))
            .await
    }
    async fn due_wakes(&self, until: Timestamp, limit: usize) -> Result<Vec<Wake>, StoreError> {
        // Asked for all day long: it is not worth a place among the calls that may fail.
        self.pulse.alive().await;
        Ok(self.memory.rows().due_wakes(until, limit))
    }
    async fn append_log(&self, log: &LogKey, entries: Vec<LogEntry>) -> Result<(), StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().append_log(log, entries)).await
    }
    async fn log(
        &self,
        log: &LogKey,
        range: LogRange,
        now: Timestamp,
    ) -> Result<Vec<LogEntry>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().log(log, range, now)).await
    }
    async fn logs(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().logs(tenant, after, limit)).await
    }
    async fn sweep_logs(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().sweep_logs(now)).await
    }
    async fn membership(&self) -> Result<Membership, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().membership()).await
    }
    async fn change_membership(
        &self,
        version: u64,
        members: Vec<Member>,
    ) -> Result<MembershipOutcome, StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().change_membership(version, members))
            .await
    }
    async fn beat(&self, heartbeat: Heartbeat) -> Result<(), StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().beat(heartbeat)).await
    }
    async fn heartbeats(&self) -> Result<Vec<Heartbeat>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().heartbeats()).await
    }
    async fn entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().entities(after, limit)).await
    }
    async fn tenant_entities(
        &self,
        tenant: TenantId,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().tenant_entities(tenant, after, limit))
            .await
    }
    async fn image(&self, entity: &EntityKey) -> Result<Option<EntityImage>, StoreError> {
        self.call(Kind::Read, None, |memory| memory.rows().image(entity)).await
    }
    async fn restore(
        &self,
        entity: &EntityKey,
        image: EntityImage,
    ) -> Result<CommitOutcome, StoreError> {
        self.call(Kind::Write, None, |memory| memory.rows().restore(entity, image)).await
    }
}
