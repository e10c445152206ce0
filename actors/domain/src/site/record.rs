//! What a site keeps: one record per keyword, cluster, idea, task, document, image and ledger row.

use crate::{ledger::LedgerRecord, secret::SealedSecret, text::intent::Intent};
use igny8_protocol_ids::{
    AccountId, ClusterId, Credits, DocumentId, HoldId, IdeaId, ImageId, KeywordId, SiteId, TaskId,
    TenantId, Timestamp, TransferId,
};
use serde::{Deserialize, Serialize};

/// The site itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteCard {
    /// Id.
    pub id: SiteId,
    /// Whose.
    pub tenant: TenantId,
    /// Name.
    pub name: String,
    /// Language of the content (BCP 47).
    pub language: String,
    /// How the AI writes here.
    pub brand_voice: String,
    /// The WordPress link, without its secret.
    pub link: Option<Link>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// The link to a WordPress site. Its secret is a record of its own, so that no event carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The site's address.
    pub url: String,
    /// The pairing's public key id.
    pub key_id: String,
    /// The blog's name.
    pub name: String,
    /// WordPress's version.
    pub wordpress: String,
    /// Our plugin's version.
    pub plugin: String,
    /// When it was paired.
    pub paired_at: Timestamp,
    /// The last failure, in words.
    pub problem: Option<String>,
}

/// Where a keyword is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeywordStatus {
    /// Imported.
    New,
    /// In a cluster.
    Clustered,
    /// An idea uses it.
    InUse,
    /// No cluster fits.
    Orphaned,
    /// Put away.
    Archived,
}

/// A keyword.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keyword {
    /// Id.
    pub id: KeywordId,
    /// As imported.
    pub text: String,
    /// Normalised: unique within the site together with its token set.
    pub normalized: String,
    /// Two keywords with the same key are one.
    pub merge_key: String,
    /// Figures of the import.
    pub figures: KeywordFigures,
    /// Status.
    pub status: KeywordStatus,
    /// Cluster.
    pub cluster: Option<ClusterId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// What an import knows of a keyword.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KeywordFigures {
    /// Searches a month.
    pub volume: Option<u64>,
    /// Cost per click, millionths.
    pub cpc_micros: Option<u64>,
    /// Cost per sale, millionths.
    pub cps_micros: Option<u64>,
    /// Difficulty, 0 to 100.
    pub difficulty: Option<f32>,
    /// Intent.
    pub intent: Option<Intent>,
    /// Persona.
    pub persona: Option<String>,
    /// Country.
    pub country: Option<String>,
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Id.
    pub id: ClusterId,
    /// Name.
    pub name: String,
    /// Intent.
    pub intent: Option<Intent>,
    /// The keyword that stands for it.
    pub pillar: String,
    /// Its keywords.
    pub keywords: Vec<KeywordId>,
    /// Left alone by clustering.
    pub locked: bool,
    /// How it came about: method, model, threshold, quality; so that it can be repeated.
    pub method: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// Where an idea is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdeaStatus {
    /// Proposed.
    New,
    /// A task writes it.
    Queued,
    /// Written.
    Drafted,
    /// Put away.
    Archived,
}

/// A content idea.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Idea {
    /// Id.
    pub id: IdeaId,
    /// Of which cluster.
    pub cluster: ClusterId,
    /// Title.
    pub title: String,
    /// What makes it different.
    pub angle: String,
    /// Headings.
    pub outline: Vec<String>,
    /// Intent.
    pub intent: Option<Intent>,
    /// Keywords to rank for.
    pub target_keywords: Vec<String>,
    /// Status.
    pub status: IdeaStatus,
    /// The draft, once there is one.
    pub document: Option<DocumentId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// Where a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DocumentStatus {
    /// Being written.
    Draft,
    /// Waits for a decision.
    InReview,
    /// May be published.
    Approved,
    /// Is on its way.
    Publishing,
    /// Published.
    Published,
    /// Changed at the site.
    Conflict,
}

/// A document without its text (which lives in the document's own entity).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Id.
    pub id: DocumentId,
    /// Title.
    pub title: String,
    /// Status.
    pub status: DocumentStatus,
    /// Idea it was written from.
    pub idea: Option<IdeaId>,
    /// Images, the featured one first.
    pub images: Vec<ImageId>,
    /// The version that was approved: the hash of its kept state.
    pub approved: Option<[u8; 32]>,
    /// Grows with each publication.
    pub revision: u64,
    /// What the site said of the last publication.
    pub publication: Option<Publication>,
    /// Words, when last counted.
    pub words: u32,
    /// Models and prompt versions that wrote in it.
    pub provenance: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// A publication as the site confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// The site's id.
    pub post_id: u64,
    /// Where it can be read.
    pub permalink: String,
    /// The site's time of the last change.
    pub modified_gmt: String,
    /// When.
    pub at: Timestamp,
}

/// An image; its bytes are a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Id.
    pub id: ImageId,
    /// Of which document.
    pub document: DocumentId,
    /// Hash of its bytes.
    pub blob: [u8; 32],
    /// Such as `image/png`.
    pub media_type: String,
    /// The alternative text.
    pub alt: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What it was made from, by which model.
    pub provenance: String,
    /// When it was made.
    pub created_at: Timestamp,
}

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
        }
    }
    /// The document it is about.
    pub const fn document(&self) -> Option<DocumentId> {
        match self {
            Self::Cluster { .. } | Self::Ideas { .. } => None,
            Self::Draft { document, .. }
            | Self::Image { document, .. }
            | Self::Reparse { document }
            | Self::Publish { document, .. } => Some(*document),
        }
    }
}

/// How a failure is treated. The runtime maps the adapters' classes to these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
}

impl FailureClass {
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
        }
    }
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
    /// Status.
    pub status: TaskStatus,
    /// Attempts begun.
    pub attempts: u32,
    /// What it costs at most.
    pub price: Credits,
    /// The hold, while credits are set aside.
    pub hold: Option<HoldId>,
    /// What it did cost.
    pub spent: Credits,
    /// Not before.
    pub not_before: Option<Timestamp>,
    /// A person wants it to end.
    pub stop_requested: bool,
    /// The last failure.
    pub failure: Option<Failure>,
    /// The model that was used.
    pub model: Option<String>,
    /// The raw answer's blob.
    pub response: Option<[u8; 32]>,
    /// Who asked for it; absent for automation.
    pub created_by: Option<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// An open request for credits from the tenant, or the pause after a refused one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The transfer's id.
    pub transfer: TransferId,
    /// How much.
    pub amount: Credits,
    /// Set after a refusal: ask again then.
    pub again_at: Option<Timestamp>,
}

/// A site's stored records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SiteRecord {
    /// The site itself.
    Card(SiteCard),
    /// The secret of the link.
    LinkSecret(SealedSecret),
    /// A keyword.
    Keyword(Keyword),
    /// A cluster.
    Cluster(Cluster),
    /// An idea.
    Idea(Idea),
    /// A task.
    Task(Task),
    /// A document.
    Document(Document),
    /// An image.
    Image(Image),
    /// A row of the slice's ledger.
    Ledger(LedgerRecord),
    /// An open request for credits.
    Ask(Ask),
}
