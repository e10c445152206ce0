//! Entities: their heads, commits, records, feeds and appends. One partition each.

mod change;
mod checkpoint;
mod commit;
mod feed;
mod head;
mod known;
mod list;
mod load;
mod restore;

use crate::clock::Clock;
use crate::connect::Database;
use crate::fault::Faults;
use known::KnownHeads;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// Checkpoints under way at the same time, of all entities: they must leave room for commits.
const CHECKPOINTS_MAX: usize = 8;

/// What all parts of the store share.
pub(crate) struct Core {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    /// Work that goes on after its caller was answered.
    pub(crate) background: TaskTracker,
    pub(crate) slots: crate::platform::Slots,
    pub(crate) days: crate::tenant::Days,
    known: KnownHeads,
    checkpoints: std::sync::Arc<Semaphore>,
    faults: Faults,
    feed_commits_kept: u64,
    checkpoint_commits: u64,
}

impl Core {
    pub(crate) fn new(database: Database, options: &crate::CqlOptions) -> Self {
        Self {
            database,
            clock: Clock::default(),
            background: TaskTracker::new(),
            slots: Default::default(),
            days: Default::default(),
            known: KnownHeads::new(options.heads_max),
            checkpoints: std::sync::Arc::new(Semaphore::new(CHECKPOINTS_MAX)),
            faults: options.faults.clone(),
            feed_commits_kept: options.feed_commits_kept,
            checkpoint_commits: options.checkpoint_commits.max(1),
        }
    }
}
