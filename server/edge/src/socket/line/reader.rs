//! The reading half of a socket.

use super::End;
use super::frame::Piece;
use super::outbox::Outbox;
use super::post::Posts;
use crate::socket::bound::{MESSAGE_BYTES_READ_MAX, READ_BYTES, SCRATCH_BYTES, SILENCE_MAX};
use bytes::{Buf, Bytes};
use igny8_protocol_wire::close::{self, CloseCode};
use std::cell::RefCell;
use std::io::{self, ErrorKind, Read, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::{Instant, Sleep, sleep};
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

thread_local! {
    /// What is read at once: a silent socket needs no room of its own for it.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH_BYTES].into());
}

/// Reads one line.
pub(in super::super) struct Reader {
    source: Source,
    heard_at: Instant,
    /// Looks now and then whether anything was heard.
    silence: Pin<Box<Sleep>>,
    /// What a client that says nothing is told.
    silent: CloseCode,
}

/// A line's direction from the client.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all lines are sockets, and a box would cost each of them an allocation"
)]
pub(super) enum Source {
    /// Of a WebSocket.
    Socket(WebSocket<Half>),
    /// Requests.
    Posts(Posts),
}

/// What the WebSocket reads from; what it answers by itself goes into the outbox.
pub(super) struct Half {
    stream: OwnedReadHalf,
    /// What was read before it was asked for.
    first: Bytes,
    outbox: Arc<Outbox>,
}

impl Reader {
    pub(super) fn new(source: Source, silent: CloseCode) -> Self {
        let silence = Box::pin(sleep(SILENCE_MAX));
        Self { source, heard_at: Instant::now(), silence, silent }
    }

    /// The bytes of the next message, or why there are none; nothing if it only was a sign of life.
    pub(in super::super) async fn message(
        &mut self,
        bytes_max: usize,
    ) -> Result<Option<Bytes>, End> {
        loop {
            tokio::task::coop::consume_budget().await;
            if let Some(said) = self.ready(bytes_max) {
                self.heard_at = Instant::now();
                return said;
            }
            tokio::select! {
                biased;
                ready = self.source.readable() => ready.map_err(|_| None)?,
                () = &mut self.silence => {
                    let until = self.heard_at + SILENCE_MAX;
                    if until <= Instant::now() {
                        return Err(Some((self.silent, "nothing was heard from you")));
                    }
                    self.silence.as_mut().reset(until);
                }
            }
        }
    }

    /// The same if a message is there already.
    pub(in super::super) fn ready(
        &mut self,
        bytes_max: usize,
    ) -> Option<Result<Option<Bytes>, End>> {
        match &mut self.source {
            Source::Socket(socket) => ready(socket, bytes_max),
            Source::Posts(posts) => posts.ready(bytes_max),
        }
    }

    /// Reads on until the client has closed the line, for nobody.
    pub(super) async fn drain(self) {
        match self.source {
            Source::Socket(socket) => drain(socket.into_inner()).await,
            Source::Posts(posts) => posts.drain().await,
        }
    }
}

impl Source {
    pub(super) fn socket(stream: OwnedReadHalf, first: Bytes, outbox: Arc<Outbox>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(0)
            .max_message_size(Some(MESSAGE_BYTES_READ_MAX))
            .max_frame_size(Some(MESSAGE_BYTES_READ_MAX));
        let half = Half { stream, first, outbox };
        Self::Socket(WebSocket::from_raw_socket(half, Role::Server, Some(config)))
    }

    async fn readable(&mut self) -> io::Result<()> {
        match self {
            Self::Socket(socket) => socket.get_ref().stream.readable().await,
            Self::Posts(posts) => posts.readable().await,
        }
    }
}

fn ready(socket: &mut WebSocket<Half>, bytes_max: usize) -> Option<Result<Option<Bytes>, End>> {
    Some(match socket.read() {
        Ok(Message::Binary(bytes)) if bytes.len() <= bytes_max => Ok(Some(bytes)),
        Ok(Message::Binary(_)) | Err(Error::Capacity(CapacityError::MessageTooLong { .. })) => {
            Err(Some((close::TOO_LARGE, "a message was larger than allowed")))
        }
        Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => Ok(None),
        Ok(Message::Text(_)) => Err(Some((close::MALFORMED, "text is not of this protocol"))),
        Err(Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => return None,
        Ok(Message::Close(_)) => {
            // The answer is written before we go.
            drop(socket.flush());
            Err(None)
        }
        Err(_) => Err(None),
    })
}

async fn drain(half: Half) {
    let Half { stream, outbox, .. } = half;
    // Clients close when they see that nothing more comes; the line is shut with the outbox.
    drop(outbox);
    let mut rest = [0; 1024];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut rest) {
            Ok(0) => return,
            Err(error) if error.kind() != ErrorKind::WouldBlock => return,
            _ => {}
        }
    }
}

impl Read for Half {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if !self.first.is_empty() {
            let count = into.len().min(self.first.len());
            self.first.copy_to_slice(&mut into[..count]);
            return Ok(count);
        }
        SCRATCH.with_borrow_mut(|scratch| {
            let mut read = ReadBuf::new(scratch);
            // Who waits for the line does so by `readable`.
            let nobody = &mut Context::from_waker(Waker::noop());
            match Pin::new(&mut self.stream).poll_read(nobody, &mut read) {
                Poll::Ready(done) => done?,
                Poll::Pending => return Err(ErrorKind::WouldBlock.into()),
            }
            let (now, later) = read.filled().split_at(into.len().min(read.filled().len()));
            into[..now.len()].copy_from_slice(now);
            self.first = Bytes::copy_from_slice(later);
            Ok(now.len())
        })
    }
}

impl Write for Half {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outbox.push_piece(Piece::framed(Bytes::copy_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::line::{event, post};

    #[tokio::test(start_paused = true)]
    async fn r11_a_line_without_requests_is_silent() {
        let (body, _sink, answer) = event::open();
        let (inbox, posts) = post::open(answer);
        let mut reader = Reader::new(Source::Posts(posts), close::SILENT);
        let began = Instant::now();
        let speaker = tokio::spawn(async move {
            sleep(SILENCE_MAX - SILENCE_MAX / 10).await;
            inbox.take(1, Bytes::from_static(&[0, 0, 0, 1, b'a'])).await.unwrap();
            inbox
        });
        assert_eq!(Ok(Some(Bytes::from_static(b"a"))), reader.message(9).await);
        let end = reader.message(9).await;
        assert!(matches!(end, Err(Some((close::SILENT, _)))), "{end:?}");
        assert!(began.elapsed() >= SILENCE_MAX * 19 / 10, "{:?}", began.elapsed());
        drop((body, speaker.await.unwrap()));
        assert_eq!(Err(None), reader.message(9).await, "nobody hears the answer");
    }
}
