//! A task: what it works on, where it is, and how its attempts ended.

use super::pause::Pause;
use super::priority::Priority;
use crate::lane::{Obstacle, UsageSum};
use crate::tenant::prompt::PromptKind;
use igny8_protocol_ids::{
    AccountId, BatchId, ClusterId, Credits, DocumentId, HoldId, IdeaId, ImageId, KeywordId, TaskId,
    Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TaskKind {
    /// Keywords into clusters.
    Cluster,
    /// A cluster into ideas.
    Ideas,
    /// An idea into a draft.
    Draft,
    /// An image for a draft.
    Image,
    /// A draft restructured.
    Reparse,
    /// A draft to the site.
    Publish,
    /// A prompt template, tried once.
    TestRun,
    /// A selection of a draft rewritten, as a suggestion.
    Rewrite,
}

impl TaskStatus {
    /// Waits or runs.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
    /// Ended, and stays until a person has handled it.
    pub const fn is_dead_letter(self) -> bool {
        matches!(self, Self::Failed | Self::Dead | Self::WaitingForReview)
    }
}

impl TaskKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Cluster,
        Self::Ideas,
        Self::Draft,
        Self::Image,
        Self::Reparse,
        Self::Publish,
        Self::TestRun,
        Self::Rewrite,
    ];
}

/// Where a task is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TaskStatus {
    /// Waits.
    Queued,
    /// Runs.
    Running,
    /// A person must look.
    WaitingForReview,
    /// Done.
    Succeeded,
    /// Not done: trying again needs a person's act first.
    Failed,
    /// Stopped by a person.
    Cancelled,
    /// Not done after all attempts.
    Dead,
}

/// What a task works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaskInput {
    /// These keywords, as they were when it was queued.
    Cluster {
        /// Which.
        keywords: Vec<KeywordId>,
    },
    /// A cluster.
    Ideas {
        /// Which.
        cluster: ClusterId,
        /// How many ideas.
        count: u32,
    },
    /// An idea.
    Draft {
        /// Which.
        idea: IdeaId,
        /// Where it is written.
        document: DocumentId,
        /// Images to make afterwards.
        images: u32,
    },
    /// A document's image.
    Image {
        /// Which document.
        document: DocumentId,
        /// The id that the image will have.
        image: ImageId,
        /// Its number, from 0; the first is the featured one.
        index: u32,
    },
    /// A document.
    Reparse {
        /// Which.
        document: DocumentId,
    },
    /// An approved version of a document.
    Publish {
        /// Which.
        document: DocumentId,
        /// The version's hash.
        version: [u8; 32],
        /// The publication's number.
        revision: u64,
        /// Published at once, or a draft at the site.
        live: bool,
    },
    /// A prompt template.
    TestRun {
        /// Of which kind.
        prompt: PromptKind,
        /// The template.
        template: String,
        /// Whose data fill it; the newest if absent.
        subject: Option<Uuid>,
    },
    /// A selection of a document.
    Rewrite {
        /// Of which.
        document: DocumentId,
        /// Where it begins and ends: relative positions, as Yjs encodes them.
        range: (Vec<u8>, Vec<u8>),
        /// What is to be done with it.
        instruction: Instruction,
    },
}

/// What is to be done with a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Instruction {
    /// Clearer and livelier, with the same meaning.
    Improve,
    /// Shorter.
    Shorten,
    /// Longer.
    Expand,
    /// Its mistakes corrected.
    FixGrammar,
    /// What somebody says in words of their own.
    Own(String),
}

impl Instruction {
    /// As a model is told.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Improve => "Make it clearer and livelier. Keep its meaning and about its length.",
            Self::Shorten => "Make it about half as long. Keep what matters.",
            Self::Expand => "Make it about twice as long, with what helps the reader.",
            Self::FixGrammar => "Correct spelling, grammar and punctuation. Change nothing else.",
            Self::Own(words) => words,
        }
    }
}

impl TaskInput {
    /// The kind that belongs to it.
    pub const fn kind(&self) -> TaskKind {
        match self {
            Self::Cluster { .. } => TaskKind::Cluster,
            Self::Ideas { .. } => TaskKind::Ideas,
            Self::Draft { .. } => TaskKind::Draft,
            Self::Image { .. } => TaskKind::Image,
            Self::Reparse { .. } => TaskKind::Reparse,
            Self::Publish { .. } => TaskKind::Publish,
            Self::TestRun { .. } => TaskKind::TestRun,
            Self::Rewrite { .. } => TaskKind::Rewrite,
        }
    }
    /// The document it is about.
    pub const fn document(&self) -> Option<DocumentId> {
        match self {
            Self::Cluster { .. } | Self::Ideas { .. } | Self::TestRun { .. } => None,
            Self::Draft { document, .. }
            | Self::Image { document, .. }
            | Self::Reparse { document }
            | Self::Rewrite { document, .. }
            | Self::Publish { document, .. } => Some(*document),
        }
    }
}

/// How a failure is treated. The runtime maps the adapters' classes to these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FailureClass {
    /// Nothing came for too long.
    Timeout,
    /// Come back later.
    RateLimited,
    /// The provider is out of budget.
    Quota,
    /// The key or the pairing is refused.
    Unauthorized,
    /// Too long for the model.
    ContextLength,
    /// The provider's filter refused.
    ContentFilter,
    /// The other side failed or cannot be reached.
    Unavailable,
    /// The stream was cut.
    BrokenStream,
    /// The answer is not what was asked for.
    InvalidAnswer,
    /// The request itself is wrong.
    InvalidRequest,
    /// The post was changed at the site.
    Conflict,
    /// A defect of ours.
    Internal,
    /// It could have started and waited too long.
    WaitedTooLong,
}

