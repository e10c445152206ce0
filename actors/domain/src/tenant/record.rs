//! What a tenant stores.

use super::plan::Plan;
use super::prompt::PromptKind;
use super::route::AiRouting;
use crate::lane::UsageRow;
use crate::ledger::LedgerRecord;
use crate::role::Role;
use crate::secret::SealedSecret;
use igny8_protocol_ids::{AccountId, Credits, SiteId, TenantId, Timestamp, TransferId};
use serde::{Deserialize, Serialize};

/// The tenant itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantCard {
    /// Id.
    pub id: TenantId,
    /// Name.
    pub name: String,
    /// What it has bought.
    pub plan: Plan,
    /// When it began.
    pub created_at: Timestamp,
    /// When name or plan last changed.
    pub updated_at: Timestamp,
}

/// A person's place in the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// The address by which they were added.
    pub email: String,
    /// Name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// When the role last changed.
    pub updated_at: Timestamp,
}

/// A site of the tenant. Name, language and link are the site's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteEntry {
    /// Which.
    pub id: SiteId,
    /// Credits sent to it, less those it sent back. It may have spent them.
    pub lent: Credits,
    /// What its slice has spent and let end, as it last reported.
    #[serde(default)]
    pub used: Credits,
    /// True while it is to report that.
    #[serde(default)]
    pub is_watched: bool,
    /// True after its request was refused: it is told when there are credits.
    #[serde(default)]
    pub is_refused: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What a model is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AiCapability {
    /// Texts.
    #[default]
    Text,
    /// Pictures.
    Picture,
    /// Vectors of keywords, by which they are grouped.
    Embedding,
}

impl AiCapability {
    /// What it brings, for messages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Text => "texts",
            Self::Picture => "pictures",
            Self::Embedding => "embeddings",
        }
    }
}

/// Where a tenant's models come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AiProvider {
    /// The server's own.
    #[default]
    Platform,
    /// Any service that speaks OpenAI's protocol.
    OpenAiCompatible,
    /// Anthropic's, or a service that speaks its protocol.
    Anthropic,
    /// Runware's.
    Runware,
}

impl AiProvider {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Platform, Self::OpenAiCompatible, Self::Anthropic, Self::Runware];

    /// What it is called, for messages.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Platform => "the server's own",
            Self::OpenAiCompatible => "OpenAI-compatible",
            Self::Anthropic => "Anthropic",
            Self::Runware => "Runware",
        }
    }

    /// True if it can be asked for this: there is an adapter that speaks its protocol.
    pub const fn serves(self, capability: AiCapability) -> bool {
        match self {
            Self::Platform | Self::OpenAiCompatible => true,
            Self::Anthropic => matches!(capability, AiCapability::Text),
            Self::Runware => matches!(capability, AiCapability::Picture),
        }
    }

    /// True if its own address is known, so that none need be given.
    pub(super) const fn has_own_address(self) -> bool {
        matches!(self, Self::Anthropic | Self::Runware)
    }
}

/// The models of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AiModelSettings {
    /// Whose.
    pub provider: AiProvider,
    /// The service's address, for one that is not the server's own.
    pub base_url: Option<String>,
    /// The model for text; none leaves it to the server.
    pub model: Option<String>,
    /// The key of the tenant's own.
    pub key: Option<ModelKey>,
}

/// A key for a model's service, and what may be shown of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelKey {
    /// Sealed.
    pub sealed: SealedSecret,
    /// Its last characters, at most [`ModelKey::HINT_CHARS_MAX`].
    pub hint: String,
}

impl ModelKey {
    /// Enough to tell two keys apart, too little to use one.
    pub const HINT_CHARS_MAX: usize = 4;
}

/// A version of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// What it asks for.
    pub kind: PromptKind,
    /// From 1; 0 is ours and not stored.
    pub version: u32,
    /// The text.
    pub template: String,
    /// When it was written; none for ours.
    pub created_at: Option<Timestamp>,
    /// By whom; none for ours.
    pub author: Option<AccountId>,
    /// The version it was taken from, if it is an old one again.
    #[serde(default)]
    pub restored: Option<u32>,
}

/// A site's request that waits for other sites to return what they do not use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingAllotment {
    /// The request.
    pub transfer: TransferId,
    /// Who asks.
    pub site: SiteId,
    /// For how much.
    pub amount: Credits,
    /// When it is refused at the latest.
    pub deadline: Timestamp,
    /// The recalls that are not answered yet.
    pub recalls: Vec<TransferId>,
    /// With how much it can begin.
    #[serde(default)]
    pub least: Credits,
}

/// All work of all sites is held up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkPause {
    /// Who wanted it; absent for the system.
    pub by: Option<AccountId>,
    /// Since when.
    pub since: Timestamp,
}

/// A level of credits below which the tenant is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LowLevel {
    /// How many credits.
    pub credits: Credits,
    /// True since they were fewer: told, and not told again before they were more.
    pub is_below: bool,
}

/// The levels that a tenant set, the highest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LowLevels {
    /// Each with its state.
    pub levels: Vec<LowLevel>,
}

/// What a tenant stores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TenantRecord {
    /// Itself.
    Card(TenantCard),
    /// A member.
    Member(Member),
    /// A site.
    Site(SiteEntry),
    /// Its models.
    Models(AiModelSettings),
    /// The routes to its models.
    Routing(AiRouting),
    /// A version of a template.
    Prompt(Prompt),
    /// A request for credits that waits.
    Pending(PendingAllotment),
    /// Of its ledger.
    Ledger(LedgerRecord),
    /// All work is held up.
    WorkPause(WorkPause),
    /// Its levels of low credits.
    LowLevels(LowLevels),
    /// What calls of no site used of a model on a day.
    Usage(UsageRow),
}
