//! A batch: many tasks that were asked for at once, watched and steered as one.

use super::pause::Pause;
use super::task::TaskStatus;
use igny8_protocol_ids::{AccountId, BatchId, Credits, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BatchStatus {
    /// Has tasks that wait or run, or had until now.
    Open,
    /// Was cancelled: what still runs is told to end.
    Cancelled,
    /// All its tasks ended and none is to come. Said once.
    Finished,
}

/// How many tasks of a batch are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchCounts {
    /// Wait.
    pub queued: u32,
    /// Run.
    pub running: u32,
    /// Wait for a person.
    pub waiting_for_review: u32,
    /// Done.
    pub succeeded: u32,
    /// Not done; need a person's act.
    pub failed: u32,
    /// Stopped.
    pub cancelled: u32,
    /// Not done after all attempts.
    pub dead: u32,
}

impl BatchCounts {
    /// The count of a status.
    pub const fn of(&mut self, status: TaskStatus) -> &mut u32 {
        match status {
            TaskStatus::Queued => &mut self.queued,
            TaskStatus::Running => &mut self.running,
            TaskStatus::WaitingForReview => &mut self.waiting_for_review,
            TaskStatus::Succeeded => &mut self.succeeded,
            TaskStatus::Failed => &mut self.failed,
            TaskStatus::Cancelled => &mut self.cancelled,
            TaskStatus::Dead => &mut self.dead,
        }
    }
    /// All.
    pub const fn total(&self) -> u32 {
        self.open() + self.failures() + self.succeeded + self.cancelled
    }
    /// Those that wait or run.
    pub const fn open(&self) -> u32 {
        self.queued + self.running
    }
    /// Those that ended without success and without being stopped.
    pub const fn failures(&self) -> u32 {
        self.waiting_for_review + self.failed + self.dead
    }
    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            queued: self.queued + other.queued,
            running: self.running + other.running,
            waiting_for_review: self.waiting_for_review + other.waiting_for_review,
            succeeded: self.succeeded + other.succeeded,
            failed: self.failed + other.failed,
            cancelled: self.cancelled + other.cancelled,
            dead: self.dead + other.dead,
        }
    }
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Id.
    pub id: BatchId,
    /// What it is about, for people.
    pub title: String,
    /// Where it is.
    pub status: BatchStatus,
    /// Set while it is paused.
    pub paused: Option<Pause>,
    /// Pauses itself when this share of its ended tasks failed.
    pub stop_percent: Option<u8>,
    /// Failures and ends before it was last resumed: they do not count for the share again.
    pub forgiven: (u32, u32),
    /// What all its tasks cost at most, those included that they will queue.
    pub price: Credits,
    /// Its tasks that have left the state, by how they ended.
    pub removed: BatchCounts,
    /// Items whose tasks are still to be made.
    #[serde(default)]
    pub to_come: u32,
    /// Items that made no task: another one worked on them, or they were gone when their turn came.
    #[serde(default)]
    pub skipped: u32,
    /// Who asked for it; absent for automation.
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its last task ended.
    pub ended_at: Option<Timestamp>,
}
