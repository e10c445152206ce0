//! Server-sent events: what a client without a WebSocket hears, as the answer of a request that
//! stays open. A frame is the data of one event, in base64, since events are text.

use super::frame::{Piece, reason};
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::stream::poll_fn;
use igny8_protocol_wire::close::CloseCode;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::task::Poll;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A sign of life: nothing is in it.
pub(super) const COMMENT: Bytes = Bytes::from_static(b":\n\n");
/// Payload of one chunk: little enough that a slow reader is told apart from none. It divides by three,
/// so that what is encoded in parts joins.
const CHUNK_BYTES: usize = 48 * 1024;
/// Chunks that wait for the connection: it has a buffer of its own.
const CHUNKS_MAX: usize = 1;

/// The writing end of an answer.
pub(super) struct EventSink {
    chunks: mpsc::Sender<Bytes>,
}

/// Both ways in which an answer ends.
pub(super) struct Ends {
    /// Cancelled when nobody hears it any more.
    pub gone: CancellationToken,
    /// Dropped when nothing more is said: what was said is still heard.
    pub over: DropGuard,
}

/// An answer, and its writing end.
pub(super) fn open() -> (Body, EventSink, Ends) {
    let (chunks, mut waiting) = mpsc::channel(CHUNKS_MAX);
    let (gone, over) = (CancellationToken::new(), CancellationToken::new());
    let held = gone.clone().drop_guard();
    let mut nothing_more = Box::pin(over.clone().cancelled_owned());
    let stream = poll_fn(move |context| {
        let _held = &held;
        match waiting.poll_recv(context) {
            Poll::Ready(chunk) => Poll::Ready(chunk.map(Ok::<Bytes, Infallible>)),
            Poll::Pending => nothing_more.as_mut().poll(context).map(|()| None),
        }
    });
    (Body::from_stream(stream), EventSink { chunks }, Ends { gone, over: over.drop_guard() })
}

/// Names the line: its client posts to it under this name.
pub(super) fn session(name: &str) -> Piece {
    Piece::framed(format!("event: session\ndata: {name}\n\n").into())
}

/// The end of a line.
pub(super) fn close(code: CloseCode, text: &str) -> Piece {
    let said = serde_json::json!({ "code": code.code, "reason": reason(code, text) });
    Piece::framed(format!("event: close\ndata: {said}\n\n").into())
}

impl EventSink {
    pub(super) fn try_write(&self, pieces: &VecDeque<Piece>, written: usize) -> io::Result<usize> {
        let place = self.chunks.try_reserve().map_err(|error| match error {
            TrySendError::Full(()) => ErrorKind::WouldBlock,
            TrySendError::Closed(()) => ErrorKind::BrokenPipe,
        })?;
        let (text, count) = chunk(pieces, written);
        place.send(text.into());
        Ok(count)
    }

    pub(super) async fn writable(&self) -> io::Result<()> {
        self.chunks.reserve().await.map(drop).map_err(|_| ErrorKind::BrokenPipe.into())
    }
}

/// The text of a chunk, and how many bytes of the pieces are in it.
fn chunk(pieces: &VecDeque<Piece>, mut written: usize) -> (String, usize) {
    let (mut text, mut count) = (String::new(), 0);
    for piece in pieces {
        let taken = append(&mut text, piece, written);
        count += taken;
        if written + taken < piece.len() || text.len() >= CHUNK_BYTES {
            break;
        }
        written = 0;
    }
    (text, count)
}

/// Adds a piece from `written` on, whole or a chunk of it: how many of its bytes.
fn append(text: &mut String, piece: &Piece, written: usize) -> usize {
    let Some((head, [own, shared])) = piece.message() else {
        text.push_str(&String::from_utf8_lossy(&piece.bytes()[written..]));
        return piece.len() - written;
    };
    if written == 0 {
        text.push_str("data: ");
    }
    let (from, all) = (written.saturating_sub(head), own.len() + shared.len());
    let to = all.min(from + CHUNK_BYTES);
    let of_own = &own[from.min(own.len())..to.min(own.len())];
    let of_shared = &shared[from.saturating_sub(own.len())..to.saturating_sub(own.len())];
    match of_own {
        [] => STANDARD.encode_string(of_shared, text),
        _ => STANDARD.encode_string([of_own, of_shared].concat(), text),
    }
    if to == all {
        text.push_str("\n\n");
    }
    // What a WebSocket would have as its head is never said here.
    head + to - written
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_wire::close;

    /// All that is said of these pieces.
    fn said(mut pieces: VecDeque<Piece>) -> Vec<String> {
        let (mut chunks, mut written) = (Vec::new(), 0);
        while !pieces.is_empty() {
            let (text, count) = chunk(&pieces, written);
            assert!(count > 0 && text.len() < 3 * CHUNK_BYTES, "{count} in {}", text.len());
            chunks.push(text);
            written += count;
            while let Some(first) = pieces.front()
                && written >= first.len()
            {
                written -= first.len();
                pieces.pop_front();
            }
        }
        chunks
    }

    #[test]
    fn frames_are_events_whatever_their_size() {
        for len in [1, 2, 3, 125, 126, 65_536, CHUNK_BYTES, CHUNK_BYTES + 1, 1_000_000] {
            let body: Vec<u8> = (0..len).map(|at| at as u8).collect();
            let event = format!("data: {}\n\n", STANDARD.encode(&body));
            let body = Bytes::from(body);
            let in_two = |at: usize| Piece::in_two(&body[..at], body.slice(at..));
            let pieces = [Piece::binary(body.clone()), in_two(len / 2), in_two(len.min(100))];
            let chunks = said(pieces.into());
            assert!(event.repeat(3) == chunks.concat(), "{len}");
        }
    }

    #[test]
    fn small_frames_go_together() {
        let piece = Piece::binary(Bytes::from_static(b"hello"));
        assert_eq!(1, said(std::iter::repeat_n(piece, 100).collect()).len());
    }

    #[test]
    fn name_and_end_are_events_of_their_own() {
        let pieces = [session("abc"), close(close::SILENT, "nothing was heard")];
        let expected = "event: session\ndata: abc\n\nevent: close\n\
                        data: {\"code\":4408,\"reason\":\"silent: nothing was heard\"}\n\n";
        assert_eq!(expected, said(pieces.into()).concat());
    }
}
