//! What callers ask of the writer thread, prepared as far as possible on their own threads.

use crate::engine::Write;
use crate::layout::{
    Frame, Space, append_key, blob_key, encode_blob, encode_entity, encode_plain, frame_key,
    outbox_key, record_key,
};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    Append, BlobHash, Change, ChangeDigest, ClaimOutcome, CommitId, CommitOutcome, Expected, Head,
    OutboxKey, StoreError,
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
    /// Claim a name.
    Claim { name: String, value: Bytes, reply: Reply<ClaimOutcome> },
    /// Give a name back.
    Release { name: String, value: Bytes, reply: Reply<bool> },
    /// Set or clear a wake hint.
    Wake { entity: EntityKey, due: Option<Timestamp>, reply: Reply<()> },
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
        writes.extend(insertions(&key, expected.epoch, sequence, &change));
        let frame = Frame {
            chain: [0; 32],
            epoch: expected.epoch,
            commit_id: change.commit_id,
            digest,
            events: change.events,
        };
        let frame = (frame_key(&key, sequence), frame.encode());
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

fn insertions(entity: &[u8], epoch: Epoch, sequence: Sequence, change: &Change) -> Vec<Write> {
    let records =
        change.puts.iter().map(|(key, value)| (record_key(entity, key), encode_plain(value)));
    let outbox = change.outbox.iter().map(|record| {
        let key = OutboxKey { sequence, index: record.index };
        (outbox_key(entity, key), encode_plain(&record.body))
    });
    let rows = records.chain(outbox).map(|(key, value)| (Space::Entity, key, Some(value)));
    rows.chain(append_writes(entity, epoch, &change.appends)).collect()
}

/// The rows of appends.
pub(crate) fn append_writes(
    entity: &[u8],
    epoch: Epoch,
    rows: &[Append],
) -> impl Iterator<Item = Write> {
    rows.iter().map(move |row| {
        (Space::Entity, append_key(entity, epoch, row.sequence), Some(encode_plain(&row.body)))
    })
}

/// The row of a blob.
pub(crate) fn blob_write(tenant: TenantId, hash: BlobHash, bytes: &[u8]) -> Write {
    (Space::Blobs, blob_key(tenant, hash), Some(encode_blob(bytes)))
}
