//! Who is in a document: its sessions, and where each is in the text. A room outlives the document's
//! actor: that one leaves memory when nobody writes, while those who only have it open stay (R12).

mod outlet;
mod place;
mod presence;

pub use outlet::{DocumentFrame, DocumentSubscription, Encoded, Listener, Shared, TurnUpdate};
pub use place::Place;
pub use presence::Speakers;

pub(super) use outlet::channel;
pub(super) use place::Delivery;

use crate::registry::Held;
use igny8_protocol_ids::{AccountId, EntityKey, Epoch};
use parking_lot::{Mutex, MutexGuard};
use presence::{Presence, Told, encode};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Presence is told so often at the most, and …
const PRESENCE_PERIOD: Duration = Duration::from_millis(50);
/// … so much later for each session: what one says goes to all, so a crowd is told less often, and
/// with 1,500 present it is a third of a second.
const PRESENCE_PERIOD_PER_SESSION: Duration = Duration::from_micros(200);

/// Sessions that are written to by whoever tells them something. For more, a task of its own writes, …
const WRITTEN_AT_ONCE_MAX: usize = 16;
/// … so many in a turn: a document goes on meanwhile, and what it says then is written with the rest.
const WRITTEN_PER_TURN: usize = 32;

/// The rooms of documents in which somebody is.
#[derive(Default)]
pub(crate) struct Rooms(Held<EntityKey, Room>);

impl Rooms {
    /// The room of a document; it is there for as long as somebody holds it.
    pub(crate) fn of(&self, entity: EntityKey) -> Arc<Room> {
        self.0.of(entity, Room::default)
    }

    /// Ends all sessions: who has open a document at rest would not learn of the end otherwise.
    pub(crate) fn clear(&self) {
        let mut rooms = self.0.all();
        // In an order of ours: lives that are lived again end the same way (R15).
        rooms.sort_by_key(|(entity, _)| *entity);
        rooms.iter().for_each(|(_, room)| room.clear());
    }
}

/// Who is in one document.
#[derive(Default)]
pub(crate) struct Room(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// Boxed: a tree keeps room for eleven, and most documents are open to one or two.
    seats: BTreeMap<u64, Box<Seat>>,
    /// Counts the seats: somebody who went away does not take the seat of who came after.
    seated: u64,
    presence: Presence,
    /// What was said since it was told.
    unsaid: BTreeMap<u64, Told>,
    /// When it may be told next.
    tell_at: Option<Instant>,
    /// True while a task waits for that.
    is_ticking: bool,
    /// Who heard something that is not written yet, also if they have left since.
    unwritten: VecDeque<(u64, Arc<dyn Listener>)>,
    /// True while a task writes to them.
    is_writing: bool,
    /// Under which ownership the document was last put to rest.
    left_at: Option<Epoch>,
}

struct Seat {
    number: u64,
    listener: Arc<dyn Listener>,
    writable: bool,
    account: AccountId,
    /// Whether it is among those that are not written to yet.
    is_unwritten: bool,
}

impl Room {
    /// Seats a session.
    pub(super) fn join(
        self: &Arc<Self>,
        session: u64,
        writable: bool,
        account: AccountId,
        listener: Arc<dyn Listener>,
    ) -> Place {
        let mut inner = self.0.lock();
        inner.seated += 1;
        let number = inner.seated;
        let seat = Seat { number, listener, writable, account, is_unwritten: false };
        let before = inner.seats.insert(session, Box::new(seat));
        drop(inner);
        if let Some(before) = before {
            before.listener.end();
        }
        Place { room: self.clone(), session, number }
    }

    /// Takes edits of a session on their way; `None` if it has no seat any more.
    pub(super) fn deliver(self: &Arc<Self>, session: u64) -> Option<Delivery> {
        let inner = self.0.lock();
        let seat = inner.seats.get(&session)?;
        let (writable, account) = (seat.writable, seat.account);
        Some(Delivery { room: self.clone(), session, writable, account, is_done: false })
    }

    /// Tells one session something.
    pub(super) fn tell(self: &Arc<Self>, session: u64, frame: &DocumentFrame) {
        let mut inner = self.0.lock();
        inner.tell(session, frame);
        self.settle(inner);
    }

