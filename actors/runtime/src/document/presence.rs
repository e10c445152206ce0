//! Presence: the y-protocols awareness update, read so far that one session cannot speak for
//! another's client, and that who leaves disappears. Memory only (R5).

use std::collections::BTreeMap;

/// Presence of one client: a caret, a name, a colour.
const STATE_BYTES_MAX: usize = 4 * 1024;
/// Clients that one session may speak for: one browser tab has one.
const CLIENTS_PER_SESSION_MAX: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    clock: u64,
    state: String,
    session: u64,
}

/// Who is here.
#[derive(Debug, Default)]
pub(super) struct Presence {
    clients: BTreeMap<u64, Entry>,
}

impl Presence {
    /// Takes in what a session says of its own clients; hands back what is to be told to others.
    /// Entries that are malformed, too large or another session's are left out.
    pub(super) fn update(&mut self, session: u64, update: &[u8]) -> Option<Vec<u8>> {
        let mut told = Vec::new();
        for (client, clock, state) in decode(update)? {
            let known = self.clients.get(&client);
            let own = known.is_none_or(|entry| entry.session == session && entry.clock <= clock);
            let spoken_for = self.clients.values().filter(|entry| entry.session == session).count();
            let room = known.is_some() || spoken_for < CLIENTS_PER_SESSION_MAX;
            if !own || !room || state.len() > STATE_BYTES_MAX {
                continue;
            }
            told.push((client, clock, state.clone()));
            if state == "null" {
                self.clients.remove(&client);
            } else {
                self.clients.insert(client, Entry { clock, state, session });
            }
        }
        (!told.is_empty()).then(|| encode(&told))
    }

    /// Sets the presence of one of the server's own authors (an AI run).
    pub(super) fn set(&mut self, session: u64, client: u64, state: String) -> Vec<u8> {
        let clock = self.clients.get(&client).map_or(1, |entry| entry.clock + 1);
        let update = encode(&[(client, clock, state.clone())]);
        self.clients.insert(client, Entry { clock, state, session });
        update
    }

    /// Forgets a session's clients; hands back what is to be told to others.
    pub(super) fn leave(&mut self, session: u64) -> Option<Vec<u8>> {
        let gone: Vec<_> = self
            .clients
            .iter()
            .filter(|(_, entry)| entry.session == session)
            .map(|(client, entry)| (*client, entry.clock + 1, "null".to_owned()))
            .collect();
        self.clients.retain(|_, entry| entry.session != session);
        (!gone.is_empty()).then(|| encode(&gone))
    }

    /// Everybody, for who joins.
    pub(super) fn all(&self) -> Vec<u8> {
        let all: Vec<_> = self
            .clients
            .iter()
            .map(|(id, entry)| (*id, entry.clock, entry.state.clone()))
            .collect();
        encode(&all)
    }
}

fn decode(bytes: &[u8]) -> Option<Vec<(u64, u64, String)>> {
    let mut rest = bytes;
    let count = varint(&mut rest)?;
    let mut entries = Vec::new();
    for _ in 0..count.min(64) {
        let (client, clock, length) = (varint(&mut rest)?, varint(&mut rest)?, varint(&mut rest)?);
        let (state, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        rest = after;
        entries.push((client, clock, String::from_utf8(state.to_vec()).ok()?));
    }
    Some(entries)
}

fn encode(entries: &[(u64, u64, String)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    push_varint(&mut bytes, entries.len() as u64);
    for (client, clock, state) in entries {
        push_varint(&mut bytes, *client);
        push_varint(&mut bytes, *clock);
        push_varint(&mut bytes, state.len() as u64);
        bytes.extend_from_slice(state.as_bytes());
    }
    bytes
}

/// lib0's unsigned integer: seven bits a byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
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

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_speaks_for_its_own_clients_only() {
        let mut presence = Presence::default();
        let hello = encode(&[(7, 1, "{\"user\":\"Ada\"}".to_owned())]);
        assert_eq!(presence.update(1, &hello), Some(hello.clone()));
        assert_eq!(presence.update(2, &encode(&[(7, 2, "{}".to_owned())])), None);
        assert_eq!(presence.all(), hello);
    }

    #[test]
    fn who_leaves_disappears() {
        let mut presence = Presence::default();
        presence.update(1, &encode(&[(7, 1, "{}".to_owned())]));
        assert_eq!(presence.leave(1), Some(encode(&[(7, 2, "null".to_owned())])));
        assert_eq!(presence.all(), encode(&[]));
    }

    #[test]
    fn r11_malformed_and_large_states_are_left_out() {
        let mut presence = Presence::default();
        assert_eq!(presence.update(1, &[0xff; 40]), None);
        assert_eq!(presence.update(1, &encode(&[(7, 1, "x".repeat(STATE_BYTES_MAX + 1))])), None);
        assert_eq!(presence.update(1, &[3, 1]), None);
    }
}
