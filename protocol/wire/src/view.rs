//! What clients see of things. Times are milliseconds since 1970, UTC.

use crate::queue::WaitingView;
use crate::rest::lane::{LaneWaitView, UsageView};
use igny8_protocol_ids::{
    AccountId, BatchId, ClusterId, Credits, DocumentId, IdeaId, ImageId, KeywordId, SiteId, TaskId,
    TenantId, Timestamp,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

macro_rules! wire_enum {
    ($($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
    )+};
}

wire_enum! {
    /// A right level in a tenant.
    Role { /** Everything. */ Owner, /** Content, automation; sees billing. */ Admin, /** Generates, edits, publishes. */ Editor, /** Reads. */ Viewer, /** Automation; API only. */ SystemBot }
    /// Where a keyword is.
    KeywordStatus { /** Imported. */ New, /** In a cluster. */ Clustered, /** An idea uses it. */ InUse, /** No cluster fits. */ Orphaned, /** Put away. */ Archived }
    /// What a searcher wants.
    Intent { /** To know. */ Informational, /** To buy. */ Transactional, /** To get somewhere. */ Navigational, /** To compare before buying. */ Commercial }
    /// What a task does.
    TaskKind { /** Keywords into clusters. */ Cluster, /** A cluster into ideas. */ Ideas, /** An idea into a draft. */ Draft, /** An image for a draft. */ Image, /** A draft restructured. */ Reparse, /** A draft to the site. */ Publish, /** A prompt template, tried once. */ TestRun, /** A selection of a draft rewritten, as a suggestion. */ Rewrite }
    /// Where a task is.
    TaskStatus { /** Waits. */ Queued, /** Runs. */ Running, /** A person must look. */ WaitingForReview, /** Done. */ Succeeded, /** Not done; can be retried. */ Failed, /** Stopped by a person. */ Cancelled, /** Not done after all attempts; can be replayed. */ Dead }
    /// Where an idea is.
    IdeaStatus { /** Proposed. */ New, /** A task writes it. */ Queued, /** Written. */ Drafted, /** Put away. */ Archived }
    /// Where a document is.
    DocumentStatus { /** Being written. */ Draft, /** Waits for a decision. */ InReview, /** May be published. */ Approved, /** Is on its way. */ Publishing, /** Published. */ Published, /** Changed at the site. */ Conflict }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct AccountView {
    /// Id.
    pub id: AccountId,
    /// E-mail address.
    pub email: String,
    /// Shown to others.
    pub name: String,
}

/// A tenant as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct TenantView {
    /// Id.
    pub id: TenantId,
    /// Name.
    pub name: String,
    /// Plan: `trial`, `starter`, `pro`, `agency`, `enterprise`, `demo`.
    pub plan: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A tenant and one's role there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct MembershipView {
    /// The tenant.
    pub tenant: TenantView,
    /// The role.
    pub role: Role,
}

/// A member of a tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct MemberView {
    /// Who.
    pub account: AccountId,
    /// E-mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Role; absent after the member was removed.
    pub role: Option<Role>,
}

/// The connection to a WordPress site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct LinkView {
    /// The site's address.
    pub url: String,
    /// The blog's name.
    pub name: String,
    /// WordPress's version.
    pub wordpress: String,
    /// Our plugin's version.
    pub plugin: String,
    /// When it was paired.
    pub paired_at: Timestamp,
    /// The last failure, in words; absent while all is well.
    pub problem: Option<String>,
}

/// A site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct SiteView {
    /// Id.
    pub id: SiteId,
    /// Name.
    pub name: String,
    /// Language of the content (BCP 47).
    pub language: String,
    /// How the AI writes here.
    pub brand_voice: String,
    /// Who speaks here, and to whom.
    #[serde(default)]
    pub persona: String,
    /// Hosts that the AI may link to, beside the site's own.
    #[serde(default)]
    pub link_hosts: Vec<String>,
    /// The WordPress link; absent: publications are exported to a folder.
    pub link: Option<LinkView>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Keywords by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct KeywordCounts {
    /// All.
    pub total: u32,
    /// Status new.
    pub new: u32,
    /// Status clustered.
    pub clustered: u32,
    /// Status in use.
    pub in_use: u32,
    /// Status orphaned.
    pub orphaned: u32,
    /// Status archived.
    pub archived: u32,
}