    /// Tells all but the author.
    pub(super) fn tell_others(self: &Arc<Self>, author: Option<u64>, frame: &DocumentFrame) {
        let mut inner = self.0.lock();
        inner.tell_others(author, frame);
        self.settle(inner);
    }

    /// The document goes to rest under this ownership, and its sessions stay.
    pub(super) fn leave(&self, epoch: Epoch) {
        self.0.lock().left_at = Some(epoch);
    }

    /// The document is back under this ownership. If somebody else had it since it went to rest (a
    /// server that took over from this one), the sessions know nothing of what was written there:
    /// what is said now would not follow for them (R8), and they are to join again.
    pub(super) fn enter(&self, epoch: Epoch) {
        let left_at = self.0.lock().left_at;
        if left_at.is_some_and(|left| epoch != left.next()) {
            self.clear();
        }
    }

    /// Ends all sessions: what they know may be no longer what the document is.
    pub(super) fn clear(&self) {
        let mut inner = self.0.lock();
        let seats = std::mem::take(&mut inner.seats);
        inner.presence.clear();
        inner.unsaid.clear();
        drop(inner);
        seats.into_values().for_each(|seat| seat.listener.end());
    }

    /// Ends a session: it is to join again.
    pub(super) fn cut_off(self: &Arc<Self>, session: u64) {
        let mut inner = self.0.lock();
        inner.cut_off(session);
        self.settle(inner);
    }

    /// What a session says of its own clients.
    pub(super) fn awareness(self: &Arc<Self>, session: u64, update: &[u8]) {
        let mut inner = self.0.lock();
        if inner.seats.contains_key(&session) {
            let told = inner.presence.update(session, update);
            inner.say(told);
            self.settle(inner);
        }
    }

    /// Where one of the server's own authors is.
    pub(super) fn show(self: &Arc<Self>, author: u64, state: String) {
        let mut inner = self.0.lock();
        let told = inner.presence.set(author, state);
        inner.say(Some(told));
        self.settle(inner);
    }

    /// One of the server's own authors is gone.
    pub(super) fn hide(self: &Arc<Self>, author: u64) {
        let mut inner = self.0.lock();
        let told = inner.presence.unset(author);
        inner.say(told);
        self.settle(inner);
    }

    /// Everybody, as one awareness update.
    pub(super) fn present(&self) -> Vec<u8> {
        self.0.lock().presence.all()
    }

    /// For doors.
    pub(super) fn speakers(&self) -> Speakers {
        self.0.lock().presence.speakers()
    }

    /// Tells who is where, if that is due, and writes what was told.
    fn settle(self: &Arc<Self>, mut inner: MutexGuard<'_, Inner>) {
        if !inner.unsaid.is_empty() {
            self.settle_presence(&mut inner);
        }
        if inner.is_writing || inner.unwritten.is_empty() {
            return;
        }
        if inner.unwritten.len() > WRITTEN_AT_ONCE_MAX
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            inner.is_writing = true;
            drop(runtime.spawn(self.clone().write()));
            return;
        }
        let listeners = inner.take_unwritten(usize::MAX);
        drop(inner);
        listeners.iter().for_each(|listener| listener.flush());
    }

    /// Writes to all who heard something, turn by turn.
    async fn write(self: Arc<Self>) {
        loop {
            let listeners = {
                let mut inner = self.0.lock();
                inner.is_writing = !inner.unwritten.is_empty();
                if !inner.is_writing {
                    return;
                }
                inner.take_unwritten(WRITTEN_PER_TURN)
            };
            listeners.iter().for_each(|listener| listener.flush());
            tokio::task::yield_now().await;
        }
    }

    /// Tells what was said: at once if nothing was told just now, else together with what comes until
    /// it may be told again.
    fn settle_presence(self: &Arc<Self>, inner: &mut Inner) {
        let now = Instant::now();
        if inner.tell_at.is_none_or(|at| at <= now) {
            inner.tell_presence(now);
        }
        let Some(at) = inner.tell_at.filter(|_| !inner.unsaid.is_empty() && !inner.is_ticking)
        else {
            return;
        };
        // Without a runtime the process ends, and nobody listens any more.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        inner.is_ticking = true;
        let room = Arc::downgrade(self);
        runtime.spawn(async move {
            tokio::time::sleep_until(at).await;
            if let Some(room) = room.upgrade() {
                let mut inner = room.0.lock();
                inner.is_ticking = false;
                room.settle(inner);
            }
        });
    }
}

