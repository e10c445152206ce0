//! What an owner writes.

use crate::record::{Head, Record, RecordKey};
use bytes::Bytes;
use igny8_protocol_ids::{Epoch, Sequence};
use serde::{Deserialize, Serialize};

/// A number that the writer draws for each commit: tells its own commit from another's when an
/// outcome is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CommitId(pub u128);

/// The key of an outbox record within its entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutboxKey {
    /// The commit that wrote it.
    pub sequence: Sequence,
    /// Its place within that commit.
    pub index: u32,
}

/// The fence of a commit: it is refused if either moved on (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The epoch that the writer gained.
    pub epoch: Epoch,
    /// The last sequence that the writer knows of; the commit gets the next one.
    pub sequence: Sequence,
}

/// A new outbox record; its key will be (sequence of the commit, `index`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOutbox {
    /// Its place within the commit: 0, 1, 2 …
    pub index: u32,
    /// What the runtime writes.
    pub body: Bytes,
}

/// An append that belongs to a commit (an AI's edit, a repair) or stands alone (people's edits).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// Its number within the writer's epoch. The writer counts from 1.
    pub sequence: Sequence,
    /// The content.
    pub body: Bytes,
}

/// Everything that one commit changes: all of it or nothing.
///
/// Removals come first: a key that is both deleted and put ends up put. A key that is put twice
/// keeps the last value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Drawn by the writer.
    pub commit_id: CommitId,
    /// Records written (inserted or replaced). A record that is replaced or deleted names its old
    /// blobs no longer.
    pub puts: Vec<Record>,
    /// Records removed; absent ones are ignored.
    pub deletes: Vec<RecordKey>,
    /// Events for the feed.
    pub events: Vec<Bytes>,
    /// Effects that must happen (R4).
    pub outbox: Vec<NewOutbox>,
    /// Effects that have happened.
    pub closed: Vec<OutboxKey>,
    /// Appends that must be durable together with the rest.
    pub appends: Vec<Append>,
    /// Appends that a compaction has read and folded into a record or blob: only these are
    /// deleted, never a range.
    pub compacted: Vec<(Epoch, Sequence)>,
}

/// How a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// Durable; this is the new head.
    Applied(Head),
    /// Refused: the epoch or the sequence moved on. The owner stops at once.
    Fenced(Head),
}
