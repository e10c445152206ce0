//! One WebSocket between its handshake and its end: who reads it, and what waits to be written.
//!
//! Whoever has something to say puts it into the outbox and writes it there and then: a frame is one
//! system call of who said it, from bytes that all sockets share, and nobody is woken. Only when the
//! client does not take it at once is the rest left to the socket's own task.

mod frame;
mod outbox;
mod queue;
mod reader;
mod upgrade;

pub(super) use outbox::Outbox;
pub(super) use queue::Rank;
pub(super) use reader::Reader;
pub(crate) use upgrade::Upgrade;
pub(super) use upgrade::offered;

use super::bound::FAREWELL_MAX;
use bytes::Bytes;
use igny8_protocol_wire::close::CloseCode;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Why a socket ends: the code, and words for its client. `None` if the client went by itself.
pub(super) type End = Option<(CloseCode, &'static str)>;

/// An open line.
pub(super) struct Line {
    stream: TcpStream,
    /// What came right behind the handshake.
    first: Bytes,
}

/// How a door speaks of a client that is not quick enough.
#[derive(Clone, Copy)]
pub(super) struct Manners {
    /// To one that reads too slowly.
    pub slow: CloseCode,
    /// To one that says nothing at all.
    pub silent: CloseCode,
}

impl Line {
    /// Its two directions.
    pub(super) fn split(self, manners: Manners) -> (Reader, Arc<Outbox>) {
        let (reads, writes) = self.stream.into_split();
        let outbox = Arc::new(Outbox::new(writes, manners.slow));
        (Reader::new(reads, self.first, outbox.clone(), manners.silent), outbox)
    }

    /// Ends it with a reason.
    pub(super) async fn refuse(self, code: CloseCode, text: &'static str) {
        let (reader, outbox) = self.split(Manners { slow: code, silent: code });
        Box::pin(finish(reader, outbox, Some((code, text)))).await;
    }
}

/// Says why a socket ends, if it was not its client who went, and lets it go.
pub(super) async fn finish(reader: Reader, outbox: Arc<Outbox>, end: End) {
    if let Some((code, text)) = end {
        outbox.close(code, text);
        if timeout(FAREWELL_MAX, outbox.write()).await.is_err() {
            tracing::debug!("the reader did not take the close frame");
        }
    }
    drop(outbox);
    // To close a line on which something lies unread takes back what was said last.
    drop(timeout(FAREWELL_MAX, reader.drain()).await);
}