impl Inner {
    fn say(&mut self, told: impl IntoIterator<Item = Told>) {
        self.unsaid.extend(told.into_iter().map(|told| (told.client, told)));
    }

    fn tell(&mut self, session: u64, frame: &DocumentFrame) {
        let Some(seat) = self.seats.get_mut(&session) else { return };
        if !seat.hear(session, frame, &mut self.unwritten) {
            self.cut_off(session);
        }
    }

    fn tell_others(&mut self, author: Option<u64>, frame: &DocumentFrame) {
        let mut slow = Vec::new();
        for (session, seat) in self.seats.iter_mut().filter(|(id, _)| Some(**id) != author) {
            if !seat.hear(*session, frame, &mut self.unwritten) {
                slow.push(*session);
            }
        }
        slow.into_iter().for_each(|session| self.cut_off(session));
    }

    /// The next who are to be written to.
    fn take_unwritten(&mut self, most: usize) -> Vec<Arc<dyn Listener>> {
        let count = self.unwritten.len().min(most);
        let mut listeners = Vec::with_capacity(count);
        for (session, listener) in self.unwritten.drain(..count) {
            if let Some(seat) = self.seats.get_mut(&session) {
                seat.is_unwritten = false;
            }
            listeners.push(listener);
        }
        if self.unwritten.is_empty() {
            self.unwritten = VecDeque::new();
        }
        listeners
    }

    fn cut_off(&mut self, session: u64) {
        if let Some(seat) = self.seats.remove(&session) {
            metrics::counter!("igny8_slow_listeners_total").increment(1);
            seat.listener.end();
            let gone = self.presence.leave(session);
            self.say(gone);
        }
    }

    /// One update for all, encoded once.
    fn tell_presence(&mut self, now: Instant) {
        let unsaid = std::mem::take(&mut self.unsaid);
        let mut sessions = unsaid.values().map(|told| told.session);
        let Some(first) = sessions.next() else { return };
        let sole = sessions.all(|other| other == first).then_some(first);
        let crowd = u32::try_from(self.seats.len()).unwrap_or(u32::MAX);
        self.tell_at = Some(now + PRESENCE_PERIOD + PRESENCE_PERIOD_PER_SESSION * crowd);
        let update = encode(unsaid.values());
        self.tell_others(sole, &DocumentFrame::awareness(update));
    }
}

