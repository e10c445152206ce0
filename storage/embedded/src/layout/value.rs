//! Values: a version tag first, then a fixed layout. Old tags stay readable for ever; the tests
//! below hold one fixture of each.

use bytes::Bytes;
use igny8_protocol_ids::{Epoch, Sequence, Timestamp};
use igny8_storage_api::{BlobHash, ChangeDigest, CommitId, Head};

/// Version 1 of every value.
const TAG: u8 = 1;

const BLOB_RAW: u8 = 0;
const BLOB_ZSTD: u8 = 1;
/// Below this, compressing costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 1024;
/// zstd's own default: the best of speed against size for text.
const ZSTD_LEVEL: i32 = 3;

/// A head as it is stored: with the beginning of the frames that are still kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredHead {
    pub(crate) head: Head,
    /// The last sequence whose frame is gone; 0 if none is.
    pub(crate) floor: Sequence,
    /// The chain hash of that frame: the walk of the chain begins here.
    pub(crate) floor_chain: [u8; 32],
}

impl StoredHead {
    /// An entity that never was.
    pub(crate) fn unborn() -> Self {
        let head =
            Head { epoch: Epoch(0), sequence: Sequence(0), commit_id: CommitId(0), chain: [0; 32] };
        Self { head, floor: Sequence(0), floor_chain: [0; 32] }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(105);
        value.push(TAG);
        value.extend_from_slice(&self.head.epoch.0.to_be_bytes());
        value.extend_from_slice(&self.head.sequence.0.to_be_bytes());
        value.extend_from_slice(&self.head.commit_id.0.to_be_bytes());
        value.extend_from_slice(&self.head.chain);
        value.extend_from_slice(&self.floor.0.to_be_bytes());
        value.extend_from_slice(&self.floor_chain);
        value
    }

    pub(crate) fn decode(value: &[u8]) -> Option<Self> {
        let mut reader = Reader::open(value)?;
        let head = Head {
            epoch: Epoch(reader.number()?),
            sequence: Sequence(reader.number()?),
            commit_id: CommitId(u128::from_be_bytes(reader.array()?)),
            chain: reader.array()?,
        };
        let floor = Sequence(reader.number()?);
        let floor_chain = reader.array()?;
        reader.end()?;
        Some(Self { head, floor, floor_chain })
    }
}

/// What stays of a commit: its events and what the chain is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) chain: [u8; 32],
    pub(crate) epoch: Epoch,
    pub(crate) commit_id: CommitId,
    pub(crate) digest: ChangeDigest,
    pub(crate) events: Vec<Bytes>,
}

/// The chain lies at a fixed place, so that a frame can be encoded before its turn is known.
const CHAIN_AT: std::ops::Range<usize> = 1..33;

/// Writes the chain into an encoded frame.
pub(crate) fn seal_frame(value: &mut [u8], chain: &[u8; 32]) {
    value[CHAIN_AT].copy_from_slice(chain);
}

impl Frame {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let events: usize = self.events.iter().map(|event| event.len() + 4).sum();
        let mut value = Vec::with_capacity(125 + events);
        value.push(TAG);
        value.extend_from_slice(&self.chain);
        value.extend_from_slice(&self.epoch.0.to_be_bytes());
        value.extend_from_slice(&self.commit_id.0.to_be_bytes());
        value.extend_from_slice(&self.digest.events);
        value.extend_from_slice(&self.digest.rest);
        value.extend_from_slice(&length(self.events.len()));
        for event in &self.events {
            value.extend_from_slice(&length(event.len()));
            value.extend_from_slice(event);
        }
        value
    }

    pub(crate) fn decode(value: &[u8]) -> Option<Self> {
        let mut reader = Reader::open(value)?;
        let chain = reader.array()?;
        let epoch = Epoch(reader.number()?);
        let commit_id = CommitId(u128::from_be_bytes(reader.array()?));
        let digest = ChangeDigest { events: reader.array()?, rest: reader.array()? };
        let count = reader.length()?;
        // A damaged count must not reserve memory: each event takes at least its length.
        let mut events = Vec::with_capacity(count.min(reader.rest.len() / 4));
        for _ in 0..count {
            let bytes = reader.length()?;
            events.push(Bytes::copy_from_slice(reader.take(bytes)?));
        }
        reader.end()?;
        Some(Self { chain, epoch, commit_id, digest, events })
    }
}

