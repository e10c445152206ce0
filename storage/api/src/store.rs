//! The contract itself.

use crate::{
    Append, AppendRow, BlobHash, Change, ClaimOutcome, CommitOutcome, Expected, FeedPage, Head,
    Loaded, StoreError, Wake,
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

    /// Keeps a blob under the hash of its bytes. Written before the commit that names it.
    async fn put_blob(&self, tenant: TenantId, bytes: Bytes) -> Result<BlobHash, StoreError>;

    /// A blob, or `None` if this tenant has none of that hash.
    async fn blob(&self, tenant: TenantId, hash: BlobHash) -> Result<Option<Bytes>, StoreError>;

    /// Claims a unique name (an e-mail address, an event id). First come, first served.
    async fn claim(&self, name: &str, value: Bytes) -> Result<ClaimOutcome, StoreError>;

    /// The value that holds a name.
    async fn claimed(&self, name: &str) -> Result<Option<Bytes>, StoreError>;

    /// Gives a name back if it is held with this value. True if it was.
    async fn release_claim(&self, name: &str, value: Bytes) -> Result<bool, StoreError>;

    /// Sets (replaces) the entity's wake hint, or clears it with `None`.
    async fn set_wake(&self, entity: &EntityKey, due: Option<Timestamp>) -> Result<(), StoreError>;

    /// Hints due at or before `until`, the earliest first, at most `limit`.
    async fn due_wakes(&self, until: Timestamp, limit: usize) -> Result<Vec<Wake>, StoreError>;

    /// Entities after `after` in the order of their keys, at most `limit`: for verify and backup.
    async fn entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError>;
}
