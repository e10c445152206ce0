//! What a site keeps: one record per keyword, cluster, idea, task, document, image and ledger row.

use super::automation::{Execution, Schedule};
use super::queue::{Batch, Pace, QueuePause, QueueSettings, Rest, Share, Task};
use crate::lane::UsageRow;
use crate::{
    ledger::LedgerRecord, secret::SealedSecret, tenant::prompt::Voice, text::intent::Intent,
};
use igny8_protocol_ids::{
    AccountId, ClusterId, Credits, DocumentId, IdeaId, ImageId, KeywordId, SiteId, TenantId,
    Timestamp, TransferId,
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
    /// Who speaks here, and to whom.
    #[serde(default)]
    pub persona: String,
    /// Hosts that a model may link to and take images from, beside the site's own.
    #[serde(default)]
    pub link_hosts: Vec<String>,
    /// The WordPress link, without its secret.
    pub link: Option<Link>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

impl SiteCard {
    /// All hosts that a model may link to: the site's own first.
    pub fn hosts(&self) -> Vec<String> {
        let own = self.link.as_ref().and_then(|link| host_of(&link.url));
        own.into_iter().chain(self.link_hosts.iter().cloned()).collect()
    }
    /// How the site speaks.
    pub fn voice(&self) -> Voice {
        Voice {
            language: self.language.clone(),
            brand_voice: self.brand_voice.clone(),
            persona: self.persona.clone(),
        }
    }
}

/// The host of an address, in small letters.
fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?.to_ascii_lowercase();
    Some(host).filter(|host| !host.is_empty())
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
    /// What happened to it as a whole, the latest last; the oldest beyond some go.
    #[serde(default)]
    pub steps: Vec<DocumentStep>,
}

/// What happened to a document as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentStep {
    /// When.
    pub at: Timestamp,
    /// Whose doing it was; absent for the server.
    pub by: Option<AccountId>,
    /// What.
    pub what: StepKind,
}

/// What happened to a document as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    /// It was made.
    Created,
    /// It has another title.
    Renamed(String),
    /// It is somewhere else: the status, and which publication it is about.
    Moved(DocumentStatus, u64),
}

/// A document of any Yjs content: no article, so nothing writes, publishes or counts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeDocument {
    /// Id.
    pub id: DocumentId,
    /// How clients name its room: unique within the site.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
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

/// Whether the tenant wants to hear what the slice has used, and what it has heard.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Whether it does.
    pub is_watched: bool,
    /// What was reported last.
    pub reported: Credits,
    /// When the next report goes.
    pub due: Option<Timestamp>,
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
    /// Refusals one after another.
    #[serde(default)]
    pub refusals: u32,
}

/// A site's stored records.
#[allow(
    clippy::large_enum_variant,
    reason = "most are of the largest kind: a task; a box for each would cost more than it saves"
)]
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
    /// What the tenant hears of the slice.
    Watch(Watch),
    /// Whose turn it was last.
    Share(Share),
    /// When an automation runs.
    Schedule(Schedule),
    /// An automation's execution.
    Execution(Execution),
    /// How fast a kind goes.
    Pace(Pace),
    /// A pause.
    Pause(QueuePause),
    /// A batch.
    Batch(Batch),
    /// A portion of a batch that is still to become tasks.
    Rest(Rest),
    /// The settings of the queue.
    QueueSettings(QueueSettings),
    /// What was used of a model on one day.
    Usage(UsageRow),
    /// A free document.
    FreeDocument(FreeDocument),
}
