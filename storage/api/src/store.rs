//! The contract itself.

use crate::{
    Append, AppendRow, BlobHash, Change, ClaimOutcome, Collected, CommitOutcome, EntityImage,
    Expected, FeedPage, Head, Heartbeat, Loaded, LogEntry, LogKey, LogRange, Member, Membership,
    MembershipOutcome, StoreError, Wake,
};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};

/// Bounds that every backend enforces (R11).
pub mod limits {
    /// One stored value: a CQL cell stays well below 1 MiB only up to about this.
    pub const VALUE_BYTES_MAX: usize = 1024 * 1024;
    /// One commit without its blobs: the CQL protocol refuses requests above 16 MiB.
    pub const COMMIT_BYTES_MAX: usize = 8 * 1024 * 1024;
    /// One blob: the largest document (32 MiB) and some room for its envelope.
    pub const BLOB_BYTES_MAX: usize = 40 * 1024 * 1024;
    /// A record's key: short enough for every backend's index.
    pub const RECORD_KEY_BYTES_MAX: usize = 256;
    /// A claim's name: the longest e-mail address (254) and a prefix.
    pub const CLAIM_NAME_BYTES_MAX: usize = 320;
    /// Blobs that one record names.
    pub const RECORD_BLOBS_MAX: usize = 1_024;
    /// A log's name.
    pub const LOG_NAME_BYTES_MAX: usize = 128;
    /// One entry of a log: a line, not a document.
    pub const LOG_ENTRY_BYTES_MAX: usize = 64 * 1024;
    /// Entries in one page of a log.
    pub const LOG_PAGE_MAX: usize = 1_000;
    /// Nodes that share a store.
    pub const MEMBERS_MAX: usize = 1_000;
    /// Commits in one page of a feed.
    pub const FEED_PAGE_MAX: usize = 1_000;
}

