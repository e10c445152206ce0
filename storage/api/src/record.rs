//! What a store hands back.

use crate::change::{CommitId, OutboxKey};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

/// The key of a record within its entity. Ordered bytewise.
pub type RecordKey = Bytes;

/// Who may write an entity, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The current owner's epoch.
    pub epoch: Epoch,
    /// The last committed sequence; 0 if there is none.
    pub sequence: Sequence,
    /// The id of the last commit: resolves an unknown outcome.
    pub commit_id: CommitId,
    /// Hash of the last frame chained to the one before: `verify` walks it.
    pub chain: [u8; 32],
}

/// An outbox record that is committed and not yet closed (R4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOutbox {
    /// Its key within the entity; with the entity it is the idempotency key of the effect.
    pub key: OutboxKey,
    /// What the runtime wrote.
    pub body: Bytes,
}

/// An entity's whole committed state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The head at which the rest was read.
    pub head: Head,
    /// All records in the order of their keys.
    pub records: Vec<(RecordKey, Bytes)>,
    /// All open outbox records in the order of their keys.
    pub outbox: Vec<OpenOutbox>,
}

/// One event of a feed. A commit may hold several: they share its sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The epoch of the commit.
    pub epoch: Epoch,
    /// The commit's sequence.
    pub sequence: Sequence,
    /// The events of that commit, in order. May be empty: then the page is still gap-free.
    pub bodies: Vec<Bytes>,
}

/// A page of a feed: one [`Event`] per commit, gap-free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPage {
    /// One entry per commit, ascending.
    pub events: Vec<Event>,
    /// True if the asked-for start is no longer kept: the reader needs a snapshot.
    pub truncated: bool,
    /// True if more follows right away.
    pub more: bool,
}

/// A durable append of an entity (a document update).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppendRow {
    /// The epoch of the writer.
    pub epoch: Epoch,
    /// Its number within the epoch.
    pub sequence: Sequence,
    /// The content.
    pub body: Bytes,
}

/// The BLAKE3 hash of a blob's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlobHash(pub [u8; 32]);

impl BlobHash {
    /// The hash of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

/// The answer to a claim of a unique name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// The name is now ours (or was already, with the same value).
    Claimed,
    /// Somebody else holds it; this is their value.
    Held(Bytes),
}

/// A hint that an entity at rest has something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// Which entity.
    pub entity: EntityKey,
    /// When. The truth stands in the entity's own state; a hint that comes twice is harmless.
    pub due: Timestamp,
}
