//! A long editing session of one author, one character an update, made from a seed: as many
//! insertions and deletions as the well-known trace of a paper written in one document (182,315 and
//! 77,463, of which 104,852 characters stay). Somebody types a run of 1 to 40 characters, then goes
//! back over 0 to 16 of them or goes elsewhere, once in twenty runs.

use super::update::{Id, deletion, insertion};

const INSERTIONS: usize = 182_315;
const DELETIONS: usize = 77_463;
/// Every trace is the same one.
const SEED: u64 = 6;
/// The author: as wide on the wire as the random ones of Yjs mostly are.
pub(crate) const AUTHOR: u64 = 1 << 30;
/// Stands for the border of the text.
const BORDER: usize = usize::MAX;

/// The session.
pub(crate) struct Trace {
    /// One update for each character typed or taken away; the last one types.
    pub(crate) updates: Vec<Vec<u8>>,
    /// How many characters were typed.
    pub(crate) typed: u64,
    /// What stands there at the end.
    pub(crate) text: String,
}

impl Trace {
    /// The session, or one that is so many times shorter.
    pub(crate) fn make(shorter: usize) -> Self {
        let mut session = Session::default();
        session.run(INSERTIONS / shorter, DELETIONS / shorter);
        let text = session.text();
        Self { typed: session.letters.len() as u64, updates: session.updates, text }
    }
}

/// The text as a list of all characters ever typed, linked in their order.
struct Session {
    letters: Vec<u8>,
    is_deleted: Vec<bool>,
    before: Vec<usize>,
    after: Vec<usize>,
    first: usize,
    /// The character in front of the cursor.
    cursor: usize,
    random: u64,
    updates: Vec<Vec<u8>>,
}

impl Default for Session {
    fn default() -> Self {
        let (letters, is_deleted, before, after) = Default::default();
        let (first, cursor, random, updates) = (BORDER, BORDER, SEED, Vec::new());
        Self { letters, is_deleted, before, after, first, cursor, random, updates }
    }
}

impl Session {
    fn run(&mut self, insertions: usize, deletions: usize) {
        let mut deleted = 0;
        while self.letters.len() + 1 < insertions {
            let room = insertions - 1 - self.letters.len();
            for _ in 0..room.min(1 + self.below(40)) {
                self.insert();
            }
            // As many as keep the share of deletions, in uneven portions.
            let due = (deletions * self.letters.len() / insertions).saturating_sub(deleted);
            for _ in 0..due.min(self.below(17)) {
                deleted += usize::from(self.delete());
            }
            if self.below(20) == 0 {
                self.cursor = self.below(self.letters.len());
                self.settle();
            }
        }
        while deleted < deletions {
            if !self.delete() {
                self.cursor = self.below(self.letters.len());
                self.settle();
                continue;
            }
            deleted += 1;
        }
        self.insert();
    }

    fn insert(&mut self) {
        let new = self.letters.len();
        let left = self.cursor;
        let right = if left == BORDER { self.first } else { self.after[left] };
        let letter = b'a' + self.below(26) as u8;
        self.updates.push(insertion((AUTHOR, new as u64), id(left), id(right), &[letter]));
        self.letters.push(letter);
        self.is_deleted.push(false);
        self.before.push(left);
        self.after.push(right);
        match left {
            BORDER => self.first = new,
            left => self.after[left] = new,
        }
        if right != BORDER {
            self.before[right] = new;
        }
        self.cursor = new;
    }

    /// Takes away the character in front of the cursor, if there is one.
    fn delete(&mut self) -> bool {
        if self.cursor == BORDER {
            return false;
        }
        self.is_deleted[self.cursor] = true;
        self.updates.push(deletion((AUTHOR, self.cursor as u64)));
        self.settle();
        true
    }

    /// Moves the cursor back to a character that is there.
    fn settle(&mut self) {
        while self.cursor != BORDER && self.is_deleted[self.cursor] {
            self.cursor = self.before[self.cursor];
        }
    }

    /// splitmix64.
    fn below(&mut self, limit: usize) -> usize {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let mut at = self.first;
        while at != BORDER {
            if !self.is_deleted[at] {
                text.push(self.letters[at] as char);
            }
            at = self.after[at];
        }
        text
    }
}

fn id(index: usize) -> Option<Id> {
    (index != BORDER).then_some((AUTHOR, index as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::update::ROOT;
    use yrs::updates::decoder::Decode;
    use yrs::{Doc, GetString, Transact, Update};

    #[test]
    fn a_document_that_applies_the_trace_has_its_text() {
        let trace = Trace::make(50);
        let (insertions, deletions) = (INSERTIONS / 50, DELETIONS / 50);
        assert_eq!(trace.updates.len(), insertions + deletions);
        assert_eq!(trace.text.len(), insertions - deletions);
        let doc = Doc::new();
        let text = doc.get_or_insert_text(ROOT);
        for update in &trace.updates {
            doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
        }
        assert_eq!(text.get_string(&doc.transact()), trace.text);
    }

    #[test]
    fn it_is_the_same_each_time() {
        assert_eq!(Trace::make(500).updates, Trace::make(500).updates);
    }
}