/// A durable, fenced store. Every method returns only when what it says is durable.
///
/// Dropping a future may leave its write done or not done: callers treat that as unknown.
#[async_trait::async_trait]
pub trait Store: Send + Sync + 'static {
    /// Gains the ownership of an entity: its epoch grows by one (R2). An entity that never was
    /// begins at sequence 0.
    async fn take(&self, entity: &EntityKey) -> Result<Head, StoreError>;

    /// The head, or `None` if the entity never was.
    async fn head(&self, entity: &EntityKey) -> Result<Option<Head>, StoreError>;

    /// The whole committed state, or `None` if the entity never was.
    async fn load(&self, entity: &EntityKey) -> Result<Option<Loaded>, StoreError>;

    /// Writes a change if epoch and sequence are as expected.
    ///
    /// [`StoreError::Unknown`] is resolved by [`Store::head`]: the same commit id there means
    /// applied; the expected epoch and sequence mean not applied; anything else means fenced.
    async fn commit(
        &self,
        entity: &EntityKey,
        expected: Expected,
        change: Change,
    ) -> Result<CommitOutcome, StoreError>;

    /// Commits after `after`, ascending, at most `limit` (≤ [`limits::FEED_PAGE_MAX`]).
    async fn feed(
        &self,
        entity: &EntityKey,
        after: Sequence,
        limit: usize,
    ) -> Result<FeedPage, StoreError>;

    /// Durable appends without a fence (R5): the writer names its epoch and the numbers. The same
    /// number with the same epoch written again replaces itself, so a repetition is harmless.
    async fn append(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        rows: Vec<Append>,
    ) -> Result<(), StoreError>;

    /// All appends of all epochs, in the order (epoch, sequence).
    async fn appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError>;

    /// Keeps a blob under the hash of its bytes, as written at `now`. Written before the commit
    /// that names it, and again before a later commit that names it anew: only that keeps it from
    /// being collected in between.
    async fn put_blob(
        &self,
        tenant: TenantId,
        bytes: Bytes,
        now: Timestamp,
    ) -> Result<BlobHash, StoreError>;

    /// A blob, or `None` if this tenant has none of that hash.
    async fn blob(&self, tenant: TenantId, hash: BlobHash) -> Result<Option<Bytes>, StoreError>;

    /// The hashes of a tenant's blobs after `after`, ascending, at most `limit`.
    async fn blobs(
        &self,
        tenant: TenantId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<BlobHash>, StoreError>;

    /// Removes the blobs of a tenant that no record names and that were last written before
    /// `written_before`: earlier than the start of the oldest commit that may still be under way.
    async fn collect_blobs(
        &self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Result<Collected, StoreError>;

    /// Claims a unique name (an e-mail address, an event id). First come, first served.
    async fn claim(&self, name: &str, value: Bytes) -> Result<ClaimOutcome, StoreError>;

    /// The value that holds a name.
    async fn claimed(&self, name: &str) -> Result<Option<Bytes>, StoreError>;

    /// Gives a name back if it is held with this value. True if it was.
    async fn release_claim(&self, name: &str, value: Bytes) -> Result<bool, StoreError>;

    /// Replaces the value of a name if it is held with `old`. True if it was, or if it is held with
    /// `new` already.
    async fn replace_claim(&self, name: &str, old: Bytes, new: Bytes) -> Result<bool, StoreError>;

    /// Claims after the name `after`, in an order of the backend's own, at most `limit`.
    async fn claims(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Bytes)>, StoreError>;

    /// The entity's wake hint.
    async fn wake(&self, entity: &EntityKey) -> Result<Option<Timestamp>, StoreError>;

    /// Sets (replaces) the entity's wake hint as its owner of this epoch, or clears it with `None`.
    /// What a later owner has set stays, whatever an earlier one says: of two hints the store may
    /// then know both, and tell the earlier one, until a later owner sets or clears its own.
    async fn set_wake(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError>;

    /// Hints due at or before `until`, the earliest first, at most `limit`.
    async fn due_wakes(&self, until: Timestamp, limit: usize) -> Result<Vec<Wake>, StoreError>;

    /// Writes entries of a log; all of them are durable when this returns.
    async fn append_log(&self, log: &LogKey, entries: Vec<LogEntry>) -> Result<(), StoreError>;

    /// Entries of a log that have not expired at `now`, in the order of their places.
    async fn log(
        &self,
        log: &LogKey,
        range: LogRange,
        now: Timestamp,
    ) -> Result<Vec<LogEntry>, StoreError>;

    /// The names of a tenant's logs after `after`, ascending, at most `limit`. A log whose entries
    /// have all expired may still be named.
    async fn logs(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError>;

    /// Gives back the room of log entries that have expired at `now`, where the backend does not do
    /// so by itself. The number of entries removed; called again until it is 0.
    async fn sweep_logs(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// The nodes that share the store.
    async fn membership(&self) -> Result<Membership, StoreError>;

    /// Replaces the list of nodes if its version is still `version`.
    async fn change_membership(
        &self,
        version: u64,
        members: Vec<Member>,
    ) -> Result<MembershipOutcome, StoreError>;

    /// A node says that it lives.
    async fn beat(&self, heartbeat: Heartbeat) -> Result<(), StoreError>;

    /// The last sign of life of each node. Those of nodes long gone may be missing.
    async fn heartbeats(&self) -> Result<Vec<Heartbeat>, StoreError>;

    /// All entities after `after`, in an order of the backend's own, at most `limit`: for verify
    /// and backup.
    async fn entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError>;

    /// A tenant's entities after `after`, in the order of their keys, at most `limit`.
    async fn tenant_entities(
        &self,
        tenant: TenantId,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError>;

    /// All that the store has of an entity, at one moment: for backup and export.
    async fn image(&self, entity: &EntityKey) -> Result<Option<EntityImage>, StoreError>;

    /// Puts an entity as it was elsewhere into its empty place: for restore and import. Refused as
    /// [`CommitOutcome::Fenced`] if the entity is here already. Until this returns the entity is
    /// absent, and the caller sees to it that nobody takes it or restores it as well; what a
    /// broken-off restore left is removed by the next one.
    async fn restore(
        &self,
        entity: &EntityKey,
        image: EntityImage,
    ) -> Result<CommitOutcome, StoreError>;
}
