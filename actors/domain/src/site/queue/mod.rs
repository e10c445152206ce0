//! The queue: what may be queued, what starts when, how attempts end, and why a task waits.

mod admission;
mod control;
mod finish;
mod index;
mod priority;
mod request;
mod review;
mod start;
mod task;
mod waiting;

pub(super) use admission::{full_price, within};
pub(super) use control::{cancel, retry};
pub(super) use finish::{book_lost_attempt, finish};
pub(super) use index::QueueIndex;
pub use index::Share;
pub use priority::Priority;
pub(super) use request::{clustering, drafts, ideas, images, publication, reparse};
pub(super) use review::submit;
pub use start::ATTEMPTS_MAX;
pub(super) use start::pump;
pub use task::{Failure, FailureClass, GivenAnswer, Task, TaskInput, TaskKind, TaskStatus};
pub use waiting::Waiting;

/// Bounds of a site (R11).
pub mod limits {
    /// Keywords kept in one site: the state of a site is in memory.
    pub const KEYWORDS_PER_SITE_MAX: usize = 100_000;
    /// Tasks that may wait at once; more is answered with "busy".
    pub const TASKS_QUEUED_MAX: usize = 10_000;
    /// Items in one request.
    pub const ITEMS_PER_REQUEST_MAX: usize = 100;
    /// Ideas for one cluster in one request.
    pub const IDEAS_PER_CLUSTER_MAX: u32 = 10;
    /// Images for one document in one request.
    pub const IMAGES_PER_REQUEST_MAX: u32 = 3;
    /// Images of one document.
    pub const IMAGES_PER_DOCUMENT_MAX: usize = 20;
    /// Keywords in one clustering: the distance matrix of 5,000 takes 50 MB.
    pub const KEYWORDS_PER_CLUSTERING_MAX: usize = 5_000;
}
