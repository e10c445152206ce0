//! What clients see of a site's queue: why tasks wait, batches, pauses, settings.

use crate::view::TaskKind;
use igny8_protocol_ids::{AccountId, BatchId, ClusterId, Credits, DocumentId, IdeaId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// What is paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum PauseScope {
    /// All sites of the tenant.
    Tenant,
    /// The site.
    Site,
    /// A kind of tasks.
    Kind,
    /// A batch.
    Batch,
    /// A task.
    Task,
}

/// A pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PauseView {
    /// What is paused.
    pub scope: PauseScope,
    /// Which kind, for a pause of a kind.
    pub kind: Option<TaskKind>,
    /// True if too much of a batch failed; otherwise somebody wanted it.
    pub by_error_rate: bool,
    /// By whom; absent for the system.
    pub by: Option<AccountId>,
    /// Since when.
    pub since: Timestamp,
}

/// A cap on what calls to models may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum BudgetCap {
    /// Of one task.
    Task,
    /// Of the day (UTC).
    Day,
    /// Of the calendar month (UTC).
    Month,
}

/// Why a task waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum WaitingView {
    /// It, its batch, its kind, its site or its tenant is paused.
    Paused {
        /// By whom and since when.
        pause: PauseView,
    },
    /// It is put off.
    Delayed {
        /// Until then.
        until: Timestamp,
    },
    /// An attempt failed; the next one is due later.
    Retry {
        /// How it failed: the code of its failure.
        code: String,
        /// Until then.
        until: Timestamp,
    },
    /// A budget cap of the tenant is used up, or may be by calls under way.
    Cap {
        /// Which.
        cap: BudgetCap,
        /// Until then; absent: until the calls under way have ended.
        until: Option<Timestamp>,
    },
    /// The provider of its model rests after failures.
    Rest {
        /// The model.
        model: String,
        /// How calls to it failed: the code of their failure.
        code: String,
        /// Until then; absent: until its key changes.
        until: Option<Timestamp>,
    },
    /// Credits are on their way, or missing.
    Credits {
        /// How many.
        missing: Credits,
    },
    /// All places are taken.
    Places {
        /// How many tasks run.
        taken: u32,
        /// How many may.
        places: u32,
    },
    /// The rate of its kind or its site allows the next start later.
    Rate {
        /// Then.
        free_at: Timestamp,
    },
    /// Others are before it.
    Turn {
        /// How many at most.
        behind: u32,
    },
    /// Its call waits for a place: as many calls of its model are under way as may be.
    ModelPlaces {
        /// The model.
        model: String,
        /// Calls under way.
        taken: u32,
        /// As many may be.
        places: u32,
        /// As the site has set it; otherwise its lane bears no more.
        by_site: bool,
    },
    /// Its call waits until the rate of its model allows the next one.
    ModelRate {
        /// The model.
        model: String,
        /// Then.
        free_at: Timestamp,
        /// As the site has set it; otherwise its provider has.
        by_site: bool,
    },
    /// Its call waits for its turn: others of its model are before it.
    ModelTurn {
        /// The model.
        model: String,
        /// How many.
        behind: u32,
        /// Those of them that are other workspaces'.
        of_others: u32,
    },
}

/// Where a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum BatchStatus {
    /// Has tasks that wait or run.
    Open,
    /// Was cancelled.
    Cancelled,
    /// All its tasks ended.
    Finished,
}

/// How many tasks of a batch are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct BatchCounts {
    /// All, those included that are still to come.
    pub total: u32,
    /// Items whose tasks are still to be made: a queue takes a part of a large batch at a time.
    /// Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to_come: Option<u32>,
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

/// Many tasks of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct BatchView {
    /// Id.
    pub id: BatchId,
    /// What it is about, for people.
    pub title: String,
    /// Where it is.
    pub status: BatchStatus,
    /// Set while it is paused.
    pub paused: Option<PauseView>,
    /// Pauses itself when this share of its ended tasks failed.
    pub stop_percent: Option<u8>,
    /// What all its tasks cost at most.
    pub price: Credits,
    /// How many of its tasks are where.
    pub counts: BatchCounts,
    /// Items that made no task: another one worked on them, or they were gone when their turn came.
    /// Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub skipped: Option<u32>,
    /// Who asked for it; absent for automation.
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its last task ended.
    pub ended_at: Option<Timestamp>,
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Rate {
    /// Starts a minute, 1 to 6,000.
    pub per_minute: u32,
    /// Starts at once after a rest, 1 to 1,000.
    pub burst: u32,
}

