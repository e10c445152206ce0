//! The bytes of stored values, the same on every backend (R14): a version tag first, then a fixed
//! layout. Old tags stay readable for ever; the tests below hold one fixture of each.
//!
//! A decoder answers `None` for bytes that are damaged, or that belong to another place.

use crate::chain::ChangeDigest;
use crate::change::CommitId;
use crate::log::{LogEntry, LogPosition};
use crate::member::{Member, Membership};
use crate::record::{BlobHash, Floor, Frame, Head, Record};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, EntityKind, Epoch, Scope, Sequence, Timestamp};
use uuid::Uuid;

/// Version 1.
const TAG: u8 = 1;
/// Version 2 of rows of entities: with a check that binds them to their place.
const TAG_PLACED: u8 = 2;
/// Bytes of that check: enough against chance; against an attacker with write access nothing is.
const CHECK_BYTES: usize = 8;

const BLOB_RAW: u8 = 0;
const BLOB_ZSTD: u8 = 1;
/// Below this, compressing costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 1024;
/// zstd's own default: the best of speed against size for text.
const ZSTD_LEVEL: i32 = 3;

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

/// The value of a record, bound to its entity and key.
pub fn encode_record(entity: &EntityKey, record: &Record) -> Vec<u8> {
    let mut body = Vec::with_capacity(2 + record.blobs.len() * 32 + record.value.len());
    let count = u16::try_from(record.blobs.len()).expect("the limits keep it below 65,536");
    body.extend_from_slice(&count.to_be_bytes());
    for blob in &record.blobs {
        body.extend_from_slice(&blob.0);
    }
    body.extend_from_slice(&record.value);
    encode_placed(entity, &record.key, &body)
}

/// The record with this key.
pub fn decode_record(entity: &EntityKey, key: &[u8], value: &[u8]) -> Option<Record> {
    let key = Bytes::copy_from_slice(key);
    if let Some(value) = value.strip_prefix(&[TAG]) {
        return Some(Record::new(key, Bytes::copy_from_slice(value)));
    }
    let mut reader = Reader { rest: placed(entity, &key, value)? };
    let count = u16::from_be_bytes(reader.array()?);
    let blobs = (0..count).map(|_| reader.array().map(BlobHash)).collect::<Option<_>>()?;
    Some(Record { key, value: Bytes::copy_from_slice(reader.rest), blobs })
}

/// True for a record that was written before records named their blobs: what it names, only the
/// runtime knows.
pub fn hides_its_blobs(value: &[u8]) -> bool {
    value.first() == Some(&TAG)
}

/// The blobs that a stored record names: [`decode_record`] without its check and its value. None
/// are known of one that [`hides_its_blobs`].
pub fn blobs_of_record(value: &[u8]) -> Option<Vec<BlobHash>> {
    if value.first() == Some(&TAG) {
        return Some(Vec::new());
    }
    let mut reader = Reader { rest: value.strip_prefix(&[TAG_PLACED])?.get(CHECK_BYTES..)? };
    let count = u16::from_be_bytes(reader.array()?);
    (0..count).map(|_| reader.array().map(BlobHash)).collect()
}

/// The value of an outbox record or an append, bound to its entity and the rest of its key.
pub fn encode_row(entity: &EntityKey, key: &[u8], body: &[u8]) -> Vec<u8> {
    encode_placed(entity, key, body)
}

/// What was written under this key.
pub fn decode_row(entity: &EntityKey, key: &[u8], value: &[u8]) -> Option<Bytes> {
    let body = match value.strip_prefix(&[TAG]) {
        Some(body) => body,
        None => placed(entity, key, value)?,
    };
    Some(Bytes::copy_from_slice(body))
}

fn encode_placed(entity: &EntityKey, key: &[u8], body: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(1 + CHECK_BYTES + body.len());
    value.push(TAG_PLACED);
    value.extend_from_slice(&check(entity, key, body));
    value.extend_from_slice(body);
    value
}

