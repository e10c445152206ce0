//! The bytes of stored values, the same on every backend (R14): a version tag first, then a fixed
//! layout. Old tags stay readable for ever; the tests below hold one fixture of each.
//!
//! A decoder answers `None` for bytes that are damaged, or that belong to another place.

mod blob;
mod row;

pub use blob::{decode_blob, encode_blob};
pub use row::{
    blobs_of_record, decode_record, decode_row, encode_record, encode_row, hides_its_blobs,
    kind_byte, kind_of_byte,
};

use crate::chain::ChangeDigest;
use crate::change::CommitId;
use crate::log::{LogEntry, LogPosition};
use crate::member::{Member, Membership};
use crate::record::{Floor, Frame, Head};
use bytes::Bytes;
use igny8_protocol_ids::{Epoch, Sequence, Timestamp};
use uuid::Uuid;

/// Version 1.
const TAG: u8 = 1;

/// A head as it is stored: with the beginning of the frames that are still kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredHead {
    /// The head.
    pub head: Head,
    /// Where the frames begin.
    pub floor: Floor,
}

impl StoredHead {
    /// An entity that never was.
    pub fn unborn() -> Self {
        let head =
            Head { epoch: Epoch(0), sequence: Sequence(0), commit_id: CommitId(0), chain: [0; 32] };
        Self { head, floor: Floor::default() }
    }

    /// Its bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(105);
        value.push(TAG);
        value.extend_from_slice(&self.head.epoch.0.to_be_bytes());
        value.extend_from_slice(&self.head.sequence.0.to_be_bytes());
        value.extend_from_slice(&self.head.commit_id.0.to_be_bytes());
        value.extend_from_slice(&self.head.chain);
        value.extend_from_slice(&self.floor.sequence.0.to_be_bytes());
        value.extend_from_slice(&self.floor.chain);
        value
    }

    /// The head of these bytes.
    pub fn decode(value: &[u8]) -> Option<Self> {
        let mut reader = Reader::open(value)?;
        let head = Head {
            epoch: Epoch(reader.number()?),
            sequence: Sequence(reader.number()?),
            commit_id: CommitId(u128::from_be_bytes(reader.array()?)),
            chain: reader.array()?,
        };
        let floor = Floor { sequence: Sequence(reader.number()?), chain: reader.array()? };
        reader.end()?;
        Some(Self { head, floor })
    }
}

/// The chain lies at a fixed place, so that a frame can be encoded before its turn is known.
const CHAIN_AT: std::ops::Range<usize> = 1..33;

/// Writes the chain into an encoded frame.
pub fn seal_frame(value: &mut [u8], chain: &[u8; 32]) {
    value[CHAIN_AT].copy_from_slice(chain);
}

/// A frame without its sequence, which is its key.
pub fn encode_frame(frame: &Frame) -> Vec<u8> {
    let events: usize = frame.events.iter().map(|event| event.len() + 4).sum();
    let mut value = Vec::with_capacity(125 + events);
    value.push(TAG);
    value.extend_from_slice(&frame.chain);
    value.extend_from_slice(&frame.epoch.0.to_be_bytes());
    value.extend_from_slice(&frame.commit_id.0.to_be_bytes());
    value.extend_from_slice(&frame.digest.events);
    value.extend_from_slice(&frame.digest.rest);
    value.extend_from_slice(&length(frame.events.len()));
    for event in &frame.events {
        value.extend_from_slice(&length(event.len()));
        value.extend_from_slice(event);
    }
    value
}

/// The frame of this sequence.
pub fn decode_frame(sequence: Sequence, value: &[u8]) -> Option<Frame> {
    let mut reader = Reader::open(value)?;
    let chain = reader.array()?;
    let epoch = Epoch(reader.number()?);
    let commit_id = CommitId(u128::from_be_bytes(reader.array()?));
    let digest = ChangeDigest { events: reader.array()?, rest: reader.array()? };
    let count = reader.length()?;
    // A damaged count must not reserve memory: each event takes at least its length.
    let mut events = Vec::with_capacity(count.min(reader.rest.len() / 4));
    for _ in 0..count {
        events.push(reader.field()?);
    }
    reader.end()?;
    Some(Frame { epoch, sequence, commit_id, digest, chain, events })
}

