//! The hash chain over an entity's frames: the same bytes on every backend (R14), so that `verify`
//! can walk it and an export keeps it.

use crate::change::{Change, CommitId};
use crate::record::Record;
use blake3::Hasher;
use bytes::Bytes;
use igny8_protocol_ids::{Epoch, Sequence};
use std::sync::LazyLock;

// Deriving a key costs as much as hashing a small change: once is enough.
static CHAIN: LazyLock<Hasher> =
    LazyLock::new(|| Hasher::new_derive_key("igny8 2026 storage frame chain v1"));
static EVENTS: LazyLock<Hasher> =
    LazyLock::new(|| Hasher::new_derive_key("igny8 2026 storage events v1"));
static CHANGE: LazyLock<Hasher> =
    LazyLock::new(|| Hasher::new_derive_key("igny8 2026 storage change v1"));

/// The two hashes of a change that a frame keeps: the events apart, because a frame holds them and
/// can be checked against them alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeDigest {
    /// Over the events, in order.
    pub events: [u8; 32],
    /// Over everything else.
    pub rest: [u8; 32],
}

impl ChangeDigest {
    /// The digest of a change. Its commit id is not part of it: [`Self::chain`] adds that.
    pub fn of(change: &Change) -> Self {
        Self { events: digest_events(&change.events), rest: digest_rest(change) }
    }

    /// The chain hash of the frame that follows `previous`.
    pub fn chain(
        &self,
        previous: &[u8; 32],
        epoch: Epoch,
        sequence: Sequence,
        commit_id: CommitId,
    ) -> [u8; 32] {
        let mut hasher = CHAIN.clone();
        hasher.update(previous);
        hasher.update(&epoch.0.to_be_bytes());
        hasher.update(&sequence.0.to_be_bytes());
        hasher.update(&commit_id.0.to_be_bytes());
        hasher.update(&self.events);
        hasher.update(&self.rest);
        *hasher.finalize().as_bytes()
    }
}

/// The hash of a frame's events.
pub fn digest_events(events: &[Bytes]) -> [u8; 32] {
    let mut hasher = EVENTS.clone();
    count(&mut hasher, events.len());
    for event in events {
        field(&mut hasher, event);
    }
    *hasher.finalize().as_bytes()
}

fn digest_rest(change: &Change) -> [u8; 32] {
    let mut hasher = CHANGE.clone();
    count(&mut hasher, change.puts.len());
    for record in &change.puts {
        field(&mut hasher, &record.key);
        field(&mut hasher, &record.value);
    }
    count(&mut hasher, change.deletes.len());
    for key in &change.deletes {
        field(&mut hasher, key);
    }
    count(&mut hasher, change.outbox.len());
    for record in &change.outbox {
        hasher.update(&record.index.to_be_bytes());
        field(&mut hasher, &record.body);
    }
    count(&mut hasher, change.closed.len());
    for key in &change.closed {
        hasher.update(&key.sequence.0.to_be_bytes());
        hasher.update(&key.index.to_be_bytes());
    }
    count(&mut hasher, change.appends.len());
    for append in &change.appends {
        hasher.update(&append.sequence.0.to_be_bytes());
        field(&mut hasher, &append.body);
    }
    count(&mut hasher, change.compacted.len());
    for (epoch, sequence) in &change.compacted {
        hasher.update(&epoch.0.to_be_bytes());
        hasher.update(&sequence.0.to_be_bytes());
    }
    digest_blobs(&mut hasher, &change.puts);
    *hasher.finalize().as_bytes()
}

/// The blobs came later: a change that names none has the digest that it always had.
fn digest_blobs(hasher: &mut Hasher, puts: &[Record]) {
    for (place, record) in puts.iter().enumerate().filter(|(_, record)| !record.blobs.is_empty()) {
        count(hasher, place);
        count(hasher, record.blobs.len());
        for blob in &record.blobs {
            hasher.update(&blob.0);
        }
    }
}

/// Lengths and counts go in as 64 bits, so that no two changes share their bytes.
fn count(hasher: &mut Hasher, value: usize) {
    hasher.update(&(value as u64).to_be_bytes());
}

fn field(hasher: &mut Hasher, bytes: &[u8]) {
    count(hasher, bytes.len());
    hasher.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BlobHash;

    fn change() -> Change {
        Change {
            puts: vec![Record::new("a", "bc")],
            events: vec![Bytes::from_static(b"e")],
            ..Change::default()
        }
    }

    #[test]
    fn r14_digest_is_the_same_for_ever() {
        let digest = ChangeDigest::of(&change());
        let chain = digest.chain(&[0; 32], Epoch(1), Sequence(1), CommitId(7));
        // A stored chain must verify in every later version: this value never changes.
        assert_eq!(
            blake3::Hash::from_bytes(chain).to_hex().as_str(),
            "c55c58653eb7bbb9e196f363a161194077ed2a9402a493e1e534407fd43bedd4"
        );
    }

    #[test]
    fn moved_bytes_change_the_digest() {
        let moved = Change { puts: vec![Record::new("ab", "c")], ..change() };
        assert_ne!(ChangeDigest::of(&change()).rest, ChangeDigest::of(&moved).rest);
        let mut named = change();
        named.puts[0].blobs.push(BlobHash([7; 32]));
        assert_ne!(ChangeDigest::of(&change()).rest, ChangeDigest::of(&named).rest);
        let split = Change { events: vec![Bytes::from_static(b"e"), Bytes::new()], ..change() };
        assert_ne!(ChangeDigest::of(&change()).events, ChangeDigest::of(&split).events);
    }

    #[test]
    fn chain_depends_on_the_frame_before() {
        let digest = ChangeDigest::of(&change());
        let first = digest.chain(&[0; 32], Epoch(1), Sequence(1), CommitId(7));
        let second = digest.chain(&[1; 32], Epoch(1), Sequence(1), CommitId(7));
        assert_ne!(first, second);
    }
}