impl Seat {
    /// Takes a frame; false if the session is too slow for it.
    fn hear(
        &mut self,
        session: u64,
        frame: &DocumentFrame,
        unwritten: &mut VecDeque<(u64, Arc<dyn Listener>)>,
    ) -> bool {
        let is_taken = self.listener.hear(frame);
        if is_taken && !std::mem::replace(&mut self.is_unwritten, true) {
            unwritten.push_back((session, self.listener.clone()));
        }
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use presence::told;

    /// Frames that a session heard, up to as many as it takes.
    struct Heard {
        frames: Mutex<Vec<DocumentFrame>>,
        most: usize,
        flushes: Mutex<u32>,
        ends: Mutex<u32>,
    }

    impl Listener for Heard {
        fn hear(&self, frame: &DocumentFrame) -> bool {
            let mut frames = self.frames.lock();
            frames.push(frame.clone());
            frames.len() <= self.most
        }
        fn flush(&self) {
            *self.flushes.lock() += 1;
        }
        fn end(&self) {
            *self.ends.lock() += 1;
        }
    }

    fn join(room: &Arc<Room>, session: u64, most: usize) -> (Arc<Heard>, Place) {
        let (frames, flushes, ends) = Default::default();
        let heard = Arc::new(Heard { frames, most, flushes, ends });
        let account = AccountId::from_uuid(uuid::Uuid::from_u128(u128::from(session)));
        let place = room.join(session, true, account, heard.clone());
        (heard, place)
    }

    /// What a listener knows of a client.
    fn known(heard: &Heard, client: u64) -> Option<(u64, String)> {
        let frames = heard.frames.lock();
        let updates = frames.iter().filter_map(|frame| match frame {
            DocumentFrame::Awareness(shared) => Some(shared.update.clone()),
            _ => None,
        });
        let mut all = updates.flat_map(|update| told(&update));
        all.rfind(|(of, ..)| *of == client).map(|(_, clock, state)| (clock, state))
    }

    fn says(client: u64, clock: u64, state: &str) -> Vec<u8> {
        presence::write([(client, clock, state)].into_iter())
    }

    #[tokio::test(start_paused = true)]
    async fn r5_presence_of_many_is_told_together() {
        let room = Arc::new(Room::default());
        let sessions: Vec<_> = (1..=200).map(|session| join(&room, session, usize::MAX)).collect();
        for clock in 1..=5 {
            for session in 1..=200 {
                room.awareness(session, &says(1_000 + session, clock, "{}"));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (heard, _) = &sessions[7];
        for session in 1..=200 {
            assert_eq!(Some((5, "{}".to_owned())), known(heard, 1_000 + session));
        }
        // The first at once, the others with the next tick.
        assert!(heard.frames.lock().len() <= 3, "{}", heard.frames.lock().len());
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_crowd_hears_while_it_is_written_to_is_written_with_it() {
        let room = Arc::new(Room::default());
        let frame = DocumentFrame::awareness(vec![0]);
        let mut sessions: Vec<_> = (1..=200).map(|id| join(&room, id, usize::MAX)).collect();
        room.tell_others(None, &frame);
        room.tell_others(Some(7), &frame);
        assert!(sessions.iter().all(|(heard, _)| *heard.flushes.lock() == 0));
        tokio::time::sleep(Duration::from_millis(1)).await;
        for (heard, _) in &sessions {
            assert_eq!(1, *heard.flushes.lock());
        }
        // Then the next one; who went meanwhile holds up nobody, and what it heard is written.
        room.tell_others(None, &frame);
        let gone: Vec<_> = sessions.drain(..50).map(|(heard, _)| heard).collect();
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(sessions.iter().all(|(heard, _)| *heard.flushes.lock() == 2));
        assert!(gone.iter().all(|heard| *heard.flushes.lock() == 2));
        room.tell_others(None, &frame);
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert!(sessions.iter().all(|(heard, _)| *heard.flushes.lock() == 3));
    }

    #[test]
    fn a_few_are_written_to_at_once() {
        let room = Arc::new(Room::default());
        let sessions: Vec<_> = (1..=3).map(|id| join(&room, id, usize::MAX)).collect();
        room.tell_others(Some(2), &DocumentFrame::awareness(vec![0]));
        let flushes: Vec<u32> = sessions.iter().map(|(heard, _)| *heard.flushes.lock()).collect();
        assert_eq!(vec![1, 0, 1], flushes);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_a_place_disappears() {
        let room = Arc::new(Room::default());
        let (one, place) = join(&room, 1, usize::MAX);
        let (two, _kept) = join(&room, 2, usize::MAX);
        room.awareness(1, &says(11, 1, "{}"));
        assert_eq!(Some((1, "{}".to_owned())), known(&two, 11));
        assert_eq!(None, known(&one, 11), "nobody is told what it said itself");
        // Whoever comes again under the same name keeps its place when the former one is dropped.
        let (again, _place) = join(&room, 1, usize::MAX);
        drop(place);
        assert_eq!(1, *one.ends.lock());
        room.tell(1, &DocumentFrame::awareness(vec![0]));
        assert_eq!(1, again.frames.lock().len());
        drop(_place);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(Some((2, "null".to_owned())), known(&two, 11));
    }

    #[tokio::test(start_paused = true)]
    async fn r11_a_slow_listener_is_ended_alone() {
        let room = Arc::new(Room::default());
        let (slow, _slow) = join(&room, 1, 3);
        let (quick, _quick) = join(&room, 2, usize::MAX);
        room.awareness(1, &says(11, 1, "{}"));
        for _ in 0..10 {
            room.tell_others(None, &DocumentFrame::awareness(vec![0]));
        }
        assert_eq!((4, 1), (slow.frames.lock().len(), *slow.ends.lock()));
        assert_eq!((11, 0), (quick.frames.lock().len(), *quick.ends.lock()));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(Some((2, "null".to_owned())), known(&quick, 11), "and its presence with it");
    }
}
