//! How a store is opened.

use crate::fault::Faults;

/// What may be chosen when a directory is opened.
#[derive(Clone, Debug)]
pub struct EmbeddedOptions {
    /// How many of an entity's latest commits its feed keeps. A reader that comes from further
    /// back gets `truncated` and takes a snapshot.
    pub feed_commits_kept: u64,
    /// Below this much free space on the disk writes are refused as full: the engine needs room
    /// for its own journal (64 MiB) and for merging its tables.
    pub free_bytes_min: u64,
    /// Memory for blocks that were read.
    pub cache_bytes: u64,
    /// Faults for tests; none by default.
    pub faults: Faults,
}

impl Default for EmbeddedOptions {
    fn default() -> Self {
        Self {
            feed_commits_kept: 10_000,
            free_bytes_min: 256 * 1024 * 1024,
            cache_bytes: 64 * 1024 * 1024,
            faults: Faults::none(),
        }
    }
}
