//! Presence: the y-protocols awareness update, read so far that one session cannot speak for
//! another's client, and that who leaves disappears. Memory only (R5).

use super::lib0::{read_bytes, read_number, write_number};
use parking_lot::RwLock;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Presence of one client: a caret, a name, a colour.
const STATE_BYTES_MAX: usize = 4 * 1024;
/// The state of a client that is gone, as JSON.
const GONE: &str = "null";
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
    /// The clients of each session: of these there are few.
    sessions: BTreeMap<u64, Vec<u64>>,
    speakers: Speakers,
}

/// Which session speaks for which client. Unmodified clients repeat to the server what they hear of
/// others; a door that asks this ends such echoes, which would reach the document once per listener.
#[derive(Clone, Debug, Default)]
pub struct Speakers(Arc<RwLock<HashMap<u64, u64>>>);

impl Speakers {
    /// Whether an awareness update speaks for the session's `own` client: the first one it names
    /// that no other session speaks for.
    pub fn is_own(&self, session: u64, own: &mut Option<u64>, update: &[u8]) -> bool {
        let Some(entries) = decode(update) else { return false };
        if own.is_none() {
            let known = self.0.read();
            let free = |client: &u64| known.get(client).is_none_or(|of| *of == session);
            let mut named = entries.iter().filter(|(_, _, state)| *state != GONE);
            *own = named.find(|(client, ..)| free(client)).map(|(client, ..)| *client);
        }
        own.is_some_and(|own| entries.iter().any(|(client, ..)| *client == own))
    }
}

impl Presence {
    /// For doors.
    pub(super) fn speakers(&self) -> Speakers {
        self.speakers.clone()
    }

    fn put(&mut self, client: u64, entry: Entry) {
        let session = entry.session;
        if self.clients.insert(client, entry).is_none() {
            self.sessions.entry(session).or_default().push(client);
            self.speakers.0.write().insert(client, session);
        }
    }

    fn remove(&mut self, client: u64) {
        let Some(Entry { session, .. }) = self.clients.remove(&client) else { return };
        self.speakers.0.write().remove(&client);
        if let Some(clients) = self.sessions.get_mut(&session) {
            clients.retain(|other| *other != client);
            if clients.is_empty() {
                self.sessions.remove(&session);
            }
        }
    }

    /// Takes in what a session says of its own clients; hands back what is to be told to others.
    /// Entries that are malformed, too large or another session's are left out.
    pub(super) fn update(&mut self, session: u64, update: &[u8]) -> Option<Vec<u8>> {
        let mut told = Vec::new();
        for (client, clock, state) in decode(update)? {
            let known = self.clients.get(&client);
            let own = known.is_none_or(|entry| entry.session == session && entry.clock <= clock);
            let spoken_for = self.sessions.get(&session).map_or(0, Vec::len);
            let room = known.is_some() || (spoken_for < CLIENTS_PER_SESSION_MAX && state != GONE);
            if !own || !room || state.len() > STATE_BYTES_MAX {
                continue;
            }
            told.push((client, clock, state.to_owned()));
            if state == GONE {
                self.remove(client);
            } else {
                self.put(client, Entry { clock, state: state.to_owned(), session });
            }
        }
        (!told.is_empty()).then(|| encode(&told))
    }

    /// Sets the presence of one of the server's own authors (an AI run).
    pub(super) fn set(&mut self, session: u64, client: u64, state: String) -> Vec<u8> {
        let clock = self.clients.get(&client).map_or(1, |entry| entry.clock + 1);
        let update = encode(&[(client, clock, state.clone())]);
        self.put(client, Entry { clock, state, session });
        update
    }

    /// Forgets a session's clients; hands back what is to be told to others.
    pub(super) fn leave(&mut self, session: u64) -> Option<Vec<u8>> {
        let clients = self.sessions.get(&session).cloned().unwrap_or_default();
        let gone: Vec<_> = clients
            .iter()
            .filter_map(|client| Some((*client, self.clients.get(client)?.clock + 1)))
            .map(|(client, clock)| (client, clock, GONE.to_owned()))
            .collect();
        clients.into_iter().for_each(|client| self.remove(client));
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

/// Clients, their clocks and their states.
fn decode(bytes: &[u8]) -> Option<Vec<(u64, u64, &str)>> {
    let mut rest = bytes;
    let count = read_number(&mut rest)?;
    let mut entries = Vec::new();
    for _ in 0..count.min(64) {
        let (client, clock) = (read_number(&mut rest)?, read_number(&mut rest)?);
        let state = read_bytes(&mut rest)?;
        entries.push((client, clock, std::str::from_utf8(state).ok()?));
    }
    Some(entries)
}

fn encode(entries: &[(u64, u64, String)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_number(&mut bytes, entries.len() as u64);
    for (client, clock, state) in entries {
        write_number(&mut bytes, *client);
        write_number(&mut bytes, *clock);
        write_number(&mut bytes, state.len() as u64);
        bytes.extend_from_slice(state.as_bytes());
    }
    bytes
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
    fn what_a_session_repeats_of_others_is_told_from_its_own() {
        let mut presence = Presence::default();
        let speakers = presence.speakers();
        let (ada, bob) = (encode(&[(7, 1, "{}".to_owned())]), encode(&[(8, 1, "{}".to_owned())]));
        let (mut of_one, mut of_two) = (None, None);
        assert!(speakers.is_own(1, &mut of_one, &ada));
        presence.update(1, &ada);
        assert!(!speakers.is_own(2, &mut of_two, &ada), "an echo before its own word");
        assert!(speakers.is_own(2, &mut of_two, &bob));
        presence.update(2, &bob);
        let gone = presence.leave(1).unwrap();
        assert!(!speakers.is_own(2, &mut of_two, &gone));
        assert!(!speakers.is_own(2, &mut of_two, &ada), "a late echo makes nobody come back");
        assert_eq!(presence.update(2, &gone), None);
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
