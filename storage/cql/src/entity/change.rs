//! What a frame row keeps beside the public frame: the change itself, from which records and open
//! outbox records are made.

use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Sequence};
use igny8_storage_api::codec::{decode_row, encode_row};
use igny8_storage_api::{BlobHash, Change, NewOutbox, OutboxKey, Record, RecordKey};

use crate::key::frame_key;

/// Version 1 of the layout.
const TAG: u8 = 1;
const RAW: u8 = 0;
const ZSTD: u8 = 1;
/// Below this, compressing costs more than it saves.
const COMPRESS_FROM_BYTES: usize = 1024;
/// zstd's fastest: every commit waits for it.
const ZSTD_LEVEL: i32 = 1;
/// No change is larger: the contract's bound, and room for lengths and keys.
const UNPACKED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The parts of a change that become rows later. Its appends are rows at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct StoredChange {
    pub(crate) puts: Vec<Record>,
    pub(crate) deletes: Vec<RecordKey>,
    pub(crate) outbox: Vec<NewOutbox>,
    pub(crate) closed: Vec<OutboxKey>,
    /// True if the commit wrote or removed appends: who copies an entity must read them again.
    pub(crate) moves_appends: bool,
}

/// Lays a change out, bound to its place.
pub(crate) fn encode_change(entity: &EntityKey, sequence: Sequence, change: &Change) -> Vec<u8> {
    let payload = payload(change);
    let packed = (payload.len() >= COMPRESS_FROM_BYTES)
        .then(|| zstd::bulk::compress(&payload, ZSTD_LEVEL).ok())
        .flatten()
        .filter(|packed| packed.len() < payload.len());
    let body = match packed {
        Some(packed) => [&[TAG, ZSTD], &length(payload.len())[..], &packed].concat(),
        None => [&[TAG, RAW], &payload[..]].concat(),
    };
    encode_row(entity, &frame_key(sequence), &body)
}

/// Reads a change back; `None` if it is damaged or belongs elsewhere.
pub(crate) fn decode_change(
    entity: &EntityKey,
    sequence: Sequence,
    value: &[u8],
) -> Option<StoredChange> {
    let body = decode_row(entity, &frame_key(sequence), value)?;
    let rest = body.strip_prefix(&[TAG])?;
    let (packing, rest) = rest.split_first()?;
    match *packing {
        RAW => parse(rest),
        ZSTD => {
            let (size, packed) = rest.split_first_chunk::<4>()?;
            let size = usize::try_from(u32::from_be_bytes(*size)).ok()?;
            let size = (size <= UNPACKED_BYTES_MAX).then_some(size)?;
            parse(&zstd::bulk::decompress(packed, size).ok()?)
        }
        _ => None,
    }
}

fn payload(change: &Change) -> Vec<u8> {
    let mut out = Vec::new();
    out.push(u8::from(!change.appends.is_empty() || !change.compacted.is_empty()));
    out.extend(length(change.puts.len()));
    for record in &change.puts {
        field(&mut out, &record.key);
        out.extend(length(record.blobs.len()));
        record.blobs.iter().for_each(|blob| out.extend(blob.0));
        field(&mut out, &record.value);
    }
    out.extend(length(change.deletes.len()));
    change.deletes.iter().for_each(|key| field(&mut out, key));
    out.extend(length(change.outbox.len()));
    for record in &change.outbox {
        out.extend(record.index.to_be_bytes());
        field(&mut out, &record.body);
    }
    out.extend(length(change.closed.len()));
    for key in &change.closed {
        out.extend(key.sequence.0.to_be_bytes());
        out.extend(key.index.to_be_bytes());
    }
    out
}

