//! An execution: what one run of an automation picked, skipped and brought about.

use super::kind::AutomationKind;
use super::schedule::bound::SKIPPED_NAMED_MAX;
use igny8_protocol_ids::{AccountId, Credits, TaskId, Timestamp};
use serde::{Deserialize, Serialize};

/// Which execution: of what, and the instant it was scheduled for. So an instant is executed once
/// at most, whatever crashes, clocks and repetitions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExecutionId {
    /// Of what.
    pub kind: AutomationKind,
    /// The instant that the schedule names, or the time at which a person asked.
    pub at: Timestamp,
}

/// Why it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trigger {
    /// It was time.
    Schedule,
    /// Its time had passed while nothing could run.
    CatchUp,
    /// Somebody asked.
    Person(AccountId),
    /// A program asked.
    System,
}

/// Where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExecutionStatus {
    /// The one before has not ended.
    Waiting,
    /// Asks what may be spent.
    Starting,
    /// Its tasks wait or run.
    Running,
    /// All its tasks ended, none failed.
    Succeeded,
    /// Some of its tasks failed, or it could not be done.
    Failed,
    /// It was not done; the note says why.
    Skipped,
}

impl ExecutionStatus {
    /// True until it has ended.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Starting | Self::Running)
    }
}

/// How a picked item ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PickOutcome {
    /// Done.
    Succeeded,
    /// Not done; why.
    Failed(String),
    /// Stopped by somebody.
    Cancelled,
}

/// An item that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pick {
    /// What it is about.
    pub title: String,
    /// Its task; none in a dry run.
    pub task: Option<TaskId>,
    /// What it costs at most.
    pub price: Credits,
    /// None while its task waits or runs.
    pub outcome: Option<PickOutcome>,
}

/// An item that was left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    /// What it is about.
    pub title: String,
    /// Why, for programs.
    pub code: String,
    /// Why, for people.
    pub reason: String,
}

/// One run of an automation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// Which.
    pub id: ExecutionId,
    /// Why it runs.
    pub trigger: Trigger,
    /// Nothing is done: it only writes down what would be.
    pub dry_run: bool,
    /// Status.
    pub status: ExecutionStatus,
    /// What was taken.
    pub picked: Vec<Pick>,
    /// What was left, the first of it by name.
    pub skipped: Vec<Skip>,
    /// How many more were left.
    pub skipped_more: u32,
    /// What it may cost at most.
    pub price: Credits,
    /// What it did cost so far.
    pub spent: Credits,
    /// In words, where there is more to say.
    pub note: Option<String>,
    /// When it came about.
    pub created_at: Timestamp,
    /// When it picked its items.
    pub started_at: Option<Timestamp>,
    /// When its last task ended.
    pub ended_at: Option<Timestamp>,
}

impl Execution {
    /// One that has just come about.
    pub(super) fn new(id: ExecutionId, trigger: Trigger, dry_run: bool, now: Timestamp) -> Self {
        Self {
            id,
            trigger,
            dry_run,
            status: ExecutionStatus::Starting,
            picked: Vec::new(),
            skipped: Vec::new(),
            skipped_more: 0,
            price: Credits::ZERO,
            spent: Credits::ZERO,
            note: None,
            created_at: now,
            started_at: None,
            ended_at: None,
        }
    }

    /// Notes an item that is left.
    pub(super) fn skip(&mut self, title: String, code: &str, reason: String) {
        if self.skipped.len() < SKIPPED_NAMED_MAX {
            self.skipped.push(Skip { title, code: code.to_owned(), reason });
        } else {
            self.skipped_more += 1;
        }
    }

    /// Ends it.
    pub(super) fn end(&mut self, now: Timestamp, status: ExecutionStatus, note: Option<String>) {
        self.status = status;
        self.note = note.or(self.note.take());
        self.ended_at = Some(now);
    }

    /// Items that were taken and failed.
    pub fn failed(&self) -> usize {
        let failed = |pick: &&Pick| matches!(pick.outcome, Some(PickOutcome::Failed(_)));
        self.picked.iter().filter(failed).count()
    }

    /// Tasks that have not ended.
    pub(super) fn open_tasks(&self) -> impl Iterator<Item = TaskId> {
        self.picked.iter().filter(|pick| pick.outcome.is_none()).filter_map(|pick| pick.task)
    }
}