fn placed<'a>(entity: &EntityKey, key: &[u8], value: &'a [u8]) -> Option<&'a [u8]> {
    let rest = value.strip_prefix(&[TAG_PLACED])?;
    let (found, body) = rest.split_first_chunk::<CHECK_BYTES>()?;
    (*found == check(entity, key, body)).then_some(body)
}

fn check(entity: &EntityKey, key: &[u8], body: &[u8]) -> [u8; CHECK_BYTES] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&entity_bytes(entity));
    hasher.update(&length(key.len()));
    hasher.update(key);
    hasher.update(body);
    let mut check = [0; CHECK_BYTES];
    hasher.finalize_xof().fill(&mut check);
    check
}

/// An entity in 34 bytes.
fn entity_bytes(entity: &EntityKey) -> [u8; 34] {
    let mut bytes = [0; 34];
    if let Scope::Tenant(tenant) = entity.scope {
        bytes[0] = 1;
        bytes[1..17].copy_from_slice(tenant.uuid().as_bytes());
    }
    bytes[17] = kind_byte(entity.kind);
    bytes[18..].copy_from_slice(entity.id.as_bytes());
    bytes
}

/// The stored number of a kind.
pub fn kind_byte(kind: EntityKind) -> u8 {
    match kind {
        EntityKind::Account => 1,
        EntityKind::Tenant => 2,
        EntityKind::Site => 3,
        EntityKind::Document => 4,
    }
}

/// The kind of a stored number.
pub fn kind_of_byte(byte: u8) -> Option<EntityKind> {
    Some(match byte {
        1 => EntityKind::Account,
        2 => EntityKind::Tenant,
        3 => EntityKind::Site,
        4 => EntityKind::Document,
        _ => return None,
    })
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

/// A blob, compressed where that helps.
pub fn encode_blob(bytes: &[u8]) -> Vec<u8> {
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
pub fn decode_blob(value: &[u8], hash: BlobHash) -> Option<Bytes> {
    let mut reader = Reader::open(value)?;
    let bytes = match reader.array::<1>()?[0] {
        BLOB_RAW => Bytes::copy_from_slice(reader.rest),
        BLOB_ZSTD => {
            let size = reader.length()?;
            if size > crate::limits::BLOB_BYTES_MAX {
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
    use igny8_protocol_ids::TenantId;

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

    fn entity() -> EntityKey {
        EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(7)))
    }

    fn record() -> Record {
        Record { blobs: vec![BlobHash([8; 32])], ..Record::new("key", "value") }
    }

    #[test]
    fn rows_of_version_1_and_2_are_read() {
        let plain = decode_record(&entity(), b"key", b"\x01value");
        assert_eq!(plain, Some(Record::new("key", "value")));
        assert_eq!(decode_row(&entity(), b"key", b"\x01body").as_deref(), Some(&b"body"[..]));

        let mut stored = hex("02c3fac1f5dd25c8d30001");
        stored.extend([8; 32]);
        stored.extend(b"value");
        assert_eq!(encode_record(&entity(), &record()), stored);
        assert_eq!(decode_record(&entity(), b"key", &stored), Some(record()));
        assert_eq!(blobs_of_record(&stored), Some(vec![BlobHash([8; 32])]));
        let mut stored = hex("023a934dd5f1b67a9b");
        stored.extend(b"body");
        assert_eq!(encode_row(&entity(), b"key", b"body"), stored);
        assert_eq!(decode_row(&entity(), b"key", &stored).as_deref(), Some(&b"body"[..]));
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
    }

    fn hex(text: &str) -> Vec<u8> {
        let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
        (0..text.len()).step_by(2).map(digits).collect()
    }

    #[test]
    fn row_is_read_in_its_own_place_alone() {
        let value = encode_record(&entity(), &record());
        let other = EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(8)));
        assert_eq!(decode_record(&other, b"key", &value), None);
        assert_eq!(decode_record(&entity(), b"kez", &value), None);
        for place in 0..value.len() {
            let mut changed = value.clone();
            changed[place] ^= 4;
            assert_eq!(decode_record(&entity(), b"key", &changed), None, "byte {place}");
        }
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
