//! The checks behind [`crate::limits`]: every backend calls them before it does anything else.

use crate::{Append, Change, LogEntry, LogKey, Member, StoreError, limits};

/// `Err(TooLarge)` if `actual` is above `limit`.
pub fn check_bound(what: &'static str, actual: usize, limit: usize) -> Result<(), StoreError> {
    if actual > limit {
        return Err(StoreError::TooLarge { what, actual, limit });
    }
    Ok(())
}

/// Checks rows that are appended without a fence; their bytes are the answer.
pub fn check_appends(rows: &[Append]) -> Result<usize, StoreError> {
    let mut total = 0;
    for row in rows {
        check_bound("an append", row.body.len(), limits::VALUE_BYTES_MAX)?;
        total += row.body.len();
    }
    check_bound("a group of appends", total, limits::COMMIT_BYTES_MAX)?;
    Ok(total)
}

/// Checks entries of a log; their bytes are the answer.
pub fn check_log(log: &LogKey, entries: &[LogEntry]) -> Result<usize, StoreError> {
    check_bound("a log's name", log.stream.len(), limits::LOG_NAME_BYTES_MAX)?;
    let mut total = 0;
    for entry in entries {
        check_bound("a log entry", entry.body.len(), limits::LOG_ENTRY_BYTES_MAX)?;
        total += entry.body.len();
    }
    check_bound("a group of log entries", total, limits::COMMIT_BYTES_MAX)?;
    Ok(total)
}

/// Checks a claim's name and value.
pub fn check_claim(name: &str, value: &[u8]) -> Result<(), StoreError> {
    check_bound("a claim's name", name.len(), limits::CLAIM_NAME_BYTES_MAX)?;
    check_bound("a claim's value", value.len(), limits::VALUE_BYTES_MAX)
}

/// Checks a list of members.
pub fn check_members(members: &[Member]) -> Result<(), StoreError> {
    check_bound("the number of members", members.len(), limits::MEMBERS_MAX)?;
    let bytes = members.iter().map(|member| member.body.len()).sum();
    check_bound("a list of members", bytes, limits::VALUE_BYTES_MAX)
}

impl Change {
    /// Checks the bounds of a commit; the bytes that it carries are the answer.
    pub fn check_bounds(&self) -> Result<usize, StoreError> {
        let mut total = check_appends(&self.appends)?;
        for record in &self.puts {
            check_bound("a record's key", record.key.len(), limits::RECORD_KEY_BYTES_MAX)?;
            check_bound("a record", record.value.len(), limits::VALUE_BYTES_MAX)?;
            check_bound("a record's blobs", record.blobs.len(), limits::RECORD_BLOBS_MAX)?;
            total += record.key.len() + record.value.len() + record.blobs.len() * 32;
        }
        for key in &self.deletes {
            check_bound("a record's key", key.len(), limits::RECORD_KEY_BYTES_MAX)?;
            total += key.len();
        }
        for event in &self.events {
            check_bound("an event", event.len(), limits::VALUE_BYTES_MAX)?;
            total += event.len();
        }
        for record in &self.outbox {
            check_bound("an outbox record", record.body.len(), limits::VALUE_BYTES_MAX)?;
            total += record.body.len();
        }
        // Keys of closed and compacted rows are two numbers each.
        total += (self.closed.len() + self.compacted.len()) * 16;
        check_bound("a commit", total, limits::COMMIT_BYTES_MAX)?;
        Ok(total)
    }
}
