//! One document of a socket: shut until a ticket opens it, open until the ticket, the right or the
//! room is over, and then shut again; its socket and the other documents go on.

use super::super::enter::{Ended, Room, TICKET_OVER, enter};
use super::super::seat::{Door, EDIT_TOO_LARGE, NOT_NOW, Seat};
use super::super::sync;
use super::protocol::{self, Said};
use super::tally::Tally;
use super::{Common, Mail};
use crate::access::HeldRole;
use crate::socket::bound::{
    BUNDLE_BYTES_MAX, BUNDLE_EDITS_MAX, ROOM_PAUSES, ROOM_RENEWAL, ROOM_RENEWAL_MIN,
    ROOM_STATE_VECTOR_BYTES_MAX,
};
use crate::socket::guard::Guard;
use crate::socket::line::Rank;
use bytes::Bytes;
use igny8_actors_runtime::{DocumentFrame, adds_to};
use igny8_protocol_wire::close;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

/// The state vector of a client that has nothing yet.
const NOTHING: &[u8] = &[0];

struct Document {
    common: Arc<Common>,
    name: String,
    head: Bytes,
    tally: Tally,
    /// What the client has at the least: its latest step 1.
    state_vector: Option<Vec<u8>>,
}

/// Why an open document is left.
enum Left {
    /// The client or the socket went.
    Gone,
    /// It is over, for this reason.
    Over(String),
    /// The client brought a ticket with other rights.
    Again(Box<Room>),
}

impl From<Ended> for Left {
    fn from((code, text): Ended) -> Self {
        Self::Over(format!("{}: {text}", code.name))
    }
}

/// Serves a document until its inbox is over.
pub(super) async fn serve(common: Arc<Common>, name: String, mut inbox: mpsc::Receiver<Mail>) {
    let head = protocol::head(&name);
    let mut document = Document { common, name, head, tally: Tally::default(), state_vector: None };
    while let Some(mut room) = document.shut(&mut inbox).await {
        loop {
            match document.open(room, &mut inbox).await {
                Left::Gone => return,
                Left::Again(next) => room = *next,
                Left::Over(reason) => {
                    document.end(&reason);
                    break;
                }
            }
        }
    }
}

/// How long to wait before a new ticket is asked for, if so much is left of the old one.
fn renewal(left: Duration) -> Duration {
    if left < ROOM_RENEWAL_MIN {
        // Never: the ticket is over before.
        return left + ROOM_RENEWAL_MIN;
    }
    (left / 2).max(left.saturating_sub(ROOM_RENEWAL))
}

impl Document {
    fn say(&self, message: impl FnOnce(&[u8]) -> Bytes) {
        self.common.outbox.push(Rank::Answer, message(&self.head));
    }

    /// Waits for a ticket that opens the document. Nothing of what comes before it is kept: once
    /// it is open the client says what it has, and sends what we lack.
    async fn shut(&mut self, inbox: &mut mpsc::Receiver<Mail>) -> Option<Room> {
        while let Some(mail) = inbox.recv().await {
            match protocol::read(&mail.bytes) {
                Some(Said::Token(ticket)) => match self.enter(ticket).await {
                    Ok(room) => return Some(room),
                    Err((code, text)) => {
                        let reason = format!("{}: {text}", code.name);
                        self.say(|head| protocol::denied(head, &reason));
                    }
                },
                Some(Said::Sync(sync::Said::Step1(state_vector))) => self.begin(state_vector),
                Some(Said::Sync(sync::Said::Update(update))) if self.is_counted(&mail, update) => {
                    self.tally.missed();
                }
                _ => {}
            }
        }
        None
    }

    /// What a ticket opens. Who restarts just now is asked again.
    async fn enter(&self, ticket: &str) -> Result<Room, Ended> {
        let mut entered = enter(&self.common.state, protocol::room(&self.name), ticket).await;
        for pause in ROOM_PAUSES {
            if !matches!(entered, Err((close::TRY_AGAIN_LATER, _))) {
                break;
            }
            sleep(pause).await;
            entered = enter(&self.common.state, protocol::room(&self.name), ticket).await;
        }
        entered
    }

    /// The client says what it has, and counts its edits anew.
    fn begin(&mut self, state_vector: &[u8]) {
        self.tally.begin();
        let is_kept = state_vector.len() <= ROOM_STATE_VECTOR_BYTES_MAX;
        self.state_vector = Some(if is_kept { state_vector } else { NOTHING }.to_vec());
    }

    /// Whether the client waits to hear that this edit is durable. It does not for those that it
    /// made before it said what it has, also if they come after that.
    fn is_counted(&self, mail: &Mail, update: &[u8]) -> bool {
        let Some(had) = &self.state_vector else { return false };
        !mail.is_early || adds_to(had, update)
    }

