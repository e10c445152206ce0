//! Threads and comments.

use base64::{Engine, prelude::BASE64_STANDARD};
use igny8_actors_runtime::{Comment, CommentRange, Conversation, Resolution};
use igny8_protocol_wire::rest::document::comment as wire;

pub(crate) fn thread_view(conversation: Conversation) -> wire::ThreadView {
    let Conversation { thread, comments, anchored } = conversation;
    let resolved = thread.resolved.map(|Resolution { by, at }| wire::ResolutionView { by, at });
    wire::ThreadView {
        id: thread.id,
        author: thread.author,
        at: thread.at,
        quote: thread.quote,
        anchored,
        resolved,
        comments: comments.into_iter().map(comment_view).collect(),
    }
}

fn comment_view(comment: Comment) -> wire::CommentView {
    let Comment { id, thread: _, author, at, text, mentions, edited_at, deleted_at } = comment;
    wire::CommentView { id, author, at, text, mentions, edited_at, deleted_at }
}

/// A range; `None` if a position is no base64.
pub(crate) fn range_from(range: wire::ThreadRange) -> Option<CommentRange> {
    Some(match range {
        wire::ThreadRange::Positions { from, to } => CommentRange::Positions {
            from: BASE64_STANDARD.decode(from).ok()?,
            to: BASE64_STANDARD.decode(to).ok()?,
        },
        wire::ThreadRange::Block { index, key, from, to } => {
            CommentRange::Block { index: index as usize, key, from, to }
        }
    })
}
