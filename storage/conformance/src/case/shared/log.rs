//! Logs: ordered by place, kept for a while, a tenant's own.

use crate::Backend;
use crate::fixture::{at, bytes, now, tenant};
use bytes::Bytes;
use igny8_protocol_ids::{TenantId, Timestamp};
use igny8_storage_api::{LogEntry, LogKey, LogPosition, LogRange, Store, StoreError, limits};
use std::time::Duration;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn log(tenant: TenantId, stream: &str) -> LogKey {
    LogKey { tenant, stream: stream.to_owned() }
}

/// An entry so many milliseconds after `base` that lives for a day from there.
fn entry(base: Timestamp, offset: i64, number: u64, body: &str) -> LogEntry {
    let moment = at(base.as_millis() + offset);
    let expires = moment.plus(Duration::from_hours(24));
    LogEntry { position: LogPosition { at: moment, number }, expires, body: bytes(body) }
}

/// Everything from a day before `base` to a day after it.
fn around(base: Timestamp) -> LogRange {
    let (from, until) = (at(base.as_millis() - DAY), at(base.as_millis() + DAY));
    LogRange { from, until, after: None, limit: limits::LOG_PAGE_MAX }
}

fn bodies(entries: &[LogEntry]) -> Vec<String> {
    entries.iter().map(|entry| crate::fixture::text(&entry.body)).collect()
}

/// By moment and number, however they were written, and whole.
pub async fn r14_log_entries_come_in_the_order_of_their_places<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    assert_eq!(store.log(&log, around(base), base).await.unwrap(), []);
    let mut entries = vec![
        entry(base, 5, 1, "c"),
        entry(base, 0, 0, "a"),
        entry(base, 5, 300, "d"),
        entry(base, 0, 1, "b"),
    ];
    store.append_log(&log, entries[..2].to_vec()).await.unwrap();
    store.append_log(&log, entries[2..].to_vec()).await.unwrap();
    entries.sort_by_key(|entry| entry.position);
    assert_eq!(store.log(&log, around(base), base).await.unwrap(), entries);
}

/// Pages of every size join to the whole, also where several entries share a moment.
pub async fn r14_pages_of_a_log_join<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    let entries: Vec<_> =
        (0..11).map(|number| entry(base, number / 4, number as u64, "line")).collect();
    store.append_log(&log, entries.clone()).await.unwrap();
    for limit in [1, 2, 4, 11, 100] {
        let mut range = LogRange { limit, ..around(base) };
        let mut found = Vec::new();
        loop {
            let page = store.log(&log, range, base).await.unwrap();
            assert!(page.len() <= limit);
            let Some(last) = page.last() else { break };
            range.after = Some(last.position);
            found.extend(page);
        }
        assert_eq!(found, entries, "pages of {limit}");
    }
}

/// The first moment belongs to a range, the last does not.
pub async fn r14_range_of_a_log_is_half_open<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    let entries = (0..5).map(|number| entry(base, number, 0, &number.to_string())).collect();
    store.append_log(&log, entries).await.unwrap();
    let moment = |offset| at(base.as_millis() + offset);
    let range = LogRange { from: moment(1), until: moment(4), ..around(base) };
    assert_eq!(bodies(&store.log(&log, range, base).await.unwrap()), ["1", "2", "3"]);
    // A place before the range is no place to go on from.
    let after = Some(LogPosition { at: moment(0), number: 9 });
    let range = LogRange { after, ..range };
    assert_eq!(bodies(&store.log(&log, range, base).await.unwrap()), ["1", "2", "3"]);
    let empty = LogRange { from: moment(3), until: moment(3), ..around(base) };
    assert_eq!(store.log(&log, empty, base).await.unwrap(), []);
}

/// A log goes across days.
pub async fn r14_log_crosses_days<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    for day in 0..4 {
        let mut entry = entry(base, -day * DAY, 0, &day.to_string());
        entry.expires = base.plus(Duration::from_hours(1));
        store.append_log(&log, vec![entry]).await.unwrap();
    }
    let from = at(base.as_millis() - 4 * DAY);
    let range = LogRange { from, ..around(base) };
    assert_eq!(bodies(&store.log(&log, range, base).await.unwrap()), ["3", "2", "1", "0"]);
    let range = LogRange { limit: 3, ..range };
    assert_eq!(bodies(&store.log(&log, range, base).await.unwrap()), ["3", "2", "1"]);
}

/// The same place written again replaces itself.
pub async fn r14_log_entry_written_again_replaces_itself<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    for body in ["first", "again", "again"] {
        store.append_log(&log, vec![entry(base, 0, 7, body)]).await.unwrap();
    }
    assert_eq!(bodies(&store.log(&log, around(base), base).await.unwrap()), ["again"]);
}

/// From its moment on an expired entry is not seen, swept or not.
pub async fn r14_expired_log_entry_is_hidden<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    let mut short = entry(base, 0, 0, "short");
    short.expires = base.plus(Duration::from_hours(1));
    store.append_log(&log, vec![short, entry(base, 0, 1, "long")]).await.unwrap();
    for (offset, seen) in [(0, 2), (HOUR - 1, 2), (HOUR, 1), (DAY - 1, 1), (DAY, 0)] {
        let moment = at(base.as_millis() + offset);
        let entries = store.log(&log, around(base), moment).await.unwrap();
        assert_eq!(entries.len(), seen, "after {offset} ms");
    }
    // Hidden ones do not count.
    let range = LogRange { limit: 1, ..around(base) };
    let later = base.plus(Duration::from_hours(2));
    assert_eq!(bodies(&store.log(&log, range, later).await.unwrap()), ["long"]);
}