    /// Tells the client that a document is over: by the event for tickets, which pages listen to,
    /// and by the one that ends its presence.
    fn end(&mut self, reason: &str) {
        self.tally.interrupted();
        self.say(|head| protocol::denied(head, reason));
        self.say(|head| protocol::closed(head, reason));
    }

    async fn open(&mut self, room: Room, inbox: &mut mpsc::Receiver<Mail>) -> Left {
        let state = &self.common.state;
        let guard = Guard::over(state, room.pass.holder(), room.standing);
        self.common.is_proved.store(true, Ordering::Relaxed);
        let door = Door {
            head: self.head.clone(),
            shared: |encoded| &encoded.hocuspocus,
            asks_readers: true,
            acknowledges: true,
        };
        let writable = room.pass.writable;
        let seat = Seat::new(room, state.next_session(), self.common.outbox.clone(), door);
        let mut open = Opened { document: self, seat };
        open.document.say(|head| protocol::authenticated(head, writable));
        let left = open.live(inbox, guard.standing()).await;
        open.seat.leave();
        left
    }
}

/// A document that is open.
struct Opened<'d> {
    document: &'d mut Document,
    seat: Seat,
}

impl Opened<'_> {
    fn left(&self) -> Duration {
        self.seat.room.pass.left(self.document.common.state.now())
    }

    async fn live(
        &mut self,
        inbox: &mut mpsc::Receiver<Mail>,
        mut standing: watch::Receiver<Option<HeldRole>>,
    ) -> Left {
        let (over, asking) = (sleep(self.left()), sleep(renewal(self.left())));
        tokio::pin!(over, asking);
        // It has said what it has already, if the document was open before or a ticket opened nothing.
        if self.document.state_vector.is_some()
            && let Err(left) = self.join_again().await
        {
            return left;
        }
        loop {
            let done = tokio::select! {
                changed = standing.changed() => {
                    let now = *standing.borrow_and_update();
                    self.seat.room.ended_by(changed.is_ok(), now).map_or(Ok(()), |end| Err(end.into()))
                }
                () = &mut over => Err(TICKET_OVER.into()),
                () = &mut asking => {
                    self.document.say(protocol::token_wanted);
                    asking.as_mut().reset(Instant::now() + renewal(self.left()));
                    Ok(())
                }
                frame = self.seat.heard() => match frame {
                    Some(frame) => self.tell(frame),
                    None => self.cut_off().await,
                },
                mail = inbox.recv() => match mail {
                    Some(mail) => {
                        let ends_at = self.seat.room.pass.ends_at;
                        let received = self.receive_all(mail, inbox).await;
                        if self.seat.room.pass.ends_at != ends_at {
                            over.as_mut().reset(Instant::now() + self.left());
                            asking.as_mut().reset(Instant::now() + renewal(self.left()));
                        }
                        received
                    }
                    None => Err(Left::Gone),
                },
            };
            if let Err(left) = done {
                return left;
            }
        }
    }

    /// Takes a newer ticket in place. One that opens nothing is passed over: the old one counts
    /// until it is over.
    async fn renew(&mut self, ticket: &str) -> Result<(), Left> {
        match self.document.enter(ticket).await {
            Ok(room) => {
                let (new, old) = (&room.pass, &self.seat.room.pass);
                if (new.holder(), new.document, new.writable)
                    != (old.holder(), old.document, old.writable)
                {
                    return Err(Left::Again(Box::new(room)));
                }
                self.seat.room = room;
            }
            Err((code, text)) => {
                tracing::debug!(code = code.code, text, "a newer ticket opens nothing");
            }
        }
        Ok(())
    }

    /// Joins a document whose client has said what it has before.
    async fn join_again(&mut self) -> Result<(), Left> {
        self.document.tally.interrupted();
        self.document.say(protocol::presence_wanted);
        let mut joined = Err(NOT_NOW);
        for pause in ROOM_PAUSES {
            joined = self.seat.join(self.document.state_vector.clone()).await;
            if joined != Err(NOT_NOW) {
                break;
            }
            sleep(pause).await;
        }
        Ok(joined?)
    }

    /// The document let go of this session.
    async fn cut_off(&mut self) -> Result<(), Left> {
        match self.seat.room.cut_off(&self.document.common.state).await {
            (close::TRY_AGAIN_LATER, _) => self.join_again().await,
            end => Err(end.into()),
        }
    }

    /// A message, and those that wait already: their edits go to the document at once.
    async fn receive_all(
        &mut self,
        first: Mail,
        inbox: &mut mpsc::Receiver<Mail>,
    ) -> Result<(), Left> {
        let heard = self.receive_ready(first, inbox).await;
        // Also at the end: what was heard before it counts.
        let handed_in = self.seat.hand_in().await;
        heard?;
        if handed_in.is_err() { self.cut_off().await } else { Ok(()) }
    }

    async fn receive_ready(
        &mut self,
        first: Mail,
        inbox: &mut mpsc::Receiver<Mail>,
    ) -> Result<(), Left> {
        let (mut next, mut count, mut size) = (Some(first), 0, 0);
        while let Some(mail) = next.take() {
            (count, size) = (count + 1, size + mail.bytes.len());
            self.receive(&mail).await?;
            if count < BUNDLE_EDITS_MAX && size < BUNDLE_BYTES_MAX {
                next = inbox.try_recv().ok();
            }
        }
        Ok(())
    }

    async fn receive(&mut self, mail: &Mail) -> Result<(), Left> {
        let done = match protocol::read(&mail.bytes) {
            Some(Said::Token(ticket)) => return self.renew(ticket).await,
            Some(Said::Sync(said)) => self.take(mail, said).await,
            Some(Said::Close) | None => Err((close::MALFORMED, "a message could not be read")),
        };
        match done {
            Err(NOT_NOW) => self.cut_off().await,
            Err((close::TOO_LARGE, _)) => Err(Left::Over(EDIT_TOO_LARGE.to_owned())),
            done => Ok(done?),
        }
    }

    async fn take(&mut self, mail: &Mail, said: sync::Said<'_>) -> Result<(), Ended> {
        if !matches!(said, sync::Said::Step2(_) | sync::Said::Update(_)) {
            // In the order in which it was said.
            self.seat.hand_in().await?;
        }
        match said {
            sync::Said::Step1(state_vector) => self.begin(state_vector).await,
            // What comes before step 1 comes again after it.
            _ if !self.seat.is_taken() => Ok(()),
            sync::Said::Step2(update) => self.answer(mail.bytes.slice_ref(update)).await,
            sync::Said::Update(update) => self.edit(mail, update),
            sync::Said::Awareness(update) => {
                self.seat.awareness(update);
                Ok(())
            }
            sync::Said::Query => {
                self.seat.present();
                Ok(())
            }
            sync::Said::Unknown => Ok(()),
        }
    }

    async fn begin(&mut self, state_vector: &[u8]) -> Result<(), Ended> {
        self.document.begin(state_vector);
        if !self.seat.is_taken() {
            return self.seat.join(Some(state_vector.to_vec())).await;
        }
        let had = self.seat.sync(state_vector).await?;
        self.seat.ask(&had);
        Ok(())
    }

    /// The client's answer to what we have.
    async fn answer(&mut self, update: Bytes) -> Result<(), Ended> {
        if self.seat.room.pass.writable {
            let number = self.seat.edit(update)?;
            self.document.tally.answered(number);
            return Ok(());
        }
        let is_held = self.seat.room.handle.holds(update.to_vec()).await.map_err(|_| NOT_NOW)?;
        if is_held {
            let answers = self.document.tally.settle();
            self.acknowledge(answers);
        } else {
            self.document.say(|head| protocol::sync_status(head, false));
        }
        Ok(())
    }

    fn edit(&mut self, mail: &Mail, update: &[u8]) -> Result<(), Ended> {
        let is_counted = self.document.is_counted(mail, update);
        if !self.seat.room.pass.writable {
            // It comes again once the client may write.
            if is_counted {
                self.document.tally.missed();
            }
            self.document.say(|head| protocol::sync_status(head, false));
            return Ok(());
        }
        let taken = self.seat.edit(mail.bytes.slice_ref(update));
        match &taken {
            Ok(number) if is_counted => self.document.tally.edited(*number),
            Err(_) if is_counted => self.document.tally.missed(),
            _ => {}
        }
        taken.map(drop)
    }

    fn acknowledge(&self, answers: u32) {
        let outbox = &self.document.common.outbox;
        let answer = protocol::sync_status(&self.document.head, true);
        (0..answers).for_each(|_| outbox.put(Rank::Answer, answer.clone()));
        outbox.flush();
    }

    /// Passes on what the document says.
    fn tell(&mut self, frame: DocumentFrame) -> Result<(), Left> {
        match frame {
            // They went out without us.
            DocumentFrame::Update(_) | DocumentFrame::Awareness(_) | DocumentFrame::Comments => {}
            DocumentFrame::Durable { reference, .. } => {
                let answers = self.document.tally.durable(reference);
                self.acknowledge(answers);
            }
            // The client answers with all that we lack.
            DocumentFrame::Refused { reference, state_vector: Some(state_vector), .. } => {
                self.document.tally.refused(reference);
                self.seat.ask(&state_vector);
            }
            DocumentFrame::Refused { message, .. } => return Err(Left::Over(message)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_ticket_is_asked_for_in_time_and_again() {
        let seconds = Duration::from_secs;
        assert_eq!(seconds(3540), renewal(seconds(3600)));
        assert_eq!(seconds(30), renewal(seconds(60)));
        assert_eq!(seconds(1), renewal(seconds(2)));
        // Not without end: the last one is asked for in time, the next one would be too late.
        let short = Duration::from_millis(200);
        assert!(renewal(short) > short && renewal(Duration::ZERO) > Duration::ZERO);
    }
}
