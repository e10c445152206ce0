//! Keys: scope first (R13), numbers in big-endian so that they sort.

use igny8_protocol_ids::{EntityKey, Epoch, Scope, Sequence, TenantId, Timestamp};
use igny8_storage_api::codec::{kind_byte, kind_of_byte};
use igny8_storage_api::{BlobHash, OutboxKey, Wake};
use uuid::Uuid;

/// The keyspaces of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Space {
    /// One row per entity: its head. Also the index of all entities.
    Heads,
    /// Records, outbox, appends and frames, by entity.
    Entity,
    /// Large payloads by tenant and hash.
    Blobs,
    /// When each of them was last written, under the same key.
    Marks,
    /// Entries of logs, by tenant, name and position.
    Logs,
    /// Claims, wake hints, members, the format of the store.
    Platform,
}

impl Space {
    /// All of them. Their places here are stored: new ones come at the end.
    pub(crate) const ALL: [Self; 6] =
        [Self::Heads, Self::Entity, Self::Blobs, Self::Marks, Self::Logs, Self::Platform];

    /// The name of its files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Heads => "heads",
            Self::Entity => "entity",
            Self::Blobs => "blobs",
            Self::Marks => "marks",
            Self::Logs => "logs",
            Self::Platform => "platform",
        }
    }

    pub(crate) fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

/// The sections of an entity's rows, in the order in which they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Section {
    Record = 1,
    Outbox = 2,
    Append = 3,
    Frame = 4,
}

impl Section {
    /// A key within an entity: what the check of a row is bound to.
    pub(crate) fn place(self, tail: &[u8]) -> Vec<u8> {
        [&[self as u8], tail].concat()
    }

    /// How reports call a row of it.
    fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Outbox => "outbox record",
            Self::Append => "append",
            Self::Frame => "frame",
        }
    }
}

/// How reports call the row of this entity and section whose key ends like this.
pub(crate) fn row_name(entity: &EntityKey, section: Section, tail: &[u8]) -> String {
    let key = match section {
        Section::Record => Some(format!("\"{}\"", tail.escape_ascii())),
        Section::Outbox => {
            decode_outbox_key(tail).map(|key| format!("{}.{}", key.sequence.0, key.index))
        }
        Section::Append => {
            decode_append_key(tail).map(|(epoch, sequence)| format!("{}.{}", epoch.0, sequence.0))
        }
        Section::Frame => frame_sequence(tail).map(|sequence| sequence.0.to_string()),
    };
    let key = key.unwrap_or_else(|| format!("with the key \"{}\"", tail.escape_ascii()));
    format!("{entity}, {} {key}", section.name())
}

const SCOPE_PLATFORM: u8 = 0;
const SCOPE_TENANT: u8 = 1;

const PLATFORM_FORMAT: u8 = 0;
const PLATFORM_CLAIM: u8 = 1;
const PLATFORM_WAKE_DUE: u8 = 2;
const PLATFORM_WAKE_OF: u8 = 3;
const PLATFORM_RESTORE: u8 = 4;
const PLATFORM_MEMBERSHIP: u8 = 5;
const PLATFORM_HEARTBEAT: u8 = 6;

const UUID_BYTES: usize = 16;
const NUMBER_BYTES: usize = 8;

pub(crate) fn encode_entity(entity: &EntityKey) -> Vec<u8> {
    // Room for the section, two numbers and a short record key after it.
    let mut key = Vec::with_capacity(2 + 2 * UUID_BYTES + 32);
    push_scope(&mut key, entity.scope);
    key.push(kind_byte(entity.kind));
    key.extend_from_slice(entity.id.as_bytes());
    key
}

fn push_scope(key: &mut Vec<u8>, scope: Scope) {
    match scope {
        Scope::Platform => key.push(SCOPE_PLATFORM),
        Scope::Tenant(tenant) => {
            key.push(SCOPE_TENANT);
            key.extend_from_slice(tenant.uuid().as_bytes());
        }
    }
}

/// Reads a whole head key back.
pub(crate) fn decode_entity_key(key: &[u8]) -> Option<EntityKey> {
    let (scope, rest) = match *key.first()? {
        SCOPE_PLATFORM => (Scope::Platform, &key[1..]),
        SCOPE_TENANT => {
            let (tenant, rest) = key[1..].split_first_chunk::<UUID_BYTES>()?;
            (Scope::Tenant(TenantId::from_uuid(Uuid::from_bytes(*tenant))), rest)
        }
        _ => return None,
    };
    let (kind, id) = rest.split_first()?;
    Some(EntityKey { scope, kind: kind_of_byte(*kind)?, id: Uuid::from_slice(id).ok()? })
}

/// What all keys of a section of an entity begin with.
pub(crate) fn section_prefix(entity: &[u8], section: Section) -> Vec<u8> {
    let mut key = Vec::with_capacity(entity.len() + 1 + 2 * NUMBER_BYTES);
    key.extend_from_slice(entity);
    key.push(section as u8);
    key
}

