//! `/collab/{room}`: one socket of y-websocket's provider, to its end. It has no acknowledgements:
//! what it may rely on is that whatever another client has seen is durable.

use super::MANNERS;
use super::enter::{Ended, Room, TICKET_OVER};
use super::seat::{Door, EDIT_TOO_LARGE, Seat};
use super::sync::{self, Said};
use crate::access::HeldRole;
use crate::socket::bound::{BUNDLE_BYTES_MAX, BUNDLE_EDITS_MAX, FRAME_BYTES_MAX};
use crate::socket::drain::RESTARTS;
use crate::socket::guard::Guard;
use crate::socket::line::{End, Line, Rank, Reader, finish};
use crate::state::EdgeState;
use bytes::Bytes;
use igny8_actors_runtime::DocumentFrame;
use igny8_protocol_wire::close;
use std::future::Future;
use tokio::sync::watch;
use tokio::time::sleep;

const AUTH: u64 = 2;
const DENIED: u64 = 0;

/// Who is here: nobody. Clients take a line on which nothing at all is said for half a minute for
/// dead; this says nothing.
const BEAT: Bytes = Bytes::from_static(&[1, 1, 0]);

struct Session {
    state: EdgeState,
    seat: Seat,
    /// True once it was told that it may not write.
    warned: bool,
}

/// Serves a socket to its end. What is only needed to begin is not part of the future.
pub(super) fn run(state: EdgeState, room: Room, line: Line) -> impl Future<Output = ()> + Send {
    let (mut reader, outbox) = line.split(MANNERS);
    let holder = room.pass.holder();
    let guard = Guard::over(&state, holder, room.standing);
    let number = state.next_session();
    let door = Door {
        head: Bytes::new(),
        shared: |encoded| &encoded.yjs,
        asks_readers: false,
        acknowledges: false,
    };
    let seat = Seat::new(room, number, outbox.clone(), door);
    let mut session = Session { state, seat, warned: false };
    async move {
        let end = tokio::select! {
            end = session.live(&mut reader, guard.standing()) => end,
            () = outbox.write_with(BEAT) => None,
        };
        drop((session, guard));
        if let Some((code, text)) = end {
            let tenant = holder.tenant;
            tracing::debug!(%tenant, code = code.code, text, "a room's socket is closed");
        }
        Box::pin(finish(reader, outbox, end)).await;
    }
}

impl Session {
    async fn live(
        &mut self,
        reader: &mut Reader,
        mut standing: watch::Receiver<Option<HeldRole>>,
    ) -> End {
        let shutdown = self.state.settings.shutdown.clone().cancelled_owned();
        let over = sleep(self.seat.room.pass.left(self.state.now()));
        tokio::pin!(shutdown, over);
        loop {
            tokio::select! {
                () = &mut shutdown => return Some(RESTARTS),
                changed = standing.changed() => {
                    let now = *standing.borrow_and_update();
                    if let Some(end) = self.seat.room.ended_by(changed.is_ok(), now) {
                        return Some(end);
                    }
                }
                () = &mut over => return Some(TICKET_OVER),
                frame = self.seat.heard() => match frame {
                    Some(frame) => {
                        if let Err(end) = self.tell(frame) {
                            return Some(end);
                        }
                    }
                    None => return Some(Box::pin(self.seat.room.cut_off(&self.state)).await),
                },
                said = reader.message(FRAME_BYTES_MAX) => match said {
                    Ok(Some(bytes)) => {
                        // Boxed: a silent socket needs no room for what a message needs.
                        if let Err(end) = Box::pin(self.receive_all(bytes, reader)).await {
                            return end;
                        }
                    }
                    Ok(None) => {}
                    Err(end) => return end,
                },
            }
        }
    }

    /// A message, and those that are there already: their edits go to the document at once.
    async fn receive_all(&mut self, first: Bytes, reader: &mut Reader) -> Result<(), End> {
        let heard = self.receive_ready(first, reader).await;
        // Also at the end of the line: what was heard before it counts.
        self.seat.hand_in().await?;
        heard
    }

    async fn receive_ready(&mut self, first: Bytes, reader: &mut Reader) -> Result<(), End> {
        let (mut next, mut count, mut size) = (Some(first), 0, 0);
        while let Some(bytes) = next.take() {
            (count, size) = (count + 1, size + bytes.len());
            self.receive(&bytes).await?;
            while next.is_none() && count < BUNDLE_EDITS_MAX && size < BUNDLE_BYTES_MAX {
                match reader.ready(FRAME_BYTES_MAX) {
                    Some(said) => next = said?,
                    None => break,
                }
            }
        }
        Ok(())
    }

    async fn receive(&mut self, bytes: &Bytes) -> Result<(), Ended> {
        let Some(said) = sync::read(bytes) else {
            return Err((close::MALFORMED, "a message could not be read"));
        };
        match (&said, self.seat.is_taken()) {
            (Said::Unknown, _) => return Ok(()),
            (Said::Step1(state_vector), false) => {
                return Box::pin(self.seat.join(Some(state_vector.to_vec()))).await;
            }
            (_, false) => Box::pin(self.seat.join(None)).await?,
            (Said::Step2(_) | Said::Update(_), true) => {}
            // In the order in which it was said.
            (_, true) => self.seat.hand_in().await?,
        }
        match said {
            Said::Step1(state_vector) => drop(self.seat.sync(state_vector).await?),
            Said::Step2(update) | Said::Update(update) => self.edit(bytes.slice_ref(update))?,
            Said::Awareness(update) => self.seat.awareness(update),
            Said::Query => self.seat.present(),
            Said::Unknown => {}
        }
        Ok(())
    }

    fn edit(&mut self, update: Bytes) -> Result<(), Ended> {
        if update[..] == *sync::EMPTY_UPDATE {
            return Ok(());
        }
        if !self.seat.room.pass.writable {
            if !std::mem::replace(&mut self.warned, true) {
                self.deny("This ticket opens the room for reading alone: nobody sees your edits.");
            }
            return Ok(());
        }
        let taken = self.seat.edit(update);
        if matches!(taken, Err((close::TOO_LARGE, _))) {
            self.deny(EDIT_TOO_LARGE);
        }
        taken.map(drop)
    }

    fn deny(&self, reason: &str) {
        self.seat.send(Rank::Answer, |head| denied(head, reason));
    }

    /// Passes on what the document says.
    fn tell(&mut self, frame: DocumentFrame) -> Result<(), Ended> {
        match frame {
            // They went out without us.
            DocumentFrame::Update(_)
            | DocumentFrame::Awareness(_)
            | DocumentFrame::Comments
            | DocumentFrame::Durable { .. } => {}
            // The client answers with all that we lack.
            DocumentFrame::Refused { state_vector: Some(state_vector), .. } => {
                self.seat.ask(&state_vector)
            }
            DocumentFrame::Refused { code, message, .. } => {
                self.deny(&message);
                return Err(match code {
                    "document_too_large" => (close::TOO_LARGE, "the document is full"),
                    _ => (close::REFUSED, "an edit was refused for what it holds"),
                });
            }
        }
        Ok(())
    }
}

/// What was not taken, and why.
fn denied(head: &[u8], reason: &str) -> Bytes {
    sync::message(head, &[AUTH, DENIED], reason.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_this_door_says_is_what_its_clients_read() {
        assert_eq!(&[2, 0, 2, b'n', b'o'][..], denied(&[], "no"));
        assert_eq!(BEAT, sync::awareness(&[], &[0]));
    }
}
