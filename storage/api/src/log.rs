//! Logs: what happened, kept for a while. Not part of any entity's state, and never read by a core.

use bytes::Bytes;
use igny8_protocol_ids::{TenantId, Timestamp};

/// Which log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogKey {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its name within the tenant, for example `task/` and an id.
    pub stream: String,
}

/// The place of an entry in its log. Entries are ordered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogPosition {
    /// When it happened, by the writer's clock.
    pub at: Timestamp,
    /// Tells entries of one moment apart. Chosen by the writer: the same position written again
    /// replaces itself, so a repetition is harmless.
    pub number: u64,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place.
    pub position: LogPosition,
    /// From this moment on nobody sees it, and its room is given back some time later.
    pub expires: Timestamp,
    /// What the writer wrote.
    pub body: Bytes,
}

/// What to read of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogRange {
    /// Entries at or after this moment. The store looks into each day of the range: ask for no
    /// more than is shown.
    pub from: Timestamp,
    /// Entries before this moment.
    pub until: Timestamp,
    /// Entries after this place only: the last one of the page before.
    pub after: Option<LogPosition>,
    /// At most so many (≤ [`crate::limits::LOG_PAGE_MAX`]).
    pub limit: usize,
}