fn parse(payload: &[u8]) -> Option<StoredChange> {
    let mut reader = Reader(payload);
    let moves_appends = match reader.array::<1>()?[0] {
        0 => false,
        1 => true,
        _ => return None,
    };
    let puts = reader.list(|reader| {
        let key = reader.field()?;
        let blobs = reader.list(|reader| reader.array().map(BlobHash))?;
        Some(Record { key, value: reader.field()?, blobs })
    })?;
    let deletes = reader.list(Reader::field)?;
    let outbox = reader.list(|reader| {
        Some(NewOutbox { index: u32::from_be_bytes(reader.array()?), body: reader.field()? })
    })?;
    let closed = reader.list(|reader| {
        let sequence = Sequence(u64::from_be_bytes(reader.array()?));
        Some(OutboxKey { sequence, index: u32::from_be_bytes(reader.array()?) })
    })?;
    let stored = StoredChange { puts, deletes, outbox, closed, moves_appends };
    reader.0.is_empty().then_some(stored)
}

fn length(value: usize) -> [u8; 4] {
    u32::try_from(value).expect("the limits keep every change below 4 GiB").to_be_bytes()
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(length(bytes.len()));
    out.extend_from_slice(bytes);
}

/// Reads from the front; `None` where the bytes end too soon.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_be_bytes(self.array()?)).ok()
    }

    fn field(&mut self) -> Option<Bytes> {
        let length = self.length()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Bytes::copy_from_slice(taken))
    }

    /// A damaged count reserves nothing: the list grows with what is really there.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.length()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Some(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::TenantId;
    use igny8_storage_api::{Append, CommitId};
    use uuid::Uuid;

    fn entity() -> EntityKey {
        EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(7)))
    }

    fn change() -> Change {
        let record = Record { blobs: vec![BlobHash([8; 32])], ..Record::new("k", "value") };
        Change {
            commit_id: CommitId(1),
            puts: vec![record],
            deletes: vec![Bytes::from_static(b"gone")],
            events: vec![Bytes::from_static(b"not kept here")],
            outbox: vec![NewOutbox { index: 1, body: Bytes::from_static(b"call") }],
            closed: vec![OutboxKey { sequence: Sequence(2), index: 3 }],
            appends: vec![Append { sequence: Sequence(1), body: Bytes::from_static(b"row") }],
            compacted: Vec::new(),
        }
    }

    fn stored() -> StoredChange {
        let Change { puts, deletes, outbox, closed, .. } = change();
        StoredChange { puts, deletes, outbox, closed, moves_appends: true }
    }

    /// The fixture of version 1: it is read for ever.
    #[test]
    fn version_1_fixture_is_read() {
        let mut body = vec![1, 0, 1];
        body.extend([0, 0, 0, 1, 0, 0, 0, 1, b'k', 0, 0, 0, 1]);
        body.extend([8; 32]);
        body.extend(b"\0\0\0\x05value");
        body.extend(b"\0\0\0\x01\0\0\0\x04gone");
        body.extend(b"\0\0\0\x01\0\0\0\x01\0\0\0\x04call");
        body.extend(b"\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\x03");
        let value = encode_row(&entity(), &frame_key(Sequence(9)), &body);
        assert_eq!(decode_change(&entity(), Sequence(9), &value), Some(stored()));
        assert_eq!(encode_change(&entity(), Sequence(9), &change()), value);
    }

    #[test]
    fn large_changes_are_packed_and_read_back() {
        let mut large = change();
        large.puts.push(Record::new("large", vec![7; 100_000]));
        let value = encode_change(&entity(), Sequence(9), &large);
        assert!(value.len() < 1_000);
        let read = decode_change(&entity(), Sequence(9), &value).unwrap();
        assert_eq!(read.puts, large.puts);
    }

    #[test]
    fn damaged_and_moved_changes_do_not_decode() {
        let value = encode_change(&entity(), Sequence(9), &change());
        assert_eq!(decode_change(&entity(), Sequence(8), &value), None);
        for cut in 0..value.len() {
            assert_eq!(decode_change(&entity(), Sequence(9), &value[..cut]), None);
        }
        for cut in 0..payload(&change()).len() {
            assert_eq!(parse(&payload(&change())[..cut]), None);
        }
    }
}
