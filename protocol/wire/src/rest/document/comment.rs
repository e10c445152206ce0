//! `…/threads`: comments on places of the text.

use igny8_protocol_ids::{AccountId, CommentId, ThreadId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// One thing that was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct CommentView {
    /// Id.
    pub id: CommentId,
    /// Who wrote it.
    pub author: AccountId,
    /// When.
    pub at: Timestamp,
    /// Plain text; empty once it was deleted.
    pub text: String,
    /// Members whose attention is asked for.
    pub mentions: Vec<AccountId>,
    /// When its text was changed last.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted; that something was said stays visible.
    pub deleted_at: Option<Timestamp>,
}

/// Who resolved a thread, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ResolutionView {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// What was said about one place of the text. The place is a mark `comment` in the document whose
/// attribute `thread` is this id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ThreadView {
    /// Id.
    pub id: ThreadId,
    /// Who began it.
    pub author: AccountId,
    /// When.
    pub at: Timestamp,
    /// The text that it was put on, as it was: at most 300 characters.
    pub quote: String,
    /// False if all of that text was deleted.
    pub anchored: bool,
    /// Set while it is resolved.
    pub resolved: Option<ResolutionView>,
    /// In the order in which they were written.
    pub comments: Vec<CommentView>,
}

/// Which text a thread is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ThreadRange {
    /// What an editor has: two Yjs relative positions as `Y.encodeRelativePosition` gives them, in
    /// base64. They hold whatever others type meanwhile.
    Positions {
        /// Where it begins.
        from: String,
        /// Where it ends.
        to: String,
    },
    /// What a program has: part of a block's text.
    Block {
        /// The block's place, from 0.
        index: u32,
        /// Its key when it was read.
        key: String,
        /// The first UTF-16 unit of its text.
        from: u32,
        /// The unit after the last.
        to: u32,
    },
}

/// `POST threads/{thread}/comments`, and the first comment of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct WriteComment {
    /// A UUID that the client makes: the same once more is answered like the first time.
    pub id: CommentId,
    /// 1 to 2,000 characters of plain text.
    pub text: String,
    /// Members whose attention is asked for, at most 20.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
}

/// `POST threads`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct BeginThread {
    /// A UUID that the client makes: the same once more is answered like the first time.
    pub id: ThreadId,
    /// Which text it is about.
    pub range: ThreadRange,
    /// What is said first.
    pub comment: WriteComment,
}

/// `PATCH threads/{thread}/comments/{comment}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeComment {
    /// 1 to 2,000 characters of plain text.
    pub text: String,
    /// All members whose attention is asked for, at most 20.
    #[serde(default)]
    #[ts(optional, as = "Option<Vec<AccountId>>")]
    pub mentions: Vec<AccountId>,
}
