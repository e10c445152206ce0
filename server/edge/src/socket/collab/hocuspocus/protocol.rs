//! What HocuspocusProvider puts around the messages of y-protocols: a document's name in front, and
//! kinds of its own.

use super::super::sync;
use crate::socket::bound::ROOM_NAME_BYTES_MAX;
use bytes::{Bytes, BytesMut};
use igny8_actors_runtime::lib0::{read_bytes, read_number, write_number};

const AUTH: u64 = 2;
const QUERY_AWARENESS: u64 = 3;
const CLOSE: u64 = 7;
const SYNC_STATUS: u64 = 8;

const TOKEN: u64 = 0;
const DENIED: u64 = 1;
const AUTHENTICATED: u64 = 2;

/// Are you there? It is no document's, and one of the two messages without a name.
pub(super) const PING: Bytes = Bytes::from_static(&[9]);
/// Yes.
pub(super) const PONG: Bytes = Bytes::from_static(&[10]);

/// What a client says of a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said<'b> {
    /// What y-protocols has a message for.
    Sync(sync::Said<'b>),
    /// Its ticket.
    Token(&'b str),
    /// It leaves.
    Close,
}

/// The document that a message is about, and the message itself; `None` if it cannot be read.
pub(super) fn addressed(bytes: &Bytes) -> Option<(String, Bytes)> {
    let mut rest = &bytes[..];
    let name = read_bytes(&mut rest).filter(|name| name.len() <= ROOM_NAME_BYTES_MAX)?;
    let name = std::str::from_utf8(name).ok()?.to_owned();
    Some((name, bytes.slice_ref(rest)))
}

/// The room in a document's name: behind it a provider may have put its own mark, so that several
/// of them have one document open on one socket.
pub(super) fn room(name: &str) -> &str {
    name.split_once('\0').map_or(name, |(room, _)| room)
}

/// What stands before each message of a document.
pub(super) fn head(name: &str) -> Bytes {
    let mut head = BytesMut::new();
    write_number(&mut head, name.len() as u64);
    head.extend_from_slice(name.as_bytes());
    head.freeze()
}

/// Reads a message without its name; `None` if it is not whole.
pub(super) fn read(bytes: &[u8]) -> Option<Said<'_>> {
    let mut rest = bytes;
    match read_number(&mut rest)? {
        AUTH => match read_number(&mut rest)? {
            TOKEN => std::str::from_utf8(read_bytes(&mut rest)?).ok().map(Said::Token),
            _ => Some(Said::Sync(sync::Said::Unknown)),
        },
        CLOSE => Some(Said::Close),
        // Messages between applications, which nobody here takes part in, are unknown as well.
        _ => sync::read(bytes).map(Said::Sync),
    }
}

/// Its ticket opened the document.
pub(super) fn authenticated(head: &[u8], writable: bool) -> Bytes {
    let scope = if writable { "read-write" } else { "readonly" };
    sync::message(head, &[AUTH, AUTHENTICATED], scope.as_bytes())
}

/// It did not, or does no longer.
pub(super) fn denied(head: &[u8], reason: &str) -> Bytes {
    sync::message(head, &[AUTH, DENIED], reason.as_bytes())
}

/// The document is over on this socket.
pub(super) fn closed(head: &[u8], reason: &str) -> Bytes {
    sync::message(head, &[CLOSE], reason.as_bytes())
}

/// Send your ticket again, if you have a newer one.
pub(super) fn token_wanted(head: &[u8]) -> Bytes {
    plain(head, &[AUTH, TOKEN])
}

/// Say who you are.
pub(super) fn presence_wanted(head: &[u8]) -> Bytes {
    plain(head, &[QUERY_AWARENESS])
}

/// One message of edits is durable, or was refused.
pub(super) fn sync_status(head: &[u8], is_durable: bool) -> Bytes {
    plain(head, &[SYNC_STATUS, is_durable.into()])
}

