//! The messages of y-protocols, as both doors frame them: a number that says what it is, then
//! lib0's integers and byte arrays. One door puts a document's name before them.

use bytes::{BufMut, Bytes, BytesMut};
use igny8_actors_runtime::lib0::{read_bytes, read_number, write_number};

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const QUERY_AWARENESS: u64 = 3;

const STEP_1: u64 = 0;
const STEP_2: u64 = 1;
const UPDATE: u64 = 2;

/// An update with nothing in it, which clients send when they have nothing that we lack.
pub(super) const EMPTY_UPDATE: &[u8] = &[0, 0];

/// What a client says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said<'b> {
    /// What it has: it asks for the rest.
    Step1(&'b [u8]),
    /// The edits that we lacked: its answer to our step 1.
    Step2(&'b [u8]),
    /// Fresh edits.
    Update(&'b [u8]),
    /// Who is where.
    Awareness(&'b [u8]),
    /// Who is here?
    Query,
    /// Something of a later version: left alone, as y-websocket's own server does.
    Unknown,
}

/// Reads a message; `None` if it is not whole.
pub(super) fn read(bytes: &[u8]) -> Option<Said<'_>> {
    let mut rest = bytes;
    match read_number(&mut rest)? {
        SYNC => match read_number(&mut rest)? {
            STEP_1 => read_bytes(&mut rest).map(Said::Step1),
            STEP_2 => read_bytes(&mut rest).map(Said::Step2),
            UPDATE => read_bytes(&mut rest).map(Said::Update),
            _ => Some(Said::Unknown),
        },
        AWARENESS => read_bytes(&mut rest).map(Said::Awareness),
        QUERY_AWARENESS => Some(Said::Query),
        _ => Some(Said::Unknown),
    }
}

/// What we have: the client answers with the rest.
pub(super) fn step_1(head: &[u8], state_vector: &[u8]) -> Bytes {
    message(head, &[SYNC, STEP_1], state_vector)
}

/// What the client lacks.
pub(super) fn step_2(head: &[u8], update: &[u8]) -> Bytes {
    message(head, &[SYNC, STEP_2], update)
}

/// Edits of others.
pub(super) fn update(head: &[u8], update: &[u8]) -> Bytes {
    message(head, &[SYNC, UPDATE], update)
}

/// Who is where.
pub(super) fn awareness(head: &[u8], update: &[u8]) -> Bytes {
    message(head, &[AWARENESS], update)
}

/// What the door puts first, numbers that say what it is, and a byte array or a text.
pub(super) fn message(head: &[u8], numbers: &[u64], body: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(head.len() + numbers.len() + 10 + body.len());
    bytes.put_slice(head);
    for value in numbers.iter().copied().chain([body.len() as u64]) {
        write_number(&mut bytes, value);
    }
    bytes.put_slice(body);
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_write_is_what_clients_write() {
        assert_eq!(Some(Said::Step1(&[0])), read(&step_1(&[], &[0])));
        assert_eq!(&[0, 0, 1, 0][..], step_1(&[], &[0]));
        assert_eq!(Some(Said::Step2(EMPTY_UPDATE)), read(&step_2(&[], EMPTY_UPDATE)));
        assert_eq!(&[0, 1, 2, 0, 0][..], step_2(&[], EMPTY_UPDATE));
        assert_eq!(&[1, b'n', 0, 2, 2, 0, 0][..], update(b"\x01n", EMPTY_UPDATE));
        assert_eq!(Some(Said::Awareness(&[0])), read(&awareness(&[], &[0])));
        let long = vec![7; 300];
        assert_eq!(&[0, 2, 0xac, 2][..], &update(&[], &long)[..4]);
        assert_eq!(Some(Said::Update(&long)), read(&update(&[], &long)));
    }

    #[test]
    fn what_is_not_whole_is_no_message() {
        for bytes in [&[][..], &[0], &[0, 0], &[0, 2, 3, 1, 2], &[1, 0x80], &[0xff; 12]] {
            assert_eq!(None, read(bytes), "{bytes:?}");
        }
        assert_eq!(Some(Said::Query), read(&[3]));
        for later in [&[2, 0, 0][..], &[9], &[0, 7]] {
            assert_eq!(Some(Said::Unknown), read(later), "{later:?}");
        }
    }
}
