//! What a store hands back.

use crate::chain::ChangeDigest;
use crate::change::{CommitId, OutboxKey};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, Timestamp};
use serde::{Deserialize, Serialize};

/// The key of a record within its entity. Ordered bytewise.
pub type RecordKey = Bytes;

/// A record of an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its key within the entity.
    pub key: RecordKey,
    /// What the runtime wrote.
    pub value: Bytes,
    /// The blobs of the entity's tenant that it names: as long as it stands, they are kept.
    pub blobs: Vec<BlobHash>,
}

impl Record {
    /// A record that names no blob.
    pub fn new(key: impl Into<RecordKey>, value: impl Into<Bytes>) -> Self {
        Self { key: key.into(), value: value.into(), blobs: Vec::new() }
    }
}

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
    pub records: Vec<Record>,
    /// All open outbox records in the order of their keys.
    pub outbox: Vec<OpenOutbox>,
}

/// What stays of a commit: its events, and what its chain hash is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The epoch of the commit.
    pub epoch: Epoch,
    /// The commit's sequence.
    pub sequence: Sequence,
    /// The commit's id.
    pub commit_id: CommitId,
    /// The hashes of its change.
    pub digest: ChangeDigest,
    /// The chain hash: [`ChangeDigest::chain`] of these and the frame before.
    pub chain: [u8; 32],
    /// Its events, in order. May be empty: then the page is still gap-free.
    pub events: Vec<Bytes>,
}

/// Where the kept frames of an entity begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Floor {
    /// The last sequence whose frame is gone; 0 if none is.
    pub sequence: Sequence,
    /// The chain hash of that frame; zeros if none is gone.
    pub chain: [u8; 32],
}

/// A page of a feed: one [`Frame`] per commit, gap-free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedPage {
    /// One per commit, ascending.
    pub frames: Vec<Frame>,
    /// Where the kept frames begin.
    pub floor: Floor,
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

/// All that a store has of an entity: what a backup keeps and a restore puts back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityImage {
    /// Its state.
    pub loaded: Loaded,
    /// Where the kept frames begin.
    pub floor: Floor,
    /// The kept frames, ascending, up to the head.
    pub frames: Vec<Frame>,
    /// Its appends in the order (epoch, sequence).
    pub appends: Vec<AppendRow>,
    /// Its wake hint.
    pub wake: Option<Timestamp>,
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

/// What a collection of a tenant's blobs has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Collected {
    /// Blobs that stay: named by a record, or too young.
    pub kept: u64,
    /// Blobs that are gone.
    pub removed: u64,
}

/// A hint that an entity at rest has something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wake {
    /// Which entity.
    pub entity: EntityKey,
    /// When. The truth stands in the entity's own state; a hint that comes twice is harmless.
    pub due: Timestamp,
}