/// A value of somebody else's bytes.
pub fn encode_plain(body: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(1 + body.len());
    value.push(TAG);
    value.extend_from_slice(body);
    value
}

/// The bytes of a plain value.
pub fn plain(value: &[u8]) -> Option<Bytes> {
    value.strip_prefix(&[TAG]).map(Bytes::copy_from_slice)
}

/// A due time.
pub fn encode_due(due: Timestamp) -> Vec<u8> {
    encode_plain(&due.as_millis().to_be_bytes())
}

/// The due time of these bytes.
pub fn decode_due(value: &[u8]) -> Option<Timestamp> {
    let millis = value.strip_prefix(&[TAG])?.try_into().ok()?;
    Some(Timestamp::from_millis(i64::from_be_bytes(millis)))
}

/// A wake hint, and the epoch of the owner who set it.
pub fn encode_wake(due: Timestamp, epoch: Epoch) -> Vec<u8> {
    let mut value = encode_due(due);
    value.extend_from_slice(&epoch.0.to_be_bytes());
    value
}

/// The hint of these bytes. One without an epoch was set before epochs were kept: any owner's is
/// newer.
pub fn decode_wake(value: &[u8]) -> Option<(Timestamp, Epoch)> {
    let (due, epoch) = value.split_at_checked(9)?;
    let epoch = if epoch.is_empty() { 0 } else { u64::from_be_bytes(epoch.try_into().ok()?) };
    Some((decode_due(due)?, Epoch(epoch)))
}

/// An entry of a log without its position, which is its key.
pub fn encode_log_entry(expires: Timestamp, body: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(9 + body.len());
    value.push(TAG);
    value.extend_from_slice(&expires.as_millis().to_be_bytes());
    value.extend_from_slice(body);
    value
}

/// The entry at this position.
pub fn decode_log_entry(position: LogPosition, value: &[u8]) -> Option<LogEntry> {
    let mut reader = Reader::open(value)?;
    let expires = Timestamp::from_millis(i64::from_be_bytes(reader.array()?));
    Some(LogEntry { position, expires, body: Bytes::copy_from_slice(reader.rest) })
}

/// The nodes that share a store.
pub fn encode_membership(membership: &Membership) -> Vec<u8> {
    let mut value = vec![TAG];
    value.extend_from_slice(&membership.version.to_be_bytes());
    value.extend_from_slice(&length(membership.members.len()));
    for member in &membership.members {
        value.extend_from_slice(member.node.as_bytes());
        value.extend_from_slice(&length(member.body.len()));
        value.extend_from_slice(&member.body);
    }
    value
}

/// The membership of these bytes.
pub fn decode_membership(value: &[u8]) -> Option<Membership> {
    let mut reader = Reader::open(value)?;
    let version = reader.number()?;
    let count = reader.length()?;
    let member = |reader: &mut Reader<'_>| {
        Some(Member { node: Uuid::from_bytes(reader.array()?), body: reader.field()? })
    };
    let members = (0..count).map(|_| member(&mut reader)).collect::<Option<_>>()?;
    reader.end()?;
    Some(Membership { version, members })
}

/// A length as it is stored. All lengths are bounded by the contract's limits.
fn length(value: usize) -> [u8; 4] {
    u32::try_from(value).expect("the limits keep every value below 4 GiB").to_be_bytes()
}

