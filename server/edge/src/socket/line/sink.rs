//! Where an outbox writes: the connection of a WebSocket, or the answer of a request that stays
//! open. Who speaks does not know which.

use super::event::EventSink;
use super::frame::{Framing, Piece};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use tokio::net::tcp::OwnedWriteHalf;

/// Frames of one system call.
const FRAMES_PER_CALL: usize = 32;
/// So few bytes are put together first: a call with one buffer is shorter than the copy.
const TOGETHER_MAX: usize = 512;

/// A line's direction to the client.
pub(super) enum Sink {
    /// Of a WebSocket: shut when it is dropped.
    Socket(OwnedWriteHalf),
    /// Of an answer: over when it is dropped.
    Events(EventSink),
}

impl Sink {
    pub(super) const fn framing(&self) -> Framing {
        match self {
            Self::Socket(_) => Framing::WebSocket,
            Self::Events(_) => Framing::Events,
        }
    }

    /// Writes pieces, the first from `written` on, about `room` bytes at most: how many it took.
    pub(super) fn try_write(
        &self,
        pieces: &VecDeque<Piece>,
        written: usize,
        room: usize,
    ) -> io::Result<usize> {
        match self {
            Self::Socket(stream) => call(stream, pieces, written, room),
            Self::Events(events) => events.try_write(pieces, written),
        }
    }

    /// Waits until something can be written.
    pub(super) async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Socket(stream) => stream.writable().await,
            Self::Events(events) => events.writable().await,
        }
    }
}

fn call(
    stream: &OwnedWriteHalf,
    pieces: &VecDeque<Piece>,
    mut written: usize,
    room: usize,
) -> io::Result<usize> {
    let mut together = [0; TOGETHER_MAX];
    if let Some(filled) = put_together(&mut together, pieces, written) {
        return stream.try_write(&together[..filled]);
    }
    let mut slices = [IoSlice::new(&[]); 2 * FRAMES_PER_CALL];
    let (mut left, mut count) = (room, 0);
    for (pair, piece) in slices.as_chunks_mut::<2>().0.iter_mut().zip(pieces) {
        *pair = piece.rest(written, left);
        (written, count) = (0, count + 2);
        left = left.saturating_sub(piece.len());
        if left == 0 {
            break;
        }
    }
    stream.try_write_vectored(&slices[..count])
}

/// How many bytes all pieces have, put together, if there is room for them.
fn put_together(
    together: &mut [u8],
    pieces: &VecDeque<Piece>,
    mut written: usize,
) -> Option<usize> {
    let mut filled = 0;
    for piece in pieces {
        for slice in piece.rest(written, usize::MAX) {
            let end = filled + slice.len();
            together.get_mut(filled..end)?.copy_from_slice(&slice);
            filled = end;
        }
        written = 0;
    }
    Some(filled)
}
