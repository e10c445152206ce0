//! Rows of entities: records, open outbox, appends. Each is bound to its entity and key by a check.

use super::{Reader, TAG, length};
use crate::record::{BlobHash, Record};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, EntityKind, Scope};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// Version 2: with a check that binds a row to its place, by BLAKE3.
const TAG_PLACED_BLAKE3: u8 = 2;
/// Version 3: the check is XXH3's.
const TAG_PLACED: u8 = 3;
/// Bytes of the check: enough against chance; against an attacker with write access nothing is.
const CHECK_BYTES: usize = 8;

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
    let (&(TAG_PLACED | TAG_PLACED_BLAKE3), rest) = value.split_first()? else { return None };
    let mut reader = Reader { rest: rest.get(CHECK_BYTES..)? };
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
    let (tag, rest) = value.split_first()?;
    let (found, body) = rest.split_first_chunk::<CHECK_BYTES>()?;
    let due = match *tag {
        TAG_PLACED => check(entity, key, body),
        TAG_PLACED_BLAKE3 => check_blake3(entity, key, body),
        _ => return None,
    };
    (*found == due).then_some(body)
}

/// Each part's hash is the seed of the next: where one ends and the other begins is part of it.
fn check(entity: &EntityKey, key: &[u8], body: &[u8]) -> [u8; CHECK_BYTES] {
    let place = xxh3_64_with_seed(key, xxh3_64(&entity_bytes(entity)));
    xxh3_64_with_seed(body, place).to_be_bytes()
}

/// The check of version 2: it took a third of the time of reading a record.
fn check_blake3(entity: &EntityKey, key: &[u8], body: &[u8]) -> [u8; CHECK_BYTES] {
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
        EntityKind::FreeDocument => 5,
    }
}

/// The kind of a stored number.
pub fn kind_of_byte(byte: u8) -> Option<EntityKind> {
    Some(match byte {
        1 => EntityKind::Account,
        2 => EntityKind::Tenant,
        3 => EntityKind::Site,
        4 => EntityKind::Document,
        5 => EntityKind::FreeDocument,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::TenantId;
    use uuid::Uuid;

    fn entity() -> EntityKey {
        EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(7)))
    }

    fn record() -> Record {
        Record { blobs: vec![BlobHash([8; 32])], ..Record::new("key", "value") }
    }

    #[test]
    fn rows_of_versions_1_to_3_are_read() {
        let plain = decode_record(&entity(), b"key", b"\x01value");
        assert_eq!(plain, Some(Record::new("key", "value")));
        assert_eq!(decode_row(&entity(), b"key", b"\x01body").as_deref(), Some(&b"body"[..]));

        for (version, record_check, row_check) in [
            (2, "c3fac1f5dd25c8d3", "3a934dd5f1b67a9b"),
            (3, "c56e050055f14a52", "78a7738c8ce865ca"),
        ] {
            let mut stored = [&[version], &hex(record_check)[..], &[0, 1], &[8; 32]].concat();
            stored.extend(b"value");
            assert_eq!(decode_record(&entity(), b"key", &stored), Some(record()));
            assert_eq!(blobs_of_record(&stored), Some(vec![BlobHash([8; 32])]));
            let row = [&[version], &hex(row_check)[..], b"body"].concat();
            assert_eq!(decode_row(&entity(), b"key", &row).as_deref(), Some(&b"body"[..]));
            if version == TAG_PLACED {
                assert_eq!(encode_record(&entity(), &record()), stored);
                assert_eq!(encode_row(&entity(), b"key", b"body"), row);
            }
        }
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
}
