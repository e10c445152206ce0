//! `…/activity`: what happened in a document.

use super::author::PromptUsed;
use crate::view::DocumentStatus;
use igny8_protocol_ids::{AccountId, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// `GET activity?before=&limit=`.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams, TS,
)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// The `next` of the page before.
    pub before: Option<String>,
    /// Entries of a page, 1 to 100; 30 if absent.
    pub limit: Option<u32>,
}

/// Whose doing something was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DoerView {
    /// A person, or a program in a person's name.
    Account {
        /// Who.
        account: AccountId,
        /// Their name, while they are a member.
        name: Option<String>,
    },
    /// An AI run.
    Run {
        /// The run: that of its task.
        run: RunId,
        /// How it is named.
        name: String,
        /// The model that wrote, where it is known.
        model: Option<String>,
        /// The prompt by which it wrote, where it is known.
        prompt: Option<PromptUsed>,
    },
    /// The server.
    Server,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    /// The document was made.
    Created,
    /// It has another title: `text`.
    Renamed,
    /// It has another status.
    Moved,
    /// Somebody typed, until `until`; `about` is nothing.
    Edited,
    /// Another text was handed in; `about` is the version that keeps what stood there.
    Replaced,
    /// A version was restored.
    Restored,
    /// A version was kept under a name.
    VersionKept,
    /// The version that was approved was kept.
    VersionApproved,
    /// A version got another name.
    VersionNamed,
    /// A version was forgotten.
    VersionForgotten,
    /// A thread was begun.
    ThreadBegun,
    /// Somebody answered in a thread.
    ThreadAnswered,
    /// A thread was resolved.
    ThreadResolved,
    /// A thread was opened again.
    ThreadReopened,
    /// A thread was deleted.
    ThreadDeleted,
    /// A comment was deleted.
    CommentDeleted,
    /// A run suggests other words.
    Suggested,
    /// A suggestion was accepted.
    SuggestionAccepted,
    /// A suggestion was rejected.
    SuggestionRejected,
    /// A run began to write, or went on after it was stopped.
    RunBegun,
    /// A run was stopped.
    RunStopped,
    /// A run's text is whole.
    RunEnded,
    /// A run was taken back.
    RunUndone,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ActivityView {
    /// Names the entry within its document.
    pub id: String,
    /// When, or when it began.
    pub at: Timestamp,
    /// When it ended, of what takes a while.
    pub until: Option<Timestamp>,
    /// Whose doing it was.
    pub by: DoerView,
    /// What.
    pub what: Happened,
    /// The status that it has since; of `moved` alone.
    pub status: Option<DocumentStatus>,
    /// True if it was published before; of `moved` to `published` alone.
    pub again: bool,
    /// The first characters of what it is about: a title, a version's name, a text.
    pub text: Option<String>,
    /// The id of the version, thread, suggestion or run.
    pub about: Option<String>,
}

/// A page of what happened, the latest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ActivityPage {
    /// The entries.
    pub items: Vec<ActivityView>,
    /// Asks for those before; absent on the last page.
    pub next: Option<String>,
}