/// What is set for a kind of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct KindSettings {
    /// Which kind.
    pub kind: TaskKind,
    /// Tasks that run at once, 1 to 100; clusterings: 1.
    pub places: u32,
    /// Starts per time; absent: as fast as there are places.
    pub rate: Option<Rate>,
    /// Attempts before a task is dead, 1 to 8.
    pub attempts: u32,
    /// The longest attempt, 10 to 3,600 seconds.
    pub run_seconds: u32,
}

/// What a site allows of a model, whichever tasks call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ModelLimit {
    /// The model, as its provider names it.
    pub model: String,
    /// Calls under way at once, 1 to 100; absent: as many as there are places.
    pub calls: Option<u32>,
    /// Calls per time; absent: as fast as its lane bears.
    pub rate: Option<Rate>,
}

/// What a site sets for its queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct QueueSettings {
    /// Tasks of all kinds that run at once, 1 to 100.
    pub places: u32,
    /// Starts of all kinds per time; absent: as fast as there are places.
    pub rate: Option<Rate>,
    /// Kinds; those left out keep what they have.
    pub kinds: Vec<KindSettings>,
    /// Models with limits of the site's own, 32 at most; absent: they stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub models: Option<Vec<ModelLimit>>,
    /// A task that could start and still waits after so long is dead, 1 to 720.
    pub waiting_hours: u32,
    /// A worker without a sign of life so long after its start is given up, 10 to 3,600.
    pub start_seconds: u32,
    /// A worker that is silent for so long is given up, 10 to 3,600.
    pub silence_seconds: u32,
    /// Ended tasks that stay at hand, 100 to 20,000; older ones are in the log.
    pub kept_tasks: u32,
    /// How long they stay, 1 to 365.
    pub kept_days: u32,
}

/// How busy a kind is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct KindLoad {
    /// Which kind.
    pub kind: TaskKind,
    /// Tasks that wait or run.
    pub open: u32,
    /// Tasks that run.
    pub running: u32,
    /// How many may.
    pub places: u32,
    /// How long a task takes on average; 0: nothing is known yet.
    pub average_ms: u64,
}

/// A site's queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct QueueView {
    /// Tasks that wait.
    pub waiting: u32,
    /// Tasks that run.
    pub running: u32,
    /// Dead letters.
    pub dead_letters: u32,
    /// How busy each kind is.
    pub kinds: Vec<KindLoad>,
    /// What is paused: of the tenant, the site and its kinds.
    pub pauses: Vec<PauseView>,
    /// The settings.
    pub settings: QueueSettings,
}

/// How tasks are placed in the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Placement {
    /// 0 to 100, the higher the sooner: `low` 25, `normal` 50 (the default), `high` 75,
    /// `urgent` 100.
    #[serde(default)]
    pub priority: Option<u8>,
    /// Not before this time.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
    /// While a task with this key waits or runs, or succeeded within `unique_seconds`, it is
    /// answered instead of queueing another. Each item of a request has a key of its own.
    #[serde(default)]
    pub unique_key: Option<String>,
    /// How long the key keeps another one out: 0 to 2,592,000 (30 days), an hour if absent.
    #[serde(default)]
    pub unique_seconds: Option<u32>,
}

/// Work that can be queued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QueueWork {
    /// All keywords that are in no cluster into clusters.
    Cluster {},
    /// Ideas, one task per cluster.
    Ideas {
        /// For these.
        clusters: Vec<ClusterId>,
        /// How many each, 1 to 10.
        count: u32,
    },
    /// Drafts, one task per idea.
    Draft {
        /// From these.
        ideas: Vec<IdeaId>,
        /// Images to make for each draft once it is written, 0 to 3.
        #[serde(default)]
        images: u32,
    },
    /// More images for a document.
    Image {
        /// Which.
        document: DocumentId,
        /// How many, 1 to 3.
        count: u32,
    },
    /// A document restructured.
    Reparse {
        /// Which.
        document: DocumentId,
    },
}
