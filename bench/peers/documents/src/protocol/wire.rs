//! Messages: y-websocket's, and the same in Hocuspocus' envelope.

use bytes::Bytes;

const SYNC: u64 = 0;
const AWARENESS: u64 = 1;
const AUTH: u64 = 2;
const STEP_1: u64 = 0;
const STEP_2: u64 = 1;
const UPDATE: u64 = 2;
/// Hocuspocus': "are you there?"
const PING: u64 = 9;
/// Hocuspocus': the token of a document.
const TOKEN: u64 = 0;

/// A state vector of somebody who has nothing.
pub(crate) const NOTHING: &[u8] = &[0];
/// An update with nothing in it.
const EMPTY_UPDATE: &[u8] = &[0, 0];

/// How a server wants its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// As y-websocket sends them: the socket belongs to one document.
    Plain,
    /// As HocuspocusProvider sends them: each names its document.
    Hocuspocus(String),
}

/// What a server says, as far as a client without a document wants to know.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said<'b> {
    /// It asks for what it lacks.
    Step1,
    /// What we lacked.
    Step2(&'b [u8]),
    /// Edits of others.
    Update(&'b [u8]),
    /// Who is here, behind how many are told of.
    Presence(&'b [u8]),
    /// Answers to pings and the like.
    Other,
}

impl Envelope {
    /// What a client says first that has so much.
    pub(crate) fn greeting(&self, state_vector: &[u8]) -> Vec<Bytes> {
        let ask = self.message(&[SYNC, STEP_1], Some(state_vector));
        match self {
            Self::Plain => vec![ask],
            Self::Hocuspocus(_) => vec![self.message(&[AUTH, TOKEN], Some(b"bench")), ask],
        }
    }

    /// "I have nothing that you lack."
    pub(crate) fn nothing_new(&self) -> Bytes {
        self.message(&[SYNC, STEP_2], Some(EMPTY_UPDATE))
    }

    /// An edit.
    pub(crate) fn update(&self, update: &[u8]) -> Bytes {
        self.message(&[SYNC, UPDATE], Some(update))
    }

    /// Presence of one client, as y-protocols' awareness: its state is JSON.
    pub(crate) fn presence(&self, client: u64, clock: u64, state: &str) -> Bytes {
        let mut entry = vec![1];
        put_number(&mut entry, client);
        put_number(&mut entry, clock);
        put_array(&mut entry, state.as_bytes());
        self.message(&[AWARENESS], Some(&entry))
    }

    /// A sign of life, where a silent client is taken for dead.
    pub(crate) fn beat(&self) -> Option<Bytes> {
        matches!(self, Self::Hocuspocus(_)).then(|| self.message(&[PING], None))
    }

    /// Reads a message; `None` if it is not whole.
    pub(crate) fn read<'b>(&self, frame: &'b [u8]) -> Option<Said<'b>> {
        let mut rest = frame;
        if matches!(self, Self::Hocuspocus(_)) {
            array(&mut rest)?;
        }
        match number(&mut rest)? {
            SYNC => {}
            AWARENESS => return array(&mut rest).map(Said::Presence),
            _ => return Some(Said::Other),
        }
        match number(&mut rest)? {
            STEP_1 => Some(Said::Step1),
            STEP_2 => array(&mut rest).map(Said::Step2),
            UPDATE => array(&mut rest).map(Said::Update),
            _ => Some(Said::Other),
        }
    }

    fn message(&self, head: &[u64], body: Option<&[u8]>) -> Bytes {
        let mut bytes = Vec::with_capacity(64);
        if let Self::Hocuspocus(document) = self {
            put_array(&mut bytes, document.as_bytes());
        }
        for value in head {
            put_number(&mut bytes, *value);
        }
        if let Some(body) = body {
            put_array(&mut bytes, body);
        }
        bytes.into()
    }
}

/// The clients of a message of presence; their states are skipped. `None` if it is not whole.
pub(crate) fn present(presence: &[u8]) -> Option<Vec<u64>> {
    let rest = &mut &presence[..];
    let count = number(rest)?;
    let client = |_| {
        let (client, _clock, _state) = (number(rest)?, number(rest)?, array(rest)?);
        Some(client)
    };
    (0..count).map(client).collect()
}

/// lib0's unsigned integer: seven bits a byte, the lowest first.
pub(crate) fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// Bytes behind their length.
pub(crate) fn array<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(number(bytes)?).ok()?;
    let (array, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(array)
}

/// The counterpart of [`number`].
pub(crate) fn put_number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

/// The counterpart of [`array`].
pub(crate) fn put_array(bytes: &mut Vec<u8>, array: &[u8]) {
    put_number(bytes, array.len() as u64);
    bytes.extend_from_slice(array);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_the_way() {
        for value in [0, 127, 128, 300, u64::from(u32::MAX)] {
            let mut bytes = Vec::new();
            put_number(&mut bytes, value);
            assert_eq!(number(&mut bytes.as_slice()), Some(value));
        }
        assert_eq!(number(&mut [0x80].as_slice()), None);
    }

    #[test]
    fn both_envelopes_carry_the_same() {
        for envelope in [Envelope::Plain, Envelope::Hocuspocus("a room".to_owned())] {
            let update = envelope.update(b"edit");
            assert_eq!(envelope.read(&update), Some(Said::Update(b"edit")));
            assert_eq!(envelope.read(&envelope.nothing_new()), Some(Said::Step2(EMPTY_UPDATE)));
            let greeting = envelope.greeting(NOTHING);
            assert_eq!(envelope.read(greeting.last().unwrap()), Some(Said::Step1));
            assert_eq!(envelope.read(&update[..update.len() - 1]), None);
        }
    }

    #[test]
    fn presence_names_its_client() {
        let state = r#"{"user":"Ada"}"#;
        for envelope in [Envelope::Plain, Envelope::Hocuspocus("a room".to_owned())] {
            let message = envelope.presence(300, 7, state);
            let Some(Said::Presence(presence)) = envelope.read(&message) else { panic!() };
            assert_eq!(present(presence), Some(vec![300]));
            assert_eq!(present(&presence[..presence.len() - 1]), None);
            assert_eq!(presence[..5], [1, 0xac, 2, 7, state.len() as u8]);
        }
        // As Yjs clients write it; two in one message.
        assert_eq!(present(&[2, 5, 1, 2, b'{', b'}', 6, 1, 2, b'{', b'}']), Some(vec![5, 6]));
    }

    #[test]
    fn a_plain_message_is_y_websockets() {
        assert_eq!(&Envelope::Plain.update(&[7, 8])[..], [0, 2, 2, 7, 8]);
        assert_eq!(&Envelope::Plain.greeting(NOTHING)[0][..], [0, 0, 1, 0]);
        assert_eq!(Envelope::Plain.beat(), None);
    }
}