/// A keyword.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct KeywordView {
    /// Id.
    pub id: KeywordId,
    /// As imported.
    pub text: String,
    /// Searches a month.
    #[ts(type = "number | null")]
    pub volume: Option<u64>,
    /// Cost per click in millionths of the currency.
    #[ts(type = "number | null")]
    pub cpc_micros: Option<u64>,
    /// Cost per sale in millionths of the currency.
    #[ts(type = "number | null")]
    pub cps_micros: Option<u64>,
    /// Difficulty, 0 to 100.
    pub difficulty: Option<f32>,
    /// Intent.
    pub intent: Option<Intent>,
    /// Persona.
    pub persona: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Status.
    pub status: KeywordStatus,
    /// Cluster.
    pub cluster: Option<ClusterId>,
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ClusterView {
    /// Id.
    pub id: ClusterId,
    /// Name.
    pub name: String,
    /// Intent.
    pub intent: Option<Intent>,
    /// The keyword that stands for it.
    pub pillar: String,
    /// Its keywords, the most searched first.
    pub keywords: Vec<String>,
    /// Searches a month, summed.
    #[ts(type = "number")]
    pub volume: u64,
    /// Left alone by the next clustering.
    pub locked: bool,
    /// Ideas made from it.
    pub ideas: u32,
}

/// A content idea.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct IdeaView {
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
}

/// Why a task failed last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct TaskFailure {
    /// A stable code: `timeout`, `rate_limited`, `quota`, `invalid_answer`, …
    pub code: String,
    /// What happened, what it cost (nothing) and what to do.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct TaskView {
    /// Id.
    pub id: TaskId,
    /// What it does.
    pub kind: TaskKind,
    /// What it is about, for people.
    pub title: String,
    /// Status.
    pub status: TaskStatus,
    /// Attempts begun.
    pub attempts: u32,
    /// Attempts allowed before it is dead.
    pub attempts_max: u32,
    /// Credits it will cost, or did.
    pub price: Credits,
    /// Credits set aside for it now.
    pub held: Credits,
    /// Credits it did cost.
    pub spent: Credits,
    /// 0 to 100, the higher the sooner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub priority: Option<u8>,
    /// Why it waits, in a word: the `reason` of `waiting`; absent if it does not.
    pub waiting_for: Option<String>,
    /// Why it waits; absent if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub waiting: Option<WaitingView>,
    /// When it will start, as far as can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub starts_at: Option<Timestamp>,
    /// The batch that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub batch: Option<BatchId>,
    /// Who asked for it; absent for automation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub created_by: Option<AccountId>,
    /// When its latest attempt began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub started_at: Option<Timestamp>,
    /// Not before.
    pub not_before: Option<Timestamp>,
    /// The last failure.
    pub failure: Option<TaskFailure>,
    /// Idea, for drafts.
    pub idea: Option<IdeaId>,
    /// Cluster, for ideas.
    pub cluster: Option<ClusterId>,
    /// Document, for drafts, images and publications.
    pub document: Option<DocumentId>,
    /// Model used.
    pub model: Option<String>,
    /// What its calls to models used, failed attempts too; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub usage: Option<UsageView>,
    /// Why its call to a model has not started; absent if none waits, and in events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub lane: Option<LaneWaitView>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

/// A document without its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct DocumentView {
    /// Id.
    pub id: DocumentId,
    /// Title.
    pub title: String,
    /// Status.
    pub status: DocumentStatus,
    /// Idea it was written from.
    pub idea: Option<IdeaId>,
    /// Images.
    pub images: Vec<ImageView>,
    /// Where it is published.
    pub permalink: Option<String>,
    /// Words, when last counted.
    pub words: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its status changed last.
    pub updated_at: Timestamp,
}

/// An image of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ImageView {
    /// Id.
    pub id: ImageId,
    /// Where the browser gets it.
    pub url: String,
    /// The alternative text.
    pub alt: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The post's main image.
    pub featured: bool,
}

/// Credits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct BalanceView {
    /// Granted and not spent: what failed work never changes.
    pub settled: Credits,
    /// Set aside for running work.
    pub held: Credits,
    /// Settled minus held: what a new run can use.
    pub available: Credits,
    /// Spent so far.
    pub spent: Credits,
    /// Granted so far.
    pub granted: Credits,
}