pub(crate) fn record_key(entity: &[u8], record: &[u8]) -> Vec<u8> {
    let mut key = section_prefix(entity, Section::Record);
    key.extend_from_slice(record);
    key
}

pub(crate) fn outbox_key(entity: &[u8], outbox: OutboxKey) -> Vec<u8> {
    let mut key = section_prefix(entity, Section::Outbox);
    key.extend_from_slice(&outbox.sequence.0.to_be_bytes());
    key.extend_from_slice(&outbox.index.to_be_bytes());
    key
}

pub(crate) fn decode_outbox_key(tail: &[u8]) -> Option<OutboxKey> {
    let (sequence, index) = tail.split_first_chunk::<NUMBER_BYTES>()?;
    Some(OutboxKey {
        sequence: Sequence(u64::from_be_bytes(*sequence)),
        index: u32::from_be_bytes(index.try_into().ok()?),
    })
}

pub(crate) fn append_key(entity: &[u8], epoch: Epoch, sequence: Sequence) -> Vec<u8> {
    let mut key = section_prefix(entity, Section::Append);
    key.extend_from_slice(&epoch.0.to_be_bytes());
    key.extend_from_slice(&sequence.0.to_be_bytes());
    key
}

pub(crate) fn decode_append_key(tail: &[u8]) -> Option<(Epoch, Sequence)> {
    let (epoch, sequence) = tail.split_first_chunk::<NUMBER_BYTES>()?;
    let sequence = u64::from_be_bytes(sequence.try_into().ok()?);
    Some((Epoch(u64::from_be_bytes(*epoch)), Sequence(sequence)))
}

pub(crate) fn frame_key(entity: &[u8], sequence: Sequence) -> Vec<u8> {
    let mut key = section_prefix(entity, Section::Frame);
    key.extend_from_slice(&sequence.0.to_be_bytes());
    key
}

pub(crate) fn frame_sequence(tail: &[u8]) -> Option<Sequence> {
    Some(Sequence(u64::from_be_bytes(tail.try_into().ok()?)))
}

pub(crate) fn blob_key(tenant: TenantId, hash: BlobHash) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + UUID_BYTES + hash.0.len());
    push_scope(&mut key, Scope::Tenant(tenant));
    key.extend_from_slice(&hash.0);
    key
}

pub(crate) fn decode_blob_key(key: &[u8]) -> Option<(TenantId, BlobHash)> {
    let (tenant, hash) = key.strip_prefix(&[SCOPE_TENANT])?.split_first_chunk::<UUID_BYTES>()?;
    let tenant = TenantId::from_uuid(Uuid::from_bytes(*tenant));
    Some((tenant, BlobHash(hash.try_into().ok()?)))
}

/// What the keys of all entities and blobs of a tenant begin with.
pub(crate) fn tenant_prefix(tenant: TenantId) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + UUID_BYTES);
    push_scope(&mut key, Scope::Tenant(tenant));
    key
}

/// Where the format of the whole store stands.
pub(crate) fn format_key() -> Vec<u8> {
    vec![PLATFORM_FORMAT]
}

pub(crate) fn claim_key(name: &str) -> Vec<u8> {
    let mut key = vec![PLATFORM_CLAIM];
    key.extend_from_slice(name.as_bytes());
    key
}

/// What the keys of all claims begin with.
pub(crate) fn claim_prefix() -> Vec<u8> {
    vec![PLATFORM_CLAIM]
}

pub(crate) fn decode_claim_key(key: &[u8]) -> Option<String> {
    String::from_utf8(key.strip_prefix(&[PLATFORM_CLAIM])?.to_vec()).ok()
}

/// Stands as long as an entity is being restored.
pub(crate) fn restore_key(entity: &[u8]) -> Vec<u8> {
    let mut key = vec![PLATFORM_RESTORE];
    key.extend_from_slice(entity);
    key
}

pub(crate) fn membership_key() -> Vec<u8> {
    vec![PLATFORM_MEMBERSHIP]
}

/// What the keys of all heartbeats begin with.
pub(crate) fn heartbeat_prefix() -> Vec<u8> {
    vec![PLATFORM_HEARTBEAT]
}

pub(crate) fn heartbeat_key(node: Uuid) -> Vec<u8> {
    let mut key = heartbeat_prefix();
    key.extend_from_slice(node.as_bytes());
    key
}

pub(crate) fn decode_heartbeat_key(key: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(key.strip_prefix(&[PLATFORM_HEARTBEAT])?).ok()
}

/// The wake hint of an entity.
pub(crate) fn wake_of_key(entity: &[u8]) -> Vec<u8> {
    let mut key = vec![PLATFORM_WAKE_OF];
    key.extend_from_slice(entity);
    key
}

/// The same hint in the order of due times.
pub(crate) fn wake_due_key(due: Timestamp, entity: &[u8]) -> Vec<u8> {
    let mut key = vec![PLATFORM_WAKE_DUE];
    key.extend_from_slice(&sortable(due));
    key.extend_from_slice(entity);
    key
}

