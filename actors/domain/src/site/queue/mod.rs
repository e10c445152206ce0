//! The queue: what may be queued, what starts when, how attempts end, and why a task waits.

mod admission;
mod batch;
mod control;
mod finish;
mod index;
mod obstacle;
mod record;
mod request;
mod retention;
mod review;
mod start;
mod timeout;
mod waiting;

pub use admission::{INSUFFICIENT_CREDITS, Placement};
pub(super) use admission::{full_price, price_of, within};
pub use batch::{BatchSummary, Items, Rest};
pub(super) use batch::{begin as begin_batch, cancel as cancel_batch, refill};
pub use control::{DeadFilter, QueueScope, TaskEdit};
pub(super) use control::{
    cancel, change, discard, pause_queue, replay_dead, retry, set as set_queue, tenant_pause,
};
pub(super) use finish::{book_lost_attempt, finish};
pub(super) use index::{BatchState, QueueIndex};
pub(super) use obstacle::{models_changed, wake_held_up};
pub use record::{
    Batch, BatchCounts, BatchStatus, Failure, FailureClass, Fault, GivenAnswer, HeldUp,
    Instruction, KindSettings, ModelLimit, Pace, Pause, PauseReason, PauseScope, Priority,
    QueuePause, QueueSettings, Rate, Share, Task, TaskInput, TaskKind, TaskStatus, Unique,
};
pub(super) use request::{
    clustering, drafts, ideas, images, publication, reparse, rewrite, test_run,
};
pub(super) use retention::{next_old, remove as put_away, sweep_old};
pub(super) use review::submit;
pub(super) use start::{next_by_rate, pump};
pub(super) use timeout::sweep as sweep_overdue;
pub use waiting::{KindLoad, QueueLoad, Waiting};

/// Bounds of a site (R11).
pub mod limits {
    /// Keywords kept in one site: the state of a site is in memory.
    pub const KEYWORDS_PER_SITE_MAX: usize = 100_000;
    /// Tasks that may wait at once; more is answered with "busy".
    pub const TASKS_QUEUED_MAX: usize = 10_000;
    /// Items in one request.
    pub const ITEMS_PER_REQUEST_MAX: usize = 100;
    /// Items in one batch. Tasks are made of so many at a time that a queue is never full of it.
    pub const ITEMS_PER_BATCH_MAX: usize = 10_000;
    /// Items of a site's batches whose tasks are still to be made, 16 bytes each.
    pub const ITEMS_TO_COME_MAX: usize = 100_000;
    /// Tasks that are changed, put away or tried again at once.
    pub const TASKS_PER_CHANGE_MAX: usize = 500;
    /// Dead letters that are kept; the oldest beyond go into the log.
    pub const DEAD_LETTERS_MAX: usize = 1_000;
    /// Ideas for one cluster in one request.
    pub const IDEAS_PER_CLUSTER_MAX: u32 = 10;
    /// Rewrites of one document that wait or run.
    pub const REWRITES_PER_DOCUMENT_MAX: usize = 20;
    /// The longest instruction in somebody's own words, in characters.
    pub const INSTRUCTION_CHARS_MAX: usize = 500;
    /// Images for one document in one request.
    pub const IMAGES_PER_REQUEST_MAX: u32 = 3;
    /// Images of one document.
    pub const IMAGES_PER_DOCUMENT_MAX: usize = 20;
    /// Keywords in one clustering: the distance matrix of 5,000 takes 50 MB.
    pub const KEYWORDS_PER_CLUSTERING_MAX: usize = 5_000;
}
