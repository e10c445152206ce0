//! `…/authors`: who wrote what.

use igny8_protocol_ids::{AccountId, RunId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// An author of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AuthorView {
    /// A person, or a program in a person's name.
    Account {
        /// Who.
        account: AccountId,
    },
    /// An AI.
    Run {
        /// The run: that of its task.
        run: RunId,
        /// How it is named.
        name: String,
        /// The model that wrote; of a run of an older build while its task is kept, with its prompt.
        model: Option<String>,
        /// The prompt by which it wrote.
        prompt: Option<PromptUsed>,
    },
    /// The server by itself: a repair, a restructured text.
    Server,
}

/// A prompt as it was when it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PromptUsed {
    /// Its kind, as `/api/thinker/prompts` names it.
    pub kind: String,
    /// Its version; 0 is the one that comes with the server.
    pub version: u32,
}

/// What a Yjs client's edits from a clock on are attributed to, until its next entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct WriterView {
    /// The client id.
    #[ts(type = "number")]
    pub client: u64,
    /// The clock.
    pub clock: u32,
    /// Which of the authors, from 0.
    pub author: u32,
}

/// Text of one author in one block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct AuthoredSpan {
    /// The block's place, from 0.
    pub index: u32,
    /// The block's key, as `GET …/blocks` has it.
    pub key: String,
    /// The first UTF-16 unit of its text.
    pub from: u32,
    /// The unit after the last.
    pub to: u32,
    /// Which of the authors, from 0; absent for what was written before authors were kept.
    pub author: Option<u32>,
}

/// `GET authors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct Authorship {
    /// Each once.
    pub authors: Vec<AuthorView>,
    /// For whoever has the Yjs document: the table from client ids to authors, in the order of
    /// clients and clocks.
    pub writers: Vec<WriterView>,
    /// The text, from top to bottom.
    pub spans: Vec<AuthoredSpan>,
}
