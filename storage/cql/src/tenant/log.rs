//! Logs: one partition per day of a log, whose rows go away by themselves. The table's files are
//! windows of a day, so that whole files are dropped rather than rows removed.
//!
//! `log_day` names each log and its days. Its rows carry the day on which the entries expire, and
//! live as long as these.

use crate::connect::{Class, Statement};
use crate::entity::Core;
use crate::error::corrupt;
use crate::key::{Values, blob, tenant_value};
use bytes::Bytes;
use futures::TryStreamExt;
use igny8_protocol_ids::{TenantId, Timestamp};
use igny8_storage_api::codec::{encode_plain, plain};
use igny8_storage_api::{LogEntry, LogKey, LogPosition, LogRange, StoreError, check_log, limits};
use scylla::value::CqlValue;
use std::collections::{BTreeMap, HashSet};
use std::sync::PoisonError;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
/// Rows stay longer than they are shown: clocks differ, and entries are judged by the reader's.
const SLACK_SECONDS: i64 = 24 * 60 * 60;
/// The longest lifetime that servers accept is 20 years.
const LIFETIME_SECONDS_MAX: i64 = 19 * 365 * 24 * 60 * 60;
/// Days of logs whose writing is remembered.
const DAYS_MAX: usize = 20_000;
const PAGE_ROWS: i32 = 250;

const NAME: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.log_day (tenant, stream, day, until, set_at) VALUES (?, ?, ?, ?, ?) \
     USING TTL ?",
);
const APPEND: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.log (tenant, stream, day, place, expires, body) VALUES (?, ?, ?, ?, ?, ?) \
     USING TTL ?",
);
const DAYS: Statement = Statement::new(
    Class::Read,
    "SELECT day FROM KS.log_day WHERE tenant = ? AND stream = ? AND day >= ? AND day <= ?",
);
const ENTRIES: Statement = Statement::new(
    Class::Read,
    "SELECT place, expires, body FROM KS.log WHERE tenant = ? AND stream = ? AND day = ? \
     AND place >= ? AND place < ?",
);
const NAMES: Statement =
    Statement::new(Class::Read, "SELECT stream FROM KS.log_day WHERE tenant = ? AND stream > ?");

/// Rows of `log_day` that this process has written: each is needed once.
#[derive(Default)]
pub(crate) struct Days(std::sync::Mutex<HashSet<(LogKey, i64, i64)>>);

impl Days {
    fn knows(&self, key: &(LogKey, i64, i64)) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    fn note(&self, key: (LogKey, i64, i64)) {
        let mut days = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if days.len() >= DAYS_MAX {
            days.clear();
        }
        days.insert(key);
    }
}

fn log_values(log: &LogKey) -> Values {
    vec![tenant_value(log.tenant), CqlValue::Text(log.stream.clone())]
}

/// A position as 16 bytes that sort like it.
fn encode_place(position: LogPosition) -> [u8; 16] {
    let mut place = [0; 16];
    place[..8].copy_from_slice(&(position.at.as_millis() ^ i64::MIN).to_be_bytes());
    place[8..].copy_from_slice(&position.number.to_be_bytes());
    place
}

fn decode_place(place: &[u8]) -> Option<LogPosition> {
    let (at, number) = place.split_first_chunk::<8>()?;
    let at = Timestamp::from_millis(i64::from_be_bytes(*at) ^ i64::MIN);
    Some(LogPosition { at, number: u64::from_be_bytes(number.try_into().ok()?) })
}

fn day_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(DAY_MILLIS)
}

impl Core {
    pub(crate) async fn append_log(
        &self,
        log: &LogKey,
        entries: Vec<LogEntry>,
    ) -> Result<(), StoreError> {
        check_log(log, &entries)?;
        let mut days: BTreeMap<i64, BTreeMap<LogPosition, LogEntry>> = BTreeMap::new();
        for entry in entries {
            days.entry(day_of(entry.position.at)).or_default().insert(entry.position, entry);
        }
        for (day, entries) in days {
            let last = entries.values().map(|entry| entry.expires).max().unwrap_or_default();
            self.name_day(log, day, last).await?;
            let rows = entries.into_values().map(|entry| self.log_row(log, day, &entry));
            self.database.write_together(&APPEND, rows.collect()).await?;
        }
        Ok(())
    }