/// Sweeping ends, and takes nothing that lives: not what is written again while it goes on either.
pub async fn r14_sweep_of_logs_loses_nothing_living<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    let short = |number| LogEntry {
        expires: base.plus(Duration::from_hours(1)),
        ..entry(base, 0, number, "short")
    };
    store.append_log(&log, (0..50).map(short).collect()).await.unwrap();
    let living = (50..60).map(|number| entry(base, 0, number, "long"));
    store.append_log(&log, living.collect()).await.unwrap();
    let later = base.plus(Duration::from_hours(2));
    let sweeping = {
        let store = store.clone();
        tokio::spawn(async move { while store.sweep_logs(later).await.unwrap() > 0 {} })
    };
    for number in 0..20 {
        store.append_log(&log, vec![entry(base, 0, number, "renewed")]).await.unwrap();
    }
    sweeping.await.unwrap();
    let found = bodies(&store.log(&log, around(base), later).await.unwrap());
    assert_eq!(found, [vec!["renewed"; 20], vec!["long"; 10]].concat());
    assert_eq!(store.sweep_logs(later).await.unwrap(), 0);
    let found = store.log(&log, around(base), later).await.unwrap();
    assert_eq!(found.len(), 30);
}

/// Names are listed once each, in order, through pages of any size, and apart however alike.
pub async fn r14_logs_are_listed_once_in_order<B: Backend>(backend: B) {
    let (store, base, tenant) = (backend.open().await, now(), tenant());
    let names = ["a", "a/1", "a/10", "a/2", "b", "ba", "z\u{e9}"];
    for name in names.iter().rev() {
        for number in 0..3 {
            let entries = vec![entry(base, number, 0, name)];
            store.append_log(&log(tenant, name), entries).await.unwrap();
        }
    }
    for page in [1, 3, 100] {
        let (mut listed, mut after): (Vec<String>, Option<String>) = (Vec::new(), None);
        loop {
            let logs = store.logs(tenant, after.as_deref(), page).await.unwrap();
            assert!(logs.len() <= page);
            let Some(last) = logs.last() else { break };
            after = Some(last.clone());
            listed.extend(logs);
        }
        assert_eq!(listed, names);
    }
    for name in names {
        let found = bodies(&store.log(&log(tenant, name), around(base), base).await.unwrap());
        assert_eq!(found, [name; 3]);
    }
}

/// The log of the same name of another tenant is another one.
pub async fn r13_logs_of_another_tenant_are_apart<B: Backend>(backend: B) {
    let (store, base, mine, other) = (backend.open().await, now(), tenant(), tenant());
    store.append_log(&log(mine, "task/1"), vec![entry(base, 0, 0, "mine")]).await.unwrap();
    let found = store.log(&log(other, "task/1"), around(base), base).await.unwrap();
    assert_eq!(found, []);
    assert_eq!(store.logs(other, None, 10).await.unwrap(), [""; 0]);
    assert_eq!(store.logs(mine, None, 10).await.unwrap(), ["task/1"]);
}

/// What is acknowledged is there after a crash.
pub async fn r7_log_entries_are_there_after_a_crash<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    store.append_log(&log, vec![entry(base, 0, 0, "a"), entry(base, 1, 0, "b")]).await.unwrap();
    let store = backend.crash(store).await;
    assert_eq!(bodies(&store.log(&log, around(base), base).await.unwrap()), ["a", "b"]);
}

/// The longest name and the largest entry are kept; above that the whole call is refused.
pub async fn r11_log_entries_above_a_bound_are_refused<B: Backend>(backend: B) {
    let (store, base, tenant) = (backend.open().await, now(), tenant());
    let long = log(tenant, &"n".repeat(limits::LOG_NAME_BYTES_MAX));
    let zeros = |length| Bytes::from(vec![0; length]);
    let largest = LogEntry { body: zeros(limits::LOG_ENTRY_BYTES_MAX), ..entry(base, 0, 0, "") };
    store.append_log(&long, vec![largest.clone()]).await.unwrap();
    assert!(store.log(&long, around(base), base).await.unwrap() == [largest.clone()]);

    let log = log(tenant, "task/1");
    let larger = LogEntry { body: zeros(limits::LOG_ENTRY_BYTES_MAX + 1), ..entry(base, 1, 0, "") };
    let many = limits::COMMIT_BYTES_MAX / limits::LOG_ENTRY_BYTES_MAX + 1;
    let longer = LogKey { stream: long.stream.clone() + "n", ..long.clone() };
    for (log, entries) in [
        (&log, vec![entry(base, 0, 0, "small"), larger]),
        (&log, vec![largest; many]),
        (&longer, vec![entry(base, 0, 0, "small")]),
    ] {
        let refused = store.append_log(log, entries).await;
        assert!(matches!(refused, Err(StoreError::TooLarge { .. })), "{refused:?}");
    }
    assert_eq!(store.log(&log, around(base), base).await.unwrap(), []);
}

/// A page is bounded even if more is asked for.
pub async fn r11_page_of_a_log_is_bounded<B: Backend>(backend: B) {
    let (store, base, log) = (backend.open().await, now(), log(tenant(), "task/1"));
    let count = limits::LOG_PAGE_MAX as u64 + 50;
    let entries = (0..count).map(|number| entry(base, 0, number, "x")).collect();
    store.append_log(&log, entries).await.unwrap();
    let range = LogRange { limit: usize::MAX, ..around(base) };
    let page = store.log(&log, range, base).await.unwrap();
    assert_eq!(page.len(), limits::LOG_PAGE_MAX);
    let after = page.last().map(|entry| entry.position);
    let rest = store.log(&log, LogRange { after, ..range }, base).await.unwrap();
    assert_eq!(rest.len(), 50);
}
