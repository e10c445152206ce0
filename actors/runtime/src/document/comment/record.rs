//! What a document's entity keeps of its comments.

use igny8_protocol_ids::{AccountId, CommentId, ThreadId, Timestamp};
use igny8_storage_api::RecordKey;
use serde::{Deserialize, Serialize};

/// What was said about one place of the text. The place itself is a mark in the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Made by whoever began it: a repeated request finds what the first one made.
    pub id: ThreadId,
    /// Who began it.
    pub author: AccountId,
    /// When.
    pub at: Timestamp,
    /// The text that it was put on, as it was.
    pub quote: String,
    /// Set while it is resolved.
    #[serde(default)]
    pub resolved: Option<Resolution>,
}

/// Who resolved a thread, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// One thing that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comment {
    /// Made by whoever wrote it.
    pub id: CommentId,
    /// Where.
    pub thread: ThreadId,
    /// Who wrote it.
    pub author: AccountId,
    /// When.
    pub at: Timestamp,
    /// Plain text; empty once it was deleted.
    pub text: String,
    /// Members whose attention is asked for.
    #[serde(default)]
    pub mentions: Vec<AccountId>,
    /// When its text was changed last.
    #[serde(default)]
    pub edited_at: Option<Timestamp>,
    /// When it was deleted: that something was said stays visible, what it was is gone.
    #[serde(default)]
    pub deleted_at: Option<Timestamp>,
}

pub(in crate::document) const THREAD: u8 = 5;
pub(in crate::document) const COMMENT: u8 = 6;

pub(super) fn thread_key(id: ThreadId) -> RecordKey {
    [&[THREAD], id.uuid().as_bytes().as_slice()].concat().into()
}

pub(super) fn comment_key(thread: ThreadId, id: CommentId) -> RecordKey {
    [&[COMMENT], thread.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat().into()
}
