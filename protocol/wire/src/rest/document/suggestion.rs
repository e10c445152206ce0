//! `…/suggestions`: other words for parts of the text, until somebody decides.

use super::author::PromptUsed;
use super::comment::ThreadRange;
use igny8_protocol_ids::{AccountId, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// What is to be done with a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RewriteInstruction {
    /// Clearer and livelier, with the same meaning.
    Improve,
    /// Shorter.
    Shorten,
    /// Longer.
    Expand,
    /// Its mistakes corrected.
    FixGrammar,
    /// What somebody says in words of their own.
    Own {
        /// 1 to 500 characters.
        words: String,
    },
}

/// Where a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionState {
    /// Its text is as it was.
    Open,
    /// Its text has changed since: whoever accepts it all the same names the text of now.
    Changed,
    /// Its text was deleted, divided or joined: it can only be rejected.
    Detached,
    /// It stands in the text.
    Accepted,
    /// It was put away.
    Rejected,
    /// It was accepted, and its run was taken back.
    Undone,
}

/// Who decided, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct DecisionView {
    /// True if it was accepted.
    pub accepted: bool,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Other words for a part of the text. The part is a mark `comment` in the document whose attribute
/// `thread` is this id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct SuggestionView {
    /// The run that wrote it, which is its task’s id too.
    pub id: RunId,
    /// How its author is named.
    pub author: String,
    /// The model that wrote it; none in suggestions of older builds.
    pub model: Option<String>,
    /// The prompt by which it wrote.
    pub prompt: Option<PromptUsed>,
    /// Who asked for it.
    pub by: Option<AccountId>,
    /// When it was written.
    pub at: Timestamp,
    /// What was asked for.
    pub instruction: RewriteInstruction,
    /// The text as its author read it: one for each paragraph.
    pub before: Vec<String>,
    /// What it suggests, one for each of them.
    pub after: Vec<String>,
    /// Where it is.
    pub state: SuggestionState,
    /// The text that it would replace, as it is now.
    pub now: Vec<String>,
    /// Names `now`.
    pub revision: String,
    /// Set once somebody has decided.
    pub decision: Option<DecisionView>,
}

/// `POST suggestions`: asks for a rewrite. It costs one credit, once it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct AskRewrite {
    /// Which text: at most 6,000 characters in 50 paragraphs.
    pub range: ThreadRange,
    /// What is to be done with it.
    pub instruction: RewriteInstruction,
}

/// `POST suggestions/{suggestion}/accept`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct AcceptSuggestion {
    /// The `revision` of the text that is to be overwritten, if it has changed since; it is kept as
    /// a version first.
    #[serde(default)]
    #[ts(optional)]
    pub over: Option<String>,
}
