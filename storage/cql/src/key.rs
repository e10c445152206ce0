//! Keys of rows. Numbers are big-endian, so that keys sort like what they mean.

use igny8_protocol_ids::{EntityKey, Epoch, Scope, Sequence, TenantId};
use igny8_storage_api::OutboxKey;
use igny8_storage_api::codec::{kind_byte, kind_of_byte};
use scylla::value::CqlValue;
use uuid::Uuid;

/// The values of a statement, in the order of its marks.
pub(crate) type Values = Vec<CqlValue>;

pub(crate) fn blob(bytes: impl Into<Vec<u8>>) -> CqlValue {
    CqlValue::Blob(bytes.into())
}

/// Epochs and sequences are 64 bits without a sign; CQL's are with one. Real ones stay far below.
pub(crate) fn number(value: u64) -> CqlValue {
    CqlValue::BigInt(value.cast_signed())
}

pub(crate) fn tenant_value(tenant: TenantId) -> CqlValue {
    CqlValue::Uuid(tenant.uuid())
}

/// The columns (scope, kind, id) of an entity.
pub(crate) fn entity_values(entity: &EntityKey) -> Values {
    let kind = CqlValue::TinyInt(kind_byte(entity.kind).cast_signed());
    vec![blob(scope_bytes(entity.scope)), kind, CqlValue::Uuid(entity.id)]
}

/// Zero for the platform, or one and the tenant's bytes.
pub(crate) fn scope_bytes(scope: Scope) -> Vec<u8> {
    match scope {
        Scope::Platform => vec![0],
        Scope::Tenant(tenant) => [&[1], tenant.uuid().as_bytes().as_slice()].concat(),
    }
}

/// The entity of these columns.
pub(crate) fn entity_of(scope: &[u8], kind: i8, id: Uuid) -> Option<EntityKey> {
    let scope = match scope {
        [0] => Scope::Platform,
        [1, tenant @ ..] => Scope::Tenant(TenantId::from_uuid(Uuid::from_slice(tenant).ok()?)),
        _ => return None,
    };
    Some(EntityKey { scope, kind: kind_of_byte(kind.cast_unsigned())?, id })
}

pub(crate) fn frame_key(sequence: Sequence) -> [u8; 8] {
    sequence.0.to_be_bytes()
}

pub(crate) fn decode_frame_key(key: &[u8]) -> Option<Sequence> {
    Some(Sequence(u64::from_be_bytes(key.try_into().ok()?)))
}

pub(crate) fn append_key(epoch: Epoch, sequence: Sequence) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&epoch.0.to_be_bytes());
    key[8..].copy_from_slice(&sequence.0.to_be_bytes());
    key
}

pub(crate) fn decode_append_key(key: &[u8]) -> Option<(Epoch, Sequence)> {
    let (epoch, sequence) = key.split_first_chunk::<8>()?;
    let sequence = u64::from_be_bytes(sequence.try_into().ok()?);
    Some((Epoch(u64::from_be_bytes(*epoch)), Sequence(sequence)))
}

pub(crate) fn outbox_key(key: OutboxKey) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&key.sequence.0.to_be_bytes());
    bytes[8..].copy_from_slice(&key.index.to_be_bytes());
    bytes
}

pub(crate) fn decode_outbox_key(key: &[u8]) -> Option<OutboxKey> {
    let (sequence, index) = key.split_first_chunk::<8>()?;
    let index = u32::from_be_bytes(index.try_into().ok()?);
    Some(OutboxKey { sequence: Sequence(u64::from_be_bytes(*sequence)), index })
}

/// Runs of numbers without a hole, as first and last key of each: every row of a run is named in
/// `rows`, and no other row can ever lie between two of them.
pub(crate) fn runs(mut rows: Vec<(Epoch, Sequence)>) -> Vec<([u8; 16], [u8; 16])> {
    rows.sort_unstable();
    rows.dedup();
    let mut runs: Vec<(Epoch, Sequence, Sequence)> = Vec::new();
    for (epoch, sequence) in rows {
        match runs.last_mut() {
            Some((of, _, last)) if *of == epoch && last.0.checked_add(1) == Some(sequence.0) => {
                *last = sequence;
            }
            _ => runs.push((epoch, sequence, sequence)),
        }
    }
    let key_pair = |(epoch, first, last)| (append_key(epoch, first), append_key(epoch, last));
    runs.into_iter().map(key_pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::EntityKind;

    /// Stored keys: these bytes never change.
    #[test]
    fn keys_of_version_1() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(5));
        assert_eq!(scope_bytes(Scope::Platform), [0]);
        assert_eq!(scope_bytes(Scope::Tenant(tenant))[..2], [1, 0]);
        assert_eq!(scope_bytes(Scope::Tenant(tenant)).len(), 17);
        assert_eq!(frame_key(Sequence(258)), [0, 0, 0, 0, 0, 0, 1, 2]);
        assert_eq!(append_key(Epoch(1), Sequence(2))[7..], [1, 0, 0, 0, 0, 0, 0, 0, 2]);
        let key = OutboxKey { sequence: Sequence(3), index: 4 };
        assert_eq!(outbox_key(key), [0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4]);
        let entity = EntityKey {
            scope: Scope::Tenant(tenant),
            kind: EntityKind::Site,
            id: Uuid::from_u128(6),
        };
        assert_eq!(entity_values(&entity)[1], CqlValue::TinyInt(3));
    }

    #[test]
    fn keys_are_read_back() {
        assert_eq!(decode_frame_key(&frame_key(Sequence(7))), Some(Sequence(7)));
        let append = (Epoch(3), Sequence(9));
        assert_eq!(decode_append_key(&append_key(append.0, append.1)), Some(append));
        let outbox = OutboxKey { sequence: Sequence(3), index: 4 };
        assert_eq!(decode_outbox_key(&outbox_key(outbox)), Some(outbox));
        assert_eq!(decode_append_key(&[0; 15]), None);
        for scope in [Scope::Platform, Scope::Tenant(TenantId::from_uuid(Uuid::from_u128(5)))] {
            let entity = EntityKey { scope, kind: EntityKind::Document, id: Uuid::from_u128(1) };
            assert_eq!(entity_of(&scope_bytes(scope), 4, entity.id), Some(entity));
        }
        assert_eq!(entity_of(&[1, 2], 4, Uuid::nil()), None);
        assert_eq!(entity_of(&[0], 9, Uuid::nil()), None);
    }

    #[test]
    fn r5_a_run_has_no_hole() {
        let row = |epoch, sequence| (Epoch(epoch), Sequence(sequence));
        let rows = vec![row(1, 3), row(1, 1), row(1, 2), row(1, 5), row(2, 6), row(1, 3)];
        let run = |epoch, first, last| {
            (append_key(Epoch(epoch), Sequence(first)), append_key(Epoch(epoch), Sequence(last)))
        };
        assert_eq!(runs(rows), [run(1, 1, 3), run(1, 5, 5), run(2, 6, 6)]);
        assert_eq!(runs(vec![row(1, u64::MAX), row(2, 0)]).len(), 2);
    }
}
