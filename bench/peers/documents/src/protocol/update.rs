//! Yjs updates (version 1): single insertions and deletions are written, and of what comes back is
//! read how far each author's clock went. Merging squashes messages, so clocks are what counts.

use super::wire::{array, number, put_array, put_number};
use std::ops::Range;

/// The text that everybody edits.
pub(crate) const ROOT: &str = "text";

/// A character's place: its author and clock.
pub(crate) type Id = (u64, u64);

/// What stands in an item's first byte beside the kind of its content.
const HAS_ORIGIN: u8 = 0x80;
const HAS_RIGHT_ORIGIN: u8 = 0x40;
const HAS_PARENT_KEY: u8 = 0x20;
const KIND: u8 = 0x1f;

const GARBAGE: u8 = 0;
const DELETED: u8 = 1;
const TEXT: u8 = 4;
const SKIP: u8 = 10;

/// Characters put between two others, or at the border of the text.
pub(crate) fn insertion(id: Id, left: Option<Id>, right: Option<Id>, letters: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(32 + letters.len());
    // One author with one item.
    bytes.extend([1, 1]);
    put_id(&mut bytes, id);
    let flag = |there: bool, flag: u8| if there { flag } else { 0 };
    let origins = flag(left.is_some(), HAS_ORIGIN) | flag(right.is_some(), HAS_RIGHT_ORIGIN);
    bytes.push(TEXT | origins);
    for origin in left.into_iter().chain(right) {
        put_id(&mut bytes, origin);
    }
    if origins == 0 {
        // Of an item without neighbours the parent must be said: a root, by its name.
        bytes.push(1);
        put_array(&mut bytes, ROOT.as_bytes());
    }
    put_array(&mut bytes, letters);
    // Nobody's deletions.
    bytes.push(0);
    bytes
}

/// A character taken away.
pub(crate) fn deletion((author, clock): Id) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16);
    // No author's items; deletions of one author in one range.
    bytes.extend([0, 1]);
    put_number(&mut bytes, author);
    bytes.push(1);
    put_number(&mut bytes, clock);
    bytes.push(1);
    bytes
}

/// How far an author's clock went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Advance {
    /// The author.
    pub(crate) author: u64,
    /// The characters that are there.
    pub(crate) clocks: Range<u64>,
}

/// The advances in an update; `None` if there is content that nobody here writes.
pub(crate) fn advances(update: &[u8]) -> Option<Vec<Advance>> {
    let rest = &mut &update[..];
    let authors = number(rest)?;
    let mut advances: Vec<Advance> = Vec::new();
    for _ in 0..authors {
        let items = number(rest)?;
        let author = number(rest)?;
        let mut clock = number(rest)?;
        for _ in 0..items {
            let (length, is_there) = item(rest)?;
            let until = clock + length;
            match advances.last_mut() {
                _ if !is_there => {}
                Some(last) if last.author == author && last.clocks.end == clock => {
                    last.clocks.end = until;
                }
                _ => advances.push(Advance { author, clocks: clock..until }),
            }
            clock = until;
        }
    }
    Some(advances)
}

/// The length of an item, and whether it is one: a skip is a hole.
fn item(rest: &mut &[u8]) -> Option<(u64, bool)> {
    let (info, after) = rest.split_first()?;
    *rest = after;
    let kind = info & KIND;
    if kind == GARBAGE || kind == SKIP {
        return Some((number(rest)?, kind == GARBAGE));
    }
    for flag in [HAS_ORIGIN, HAS_RIGHT_ORIGIN] {
        if info & flag != 0 {
            skip_id(rest)?;
        }
    }
    if info & (HAS_ORIGIN | HAS_RIGHT_ORIGIN) == 0 {
        match number(rest)? {
            1 => array(rest).map(drop)?,
            _ => skip_id(rest)?,
        }
        if info & HAS_PARENT_KEY != 0 {
            array(rest)?;
        }
    }
    match kind {
        DELETED => Some((number(rest)?, true)),
        // All letters are one byte and one unit of UTF-16.
        TEXT => Some((array(rest)?.len() as u64, true)),
        _ => None,
    }
}

fn put_id(bytes: &mut Vec<u8>, (author, clock): Id) {
    put_number(bytes, author);
    put_number(bytes, clock);
}

fn skip_id(rest: &mut &[u8]) -> Option<()> {
    number(rest)?;
    number(rest).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use yrs::updates::decoder::Decode;
    use yrs::{Doc, GetString, ReadTxn, StateVector, Transact, Update};

    fn apply(doc: &Doc, update: &[u8]) {
        doc.transact_mut().apply_update(Update::decode_v1(update).unwrap()).unwrap();
    }

    #[test]
    fn a_document_takes_what_is_written_and_says_how_far_it_went() {
        let doc = Doc::new();
        let text = doc.get_or_insert_text(ROOT);
        let author = 1 << 30;
        apply(&doc, &insertion((author, 0), None, None, b"a"));
        apply(&doc, &insertion((author, 1), Some((author, 0)), None, b"c"));
        apply(&doc, &insertion((author, 2), Some((author, 0)), Some((author, 1)), b"b"));
        apply(&doc, &insertion((author + 1, 0), None, None, b"z"));
        assert_eq!(text.get_string(&doc.transact()), "abcz");
        apply(&doc, &deletion((author, 1)));
        assert_eq!(text.get_string(&doc.transact()), "abz");
        let whole = doc.transact().encode_state_as_update_v1(&StateVector::default());
        let mut read = advances(&whole).unwrap();
        read.sort_by_key(|advance| advance.author);
        let expected = [(author, 0..3), (author + 1, 0..1)];
        assert_eq!(read, expected.map(|(author, clocks)| Advance { author, clocks }));
    }

    #[test]
    fn a_hole_is_no_advance() {
        // One author, three items from clock 5: "ab", a hole of 3, "c".
        let update = [1, 3, 9, 5, TEXT | HAS_ORIGIN, 9, 4, 2, b'a', b'b', SKIP, 3]
            .into_iter()
            .chain([TEXT | HAS_ORIGIN, 9, 9, 1, b'c', 0])
            .collect::<Vec<u8>>();
        let read = advances(&update).unwrap();
        assert_eq!(
            read.iter().map(|advance| advance.clocks.clone()).collect::<Vec<_>>(),
            [5..7, 10..11]
        );
        assert_eq!(advances(&update[..6]), None);
    }
}
