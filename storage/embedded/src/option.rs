//! How a store is opened.

use crate::fault::Faults;

/// What may be chosen when a directory is opened.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// How many of an entity's latest commits its feed keeps. A reader that comes from further
    /// back gets `truncated` and takes a snapshot.
    pub feed_commits_kept: u64,
    /// Below this much free space on the disk writes are refused as full: the engine needs room
    /// for its journal and for merging its tables.
    pub free_bytes_min: u64,
    /// Memory for blocks that were read.
    pub cache_bytes: u64,
    /// Size of a segment of the journal.
    pub journal_segment_bytes: u64,
    /// From this size on a table in memory is written to a file; there is one per kind of row.
    pub memory_table_bytes: u64,
    /// Faults for tests; none by default.
    pub faults: Faults,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            feed_commits_kept: 10_000,
            free_bytes_min: 256 * 1024 * 1024,
            cache_bytes: 32 * 1024 * 1024,
            journal_segment_bytes: 64 * 1024 * 1024,
            memory_table_bytes: 16 * 1024 * 1024,
            faults: Faults::none(),
        }
    }
}
