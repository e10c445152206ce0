//! When each edit was sent, and when each client had it.

use super::histogram::Histogram;
use crate::protocol::update::{self, Advance};
use anyhow::{Context, Result};
use bytes::Bytes;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::Instant;

/// The first author's id: as wide on the wire as the random ones of Yjs mostly are.
const AUTHOR_FIRST: u64 = 1 << 30;
/// Messages of so many bytes and more are kept for a moment: the next clients get the same ones.
const KEPT_BYTES_MIN: usize = 256;
/// So many of them.
const KEPT_MAX: usize = 8;

/// What all clients of a run share.
pub(crate) struct Tally {
    start: Instant,
    /// Characters of an edit.
    edit: u64,
    /// When each author's edits were sent, in microseconds since the start.
    sent: Vec<RefCell<Vec<u32>>>,
    /// Edits sent in this time are measured.
    window: RefCell<Range<u32>>,
    times: RefCell<Histogram>,
    delivered: Cell<u64>,
    lost: Cell<u64>,
    /// Presence of others that came while it was measured.
    presence: Cell<u64>,
    kept: RefCell<VecDeque<(Bytes, Rc<[Advance]>)>>,
    failure: RefCell<Option<String>>,
}

/// How far one client has come.
pub(crate) struct Known {
    /// The authors of its document.
    authors: Range<usize>,
    /// It is one of them itself, and what it wrote is no delivery.
    own: Option<usize>,
    /// Edits of each.
    clocks: Vec<u64>,
}

impl Tally {
    /// For so many authors, with edits of so many characters.
    pub(crate) fn new(authors: usize, edit: usize) -> Rc<Self> {
        Rc::new(Self {
            start: Instant::now(),
            edit: edit as u64,
            sent: (0..authors).map(|_| RefCell::default()).collect(),
            window: RefCell::new(0..u32::MAX),
            times: RefCell::default(),
            delivered: Cell::new(0),
            lost: Cell::new(0),
            presence: Cell::new(0),
            kept: RefCell::default(),
            failure: RefCell::default(),
        })
    }

    fn micros(&self, at: Instant) -> u32 {
        u32::try_from(at.duration_since(self.start).as_micros()).unwrap_or(u32::MAX)
    }

    /// From now on it is measured, for so long.
    pub(crate) fn measure(&self, time: Duration) {
        let from = self.micros(Instant::now());
        *self.window.borrow_mut() = from..from.saturating_add(time.as_micros() as u32);
    }

    /// The author's next edit, made at that time; the update that says so.
    pub(crate) fn write(&self, author: usize, at: Instant) -> Vec<u8> {
        let mut sent = self.sent[author].borrow_mut();
        let clock = sent.len() as u64;
        sent.push(self.micros(at));
        let id = AUTHOR_FIRST + author as u64;
        let first = clock * self.edit;
        let left = first.checked_sub(1).map(|clock| (id, clock));
        let letters = vec![letter(clock); self.edit as usize];
        update::insertion((id, first), left, None, &letters)
    }

    /// Takes what a client got.
    pub(crate) fn receive(&self, known: &mut Known, update: &Bytes) -> Result<()> {
        let now = self.micros(Instant::now());
        let advances = self.read(update)?;
        let mut times = self.times.borrow_mut();
        let window = self.window.borrow().clone();
        for Advance { author, clocks } in advances.iter() {
            let author = author.checked_sub(AUTHOR_FIRST).and_then(|id| usize::try_from(id).ok());
            let author = author.filter(|author| known.authors.contains(author));
            let author = author.context("an author whom nobody knows")?;
            // Nobody splits an edit.
            let clocks = clocks.start / self.edit..clocks.end / self.edit;
            let known_until = &mut known.clocks[author - known.authors.start];
            // What a client wrote itself may come back or not, or now and then.
            if known.own == Some(author) || clocks.end <= *known_until {
                continue;
            }
            self.lost.set(self.lost.get() + clocks.start.saturating_sub(*known_until));
            let fresh = clocks.start.max(*known_until)..clocks.end;
            *known_until = clocks.end;
            self.delivered.set(self.delivered.get() + (fresh.end - fresh.start));
            let sent = self.sent[author].borrow();
            let sent = sent.get(fresh.start as usize..fresh.end as usize);
            for at in sent.context("edits that nobody sent")? {
                if window.contains(at) {
                    times.note(now.saturating_sub(*at));
                }
            }
        }
        Ok(())
    }

