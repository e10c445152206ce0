//! `/collab`: one socket of an unmodified HocuspocusProvider, with many documents. Each has its own
//! ticket, its own rights and its own end; here is what they share.

mod document;
mod protocol;
mod tally;

use super::MANNERS;
use super::enter::Ended;
use crate::socket::bound::{
    FAREWELL_MAX, MESSAGE_BYTES_READ_MAX, ROOM_BACKLOG_KIB_MAX, ROOM_BACKLOG_MAX,
    ROOM_DOCUMENTS_MAX, ROOM_GREETING_MAX,
};
use crate::socket::drain::RESTARTS;
use crate::socket::line::{End, Line, Outbox, Rank, Reader, Upgrade, finish};
use crate::state::EdgeState;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures::future::join_all;
use igny8_protocol_wire::close;
use protocol::Said;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{sleep, timeout};
use tokio_util::task::AbortOnDropHandle;

/// What the documents of a socket share.
struct Common {
    state: EdgeState,
    outbox: Arc<Outbox>,
    /// True once a ticket has opened something.
    is_proved: AtomicBool,
}

/// A message for a document.
struct Mail {
    bytes: Bytes,
    /// True until the client has answered our first sign of life: edits that were made before the
    /// socket was open are sent behind those that were made since, and only until then.
    is_early: bool,
    _room: OwnedSemaphorePermit,
}

/// A document of the socket.
struct Open {
    inbox: mpsc::Sender<Mail>,
    task: AbortOnDropHandle<()>,
}

struct Session {
    common: Arc<Common>,
    documents: HashMap<String, Open>,
    backlog: Arc<Semaphore>,
    is_early: bool,
}

/// Opens a socket. Its tickets come as messages, one for each document.
pub(crate) async fn open(State(state): State<EdgeState>, upgrade: Upgrade) -> Response {
    upgrade.serve(move |line| serve(state, line))
}

async fn serve(state: EdgeState, line: Line) {
    let Some(place) = state.socket_place() else {
        return line.refuse(close::TRY_AGAIN_LATER, "the server is full").await;
    };
    run(state, line).await;
    drop(place);
}

/// Serves a socket to its end.
async fn run(state: EdgeState, line: Line) {
    let (mut reader, outbox) = line.split(MANNERS);
    outbox.push(Rank::Answer, protocol::PING);
    let common = Common { state, outbox: outbox.clone(), is_proved: AtomicBool::new(false) };
    let backlog = Arc::new(Semaphore::new(ROOM_BACKLOG_KIB_MAX));
    let mut session =
        Session { common: Arc::new(common), documents: HashMap::new(), backlog, is_early: true };
    let end = tokio::select! {
        end = session.live(&mut reader) => end,
        () = outbox.write_with(protocol::PING) => None,
    };
    if let Some((code, text)) = end {
        tracing::debug!(code = code.code, text, "a socket of many rooms is closed");
    }
    session.leave_all().await;
    drop(session);
    Box::pin(finish(reader, outbox, end)).await;
}

impl Open {
    fn start(common: Arc<Common>, name: String) -> Self {
        let (inbox, mail) = mpsc::channel(ROOM_BACKLOG_MAX);
        let task = AbortOnDropHandle::new(tokio::spawn(document::serve(common, name, mail)));
        Self { inbox, task }
    }

    /// Lets it do what waits already, and leave.
    async fn end(self) {
        drop(self.inbox);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "a document of a socket failed");
        }
    }
}

impl Session {
    async fn live(&mut self, reader: &mut Reader) -> End {
        let shutdown = self.common.state.settings.shutdown.clone().cancelled_owned();
        let greeting = sleep(ROOM_GREETING_MAX);
        tokio::pin!(shutdown, greeting);
        let mut is_greeted = false;
        loop {
            tokio::select! {
                () = &mut shutdown => return Some(RESTARTS),
                () = &mut greeting, if !is_greeted => {
                    is_greeted = self.common.is_proved.load(Ordering::Relaxed);
                    if !is_greeted {
                        return Some((close::TICKET, "no ticket came that opens a room"));
                    }
                }
                said = reader.message(MESSAGE_BYTES_READ_MAX) => match said {
                    Ok(Some(bytes)) => {
                        if let Err(end) = self.receive(bytes).await {
                            return Some(end);
                        }
                    }
                    Ok(None) => {}
                    Err(end) => return end,
                },
            }
        }
    }

    /// Passes a message to its document.
    async fn receive(&mut self, bytes: Bytes) -> Result<(), Ended> {
        if bytes == protocol::PONG {
            self.is_early = false;
            return Ok(());
        }
        if bytes == protocol::PING {
            self.common.outbox.push(Rank::Answer, protocol::PONG);
            return Ok(());
        }
        let Some((name, bytes)) = protocol::addressed(&bytes) else {
            return Err((close::MALFORMED, "a message could not be read"));
        };
        if protocol::read(&bytes) == Some(Said::Close) {
            // Whoever opens it again right after meets nobody of before.
            if let Some(open) = self.documents.remove(&name) {
                open.end().await;
            }
            return Ok(());
        }
        let Some(inbox) = self.inbox(name) else { return Ok(()) };
        let kib = u32::try_from(bytes.len() / 1024 + 1).expect("a message has a bound");
        let room = self.backlog.clone().acquire_many_owned(kib).await;
        let room = room.expect("the semaphore is never closed");
        let mail = Mail { bytes, is_early: self.is_early, _room: room };
        inbox.send(mail).await.map_err(|_| (close::INTERNAL, "a document failed on this socket"))
    }

    /// The inbox of a document, new if it must be; none if there are too many.
    fn inbox(&mut self, name: String) -> Option<mpsc::Sender<Mail>> {
        if let Some(open) = self.documents.get(&name) {
            return Some(open.inbox.clone());
        }
        if self.documents.len() >= ROOM_DOCUMENTS_MAX {
            let reason = format!(
                "One socket has {ROOM_DOCUMENTS_MAX} documents at most: open another, or close some."
            );
            let denied = protocol::denied(&protocol::head(&name), &reason);
            self.common.outbox.push(Rank::Answer, denied);
            return None;
        }
        let open = Open::start(self.common.clone(), name.clone());
        let inbox = open.inbox.clone();
        self.documents.insert(name, open);
        Some(inbox)
    }

    /// Who does not come to an end in time is let go of: its document notices by itself.
    async fn leave_all(&mut self) {
        let all = join_all(self.documents.drain().map(|(_, open)| open.end()));
        if timeout(FAREWELL_MAX, all).await.is_err() {
            tracing::debug!("documents were not left in peace; they notice by themselves");
        }
    }
}
