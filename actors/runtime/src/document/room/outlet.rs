//! What sessions hear of a document: one shared frame per turn.

use super::Place;
use bytes::Bytes;
use igny8_protocol_ids::Position;
use std::sync::{Arc, OnceLock};
use tokio::sync::{OnceCell, mpsc};

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
    pub update: Bytes,
    /// What it is at each door.
    pub encoded: Encoded,
    /// Compressed by the first session that sends it so, for all; `None` if that is not worth it.
    pub deflated: OnceCell<Option<Bytes>>,
}

/// The frames of one thing, one for each door that it leaves by: encoded by the first session that
/// sends it there, for all.
#[derive(Debug, Default)]
pub struct Encoded {
    /// At our own socket.
    pub socket: OnceLock<Bytes>,
    /// At the door of y-websocket's provider.
    pub yjs: OnceLock<Bytes>,
    /// At the door of HocuspocusProvider.
    pub hocuspocus: OnceLock<Bytes>,
}

impl From<Bytes> for Shared {
    fn from(update: Bytes) -> Self {
        Self { update, ..Self::default() }
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
    pub(in super::super) fn awareness(update: Vec<u8>) -> Self {
        Self::Awareness(Arc::new(Bytes::from(update).into()))
    }
}

/// What a session is told by. It must not wait: it is told in the document's own time.
pub trait Listener: Send + Sync {
    /// Takes a frame; false if the session is too slow for it, or gone. It is ended then (R11).
    fn hear(&self, frame: &DocumentFrame) -> bool;
    /// Writes what it took, as far as that goes at once.
    fn flush(&self) {}
    /// Nothing more comes: the session was too slow, or the document restarted. It may join again.
    fn end(&self);
}

/// A listener that keeps what it hears until it is asked. When it is over the session was too slow,
/// or the document restarted: join again.
#[derive(Debug)]
pub struct DocumentSubscription {
    receiver: mpsc::Receiver<DocumentFrame>,
    _place: Place,
}

impl DocumentSubscription {
    pub(in super::super) fn new(receiver: mpsc::Receiver<DocumentFrame>, place: Place) -> Self {
        Self { receiver, _place: place }
    }

    /// The next frame; `None` when it is over.
    pub async fn next(&mut self) -> Option<DocumentFrame> {
        self.receiver.recv().await
    }
}

/// A channel's near end, and the far one.
pub(in super::super) fn channel() -> (Arc<dyn Listener>, mpsc::Receiver<DocumentFrame>) {
    let (sender, receiver) = mpsc::channel(BACKLOG_MAX);
    (Arc::new(Channel(sender)), receiver)
}

/// Its end is that it is dropped.
struct Channel(mpsc::Sender<DocumentFrame>);

impl Listener for Channel {
    fn hear(&self, frame: &DocumentFrame) -> bool {
        self.0.try_send(frame.clone()).is_ok()
    }
    fn end(&self) {}
}
