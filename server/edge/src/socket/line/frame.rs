//! A frame on its way: its head, which is this socket's, and its payload, which all may share.

use super::event;
use bytes::Bytes;
use igny8_protocol_wire::close::CloseCode;
use std::io::IoSlice;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{Frame, FrameHeader};

/// RFC 6455: two bytes, and eight for the length; a server does not mask.
const HEAD_BYTES_MAX: usize = 10;

/// How a line says that it is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Framing {
    /// As WebSockets do.
    #[default]
    WebSocket,
    /// As an event.
    Events,
}

impl Framing {
    pub(super) fn close(self, code: CloseCode, text: &str) -> Piece {
        match self {
            Self::WebSocket => Piece::close(code, text),
            Self::Events => event::close(code, text),
        }
    }
}

/// What a close says for programs and for people.
pub(super) fn reason(code: CloseCode, text: &str) -> String {
    format!("{}: {text}", code.name)
}

/// A frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    head: Head,
    body: Bytes,
}

/// What is this socket's of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Head {
    /// The WebSocket's, in so many bytes.
    Short([u8; HEAD_BYTES_MAX], u8),
    /// The beginning of the message behind that, too.
    Long(Box<[u8]>, u8),
}

impl Head {
    /// Of a message of so many bytes.
    fn of(message_bytes: usize) -> Self {
        let header = FrameHeader { opcode: OpCode::Data(Data::Binary), ..FrameHeader::default() };
        let mut head = [0; HEAD_BYTES_MAX];
        let mut rest = &mut head[..];
        header.format(message_bytes as u64, &mut rest).expect("a head has ten bytes at most");
        let head_bytes = (HEAD_BYTES_MAX - rest.len()) as u8;
        Self::Short(head, head_bytes)
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Short(head, bytes) => &head[..*bytes as usize],
            Self::Long(head, _) => head,
        }
    }
}

impl Piece {
    /// A message of bytes.
    pub(super) fn binary(body: Bytes) -> Self {
        Self { head: Head::of(body.len()), body }
    }

    /// A message that begins with this socket's own bytes and ends in what others are sent, too.
    pub(super) fn in_two(own: &[u8], shared: Bytes) -> Self {
        let head = Head::of(own.len() + shared.len());
        let (head, head_bytes) = (head.bytes(), head.bytes().len() as u8);
        Self { head: Head::Long([head, own].concat().into(), head_bytes), body: shared }
    }

    /// Bytes that are frames already.
    pub(super) const fn framed(body: Bytes) -> Self {
        Self { head: Head::Short([0; HEAD_BYTES_MAX], 0), body }
    }

    /// A sign of life, to be answered.
    pub(super) fn ping() -> Self {
        Self::control(Frame::ping(Bytes::new()))
    }

    /// The end of the socket.
    pub(super) fn close(code: CloseCode, text: &str) -> Self {
        let frame = CloseFrame { code: code.code.into(), reason: reason(code, text).into() };
        Self::control(Frame::close(Some(frame)))
    }

    fn control(frame: Frame) -> Self {
        let mut bytes = Vec::with_capacity(frame.len());
        frame.format(&mut bytes).expect("a vector takes what is written");
        Self::framed(bytes.into())
    }

    /// How long the WebSocket's head of a message is, and what is behind it; nothing if these are
    /// frames already.
    pub(super) fn message(&self) -> Option<(usize, [&[u8]; 2])> {
        let (Head::Short(_, head) | Head::Long(_, head)) = &self.head;
        let head = usize::from(*head);
        (head > 0).then(|| (head, [&self.head.bytes()[head..], &self.body]))
    }

    /// All that is not a message.
    pub(super) const fn bytes(&self) -> &Bytes {
        &self.body
    }

    /// How much is written.
    pub(super) fn len(&self) -> usize {
        self.head.bytes().len() + self.body.len()
    }

    /// What is left behind the first `written` bytes, up to `most`: of the head, and of the payload.
    pub(super) fn rest(&self, written: usize, most: usize) -> [IoSlice<'_>; 2] {
        let head = self.head.bytes();
        let body = &self.body[written.saturating_sub(head.len())..];
        let head = &head[written.min(head.len())..];
        [IoSlice::new(head), IoSlice::new(&body[..body.len().min(most)])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket};

    fn bytes(piece: &Piece) -> Vec<u8> {
        piece.rest(0, usize::MAX).concat_slices()
    }

    trait Concat {
        fn concat_slices(&self) -> Vec<u8>;
    }

    impl Concat for [IoSlice<'_>; 2] {
        fn concat_slices(&self) -> Vec<u8> {
            self.iter().flat_map(|slice| slice.to_vec()).collect()
        }
    }

    #[test]
    fn a_client_reads_what_was_written() {
        for len in [0, 1, 125, 126, 65_535, 65_536, 1_000_000] {
            let body = Bytes::from((0..len).map(|at| at as u8).collect::<Vec<_>>());
            let half = len / 2;
            let in_two = Piece::in_two(&body[..half], body.slice(half..));
            for piece in [Piece::binary(body.clone()), in_two] {
                assert_eq!(piece.len(), bytes(&piece).len());
                let stream = Cursor::new(bytes(&piece));
                let mut client = WebSocket::from_raw_socket(stream, Role::Client, None);
                assert_eq!(Message::Binary(body.clone()), client.read().unwrap());
            }
        }
    }

    #[test]
    fn what_is_left_goes_on_where_it_stopped() {
        let piece = Piece::binary(Bytes::from((0..=255).collect::<Vec<u8>>()));
        let whole = bytes(&piece);
        for written in 0..whole.len() {
            assert_eq!(whole[written..], piece.rest(written, usize::MAX).concat_slices());
        }
        assert_eq!(whole[4..14], piece.rest(4, 10).concat_slices());
    }
}
