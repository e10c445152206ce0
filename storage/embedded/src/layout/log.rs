//! Keys of log entries: tenant, name, position.

use super::key::{sortable, tenant_prefix, unsortable};
use igny8_protocol_ids::TenantId;
use igny8_storage_api::{LogKey, LogPosition};

/// Ends a name. A zero within a name is followed by one instead of zero, so that no name is the
/// beginning of another and all sort as they are.
const END: [u8; 2] = [0, 0];
const POSITION_BYTES: usize = 16;

/// What all keys of a log begin with.
pub(crate) fn log_prefix(log: &LogKey) -> Vec<u8> {
    let mut key = tenant_prefix(log.tenant);
    for byte in log.stream.bytes() {
        key.push(byte);
        if byte == 0 {
            key.push(1);
        }
    }
    key.extend_from_slice(&END);
    key
}

/// The key of an entry; `prefix` is [`log_prefix`].
pub(crate) fn log_entry_key(prefix: &[u8], position: LogPosition) -> Vec<u8> {
    let mut key = Vec::with_capacity(prefix.len() + POSITION_BYTES);
    key.extend_from_slice(prefix);
    key.extend_from_slice(&sortable(position.at));
    key.extend_from_slice(&position.number.to_be_bytes());
    key
}

/// A key after all entries of a log.
pub(crate) fn log_end(prefix: &[u8]) -> Vec<u8> {
    [prefix, &[0xff; POSITION_BYTES + 1]].concat()
}

/// The position at the end of an entry's key.
pub(crate) fn decode_log_position(tail: &[u8]) -> Option<LogPosition> {
    let (at, number) = tail.split_first_chunk::<8>()?;
    let number = u64::from_be_bytes(number.try_into().ok()?);
    Some(LogPosition { at: unsortable(*at), number })
}

/// The name of the log that an entry's key belongs to.
pub(crate) fn decode_log_name(tenant: TenantId, key: &[u8]) -> Option<String> {
    let name = key.strip_prefix(&*tenant_prefix(tenant))?;
    let name = name.get(..name.len().checked_sub(POSITION_BYTES)?)?.strip_suffix(&END)?;
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.iter();
    while let Some(byte) = rest.next() {
        bytes.push(*byte);
        if *byte == 0 && rest.next() != Some(&1) {
            return None;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::Timestamp;
    use uuid::Uuid;

    #[test]
    fn log_keys_survive_and_sort_by_name_and_position() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(5));
        let positions = [(-9, 0), (3, 1), (3, 2), (400, 0)]
            .map(|(at, number)| LogPosition { at: Timestamp::from_millis(at), number });
        let mut keys = Vec::new();
        for stream in ["", "\0", "\0\0a", "a", "a\0", "ab", "é"] {
            let log = LogKey { tenant, stream: stream.to_owned() };
            let prefix = log_prefix(&log);
            for position in positions {
                let key = log_entry_key(&prefix, position);
                assert_eq!(decode_log_position(&key[prefix.len()..]), Some(position));
                assert_eq!(decode_log_name(tenant, &key).as_deref(), Some(stream));
                assert!(key < log_end(&prefix));
                keys.push(key);
            }
        }
        assert!(keys.is_sorted());
    }
}