    fn log_row(&self, log: &LogKey, day: i64, entry: &LogEntry) -> Values {
        let mut values = log_values(log);
        values.extend([
            CqlValue::BigInt(day),
            blob(encode_place(entry.position)),
            CqlValue::BigInt(entry.expires.as_millis()),
            blob(encode_plain(&entry.body)),
            self.lifetime(entry.expires),
        ]);
        values
    }

    /// Seconds after which a row goes away.
    fn lifetime(&self, expires: Timestamp) -> CqlValue {
        let left = expires.as_millis().saturating_sub(self.clock.millis()) / 1_000;
        let seconds = left.clamp(0, LIFETIME_SECONDS_MAX) + SLACK_SECONDS;
        CqlValue::Int(i32::try_from(seconds).expect("twenty years are below 2^31 seconds"))
    }

    /// Enters a day of a log before its entries.
    async fn name_day(&self, log: &LogKey, day: i64, last: Timestamp) -> Result<(), StoreError> {
        // Until the end of the day on which the last entry expires.
        let until = day_of(last).saturating_add(1);
        let key = (log.clone(), day, until);
        if self.days.knows(&key) {
            return Ok(());
        }
        let mut values = log_values(log);
        let end = Timestamp::from_millis(until.saturating_mul(DAY_MILLIS));
        values.extend([day, until, self.clock.millis()].map(CqlValue::BigInt));
        values.push(self.lifetime(end));
        self.database.write(&NAME, values).await?;
        self.days.note(key);
        Ok(())
    }

    pub(crate) async fn log(
        &self,
        log: &LogKey,
        range: LogRange,
        now: Timestamp,
    ) -> Result<Vec<LogEntry>, StoreError> {
        let limit = range.limit.min(limits::LOG_PAGE_MAX);
        let mut found = Vec::new();
        if range.from >= range.until {
            return Ok(found);
        }
        let from = range.after.map_or(range.from, |after| after.at.max(range.from));
        for day in self.days_between(log, day_of(from), day_of(range.until)).await? {
            let mut values = log_values(log);
            values.push(CqlValue::BigInt(day));
            let bound = |at| blob(encode_place(LogPosition { at, number: 0 }));
            values.extend([bound(from), bound(range.until)]);
            let rows = self.database.rows::<(Bytes, i64, Bytes)>(&ENTRIES, values, PAGE_ROWS);
            let mut rows = rows.await?;
            while found.len() < limit
                && let Some((place, expires, body)) = rows.try_next().await?
            {
                let row = decode_place(&place).zip(plain(&body));
                let (position, body) =
                    row.ok_or_else(|| corrupt("a log", "an entry does not decode"))?;
                let expires = Timestamp::from_millis(expires);
                if expires > now && range.after.is_none_or(|after| position > after) {
                    found.push(LogEntry { position, expires, body });
                }
            }
        }
        Ok(found)
    }

    /// Only days that have entries: a range of any length costs what is in it.
    async fn days_between(
        &self,
        log: &LogKey,
        from: i64,
        until: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let mut values = log_values(log);
        values.extend([from, until].map(CqlValue::BigInt));
        let mut rows = self.database.rows::<(i64,)>(&DAYS, values, PAGE_ROWS).await?;
        let mut days = Vec::new();
        while let Some((day,)) = rows.try_next().await? {
            if days.last() != Some(&day) {
                days.push(day);
            }
        }
        Ok(days)
    }

    pub(crate) async fn logs(
        &self,
        tenant: TenantId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let after = CqlValue::Text(after.unwrap_or_default().to_owned());
        let values = vec![tenant_value(tenant), after];
        let mut rows = self.database.rows::<(String,)>(&NAMES, values, PAGE_ROWS).await?;
        let mut names: Vec<String> = Vec::new();
        while let Some((name,)) = rows.try_next().await? {
            if names.last() == Some(&name) {
                continue;
            }
            if names.len() == limit {
                break;
            }
            names.push(name);
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_version_1_sort_like_positions() {
        let position = |at, number| LogPosition { at: Timestamp::from_millis(at), number };
        let mut positions =
            [position(1, u64::MAX), position(-5, 0), position(0, 3), position(i64::MAX, 0)];
        positions.sort_unstable();
        let places = positions.map(encode_place);
        assert!(places.is_sorted());
        assert_eq!(places.map(|place| decode_place(&place).unwrap()), positions);
        let place = encode_place(position(1, 2));
        assert_eq!(place, [128, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    }
}
