//! `/api/writer` and `/api/publish`: tasks, documents, publications.

use crate::view::{DocumentStatus, DocumentView, LinkView, TaskView};
use igny8_protocol_ids::{IdeaId, SiteId};
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

/// `POST documents`: an empty document for hand-written work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct NewDocument {
    /// Title.
    pub title: String,
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
