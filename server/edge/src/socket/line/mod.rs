//! One line between its opening and its end: who reads it, and what waits to be written. It is a
//! WebSocket; or, where proxies cut those, an answer of events and requests with frames, which are the
//! same to the session.
//!
//! Whoever has something to say puts it into the outbox and writes it there and then: a frame is one
//! system call of who said it, from bytes that all sockets share, and nobody is woken. Only when the
//! client does not take it at once is the rest left to the socket's own task.

mod event;
mod frame;
mod outbox;
mod post;
mod queue;
mod reader;
mod sink;
mod upgrade;

pub(super) use outbox::Outbox;
pub(super) use post::{Inbox, no_line};
pub(super) use queue::Rank;
pub(super) use reader::Reader;
pub(crate) use upgrade::Upgrade;
pub(super) use upgrade::{check_page, offered};

use super::bound::FAREWELL_MAX;
use axum::body::Body;
use bytes::Bytes;
use event::EventSink;
use frame::Piece;
use igny8_protocol_wire::close::CloseCode;
use post::Posts;
use reader::Source;
use sink::Sink;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Why a socket ends: the code, and words for its client. `None` if the client went by itself.
pub(super) type End = Option<(CloseCode, &'static str)>;

/// An open line.
pub(super) struct Line(Carrier);

enum Carrier {
    /// A WebSocket.
    Socket {
        /// Its connection.
        stream: TcpStream,
        /// What came right behind the handshake.
        first: Bytes,
    },
    /// An answer, and the requests that belong to it.
    Events {
        /// What is to be said first: its name.
        first: Piece,
        sink: EventSink,
        posts: Posts,
    },
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
    /// A line under a name, the answer that it is, and where its client's requests go. The token is
    /// cancelled when the answer is gone, which may be after the line: who does not read keeps it.
    pub(super) fn events(name: &str) -> (Self, Body, Arc<Inbox>, CancellationToken) {
        let (body, sink, answer) = event::open();
        let gone = answer.gone.clone();
        let (inbox, posts) = post::open(answer);
        (Self(Carrier::Events { first: event::session(name), sink, posts }), body, inbox, gone)
    }

    /// Its two directions.
    pub(super) fn split(self, manners: Manners) -> (Reader, Arc<Outbox>) {
        match self.0 {
            Carrier::Socket { stream, first } => {
                let (reads, writes) = stream.into_split();
                let outbox = Arc::new(Outbox::new(Sink::Socket(writes), manners.slow));
                let source = Source::socket(reads, first, outbox.clone());
                (Reader::new(source, manners.silent), outbox)
            }
            Carrier::Events { first, sink, posts } => {
                let outbox = Arc::new(Outbox::new(Sink::Events(sink), manners.slow));
                outbox.push_piece(first);
                (Reader::new(Source::Posts(posts), manners.silent), outbox)
            }
        }
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
