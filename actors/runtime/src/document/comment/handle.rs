//! What can be asked of a document about its comments.

use super::{Commenter, Conversation, NewComment};
use crate::document::handle::DocumentHandle;
use crate::failure::Failure;
use igny8_actors_document::CommentRange;
use igny8_protocol_ids::{AccountId, CommentId, ThreadId};

impl DocumentHandle {
    /// All threads, the oldest first, the resolved ones included.
    pub async fn threads(&self) -> Result<Vec<Conversation>, Failure> {
        self.history(|state| Ok(state.conversations())).await
    }

    /// Begins a thread on a range of the text: its anchor and its first comment, both or neither.
    /// Repeated with the same ids it answers with what is there.
    pub async fn begin_thread(
        &self,
        id: ThreadId,
        range: CommentRange,
        first: NewComment,
        by: AccountId,
    ) -> Result<Conversation, Failure> {
        self.history(move |state| state.begin_thread(id, &range, first, by)).await
    }

    /// Answers in a thread; one that was resolved is open again.
    pub async fn reply(
        &self,
        thread: ThreadId,
        comment: NewComment,
        by: AccountId,
    ) -> Result<Conversation, Failure> {
        self.history(move |state| state.reply(thread, comment, by)).await
    }

    /// Changes what one said oneself.
    pub async fn edit_comment(
        &self,
        thread: ThreadId,
        change: NewComment,
        by: AccountId,
    ) -> Result<Conversation, Failure> {
        self.history(move |state| state.edit_comment(thread, change, by)).await
    }

    /// Deletes what one said oneself, or as a moderator what anybody said.
    pub async fn delete_comment(
        &self,
        thread: ThreadId,
        id: CommentId,
        by: Commenter,
    ) -> Result<Conversation, Failure> {
        self.history(move |state| state.delete_comment(thread, id, by)).await
    }

    /// Resolves a thread, or opens it again.
    pub async fn resolve_thread(
        &self,
        thread: ThreadId,
        resolved: bool,
        by: Commenter,
    ) -> Result<Conversation, Failure> {
        self.history(move |state| state.resolve(thread, resolved, by)).await
    }

    /// Deletes a thread with its comments, and takes its anchor off the text.
    pub async fn delete_thread(&self, thread: ThreadId, by: Commenter) -> Result<(), Failure> {
        self.history(move |state| state.delete_thread(thread, by)).await
    }
}
