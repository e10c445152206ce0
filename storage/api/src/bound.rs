//! The checks behind [`crate::limits`]: every backend calls them before it does anything else.

use crate::{Append, Change, StoreError, limits};

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

impl Change {
    /// Checks the bounds of a commit; the bytes that it carries are the answer.
    pub fn check_bounds(&self) -> Result<usize, StoreError> {
        let mut total = check_appends(&self.appends)?;
        for (key, value) in &self.puts {
            check_bound("a record's key", key.len(), limits::RECORD_KEY_BYTES_MAX)?;
            check_bound("a record", value.len(), limits::VALUE_BYTES_MAX)?;
            total += key.len() + value.len();
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
