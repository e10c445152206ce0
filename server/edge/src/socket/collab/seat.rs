//! A session's place in a document: what both doors do with it, whatever stands before their
//! messages.

use super::enter::{Ended, Room};
use super::sync;
use crate::socket::bound::{ROOM_AWARENESS_BYTES_MAX, UPDATE_BYTES_MAX};
use crate::socket::outbox::{Outbox, Rank};
use bytes::Bytes;
use igny8_actors_runtime::{
    DocumentFrame, DocumentJoin, DocumentSubscription, Encoded, Failure, SessionEdit, Shared,
    Speakers, TurnUpdate,
};
use igny8_protocol_wire::close;
use std::sync::{Arc, OnceLock};

pub(super) const NOT_NOW: Ended =
    (close::TRY_AGAIN_LATER, "the document is not available just now");
/// What a client hears whose edit is too large, before it is let go.
pub(super) const EDIT_TOO_LARGE: &str =
    "An edit was larger than 1 MiB. Insert it in smaller parts.";

/// How a door writes.
pub(super) struct Door {
    /// What stands before each message.
    pub head: Bytes,
    /// Where it keeps what is encoded once for all.
    pub shared: fn(&Encoded) -> &OnceLock<Bytes>,
    /// Whether those who may only read are asked for what we lack, too.
    pub asks_readers: bool,
}

/// A place in a document, taken when its client begins.
pub(super) struct Seat {
    pub room: Room,
    /// Unique among all sessions of the server.
    number: u64,
    outbox: Arc<Outbox>,
    door: Door,
    taken: Option<Taken>,
    /// Counts the edits.
    edits: u32,
    /// Edits that are not handed in yet.
    heard: Vec<SessionEdit>,
}

struct Taken {
    subscription: DocumentSubscription,
    speakers: Speakers,
    /// The client whose presence this is.
    own: Option<u64>,
}

impl Seat {
    pub(super) fn new(room: Room, number: u64, outbox: Arc<Outbox>, door: Door) -> Self {
        Self { room, number, outbox, door, taken: None, edits: 0, heard: Vec::new() }
    }

    pub(super) fn is_taken(&self) -> bool {
        self.taken.is_some()
    }

    /// The next frame of the document; never, before it is joined.
    pub(super) async fn heard(&mut self) -> Option<DocumentFrame> {
        match &mut self.taken {
            Some(taken) => taken.subscription.next().await,
            None => std::future::pending().await,
        }
    }

    /// Joins the document. A client that begins by saying what it has is answered with the rest.
    pub(super) async fn join(&mut self, state_vector: Option<Vec<u8>>) -> Result<(), Ended> {
        let asked = state_vector.is_some();
        let writable = self.room.pass.writable;
        let joined = self
            .room
            .handle
            .join(self.number, state_vector, writable, self.room.pass.account)
            .await;
        let DocumentJoin { update, state_vector, awareness, speakers, subscription, .. } =
            joined.map_err(|failure| not_joined(&failure))?;
        if asked {
            self.share(Rank::Document, &update.encoded, |head| sync::step_2(head, &update.update));
        }
        // At most doors, who may not write is not asked for edits.
        if writable || self.door.asks_readers {
            self.ask(&state_vector);
        }
        self.send(Rank::Presence, |head| sync::awareness(head, &awareness));
        self.taken = Some(Taken { subscription, speakers, own: None });
        Ok(())
    }

    /// Answers a client that says what it has, and knows the document already. Returns what the
    /// document has.
    pub(super) async fn sync(&self, state_vector: &[u8]) -> Result<Vec<u8>, Ended> {
        let synced = self.room.handle.sync(state_vector.to_vec()).await;
        let (update, state_vector) = synced.map_err(|failure| not_joined(&failure))?;
        self.send(Rank::Document, |head| sync::step_2(head, &update));
        Ok(state_vector)
    }

    /// Asks the client for what the document lacks.
    pub(super) fn ask(&self, state_vector: &[u8]) {
        self.send(Rank::Document, |head| sync::step_1(head, state_vector));
    }

    /// Takes an edit, to be handed in with those that came with it; returns its number, by which the
    /// document answers.
    pub(super) fn edit(&mut self, update: Bytes) -> Result<u32, Ended> {
        if update.len() > UPDATE_BYTES_MAX {
            return Err((close::TOO_LARGE, "an edit was larger than 1 MiB"));
        }
        self.edits = self.edits.wrapping_add(1);
        self.heard.push(SessionEdit { reference: self.edits, update });
        Ok(self.edits)
    }

    /// Hands the edits that were heard to the document. What is not taken must not be followed by
    /// what builds on it: the client comes back.
    pub(super) async fn hand_in(&mut self) -> Result<(), Ended> {
        let edits = std::mem::take(&mut self.heard);
        if edits.is_empty() {
            return Ok(());
        }
        self.room.handle.update_in_turn(self.number, edits).await.map_err(|_| NOT_NOW)
    }

    /// Takes in presence, if it is this session's own.
    pub(super) async fn awareness(&mut self, update: &[u8]) -> Result<(), Ended> {
        let Some(Taken { speakers, own, .. }) = &mut self.taken else { return Ok(()) };
        if update.len() > ROOM_AWARENESS_BYTES_MAX || !speakers.is_own(self.number, own, update) {
            return Ok(());
        }
        self.room.handle.awareness(self.number, update.to_vec()).await.map_err(|_| NOT_NOW)
    }

    /// Tells the client who is here.
    pub(super) async fn present(&self) -> Result<(), Ended> {
        let present = self.room.handle.present().await.map_err(|_| NOT_NOW)?;
        self.send(Rank::Presence, |head| sync::awareness(head, &present));
        Ok(())
    }

    /// Passes on edits of others.
    pub(super) fn tell_edits(&self, turn: &TurnUpdate) {
        self.share(Rank::Document, &turn.encoded, |head| sync::update(head, &turn.update));
    }

    /// Passes on presence of others.
    pub(super) fn tell_presence(&self, shared: &Shared) {
        self.share(Rank::Presence, &shared.encoded, |head| sync::awareness(head, &shared.update));
    }

    pub(super) async fn leave(&mut self) {
        if self.taken.take().is_some()
            && let Err(failure) = self.room.handle.leave(self.number).await
        {
            tracing::debug!(%failure, "a document was not left in peace; it notices by itself");
        }
    }

    /// Sends a message of this door.
    pub(super) fn send(&self, rank: Rank, message: impl FnOnce(&[u8]) -> Bytes) {
        self.outbox.push(rank, message(&self.door.head));
    }

    /// Sends what is the same for all sessions of the document, unless the door's head is this
    /// session's own.
    fn share(&self, rank: Rank, encoded: &Encoded, message: impl Fn(&[u8]) -> Bytes) {
        let head = &self.door.head[..];
        let shared = (self.door.shared)(encoded).get_or_init(|| message(head));
        let own = if shared.starts_with(head) { shared.clone() } else { message(head) };
        self.outbox.push(rank, own);
    }
}

fn not_joined(failure: &Failure) -> Ended {
    match failure {
        Failure::Refused(refusal) if refusal.code == "invalid_state_vector" => {
            (close::MALFORMED, "a state vector could not be read")
        }
        Failure::Refused(_) => (close::NOT_FOUND, "the room was deleted"),
        _ => NOT_NOW,
    }
}