/// Reads a value from its front; `None` where it ends too soon.
struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn open(value: &'a [u8]) -> Option<Self> {
        Some(Self { rest: value.strip_prefix(&[TAG])? })
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    fn length(&mut self) -> Option<usize> {
        self.array().map(|bytes| u32::from_be_bytes(bytes) as usize)
    }

    /// Bytes behind their length.
    fn field(&mut self) -> Option<Bytes> {
        let bytes = self.length()?;
        self.take(bytes).map(Bytes::copy_from_slice)
    }

    fn end(&self) -> Option<()> {
        self.rest.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> StoredHead {
        let head =
            Head { epoch: Epoch(2), sequence: Sequence(3), commit_id: CommitId(4), chain: [5; 32] };
        StoredHead { head, floor: Floor { sequence: Sequence(1), chain: [6; 32] } }
    }

    fn frame() -> Frame {
        Frame {
            chain: [1; 32],
            epoch: Epoch(2),
            sequence: Sequence(9),
            commit_id: CommitId(3),
            digest: ChangeDigest { events: [4; 32], rest: [5; 32] },
            events: vec![Bytes::from_static(b"one"), Bytes::new()],
        }
    }

    /// The fixtures of version 1: they are read for ever, so the layout of a tag never changes.
    #[test]
    fn version_1_fixtures_are_read() {
        let mut stored = vec![1];
        stored.extend(2_u64.to_be_bytes());
        stored.extend(3_u64.to_be_bytes());
        stored.extend(4_u128.to_be_bytes());
        stored.extend([5; 32]);
        stored.extend(1_u64.to_be_bytes());
        stored.extend([6; 32]);
        assert_eq!(StoredHead::decode(&stored), Some(head()));
        assert_eq!(head().encode(), stored);

        let mut stored = vec![1];
        stored.extend([1; 32]);
        stored.extend(2_u64.to_be_bytes());
        stored.extend(3_u128.to_be_bytes());
        stored.extend([4; 32]);
        stored.extend([5; 32]);
        stored.extend([0, 0, 0, 2, 0, 0, 0, 3, b'o', b'n', b'e', 0, 0, 0, 0]);
        assert_eq!(decode_frame(Sequence(9), &stored), Some(frame()));
        assert_eq!(encode_frame(&frame()), stored);
    }

    #[test]
    fn version_1_fixtures_of_platform_rows_are_read() {
        let position = LogPosition { at: Timestamp::from_millis(5), number: 6 };
        let expires = Timestamp::from_millis(7);
        let body = Bytes::from_static(b"line");
        let stored = [&[1][..], &7_i64.to_be_bytes(), b"line"].concat();
        assert_eq!(encode_log_entry(expires, &body), stored);
        let entry = LogEntry { position, expires, body };
        assert_eq!(decode_log_entry(position, &stored), Some(entry));

        let member = Member { node: Uuid::from_u128(2), body: Bytes::from_static(b"node") };
        let membership = Membership { version: 3, members: vec![member] };
        let mut stored = vec![1];
        stored.extend(3_u64.to_be_bytes());
        stored.extend([0, 0, 0, 1]);
        stored.extend(2_u128.to_be_bytes());
        stored.extend([0, 0, 0, 4]);
        stored.extend(b"node");
        assert_eq!(encode_membership(&membership), stored);
        assert_eq!(decode_membership(&stored), Some(membership));
        for cut in 0..stored.len() {
            assert_eq!(decode_membership(&stored[..cut]), None);
        }
        assert_eq!(encode_due(expires), [&[1][..], &7_i64.to_be_bytes()].concat());
        assert_eq!(decode_due(&encode_due(expires)), Some(expires));
        assert_eq!(decode_wake(&encode_wake(expires, Epoch(3))), Some((expires, Epoch(3))));
        assert_eq!(decode_wake(&encode_due(expires)), Some((expires, Epoch(0))));
        assert_eq!(decode_wake(&encode_wake(expires, Epoch(3))[..16]), None);
    }

    #[test]
    fn damaged_values_do_not_decode() {
        for cut in 0..head().encode().len() {
            assert_eq!(StoredHead::decode(&head().encode()[..cut]), None);
        }
        for cut in 0..encode_frame(&frame()).len() {
            assert_eq!(decode_frame(Sequence(9), &encode_frame(&frame())[..cut]), None);
        }
        let mut other_tag = head().encode();
        other_tag[0] = 9;
        assert_eq!(StoredHead::decode(&other_tag), None);
    }
}