impl FailureClass {
    /// All classes.
    pub const ALL: [Self; 13] = [
        Self::Timeout,
        Self::RateLimited,
        Self::Quota,
        Self::Unauthorized,
        Self::ContextLength,
        Self::ContentFilter,
        Self::Unavailable,
        Self::BrokenStream,
        Self::InvalidAnswer,
        Self::InvalidRequest,
        Self::Conflict,
        Self::Internal,
        Self::WaitedTooLong,
    ];
    /// True if trying again can help without anybody doing something first.
    pub const fn passes_by_itself(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::RateLimited
                | Self::Unavailable
                | Self::BrokenStream
                | Self::Internal
        )
    }
    /// Whose fault a failed call to a model is.
    pub const fn fault(self) -> Fault {
        match self {
            Self::RateLimited | Self::Quota | Self::Unauthorized => Fault::Key,
            Self::Timeout | Self::Unavailable | Self::BrokenStream => Fault::Provider,
            Self::ContextLength
            | Self::ContentFilter
            | Self::InvalidAnswer
            | Self::InvalidRequest
            | Self::Conflict
            | Self::Internal
            | Self::WaitedTooLong => Fault::Call,
        }
    }
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::RateLimited => "rate_limited",
            Self::Quota => "quota",
            Self::Unauthorized => "unauthorized",
            Self::ContextLength => "context_length",
            Self::ContentFilter => "content_filter",
            Self::Unavailable => "unavailable",
            Self::BrokenStream => "broken_stream",
            Self::InvalidAnswer => "invalid_answer",
            Self::InvalidRequest => "invalid_request",
            Self::Conflict => "conflict",
            Self::Internal => "internal",
            Self::WaitedTooLong => "waited_too_long",
        }
    }
}

/// Whose fault a failed call to a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Of the key: its rate, its budget, or that it is refused.
    Key,
    /// Of the provider itself, or of what it was asked.
    Provider,
    /// Of the call alone: the provider answered (too long, refused, not as asked), or there was
    /// none.
    Call,
}

/// Why a task failed last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// How it was treated.
    pub class: FailureClass,
    /// What happened and what to do.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// An answer that a person gave in a model's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    /// To which call of an attempt, from 0.
    pub call: u32,
    /// The blob of its text.
    pub blob: [u8; 32],
}

/// What at the models holds a task up, and since when in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldUp {
    /// What.
    pub by: Obstacle,
    /// Since the first attempt that met any.
    pub since: Timestamp,
}

/// A key under which only one task is queued within a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unique {
    /// The key.
    pub key: String,
    /// Until when it keeps another one out; absent: while the task waits or runs.
    pub until: Option<Timestamp>,
}

/// One item of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// Id.
    pub id: TaskId,
    /// Its place in the queue among equals.
    pub number: u64,
    /// What it is about, for people.
    pub title: String,
    /// What it works on.
    pub input: TaskInput,
    /// What goes first.
    #[serde(default)]
    pub priority: Priority,
    /// Status.
    pub status: TaskStatus,
    /// Attempts begun. Never counted anew: an attempt's number is the name of its answer.
    pub attempts: u32,
    /// Of these, the ones begun before a person queued it again.
    #[serde(default)]
    pub attempts_before: u32,
    /// What it costs at most.
    pub price: Credits,
    /// The price list that says so: it is settled under the same, whatever holds by then.
    #[serde(default = "crate::ledger::price::first_version")]
    pub price_list: u32,
    /// The hold, while credits are set aside.
    pub hold: Option<HoldId>,
    /// What it did cost.
    pub spent: Credits,
    /// Not before.
    pub not_before: Option<Timestamp>,
    /// While it waits: dead if it could have started by then and did not. While it runs: the
    /// attempt is given up then.
    #[serde(default)]
    pub deadline: Option<Timestamp>,
    /// When the latest attempt began.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// Set while somebody holds it up.
    #[serde(default)]
    pub paused: Option<Pause>,
    /// What the latest attempt met in place of a model; it goes on by itself at `not_before`.
    #[serde(default)]
    pub held_up: Option<Box<HeldUp>>,
    /// The tenant's models or caps have changed since the latest attempt began: it may know the old
    /// ones alone, and what it meets is no reason to wait.
    #[serde(default)]
    pub models_changed: bool,
    /// The batch that it belongs to.
    #[serde(default)]
    pub batch: Option<BatchId>,
    /// Keeps a second one out.
    #[serde(default)]
    pub unique: Option<Box<Unique>>,
    /// A person wants it to end.
    pub stop_requested: bool,
    /// The last failure.
    pub failure: Option<Failure>,
    /// The model that was used.
    pub model: Option<String>,
    /// The raw answer's blob.
    pub response: Option<[u8; 32]>,
    /// The call of the attempt whose answer could not be read: a person may give it.
    #[serde(default)]
    pub unread: Option<u32>,
    /// Answers that people gave in the model's place.
    #[serde(default)]
    pub given: Vec<GivenAnswer>,
    /// What its calls to models used, failed attempts too.
    #[serde(default)]
    pub usage: UsageSum,
    /// Who asked for it; absent for automation.
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}
