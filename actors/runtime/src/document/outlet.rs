//! Who is in a document: one bounded channel per session, one shared frame per turn.

use igny8_protocol_ids::{AccountId, Position};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;

/// Frames that wait for one session. A slower one is cut off and joins again (R11).
const BACKLOG_MAX: usize = 512;

/// Edits of one turn, shared by all sessions.
#[derive(Debug)]
pub struct TurnUpdate {
    /// The position after it.
    pub position: Position,
    /// One merged Yjs update (v1).
    pub update: Vec<u8>,
    /// What it is at each door.
    pub encoded: Encoded,
}

/// Bytes that many sessions are sent.
#[derive(Debug, Default)]
pub struct Shared {
    /// A Yjs update (v1), or an awareness update.
    pub update: Vec<u8>,
    /// What it is at each door.
    pub encoded: Encoded,
}

/// The frames of one thing, one for each door that it leaves by: encoded by the first session that
/// sends it there, for all.
#[derive(Debug, Default)]
pub struct Encoded {
    /// At our own socket.
    pub socket: OnceLock<bytes::Bytes>,
    /// At the door of y-websocket's provider.
    pub yjs: OnceLock<bytes::Bytes>,
    /// At the door of HocuspocusProvider.
    pub hocuspocus: OnceLock<bytes::Bytes>,
}

impl From<Vec<u8>> for Shared {
    fn from(update: Vec<u8>) -> Self {
        Self { update, encoded: Encoded::default() }
    }
}

/// What a session hears of a document.
#[derive(Clone, Debug)]
pub enum DocumentFrame {
    /// Edits of others.
    Update(Arc<TurnUpdate>),
    /// The session's own edits up to this counter are durable (R7).
    Durable {
        /// The session's counter.
        reference: u32,
        /// Where they stand.
        position: Position,
    },
    /// One of the session's edits was refused.
    Refused {
        /// The session's counter.
        reference: u32,
        /// Such as `gap` or `schema`.
        code: &'static str,
        /// What happened and what to do.
        message: String,
        /// For a gap: what the document has.
        state_vector: Option<Vec<u8>>,
    },
    /// Presence of others.
    Awareness(Arc<Shared>),
    /// Comments have changed: read them again.
    Comments,
}

impl DocumentFrame {
    pub(super) fn awareness(update: Vec<u8>) -> Self {
        Self::Awareness(Arc::new(update.into()))
    }
}

/// A session's end of the channel. When it closes the session was too slow, or the document
/// restarted: join again.
#[derive(Debug)]
pub struct DocumentSubscription {
    receiver: mpsc::Receiver<DocumentFrame>,
}

impl DocumentSubscription {
    /// The next frame; `None` when it is over.
    pub async fn next(&mut self) -> Option<DocumentFrame> {
        self.receiver.recv().await
    }
}

#[derive(Debug, Default)]
pub(super) struct Outlet {
    sessions: BTreeMap<u64, Seat>,
}

#[derive(Debug)]
struct Seat {
    sender: mpsc::Sender<DocumentFrame>,
    writable: bool,
    account: AccountId,
}

impl Outlet {
    pub(super) fn join(
        &mut self,
        session: u64,
        writable: bool,
        account: AccountId,
    ) -> DocumentSubscription {
        let (sender, receiver) = mpsc::channel(BACKLOG_MAX);
        self.sessions.insert(session, Seat { sender, writable, account });
        DocumentSubscription { receiver }
    }
    pub(super) fn leave(&mut self, session: u64) {
        self.sessions.remove(&session);
    }
    pub(super) fn writable(&self, session: u64) -> bool {
        self.sessions.get(&session).is_some_and(|seat| seat.writable)
    }
    /// Who is in a session.
    pub(super) fn account(&self, session: u64) -> Option<AccountId> {
        self.sessions.get(&session).map(|seat| seat.account)
    }
    /// Sessions whose receiver is gone.
    pub(super) fn gone(&mut self) -> Vec<u64> {
        self.sessions
            .iter()
            .filter(|(_, seat)| seat.sender.is_closed())
            .map(|(id, _)| *id)
            .collect()
    }
    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
    pub(super) fn tell(&mut self, session: u64, frame: DocumentFrame) {
        if self.sessions.get(&session).is_some_and(|seat| seat.sender.try_send(frame).is_err()) {
            self.cut_off(session);
        }
    }
    pub(super) fn tell_others(&mut self, author: Option<u64>, frame: &DocumentFrame) {
        let slow: Vec<u64> = self
            .sessions
            .iter()
            .filter(|(id, seat)| {
                Some(**id) != author && seat.sender.try_send(frame.clone()).is_err()
            })
            .map(|(id, _)| *id)
            .collect();
        slow.into_iter().for_each(|session| self.cut_off(session));
    }
    fn cut_off(&mut self, session: u64) {
        metrics::counter!("igny8_slow_listeners_total").increment(1);
        self.sessions.remove(&session);
    }
}