    /// What an update says; large ones are read once for all clients that get the same bytes.
    fn read(&self, update: &Bytes) -> Result<Rc<[Advance]>> {
        let mut kept = self.kept.borrow_mut();
        let is_large = update.len() >= KEPT_BYTES_MIN;
        if is_large && let Some((_, known)) = kept.iter().find(|(bytes, _)| bytes == update) {
            return Ok(Rc::clone(known));
        }
        let read: Rc<[Advance]> =
            update::advances(update).context("an update that cannot be read")?.into();
        if is_large {
            kept.push_front((update.clone(), Rc::clone(&read)));
            kept.truncate(KEPT_MAX);
        }
        Ok(read)
    }

    /// How many edits were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.iter().map(|sent| sent.borrow().len() as u64).sum()
    }

    /// How often one of them reached a client who did not write it.
    pub(crate) fn delivered(&self) -> u64 {
        self.delivered.get()
    }

    /// How often one was left out.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.get()
    }

    /// Takes what a client heard of so many others' presence.
    pub(crate) fn hear(&self, count: u64) {
        if self.window.borrow().contains(&self.micros(Instant::now())) {
            self.presence.set(self.presence.get() + count);
        }
    }

    /// How often presence came to a client while it was measured.
    pub(crate) fn presence(&self) -> u64 {
        self.presence.get()
    }

    /// What the times say.
    pub(crate) fn percentile(&self, percent: u64) -> Option<f64> {
        self.times.borrow().percentile(percent)
    }

    /// How many deliveries were measured.
    pub(crate) fn measured(&self) -> u64 {
        self.times.borrow().count()
    }

    /// Notes why a client cannot go on.
    pub(crate) fn fail(&self, error: &anyhow::Error) {
        self.failure.borrow_mut().get_or_insert_with(|| format!("{error:#}"));
    }

    /// Why the first client could not go on.
    pub(crate) fn failure(&self) -> Option<String> {
        self.failure.borrow().clone()
    }

    /// The text of a document with these authors: one's characters stand together, and who has the
    /// lower id stands first.
    pub(crate) fn text(&self, authors: Range<usize>) -> String {
        let clocks = authors.flat_map(|author| 0..self.sent[author].borrow().len() as u64);
        let letters = |clock| std::iter::repeat_n(letter(clock) as char, self.edit as usize);
        clocks.flat_map(letters).collect()
    }
}

impl Known {
    /// Of a document with these authors, nothing.
    pub(crate) fn nothing(authors: Range<usize>, own: Option<usize>) -> Self {
        let clocks = vec![0; authors.len()];
        Self { authors, own, clocks }
    }
}

fn letter(clock: u64) -> u8 {
    b'a' + (clock % 26) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::document::text_of;

    #[test]
    fn clocks_count_and_holes_are_lost() {
        let tally = Tally::new(2, 1);
        let mut reader = Known::nothing(0..2, None);
        let mut writer = Known::nothing(0..2, Some(0));
        let edits: Vec<Bytes> = (0..3).map(|_| tally.write(0, Instant::now()).into()).collect();
        tally.receive(&mut writer, &edits[1]).unwrap();
        assert_eq!((tally.delivered(), tally.lost()), (0, 0));
        tally.receive(&mut reader, &edits[0]).unwrap();
        tally.receive(&mut reader, &edits[0]).unwrap();
        assert_eq!((tally.delivered(), tally.lost()), (1, 0));
        tally.receive(&mut reader, &edits[2]).unwrap();
        assert_eq!((tally.delivered(), tally.lost()), (2, 1));
        assert_eq!(tally.measured(), 2);
    }

    #[test]
    fn an_edit_of_many_characters_is_one_delivery() {
        let tally = Tally::new(1, 300);
        let mut reader = Known::nothing(0..1, None);
        let edits: Vec<Bytes> = (0..3).map(|_| tally.write(0, Instant::now()).into()).collect();
        tally.receive(&mut reader, &edits[0]).unwrap();
        tally.receive(&mut reader, &edits[2]).unwrap();
        assert_eq!((tally.sent(), tally.delivered(), tally.lost()), (3, 2, 1));
        assert_eq!(text_of(&edits).unwrap(), tally.text(0..1));
        assert_eq!(tally.text(0..1).len(), 900);
    }

    #[test]
    fn presence_counts_while_it_is_measured() {
        let tally = Tally::new(1, 1);
        tally.measure(Duration::ZERO);
        tally.hear(3);
        tally.measure(Duration::from_secs(60));
        tally.hear(2);
        assert_eq!(tally.presence(), 2);
    }

    #[test]
    fn a_document_has_the_text_that_was_written() {
        let tally = Tally::new(3, 1);
        let updates: Vec<Bytes> =
            [2, 0, 0, 2, 1, 2].map(|author| tally.write(author, Instant::now()).into()).into();
        // Two of the first author, one of the second, three of the third.
        assert_eq!(text_of(&updates).unwrap(), "abaabc");
        assert_eq!(tally.text(0..3), "abaabc");
        assert_eq!(tally.text(1..2), "a");
    }
}
