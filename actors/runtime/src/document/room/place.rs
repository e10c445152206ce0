//! What a session holds of a room: its seat, and its edits on their way.

use super::Room;
use igny8_protocol_ids::AccountId;
use std::sync::Arc;

/// A session's seat: given up when it is dropped, and its presence with it.
pub struct Place {
    pub(super) room: Arc<Room>,
    pub(super) session: u64,
    pub(super) number: u64,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Place").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.room.0.lock();
        if inner.seats.get(&self.session).is_some_and(|seat| seat.number == self.number) {
            inner.seats.remove(&self.session);
            let gone = inner.presence.leave(self.session);
            inner.say(gone);
            self.room.settle(inner);
        }
    }
}

/// Edits on their way to the actor, with the right by which they were made: their session may be gone
/// when they arrive, and they count. If they do not arrive, because the actor ends first, their
/// session is to join again: it has no other way to learn of it.
pub(crate) struct Delivery {
    pub(super) room: Arc<Room>,
    pub(crate) session: u64,
    pub(crate) writable: bool,
    pub(crate) account: AccountId,
    pub(crate) is_done: bool,
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if !self.is_done {
            self.room.cut_off(self.session);
        }
    }
}
