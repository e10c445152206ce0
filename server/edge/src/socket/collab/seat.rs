//! A session's place in a document: what both doors do with it, whatever stands before their
//! messages.

use super::enter::{Ended, Room};
use super::sync;
use crate::socket::bound::{ROOM_AWARENESS_BYTES_MAX, UPDATE_BYTES_MAX};
use crate::socket::ear::{Ear, Mouth};
use crate::socket::line::{Outbox, Rank};
use bytes::Bytes;
use igny8_actors_runtime::{
    DocumentFrame, DocumentJoin, Encoded, Failure, Place, SessionEdit, Speakers,
};
use igny8_protocol_wire::close;
use std::sync::{Arc, OnceLock};

pub(super) const NOT_NOW: Ended =
    (close::TRY_AGAIN_LATER, "the document is not available just now");
/// What a client hears whose edit is too large, before it is let go.
pub(super) const EDIT_TOO_LARGE: &str =
    "An edit was larger than 1 MiB. Insert it in smaller parts.";

/// How a door writes.
#[derive(Clone)]
pub(super) struct Door {
    /// What stands before each message.
    pub head: Bytes,
    /// Where it keeps what is encoded once for all.
    pub shared: fn(&Encoded) -> &OnceLock<Bytes>,
    /// Whether those who may only read are asked for what we lack, too.
    pub asks_readers: bool,
    /// Whether its clients hear that their edits are durable.
    pub acknowledges: bool,
}

/// Writes to one client at a door.
#[derive(Clone)]
struct Voice {
    outbox: Arc<Outbox>,
    door: Door,
}

impl Voice {
    fn send(&self, rank: Rank, message: impl FnOnce(&[u8]) -> Bytes) {
        self.outbox.push(rank, message(&self.door.head));
    }

    /// Sends what is the same for all sessions of the document, unless the door's head is this
    /// session's own.
    fn share(&self, rank: Rank, encoded: &Encoded, message: impl Fn(&[u8]) -> Bytes) {
        let head = &self.door.head[..];
        let shared = (self.door.shared)(encoded).get_or_init(|| message(head));
        let own = if shared.starts_with(head) { shared.clone() } else { message(head) };
        self.outbox.put(rank, own);
    }
}

impl Mouth for Voice {
    fn say(&self, frame: &DocumentFrame) -> bool {
        match frame {
            DocumentFrame::Update(turn) => {
                self.share(Rank::Document, &turn.encoded, |head| sync::update(head, &turn.update));
            }
            DocumentFrame::Awareness(shared) => {
                let message = |head: &[u8]| sync::awareness(head, &shared.update);
                self.share(Rank::Presence, &shared.encoded, message);
            }
            // These clients have no word for comments.
            DocumentFrame::Comments => {}
            DocumentFrame::Durable { .. } => return !self.door.acknowledges,
            DocumentFrame::Refused { .. } => return false,
        }
        true
    }

    fn flush(&self) {
        self.outbox.flush();
    }

    /// The session is woken and says so.
    fn over(&self) {}
}

/// A place in a document, taken when its client begins.
pub(super) struct Seat {
    pub room: Room,
    /// Unique among all sessions of the server.
    number: u64,
    voice: Voice,
    taken: Option<Taken>,
    /// Counts the edits.
    edits: u32,
    /// Edits that are not handed in yet.
    heard: Vec<SessionEdit>,
}

struct Taken {
    ear: Arc<Ear<Voice>>,
    _place: Place,
    speakers: Speakers,
    /// The client whose presence this is.
    own: Option<u64>,
}

impl Seat {
    pub(super) fn new(room: Room, number: u64, outbox: Arc<Outbox>, door: Door) -> Self {
        let voice = Voice { outbox, door };
        Self { room, number, voice, taken: None, edits: 0, heard: Vec::new() }
    }

    pub(super) fn is_taken(&self) -> bool {
        self.taken.is_some()
    }

    /// What the document says to this session alone, the rest is sent already; `None` when it is over,
    /// never before it is joined.
    pub(super) async fn heard(&self) -> Option<DocumentFrame> {
        match &self.taken {
            Some(taken) => taken.ear.next().await,
            None => std::future::pending().await,
        }
    }

    /// Joins the document. A client that begins by saying what it has is answered with the rest.
    pub(super) async fn join(&mut self, state_vector: Option<Vec<u8>>) -> Result<(), Ended> {
        let asked = state_vector.is_some();
        let writable = self.room.pass.writable;
        let ear = Ear::new(self.voice.clone());
        let listener = ear.clone();
        let (handle, account) = (&self.room.handle, self.room.pass.account);
        let joined = handle.join_with(self.number, state_vector, writable, account, listener).await;
        let DocumentJoin { update, state_vector, awareness, speakers, subscription: place, .. } =
            joined.map_err(|failure| not_joined(&failure))?;
        if asked {
            let message = |head: &[u8]| sync::step_2(head, &update.update);
            self.voice.share(Rank::Document, &update.encoded, message);
            self.voice.flush();
        }
        // At most doors, who may not write is not asked for edits.
        if writable || self.voice.door.asks_readers {
            self.ask(&state_vector);
        }
        self.send(Rank::Presence, |head| sync::awareness(head, &awareness));
        ear.open();
        self.taken = Some(Taken { ear, _place: place, speakers, own: None });
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
    pub(super) fn awareness(&mut self, update: &[u8]) {
        let Some(Taken { speakers, own, .. }) = &mut self.taken else { return };
        if update.len() <= ROOM_AWARENESS_BYTES_MAX && speakers.is_own(self.number, own, update) {
            self.room.handle.awareness(self.number, update);
        }
    }

    /// Tells the client who is here.
    pub(super) fn present(&self) {
        let present = self.room.handle.present();
        self.send(Rank::Presence, |head| sync::awareness(head, &present));
    }

    pub(super) fn leave(&mut self) {
        self.taken = None;
    }

    /// Sends a message of this door.
    pub(super) fn send(&self, rank: Rank, message: impl FnOnce(&[u8]) -> Bytes) {
        self.voice.send(rank, message);
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
