//! What can be asked of a document about its suggestions.

use super::{NewSuggestion, Proposal};
use crate::document::comment::out_of_range;
use crate::document::handle::DocumentHandle;
use crate::document::room::Room;
use crate::document::run::CARET_COLOUR;
use crate::failure::Failure;
use igny8_actors_document::{Caret, CommentRange, Selection};
use igny8_protocol_ids::{AccountId, RunId};
use serde_json::json;
use std::sync::Arc;

/// A run that works on a place of the text without writing there yet. Dropped, it is seen no more.
pub(crate) struct Presence {
    room: Arc<Room>,
    client: u64,
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.room.hide(self.client);
    }
}

impl DocumentHandle {
    /// What stands in a range, if it can be rewritten.
    pub async fn selection(&self, range: CommentRange) -> Result<Selection, Failure> {
        let refused = |error| out_of_range("Nothing was asked", error);
        self.read(move |live| live.selection(&range)).await?.map_err(refused)
    }

    /// All suggestions, the oldest first; of those that are decided the latest hundred.
    pub async fn suggestions(&self) -> Result<Vec<Proposal>, Failure> {
        self.history(|state| Ok(state.proposals())).await
    }

    /// One suggestion.
    pub async fn suggestion(&self, id: RunId) -> Result<Proposal, Failure> {
        self.history(move |state| state.proposal(id)).await
    }

    /// Keeps a suggestion and puts its anchor on the text, both or neither, once.
    pub(crate) async fn suggest(&self, id: RunId, new: NewSuggestion) -> Result<(), Failure> {
        self.history(move |state| state.suggest(id, new)).await
    }

    /// Makes the text what was suggested, in one edit of the run that wrote it. A text that has
    /// changed since is overwritten only if `over` names it as it is now; it is kept as a version
    /// first.
    pub async fn accept_suggestion(
        &self,
        id: RunId,
        over: Option<String>,
        by: AccountId,
    ) -> Result<Proposal, Failure> {
        self.history(move |state| state.accept(id, over.as_deref(), by)).await
    }

    /// Puts a suggestion away; the text stays as it is.
    pub async fn reject_suggestion(&self, id: RunId, by: AccountId) -> Result<Proposal, Failure> {
        self.history(move |state| state.reject(id, by)).await
    }

    /// Shows a run at a place of the text, with a client id of its own.
    pub(crate) fn show(&self, author: &str, caret: &Caret) -> Presence {
        let client = self.world.roll() >> 11;
        let cursor = json!({"anchor": caret.anchor, "head": caret.head});
        let user = json!({"name": author, "color": CARET_COLOUR, "ai": true});
        self.room.show(client, json!({"user": user, "cursor": cursor}).to_string());
        Presence { room: self.room.clone(), client }
    }
}
