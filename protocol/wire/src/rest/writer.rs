//! `/api/writer` and `/api/publish`: tasks, documents, publications.

use super::history::VersionView;
use crate::queue::{Placement, QueueWork};
use crate::view::{DocumentStatus, DocumentView, LinkView, TaskKind, TaskView};
use igny8_protocol_ids::{DocumentId, IdeaId, SiteId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// `POST /api/writer/generate`: one draft task per idea.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Generate {
    /// Of which site.
    pub site: SiteId,
    /// From which ideas (at most 100).
    pub ideas: Vec<IdeaId>,
    /// Images to make for each draft once it is written, 0 to 3.
    #[serde(default)]
    pub images: u32,
    /// How they are placed in the queue.
    #[serde(default)]
    pub placement: Option<Placement>,
}

/// `POST batches`: up to 10,000 tasks, watched and steered as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct NewBatch {
    /// What it is about, for people.
    pub title: String,
    /// The work.
    pub work: QueueWork,
    /// Pauses the batch when this share of its ended tasks failed, 1 to 100.
    #[serde(default)]
    pub stop_percent: Option<u8>,
    /// How its tasks are placed in the queue.
    #[serde(default)]
    pub placement: Option<Placement>,
}

/// `POST tasks/change`: waiting tasks first, last or off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeTasks {
    /// Which, at most 500.
    pub tasks: Vec<TaskId>,
    /// 0 to 100, the higher the sooner.
    #[serde(default)]
    pub priority: Option<u8>,
    /// Not before this time.
    #[serde(default)]
    pub not_before: Option<Timestamp>,
}

/// `POST tasks/{task}/replay`: an ended task again, with changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ReplayTask {
    /// Another priority, 0 to 100.
    #[serde(default)]
    pub priority: Option<u8>,
    /// Ideas to make; for tasks that make ideas.
    #[serde(default)]
    pub ideas: Option<u32>,
    /// Images to make afterwards; for drafts.
    #[serde(default)]
    pub images: Option<u32>,
}

/// `POST dead-letters/replay`: dead letters again, the oldest first, at most 500 at once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ReplayDead {
    /// Of this kind.
    #[serde(default)]
    pub kind: Option<TaskKind>,
    /// With this code of failure.
    #[serde(default)]
    pub code: Option<String>,
}

/// Dead letters that were queued again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Replayed {
    /// How many.
    pub replayed: u32,
    /// How many could not: what they work on has changed since.
    pub refused: u32,
    /// How many more there are: ask again.
    pub left: u32,
}

/// `POST dead-letters/discard`: dead letters put away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct DiscardTasks {
    /// Which, at most 500.
    pub tasks: Vec<TaskId>,
}

/// `GET tasks/kept?from=&until=`: ended tasks that are in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams, TS)]
#[into_params(parameter_in = Query)]
pub struct KeptQuery {
    /// Ended at or after this time.
    pub from: Timestamp,
    /// Ended before this time, at most 31 days later.
    pub until: Timestamp,
    /// The last task of the page before; then `from` is the time when that one ended.
    pub after: Option<TaskId>,
}

/// Tasks that were queued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Queued {
    /// The tasks.
    pub tasks: Vec<TaskView>,
}

/// `GET tasks/{task}/answer`: what the model answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct RawAnswer {
    /// As it came.
    pub text: String,
    /// True if the task waits for a person's answer in its place.
    pub wanted: bool,
    /// The JSON schema of the answer that was asked for; absent for text.
    #[ts(type = "unknown")]
    pub schema: Option<serde_json::Value>,
}

/// `POST tasks/{task}/answer`: a person's answer in the model's place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct SubmitAnswer {
    /// JSON of the schema; small slips are read as a model's are.
    pub answer: String,
}

/// `POST documents/{document}/images`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct MakeImages {
    /// How many, 1 to 3.
    pub count: u32,
}

/// `POST documents`: a document for hand-written work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct NewDocument {
    /// Title.
    pub title: String,
    /// The text that it begins with; empty if absent.
    #[serde(default)]
    pub content: Option<String>,
    /// The form of the text: HTML if absent, Markdown, or ProseMirror JSON as a string.
    #[serde(default)]
    pub format: Option<ContentFormat>,
}

/// A free document: any Yjs content under a room's name. No article: nothing writes or publishes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct FreeDocumentView {
    /// Id: the socket's stream is named by it.
    pub id: DocumentId,
    /// The name of its room, unique within the site.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// `POST free-documents`: made once, however often it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct NewFreeDocument {
    /// 1 to 128 of the characters that an address carries as they are: `A-Z a-z 0-9 - . _ ~`.
    pub name: String,
}

/// `PATCH documents/{document}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeDocument {
    /// A new title.
    pub title: Option<String>,
    /// `draft`, `in_review` or `approved`.
    pub status: Option<DocumentStatus>,
}

/// In which form the content is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum ContentFormat {
    /// Sanitised HTML.
    #[default]
    Html,
    /// Markdown.
    Markdown,
    /// WordPress block markup.
    Blocks,
    /// Plain text.
    Text,
    /// ProseMirror JSON, as a string.
    Json,
}

/// `GET documents/{document}/content?format=`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams, TS,
)]
#[into_params(parameter_in = Query)]
pub struct ContentQuery {
    /// The form; HTML if absent.
    #[serde(default)]
    pub format: ContentFormat,
}

/// A document with its text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct DocumentContent {
    /// The document.
    pub document: DocumentView,
    /// The form.
    pub format: ContentFormat,
    /// The text in that form.
    pub content: String,
    /// Words.
    pub words: u32,
    /// Tells the text from any other: what a `PUT` names in `If-Match`.
    pub revision: String,
}

/// `PUT documents/{document}/content`: what became of a text that was handed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ContentReplaced {
    /// The text as it is now.
    pub revision: String,
    /// Its words.
    pub words: u32,
    /// False if it was that text already.
    pub changed: bool,
    /// The version that keeps what stood there, if anything did and it was changed.
    pub kept: Option<VersionView>,
}

/// `POST /api/publish/sites/{site}/link`: pair with the code that wp-admin shows.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct PairSite {
    /// The site's address.
    pub url: String,
    /// The one-time code.
    pub code: String,
}

/// The state of a link, asked just now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct LinkState {
    /// The link; absent: not paired.
    pub link: Option<LinkView>,
    /// True if the site answered.
    pub reachable: bool,
    /// Why not, and what to do.
    pub problem: Option<String>,
}

/// `POST /api/publish/sites/{site}/documents/{document}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Publish {
    /// True publishes at once, false makes a draft at the site.
    #[serde(default)]
    pub live: bool,
}
