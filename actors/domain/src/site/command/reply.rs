//! What a site answers, tells and causes.

use crate::ledger::{Balance, Part};
use crate::site::automation::{Execution, ExecutionId, Schedule};
use crate::site::queue::{BatchSummary, QueuePause, QueueSettings, Task};
use crate::site::record::{Document, FreeDocument, Idea, Image, SiteCard};
use crate::text::intent::Intent;
use igny8_protocol_ids::{ClusterId, Credits, DocumentId, IdeaId, TaskId, Timestamp, TransferId};
use serde::{Deserialize, Serialize};

/// What a site answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SiteReply {
    /// What a command would cost at most.
    Quoted(Credits),
    /// Done.
    Done,
    /// Keywords were taken in.
    Imported {
        /// New ones.
        added: u32,
        /// For each merged one: its place in the request and the keyword it went into.
        merged: Vec<(u32, String)>,
    },
    /// Tasks were queued (or changed).
    Tasks(Vec<Task>),
    /// A batch was queued or changed.
    Batch(BatchSummary),
    /// Dead letters were queued again.
    Replayed {
        /// How many.
        replayed: u32,
        /// How many could not: what they work on has changed since.
        refused: u32,
        /// How many more there are: ask again.
        left: u32,
    },
    /// A document was made or changed.
    Document(Document),
    /// A free document was made, or was there.
    FreeDocument {
        /// It.
        document: FreeDocument,
        /// True if this command made it.
        created: bool,
    },
    /// A cluster was changed.
    Cluster(ClusterSummary),
    /// An idea was changed.
    Idea(Idea),
    /// Schedules were set.
    Schedules(Vec<Schedule>),
    /// An execution came about.
    Execution(Box<Execution>),
    /// Tasks were removed.
    CleanedUp {
        /// How many.
        tasks: u32,
    },
    /// The command came too late or again: nothing was changed.
    Stale,
}

/// A cluster with what a list shows of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterSummary {
    /// Id.
    pub id: ClusterId,
    /// Name.
    pub name: String,
    /// Intent.
    pub intent: Option<Intent>,
    /// The keyword that stands for it.
    pub pillar: String,
    /// Its keywords' texts, the most searched first.
    pub keywords: Vec<String>,
    /// Searches a month, summed.
    pub volume: u64,
    /// Left alone by clustering.
    pub locked: bool,
    /// Ideas made from it.
    pub ideas: u32,
}

/// Keywords by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeywordCounts {
    /// New.
    pub new: u32,
    /// In a cluster.
    pub clustered: u32,
    /// Used by an idea.
    pub in_use: u32,
    /// Without a cluster.
    pub orphaned: u32,
    /// Put away.
    pub archived: u32,
}

/// A document with its images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentSummary {
    /// The document.
    pub document: Document,
    /// Its images, the featured one first.
    pub images: Vec<Image>,
}

/// What a site tells.
#[allow(
    clippy::large_enum_variant,
    reason = "most are of the largest kind: a task; a box for each would cost more than it saves"
)]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SiteEvent {
    /// The site's settings or link.
    Site(SiteCard),
    /// Keywords changed.
    Keywords(KeywordCounts),
    /// A cluster.
    Cluster(ClusterSummary),
    /// A cluster is gone.
    ClusterRemoved(ClusterId),
    /// An idea.
    Idea(Idea),
    /// An idea is gone.
    IdeaRemoved(IdeaId),
    /// A task.
    Task(Task),
    /// A task has left the state; the log keeps it.
    TaskRemoved(TaskId),
    /// A batch, or where its tasks are.
    Batch(BatchSummary),
    /// What is paused of the queue.
    Pauses(Vec<QueuePause>),
    /// The settings of the queue.
    QueueSettings(QueueSettings),
    /// A document.
    Document(DocumentSummary),
    /// The slice.
    Credits(Balance),
    /// When an automation runs.
    Schedule(Schedule),
    /// An automation's execution.
    Execution(Execution),
}

/// What a site causes (R4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SiteEffect {
    /// Run an attempt of a task.
    RunTask {
        /// Which.
        task: TaskId,
        /// Which attempt.
        attempt: u32,
    },
    /// Tell the runner of a task to end.
    StopTask {
        /// Which.
        task: TaskId,
        /// Which attempt; absent: whichever runs.
        #[serde(default)]
        attempt: Option<u32>,
    },
    /// Delete the content of a free document.
    EraseDocument {
        /// Which.
        document: DocumentId,
    },
    /// Let more tasks try again that something at the models held up.
    WakeHeldUp,
    /// Write tasks that left the state into the site's log.
    KeepTasks {
        /// Which.
        tasks: Vec<Task>,
        /// When they left.
        at: Timestamp,
    },
    /// Ask the tenant for credits.
    AskCredits {
        /// The transfer's id.
        transfer: TransferId,
        /// How much, for everything that waits.
        amount: Credits,
        /// How much at least: less starts nothing.
        #[serde(default)]
        least: Credits,
    },
    /// Ask the tenant what an execution may spend.
    AskBudget {
        /// Which execution.
        execution: ExecutionId,
    },
    /// Write the oldest entries of the ledger into a page.
    FileEntries {
        /// The last of them.
        last: u64,
    },
    /// Report to the tenant what the slice has used since it began.
    ReportUse {
        /// What it has spent and let end.
        used: Credits,
    },
    /// Give credits back to the tenant.
    ReturnCredits {
        /// The transfer's id.
        transfer: TransferId,
        /// What.
        parts: Vec<Part>,
        /// The shipment's number; 0 if it carries nothing.
        #[serde(default)]
        number: u64,
    },
}