/// First key and first key after of all hints due at or before `until`.
pub(crate) fn wake_due_range(until: Timestamp) -> (Vec<u8>, Vec<u8>) {
    let end = match until.as_millis().checked_add(1) {
        Some(next) => {
            let mut key = vec![PLATFORM_WAKE_DUE];
            key.extend_from_slice(&sortable(Timestamp::from_millis(next)));
            key
        }
        None => vec![PLATFORM_WAKE_DUE + 1],
    };
    (vec![PLATFORM_WAKE_DUE], end)
}

pub(crate) fn decode_wake_key(key: &[u8]) -> Option<Wake> {
    let (due, entity) =
        key.strip_prefix(&[PLATFORM_WAKE_DUE])?.split_first_chunk::<NUMBER_BYTES>()?;
    Some(Wake { entity: decode_entity_key(entity)?, due: unsortable(*due) })
}

/// A signed time as bytes that sort like it: the sign bit is flipped.
pub(super) fn sortable(time: Timestamp) -> [u8; NUMBER_BYTES] {
    (time.as_millis().cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

pub(super) fn unsortable(bytes: [u8; NUMBER_BYTES]) -> Timestamp {
    Timestamp::from_millis((u64::from_be_bytes(bytes) ^ (1 << 63)).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::EntityKind;

    fn tenant(byte: u8) -> TenantId {
        TenantId::from_uuid(Uuid::from_bytes([byte; 16]))
    }

    fn all_entities() -> Vec<EntityKey> {
        let mut entities = Vec::new();
        for scope in [Scope::Platform, Scope::Tenant(tenant(1)), Scope::Tenant(tenant(255))] {
            for kind in [
                EntityKind::Account,
                EntityKind::Tenant,
                EntityKind::Site,
                EntityKind::Document,
                EntityKind::FreeDocument,
            ] {
                for id in [0, 1, 200] {
                    entities.push(EntityKey { scope, kind, id: Uuid::from_bytes([id; 16]) });
                }
            }
        }
        entities
    }

    #[test]
    fn entity_keys_survive_and_sort_like_the_type() {
        let entities = all_entities();
        let mut keys: Vec<_> = entities.iter().map(encode_entity).collect();
        for (entity, key) in entities.iter().zip(&keys) {
            assert_eq!(decode_entity_key(key).as_ref(), Some(entity));
        }
        keys.sort();
        let mut sorted = entities;
        sorted.sort();
        assert_eq!(keys, sorted.iter().map(encode_entity).collect::<Vec<_>>());
    }

    #[test]
    fn r13_no_entity_key_is_the_beginning_of_another() {
        let keys: Vec<_> = all_entities().iter().map(encode_entity).collect();
        for (i, one) in keys.iter().enumerate() {
            for (j, other) in keys.iter().enumerate() {
                assert!(i == j || !other.starts_with(one));
            }
        }
    }

    #[test]
    fn wake_keys_sort_by_time_below_and_above_zero() {
        let entity = encode_entity(&EntityKey::tenant(tenant(1)));
        let times = [i64::MIN, -5, 0, 5, i64::MAX].map(Timestamp::from_millis);
        let keys = times.map(|due| wake_due_key(due, &entity));
        assert!(keys.is_sorted());
        for (due, key) in times.iter().zip(&keys) {
            assert_eq!(decode_wake_key(key).map(|wake| wake.due), Some(*due));
            let (start, end) = wake_due_range(*due);
            assert!(start <= *key && *key < end);
        }
    }

    #[test]
    fn damaged_row_is_called_by_its_key() {
        let entity = EntityKey::tenant(tenant(1));
        let name = |section, tail: &[u8]| {
            let name = row_name(&entity, section, tail);
            name.strip_prefix(&format!("{entity}, ")).unwrap().to_owned()
        };
        assert_eq!(name(Section::Record, b"a\xff"), "record \"a\\xff\"");
        let outbox = OutboxKey { sequence: Sequence(7), index: 3 };
        assert_eq!(name(Section::Outbox, &outbox_key(b"", outbox)[1..]), "outbox record 7.3");
        let append = append_key(b"", Epoch(4), Sequence(9));
        assert_eq!(name(Section::Append, &append[1..]), "append 4.9");
        assert_eq!(name(Section::Frame, &frame_key(b"", Sequence(5))[1..]), "frame 5");
        assert_eq!(name(Section::Frame, b"x"), "frame with the key \"x\"");
    }

    #[test]
    fn row_keys_survive() {
        let outbox = OutboxKey { sequence: Sequence(7), index: 3 };
        assert_eq!(decode_outbox_key(&outbox_key(b"e", outbox)[2..]), Some(outbox));
        let append = (Epoch(4), Sequence(9));
        assert_eq!(decode_append_key(&append_key(b"e", append.0, append.1)[2..]), Some(append));
        assert_eq!(frame_sequence(&frame_key(b"e", Sequence(5))[2..]), Some(Sequence(5)));
        let blob = (tenant(3), BlobHash([9; 32]));
        assert_eq!(decode_blob_key(&blob_key(blob.0, blob.1)), Some(blob));
    }
}