/// A value of somebody else's bytes.
pub(crate) fn encode_plain(body: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(1 + body.len());
    value.push(TAG);
    value.extend_from_slice(body);
    value
}

/// The bytes of a plain value.
pub(crate) fn plain(value: &[u8]) -> Option<Bytes> {
    value.strip_prefix(&[TAG]).map(Bytes::copy_from_slice)
}

pub(crate) fn encode_due(due: Timestamp) -> Vec<u8> {
    encode_plain(&due.as_millis().to_be_bytes())
}

pub(crate) fn decode_due(value: &[u8]) -> Option<Timestamp> {
    let millis = value.strip_prefix(&[TAG])?.try_into().ok()?;
    Some(Timestamp::from_millis(i64::from_be_bytes(millis)))
}

/// A blob, compressed where that helps.
pub(crate) fn encode_blob(bytes: &[u8]) -> Vec<u8> {
    if bytes.len() >= COMPRESS_FROM_BYTES
        && let Ok(packed) = zstd::bulk::compress(bytes, ZSTD_LEVEL)
        && packed.len() < bytes.len()
    {
        return tagged(&[TAG, BLOB_ZSTD], &length(bytes.len()), &packed);
    }
    tagged(&[TAG, BLOB_RAW], &[], bytes)
}

fn tagged(tag: &[u8], length: &[u8], body: &[u8]) -> Vec<u8> {
    [tag, length, body].concat()
}

/// The bytes of a blob, if they are what the hash says.
pub(crate) fn decode_blob(value: &[u8], hash: BlobHash) -> Option<Bytes> {
    let mut reader = Reader::open(value)?;
    let bytes = match reader.array::<1>()?[0] {
        BLOB_RAW => Bytes::copy_from_slice(reader.rest),
        BLOB_ZSTD => {
            let size = reader.length()?;
            if size > igny8_storage_api::limits::BLOB_BYTES_MAX {
                return None;
            }
            Bytes::from(zstd::bulk::decompress(reader.rest, size).ok()?)
        }
        _ => return None,
    };
    (BlobHash::of(&bytes) == hash).then_some(bytes)
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
        StoredHead { head, floor: Sequence(1), floor_chain: [6; 32] }
    }

    fn frame() -> Frame {
        Frame {
            chain: [1; 32],
            epoch: Epoch(2),
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
        assert_eq!(Frame::decode(&stored), Some(frame()));
        assert_eq!(frame().encode(), stored);
    }

    #[test]
    fn damaged_values_do_not_decode() {
        for cut in 0..head().encode().len() {
            assert_eq!(StoredHead::decode(&head().encode()[..cut]), None);
        }
        for cut in 0..frame().encode().len() {
            assert_eq!(Frame::decode(&frame().encode()[..cut]), None);
        }
        let mut other_tag = head().encode();
        other_tag[0] = 9;
        assert_eq!(StoredHead::decode(&other_tag), None);
    }

    #[test]
    fn blobs_survive_small_large_and_incompressible() {
        let noise: Vec<u8> =
            (0..200_u32).flat_map(|i| *blake3::hash(&i.to_be_bytes()).as_bytes()).collect();
        for bytes in [Vec::new(), vec![7; 10], vec![7; 100_000], noise] {
            let value = encode_blob(&bytes);
            assert!(value.len() <= bytes.len() + 2);
            assert_eq!(decode_blob(&value, BlobHash::of(&bytes)).as_deref(), Some(&bytes[..]));
            assert_eq!(decode_blob(&value, BlobHash([0; 32])), None);
        }
    }
}
