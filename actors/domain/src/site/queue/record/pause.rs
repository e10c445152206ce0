//! What holds work up until somebody lets it go on.

use super::task::TaskKind;
use igny8_protocol_ids::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

/// Why something was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PauseReason {
    /// Somebody wanted it.
    Person,
    /// Too much of the batch failed.
    ErrorRate,
}

/// A pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Why.
    pub reason: PauseReason,
    /// By whom; absent for the system.
    pub by: Option<AccountId>,
    /// Since when.
    pub at: Timestamp,
}

/// What is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PauseScope {
    /// All sites of the tenant.
    Tenant,
    /// The site.
    Site,
    /// A kind of tasks of the site.
    Kind(TaskKind),
    /// The task's batch.
    Batch,
    /// The task alone.
    Task,
}

/// A pause of the queue: of the tenant, the site or a kind. Those of batches and tasks stand in
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePause {
    /// What is paused.
    pub scope: PauseScope,
    /// Why, by whom and since when.
    pub pause: Pause,
}
