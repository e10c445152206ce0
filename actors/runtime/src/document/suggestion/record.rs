//! What a document's entity keeps of its suggestions.

use crate::document::record::Maker;
use igny8_actors_domain::site::Instruction;
use igny8_protocol_ids::{AccountId, RunId, Timestamp};
use igny8_storage_api::RecordKey;
use serde::{Deserialize, Serialize};

/// Other words for a part of the text. The part itself is a mark in the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The run that wrote it: that of its task.
    pub id: RunId,
    /// How its author is named.
    pub author: String,
    /// By which model and prompt; none in suggestions of older builds.
    #[serde(default)]
    pub maker: Option<Maker>,
    /// Who asked for it; absent for automation.
    pub by: Option<AccountId>,
    /// When it was written.
    pub at: Timestamp,
    /// What was asked for.
    pub instruction: Instruction,
    /// The text that it is about, as its author read it: one for each paragraph.
    pub before: Vec<String>,
    /// What it suggests, one for each of them.
    pub after: Vec<String>,
    /// Set once somebody has decided.
    #[serde(default)]
    pub decision: Option<Decision>,
}

/// What somebody decided on a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// True if it stands in the text since; false if it was put away.
    pub accepted: bool,
    /// Who decided.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

pub(in crate::document) const SUGGESTION: u8 = 8;

pub(super) fn suggestion_key(id: RunId) -> RecordKey {
    [&[SUGGESTION], id.uuid().as_bytes().as_slice()].concat().into()
}
