//! What callers ask of the writer thread, prepared as far as possible on their own threads.

use crate::engine::Write;
use crate::layout::{Section, Space, append_key, encode_entity, frame_key, outbox_key, record_key};
use crate::read::SeenBlob;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::codec::{StoredHead, encode_frame, encode_record, encode_row};
use igny8_storage_api::{
    Append, BlobHash, Change, ChangeDigest, ClaimOutcome, CommitId, CommitOutcome, Expected, Frame,
    Head, Member, MembershipOutcome, OutboxKey, StoreError,
};
use tokio::sync::oneshot;

/// Where an answer goes.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// One request.
pub(crate) enum Request {
    /// Gain the epoch.
    Take { entity: EntityKey, reply: Reply<Head> },
    /// Write a change under its fence.
    Commit { commit: Box<PreparedCommit>, reply: Reply<CommitOutcome> },
    /// Write rows without any condition.
    Put { writes: Vec<Write>, reply: Reply<()> },
    /// Write a blob, or only that it was written again.
    PutBlob { blob: Box<BlobToPut>, reply: Reply<bool> },
    /// Remove those of these blobs that were not written since they were seen.
    RemoveBlobs { tenant: TenantId, seen: Vec<SeenBlob>, reply: Reply<u64> },
    /// Remove those of these entries of logs that have expired.
    RemoveExpired { keys: Vec<Vec<u8>>, now: Timestamp, reply: Reply<u64> },
    /// Claim a name.
    Claim { name: String, value: Bytes, reply: Reply<ClaimOutcome> },
    /// Replace a name's value, or give the name back.
    ReplaceClaim { name: String, old: Bytes, new: Option<Bytes>, reply: Reply<bool> },
    /// Set or clear a wake hint.
    Wake { entity: EntityKey, epoch: Epoch, due: Option<Timestamp>, reply: Reply<()> },
    /// Replace the list of nodes.
    ChangeMembership { version: u64, members: Vec<Member>, reply: Reply<MembershipOutcome> },
    /// Keep everybody away from an entity that will be put back.
    BeginRestore { entity: EntityKey, reply: Reply<Begun> },
    /// Write some rows of it.
    Restore { restored: Box<Restored>, reply: Reply<CommitOutcome> },
}

/// A blob on its way.
pub(crate) struct BlobToPut {
    pub(crate) tenant: TenantId,
    pub(crate) hash: BlobHash,
    /// As it is stored; `None` if it was seen in the store.
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) written: Timestamp,
}

/// How a restore began.
pub(crate) enum Begun {
    /// The entity is here already.
    Present(Head),
    /// The number under which the restore writes.
    Marked(u64),
}

/// A part of an entity that is put back.
pub(crate) struct Restored {
    pub(crate) entity: EntityKey,
    pub(crate) number: u64,
    pub(crate) head: Head,
    pub(crate) rows: Vec<Write>,
    /// With the last part: what makes the entity present, and its wake hint.
    pub(crate) end: Option<(StoredHead, Option<Timestamp>)>,
}

/// A commit with its keys and values laid out; only the chain is missing.
pub(crate) struct PreparedCommit {
    pub(crate) entity: EntityKey,
    pub(crate) expected: Expected,
    pub(crate) commit_id: CommitId,
    pub(crate) digest: ChangeDigest,
    /// In the order in which they take effect.
    pub(crate) writes: Vec<Write>,
    /// The key of the frame and the frame itself, to be sealed.
    pub(crate) frame: (Vec<u8>, Vec<u8>),
}

impl PreparedCommit {
    pub(crate) fn new(entity: EntityKey, expected: Expected, change: Change) -> Self {
        let digest = ChangeDigest::of(&change);
        let key = encode_entity(&entity);
        let sequence = expected.sequence.next();
        let mut writes = removals(&key, &change);
        writes.extend(insertions(&entity, &key, expected.epoch, sequence, &change));
        let frame = Frame {
            epoch: expected.epoch,
            sequence,
            commit_id: change.commit_id,
            digest,
            chain: [0; 32],
            events: change.events,
        };
        let frame = (frame_key(&key, sequence), encode_frame(&frame));
        Self { entity, expected, commit_id: change.commit_id, digest, writes, frame }
    }
}

fn removals(entity: &[u8], change: &Change) -> Vec<Write> {
    let records = change.deletes.iter().map(|key| record_key(entity, key));
    let closed = change.closed.iter().map(|key| outbox_key(entity, *key));
    let compacted =
        change.compacted.iter().map(|(epoch, sequence)| append_key(entity, *epoch, *sequence));
    records.chain(closed).chain(compacted).map(|key| (Space::Entity, key, None)).collect()
}

fn insertions(
    entity: &EntityKey,
    key: &[u8],
    epoch: Epoch,
    sequence: Sequence,
    change: &Change,
) -> Vec<Write> {
    let records = change.puts.iter().map(|record| {
        (Space::Entity, record_key(key, &record.key), Some(encode_record(entity, record)))
    });
    let outbox = change.outbox.iter().map(|record| {
        let place = outbox_key(key, OutboxKey { sequence, index: record.index });
        row_write(entity, Section::Outbox, place, &record.body)
    });
    let rows = records.chain(outbox);
    rows.chain(append_writes(entity, key, epoch, &change.appends)).collect()
}

/// The rows of appends.
pub(crate) fn append_writes(
    entity: &EntityKey,
    key: &[u8],
    epoch: Epoch,
    rows: &[Append],
) -> impl Iterator<Item = Write> {
    rows.iter().map(move |row| {
        row_write(entity, Section::Append, append_key(key, epoch, row.sequence), &row.body)
    })
}

/// A row of a section, bound to its place; `key` is its whole key.
pub(crate) fn row_write(entity: &EntityKey, section: Section, key: Vec<u8>, body: &[u8]) -> Write {
    let tail = &key[encode_entity(entity).len() + 1..];
    let value = encode_row(entity, &section.place(tail), body);
    (Space::Entity, key, Some(value))
}
