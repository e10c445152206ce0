//! Presence: the y-protocols awareness update, read so far that one session cannot speak for
//! another's client, and that who leaves disappears. Memory only (R5).

use super::super::lib0::{read_bytes, read_number, write_number};
use parking_lot::RwLock;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Presence of one client: a caret, a name, a colour.
const STATE_BYTES_MAX: usize = 4 * 1024;
/// The state of a client that is gone, as JSON.
const GONE: &str = "null";
/// Clients of one update that are read: what doors repeat of others is passed over.
const CLIENTS_READ_MAX: u64 = 64;
/// Clients that one session may speak for: one browser tab has one.
const CLIENTS_PER_SESSION_MAX: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    clock: u64,
    state: String,
    session: u64,
}

/// What is told of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub client: u64,
    clock: u64,
    state: String,
    /// Who said it.
    pub session: u64,
}

/// The session under which the server's own authors stand.
const SERVER_SESSION: u64 = 0;

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
        let Some(entries) = decode(update, CLIENTS_READ_MAX) else { return false };
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
    pub(super) fn update(&mut self, session: u64, update: &[u8]) -> Vec<Told> {
        let mut told = Vec::new();
        for (client, clock, state) in decode(update, CLIENTS_READ_MAX).unwrap_or_default() {
            let known = self.clients.get(&client);
            let own = known.is_none_or(|entry| entry.session == session && entry.clock <= clock);
            let spoken_for = self.sessions.get(&session).map_or(0, Vec::len);
            let room = known.is_some() || (spoken_for < CLIENTS_PER_SESSION_MAX && state != GONE);
            if !own || !room || state.len() > STATE_BYTES_MAX {
                continue;
            }
            told.push(Told { client, clock, state: state.to_owned(), session });
            if state == GONE {
                self.remove(client);
            } else {
                self.put(client, Entry { clock, state: state.to_owned(), session });
            }
        }
        told
    }

    /// Sets the presence of one of the server's own authors (an AI run).
    pub(super) fn set(&mut self, client: u64, state: String) -> Told {
        let (clock, session) = (self.next_clock(client), SERVER_SESSION);
        self.put(client, Entry { clock, state: state.clone(), session });
        Told { client, clock, state, session }
    }

    /// Forgets one of the server's own authors.
    pub(super) fn unset(&mut self, client: u64) -> Option<Told> {
        let is_ours =
            self.clients.get(&client).is_some_and(|entry| entry.session == SERVER_SESSION);
        is_ours.then(|| self.gone(client))
    }

    /// Forgets a session's clients; hands back what is to be told to others.
    pub(super) fn leave(&mut self, session: u64) -> Vec<Told> {
        let clients = self.sessions.get(&session).cloned().unwrap_or_default();
        clients.into_iter().map(|client| self.gone(client)).collect()
    }

    fn gone(&mut self, client: u64) -> Told {
        let clock = self.next_clock(client);
        let session = self.clients.get(&client).map_or(SERVER_SESSION, |entry| entry.session);
        self.remove(client);
        Told { client, clock, state: GONE.to_owned(), session }
    }

    fn next_clock(&self, client: u64) -> u64 {
        self.clients.get(&client).map_or(1, |entry| entry.clock + 1)
    }

    /// Forgets everybody.
    pub(super) fn clear(&mut self) {
        (self.clients, self.sessions) = Default::default();
        self.speakers.0.write().clear();
    }

    /// Everybody, for who joins.
    pub(super) fn all(&self) -> Vec<u8> {
        let entries = self.clients.iter();
        write(entries.map(|(client, entry)| (*client, entry.clock, entry.state.as_str())))
    }
}

/// Clients, their clocks and their states.
fn decode(bytes: &[u8], most: u64) -> Option<Vec<(u64, u64, &str)>> {
    let mut rest = bytes;
    let count = read_number(&mut rest)?;
    let mut entries = Vec::new();
    for _ in 0..count.min(most) {
        let (client, clock) = (read_number(&mut rest)?, read_number(&mut rest)?);
        let state = read_bytes(&mut rest)?;
        entries.push((client, clock, std::str::from_utf8(state).ok()?));
    }
    Some(entries)
}

/// An awareness update.
pub(super) fn encode<'t>(told: impl ExactSizeIterator<Item = &'t Told>) -> Vec<u8> {
    write(told.map(|told| (told.client, told.clock, told.state.as_str())))
}

pub(super) fn write<'t>(entries: impl ExactSizeIterator<Item = (u64, u64, &'t str)>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_number(&mut bytes, entries.len() as u64);
    for (client, clock, state) in entries {
        write_number(&mut bytes, client);
        write_number(&mut bytes, clock);
        write_number(&mut bytes, state.len() as u64);
        bytes.extend_from_slice(state.as_bytes());
    }
    bytes
}

/// What an awareness update says.
#[cfg(test)]
pub(super) fn told(update: &[u8]) -> Vec<(u64, u64, String)> {
    let entries = decode(update, u64::MAX).unwrap_or_default();
    entries.into_iter().map(|(client, clock, state)| (client, clock, state.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(client: u64, clock: u64, state: &str) -> Vec<u8> {
        write([(client, clock, state)].into_iter())
    }

    fn told(told: &[Told]) -> Vec<u8> {
        encode(told.iter())
    }

    #[test]
    fn a_session_speaks_for_its_own_clients_only() {
        let mut presence = Presence::default();
        let hello = says(7, 1, "{\"user\":\"Ada\"}");
        assert_eq!(told(&presence.update(1, &hello)), hello);
        assert_eq!(presence.update(2, &says(7, 2, "{}")), []);
        assert_eq!(presence.all(), hello);
    }

    #[test]
    fn what_a_session_repeats_of_others_is_told_from_its_own() {
        let mut presence = Presence::default();
        let speakers = presence.speakers();
        let (ada, bob) = (says(7, 1, "{}"), says(8, 1, "{}"));
        let (mut of_one, mut of_two) = (None, None);
        assert!(speakers.is_own(1, &mut of_one, &ada));
        presence.update(1, &ada);
        assert!(!speakers.is_own(2, &mut of_two, &ada), "an echo before its own word");
        assert!(speakers.is_own(2, &mut of_two, &bob));
        presence.update(2, &bob);
        let gone = told(&presence.leave(1));
        assert!(!speakers.is_own(2, &mut of_two, &gone));
        assert!(!speakers.is_own(2, &mut of_two, &ada), "a late echo makes nobody come back");
        assert_eq!(presence.update(2, &gone), []);
    }

    #[test]
    fn who_leaves_disappears() {
        let mut presence = Presence::default();
        presence.update(1, &says(7, 1, "{}"));
        assert_eq!(told(&presence.leave(1)), says(7, 2, "null"));
        assert_eq!(presence.all(), [0]);
    }

    #[test]
    fn r11_malformed_and_large_states_are_left_out() {
        let mut presence = Presence::default();
        assert_eq!(presence.update(1, &[0xff; 40]), []);
        assert_eq!(presence.update(1, &says(7, 1, &"x".repeat(STATE_BYTES_MAX + 1))), []);
        assert_eq!(presence.update(1, &[3, 1]), []);
    }
}