fn plain(head: &[u8], numbers: &[u64]) -> Bytes {
    let mut bytes = BytesMut::from(head);
    numbers.iter().for_each(|number| write_number(&mut bytes, *number));
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"\x05board";

    #[test]
    fn what_we_write_is_what_the_provider_reads() {
        let told = |bytes: &'static [u8]| [HEAD, bytes].concat();
        assert_eq!(HEAD, head("board"));
        assert_eq!(told(b"\x02\x02\x0aread-write"), authenticated(HEAD, true));
        assert_eq!(told(b"\x02\x02\x08readonly"), authenticated(HEAD, false));
        assert_eq!(told(b"\x02\x01\x02no"), denied(HEAD, "no"));
        assert_eq!(told(b"\x02\x00"), token_wanted(HEAD));
        assert_eq!(told(b"\x03"), presence_wanted(HEAD));
        assert_eq!(told(b"\x07\x04over"), closed(HEAD, "over"));
        assert_eq!(told(b"\x08\x01"), sync_status(HEAD, true));
        assert_eq!(told(b"\x08\x00"), sync_status(HEAD, false));
        assert_eq!(told(b"\x00\x01\x02\x00\x00"), sync::step_2(HEAD, &[0, 0]));
    }

    #[test]
    fn what_the_provider_writes_is_read() {
        let of = |bytes: &'static [u8]| {
            let message = Bytes::from([HEAD, bytes].concat());
            let (name, rest) = addressed(&message).unwrap();
            assert_eq!(("board", bytes), (name.as_str(), &rest[..]));
        };
        // A token comes with the provider's version.
        of(b"\x02\x00\x03a.b\x054.8.0");
        assert_eq!(Some(Said::Token("a.b")), read(b"\x02\x00\x03a.b\x054.8.0"));
        assert_eq!(Some(Said::Token("")), read(b"\x02\x00\x00"));
        assert_eq!(Some(Said::Close), read(b"\x07"));
        assert_eq!(Some(Said::Sync(sync::Said::Step1(&[0]))), read(b"\x00\x00\x01\x00"));
        assert_eq!(Some(Said::Sync(sync::Said::Update(&[0, 0]))), read(b"\x00\x02\x02\x00\x00"));
        for unknown in [&b"\x05\x02hi"[..], b"\x06\x00", b"\x04", b"\x02\x01\x00", b"\x7f"] {
            assert_eq!(Some(Said::Sync(sync::Said::Unknown)), read(unknown), "{unknown:?}");
        }
    }

    #[test]
    fn a_providers_mark_is_no_part_of_the_room() {
        assert_eq!("board", room("board"));
        assert_eq!("board", room("board\0k3j2"));
        assert_eq!("", room("\0k3j2"));
    }

    #[test]
    fn r11_what_is_not_whole_or_too_long_is_no_message() {
        let long = [&[0x81, 0x02][..], &[b'n'; 257]].concat();
        for bytes in [&b""[..], b"\x05boar", b"\x02\xff\xff\x00", b"\xff\xff\xff\xff\x7f", &long] {
            assert_eq!(None, addressed(&Bytes::copy_from_slice(bytes)), "{bytes:?}");
        }
        for bytes in
            [&b""[..], b"\x02", b"\x02\x00", b"\x02\x00\x05a", b"\x02\x00\x01\xff", b"\x80"]
        {
            assert_eq!(None, read(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn r11_any_bytes_are_read_without_a_panic() {
        let seeds: [&[u8]; 5] = [
            b"\x05board\x02\x00\x03a.b\x054.8.0",
            b"\x05board\x00\x00\x01\x00",
            b"\x05board\x00\x02\x02\x00\x00",
            b"\x07board\0k\x01\x01\x00",
            b"\x05board\x08\x01",
        ];
        let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut roll = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut whole = 0;
        for round in 0..20_000 {
            let mut bytes = seeds[round % seeds.len()].to_vec();
            for _ in 0..roll(4) {
                let at = roll(bytes.len());
                match roll(3) {
                    0 => bytes[at] = u8::try_from(roll(256)).unwrap(),
                    1 => bytes.insert(at, u8::try_from(roll(256)).unwrap()),
                    _ => drop(bytes.drain(at..)),
                }
                if bytes.is_empty() {
                    break;
                }
            }
            let message = Bytes::from(bytes);
            let Some((name, rest)) = addressed(&message) else { continue };
            whole += 1;
            assert!(message.starts_with(&head(&name)) || message[0] & 0x80 != 0);
            assert!(room(&name).len() <= name.len());
            if let Some(Said::Sync(sync::Said::Update(update))) = read(&rest) {
                assert!(update.len() < rest.len());
            }
        }
        assert!(whole > 5_000, "most rounds have a name");
    }
}
