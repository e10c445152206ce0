//! One socket of an unmodified Yjs client, to its end. It has no acknowledgements: what it may rely
//! on is that whatever another client has seen is durable.

use super::protocol::{self, Said};
use super::{Room, exists};
use crate::socket::bound::{
    BUNDLE_BYTES_MAX, BUNDLE_EDITS_MAX, FAREWELL_MAX, ROOM_AWARENESS_BYTES_MAX, SILENCE_MAX,
    UPDATE_BYTES_MAX,
};
use crate::socket::guard;
use crate::socket::outbox::{Outbox, Rank};
use crate::socket::session::{End, message};
use crate::socket::writer::write;
use crate::state::EdgeState;
use axum::extract::ws::WebSocket;
use bytes::Bytes;
use futures::stream::SplitStream;
use futures::{FutureExt, StreamExt};
use igny8_actors_domain::role::Role;
use igny8_actors_runtime::{
    DocumentFrame, DocumentJoin, DocumentSubscription, Failure, SessionEdit, Speakers,
};
use igny8_protocol_wire::close::{self, CloseCode};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::task::AbortOnDropHandle;

/// Why it ends: the code, and words for its client.
type Ended = (CloseCode, &'static str);

const NOT_NOW: Ended = (close::TRY_AGAIN_LATER, "the document is not available just now");

struct Session {
    state: EdgeState,
    room: Room,
    /// Unique among all sockets of the server.
    number: u64,
    outbox: Arc<Outbox>,
    joined: Option<Joined>,
    /// Counts the edits.
    edits: u32,
    /// Edits that are not handed in yet.
    heard: Vec<SessionEdit>,
    /// True once it was told that it may not write.
    warned: bool,
}

/// A place in the document.
struct Joined {
    subscription: DocumentSubscription,
    speakers: Speakers,
    /// The client whose presence this is.
    own: Option<u64>,
}

/// Serves a socket to its end.
pub(super) async fn run(state: EdgeState, room: Room, socket: WebSocket) {
    let (sink, mut source) = socket.split();
    let (teller, role) = watch::channel(Some(room.role));
    let holder = room.pass.holder();
    let _guard = AbortOnDropHandle::new(tokio::spawn(guard::watch(state.clone(), holder, teller)));
    // A client that reads too slowly comes back and asks for what it lacks.
    let outbox = Arc::new(Outbox::new(close::TRY_AGAIN_LATER));
    let mut writer = tokio::spawn(write(sink, outbox.clone(), Some(protocol::BEAT)));
    let number = state.next_session();
    let mut session = Session {
        state,
        room,
        number,
        outbox: outbox.clone(),
        joined: None,
        edits: 0,
        heard: Vec::new(),
        warned: false,
    };
    let end = tokio::select! {
        end = session.live(&mut source, role) => end,
        _ = &mut writer => None,
    };
    session.leave().await;
    if let Some((code, text)) = end {
        tracing::debug!(tenant = %holder.tenant, code = code.code, text, "a room's socket is closed");
        outbox.close(code, text);
        if timeout(FAREWELL_MAX, &mut writer).await.is_err() {
            tracing::debug!("the reader did not take the close frame");
        }
    }
    writer.abort();
}

/// The next frame of the document; never, before it is joined.
async fn heard(joined: &mut Option<Joined>) -> Option<DocumentFrame> {
    match joined {
        Some(joined) => joined.subscription.next().await,
        None => std::future::pending().await,
    }
}

impl Session {
    async fn live(
        &mut self,
        source: &mut SplitStream<WebSocket>,
        mut role: watch::Receiver<Option<Role>>,
    ) -> End {
        let shutdown = self.state.settings.shutdown.clone();
        let over = sleep(self.room.pass.left(self.state.now()));
        tokio::pin!(over);
        let mut heard_at = Instant::now();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Some((close::GOING_AWAY, "the server restarts")),
                changed = role.changed() => {
                    let now = *role.borrow_and_update();
                    if let Some(end) = self.role_changed(changed.is_ok(), now) {
                        return Some(end);
                    }
                }
                () = &mut over => return Some((close::TICKET, "the ticket is over: get a new one")),
                frame = heard(&mut self.joined) => match frame {
                    Some(frame) => {
                        if let Err(end) = self.tell(frame) {
                            return Some(end);
                        }
                    }
                    None => return Some(self.cut_off().await),
                },
                said = timeout_at(heard_at + SILENCE_MAX, message(source)) => {
                    let Ok(said) = said else {
                        return Some((close::TRY_AGAIN_LATER, "nothing was heard from you"));
                    };
                    heard_at = Instant::now();
                    match said {
                        Ok(Some(bytes)) => {
                            if let Err(end) = self.receive_all(bytes, source).await {
                                return end;
                            }
                        }
                        Ok(None) => {}
                        Err(end) => return end,
                    }
                }
            }
        }
    }

    fn role_changed(&self, is_watched: bool, now: Option<Role>) -> Option<Ended> {
        match now {
            _ if !is_watched => Some((close::INTERNAL, "the watch over your role failed")),
            None => Some((close::REVOKED, "you no longer have access to this workspace")),
            Some(now) if now != self.room.role => {
                Some((close::REVOKED, "your role changed: get a new ticket"))
            }
            Some(_) => None,
        }
    }

    /// The document let go of this session.
    async fn cut_off(&self) -> Ended {
        match exists(&self.state, &self.room.pass).await {
            Ok(false) => (close::NOT_FOUND, "the room was deleted"),
            _ => (close::TRY_AGAIN_LATER, "you read too slowly, or the document restarts"),
        }
    }

    async fn leave(&mut self) {
        if self.joined.take().is_some()
            && let Err(failure) = self.room.handle.leave(self.number).await
        {
            tracing::debug!(%failure, "a document was not left in peace; it notices by itself");
        }
    }

    /// Joins the document. A client that begins by saying what it has is answered with the rest.
    async fn join(&mut self, state_vector: Option<Vec<u8>>) -> Result<(), Ended> {
        let asked = state_vector.is_some();
        let writable = self.room.pass.writable;
        let joined = self.room.handle.join(self.number, state_vector, writable).await;
        let DocumentJoin { update, state_vector, awareness, speakers, subscription, .. } =
            joined.map_err(|failure| not_joined(&failure))?;
        if asked {
            let encoded = update.encoded.yjs.get_or_init(|| protocol::step_2(&update.update));
            self.outbox.push(Rank::Document, encoded.clone());
        }
        // Who may not write is not asked for edits.
        if writable {
            self.outbox.push(Rank::Document, protocol::step_1(&state_vector));
        }
        self.outbox.push(Rank::Presence, protocol::awareness(&awareness));
        self.joined = Some(Joined { subscription, speakers, own: None });
        Ok(())
    }

    /// A message, and those that are there already: their edits go to the document at once.
    async fn receive_all(
        &mut self,
        first: Bytes,
        source: &mut SplitStream<WebSocket>,
    ) -> Result<(), End> {
        let heard = self.receive_ready(first, source).await;
        // Also at the end of the line: what was heard before it counts.
        self.hand_in().await?;
        heard
    }

    async fn receive_ready(
        &mut self,
        first: Bytes,
        source: &mut SplitStream<WebSocket>,
    ) -> Result<(), End> {
        let (mut next, mut count, mut size) = (Some(first), 0, 0);
        while let Some(bytes) = next.take() {
            (count, size) = (count + 1, size + bytes.len());
            self.receive(&bytes).await?;
            while next.is_none() && count < BUNDLE_EDITS_MAX && size < BUNDLE_BYTES_MAX {
                match message(source).now_or_never() {
                    Some(said) => next = said?,
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// Hands the edits that were heard to the document. What is not taken must not be followed by
    /// what builds on it: the client comes back.
    async fn hand_in(&mut self) -> Result<(), Ended> {
        let edits = std::mem::take(&mut self.heard);
        if edits.is_empty() {
            return Ok(());
        }
        self.room.handle.update_in_turn(self.number, edits).await.map_err(|_| NOT_NOW)
    }

    async fn receive(&mut self, bytes: &Bytes) -> Result<(), Ended> {
        let Some(said) = protocol::read(bytes) else {
            return Err((close::MALFORMED, "a message could not be read"));
        };
        match (&said, &self.joined) {
            (Said::Unknown, _) => return Ok(()),
            (Said::Step1(state_vector), None) => {
                return self.join(Some(state_vector.to_vec())).await;
            }
            (_, None) => self.join(None).await?,
            (Said::Edits(_), Some(_)) => {}
            // In the order in which it was said.
            (_, Some(_)) => self.hand_in().await?,
        }
        match said {
            Said::Step1(state_vector) => {
                let synced = self.room.handle.sync(state_vector.to_vec()).await;
                let (update, _) = synced.map_err(|failure| not_joined(&failure))?;
                self.outbox.push(Rank::Document, protocol::step_2(&update));
            }
            Said::Edits(update) => self.edit(&bytes.slice_ref(update))?,
            Said::Awareness(update) => self.awareness(update).await?,
            Said::Query => {
                let present = self.room.handle.present().await.map_err(|_| NOT_NOW)?;
                self.outbox.push(Rank::Presence, protocol::awareness(&present));
            }
            Said::Unknown => {}
        }
        Ok(())
    }

    fn edit(&mut self, update: &Bytes) -> Result<(), Ended> {
        if update[..] == *protocol::EMPTY_UPDATE {
            return Ok(());
        }
        if !self.room.pass.writable {
            if !std::mem::replace(&mut self.warned, true) {
                self.deny("This ticket opens the room for reading alone: nobody sees your edits.");
            }
            return Ok(());
        }
        if update.len() > UPDATE_BYTES_MAX {
            self.deny("An edit was larger than 1 MiB. Insert it in smaller parts.");
            return Err((close::TOO_LARGE, "an edit was larger than 1 MiB"));
        }
        self.edits = self.edits.wrapping_add(1);
        self.heard.push(SessionEdit { reference: self.edits, update: update.clone() });
        Ok(())
    }

    async fn awareness(&mut self, update: &[u8]) -> Result<(), Ended> {
        let Some(Joined { speakers, own, .. }) = &mut self.joined else { return Ok(()) };
        if update.len() > ROOM_AWARENESS_BYTES_MAX || !speakers.is_own(self.number, own, update) {
            return Ok(());
        }
        self.room.handle.awareness(self.number, update.to_vec()).await.map_err(|_| NOT_NOW)
    }

    fn deny(&self, reason: &str) {
        self.outbox.push(Rank::Answer, protocol::denied(reason));
    }

    /// Passes on what the document says.
    fn tell(&mut self, frame: DocumentFrame) -> Result<(), Ended> {
        let (rank, encoded): (Rank, Bytes) = match frame {
            DocumentFrame::Update(turn) => {
                let yjs = &turn.encoded.yjs;
                (Rank::Document, yjs.get_or_init(|| protocol::update(&turn.update)).clone())
            }
            DocumentFrame::Awareness(shared) => {
                let yjs = &shared.encoded.yjs;
                (Rank::Presence, yjs.get_or_init(|| protocol::awareness(&shared.update)).clone())
            }
            DocumentFrame::Durable { .. } => return Ok(()),
            // The client answers with all that we lack.
            DocumentFrame::Refused { state_vector: Some(state_vector), .. } => {
                (Rank::Document, protocol::step_1(&state_vector))
            }
            DocumentFrame::Refused { code, message, .. } => {
                self.deny(&message);
                return Err(match code {
                    "document_too_large" => (close::TOO_LARGE, "the document is full"),
                    _ => (close::REFUSED, "an edit was refused for what it holds"),
                });
            }
        };
        self.outbox.push(rank, encoded);
        Ok(())
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
