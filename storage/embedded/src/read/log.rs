//! Logs, and which of their entries have expired.

use crate::engine::Engine;
use crate::error::{corrupt, read_failed};
use crate::layout::{
    Space, decode_log_name, decode_log_position, log_end, log_entry_key, log_prefix, tenant_prefix,
};
use igny8_protocol_ids::{TenantId, Timestamp};
use igny8_storage_api::codec::decode_log_entry;
use igny8_storage_api::{LogEntry, LogKey, LogPosition, LogRange, StoreError, limits};
use std::ops::Bound;

/// Where a sweep for one moment goes on: after this key.
pub(crate) type SweepPlace = (Timestamp, Vec<u8>);

impl Engine {
    pub(crate) fn read_log(
        &self,
        log: &LogKey,
        range: LogRange,
        now: Timestamp,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let prefix = log_prefix(log);
        let at = |at| log_entry_key(&prefix, LogPosition { at, number: 0 });
        let (mut start, end) = (Bound::Included(at(range.from)), at(range.until));
        if let Some(after) = range.after.filter(|after| after.at >= range.from) {
            start = Bound::Excluded(log_entry_key(&prefix, after));
        }
        let (Bound::Included(first) | Bound::Excluded(first)) = &start else { unreachable!() };
        let mut entries = Vec::new();
        let limit = range.limit.min(limits::LOG_PAGE_MAX);
        if *first >= end || limit == 0 {
            return Ok(entries);
        }
        let rows = self.snapshot().range(self.space(Space::Logs), (start, Bound::Excluded(end)));
        for guard in rows {
            let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
            let position = decode_log_position(&key[prefix.len()..]);
            let entry = position.and_then(|position| decode_log_entry(position, &value));
            let entry = entry.ok_or_else(|| {
                corrupt(format!("{}, log {:?}", log.tenant, log.stream), "an entry does not decode")
            })?;
            if entry.expires > now {
                entries.push(entry);
            }
            if entries.len() == limit {
                break;
            }
        }
        Ok(entries)
    }

    /// Goes from name to name, not through all entries.
    pub(crate) fn read_log_names(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let snapshot = self.snapshot();
        let end_of =
            |stream: &str| log_end(&log_prefix(&LogKey { tenant, stream: stream.to_owned() }));
        let mut names = Vec::new();
        let mut start = after.map_or_else(|| tenant_prefix(tenant), end_of);
        // UTF-8 has no such byte.
        let end = [tenant_prefix(tenant), vec![0xff]].concat();
        while names.len() < limit {
            let mut rows = snapshot.range(self.space(Space::Logs), start..end.clone());
            let Some(guard) = rows.next() else { break };
            let key = guard.key().map_err(|error| read_failed(&error))?;
            let name = decode_log_name(tenant, &key)
                .ok_or_else(|| corrupt(format!("{tenant}, logs"), "a key does not decode"))?;
            start = end_of(&name);
            names.push(name);
        }
        Ok(names)
    }

    /// Keys of entries that have expired at `now`, at most `limit`. Goes on where the call before
    /// for the same moment ended; the end of all logs is an empty answer or a short one, after which
    /// the next call begins anew.
    pub(crate) fn expired_logs(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let place = self.sweep.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let start = match place.filter(|(moment, _)| *moment == now) {
            Some((_, key)) => Bound::Excluded(key),
            None => Bound::Unbounded,
        };
        let mut keys = Vec::new();
        let rows = self.snapshot().range(self.space(Space::Logs), (start, Bound::Unbounded));
        for guard in rows {
            let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
            if entry_expires(&value)? <= now {
                keys.push(key.to_vec());
            }
            if keys.len() == limit {
                let place = keys.last().map(|last| (now, last.clone()));
                *self.sweep.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = place;
                break;
            }
        }
        Ok(keys)
    }
}

/// When an entry expires.
pub(crate) fn entry_expires(value: &[u8]) -> Result<Timestamp, StoreError> {
    let position = LogPosition { at: Timestamp::from_millis(0), number: 0 };
    let entry = decode_log_entry(position, value);
    entry.map(|entry| entry.expires).ok_or_else(|| corrupt("logs", "an entry does not decode"))
}
