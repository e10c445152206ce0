//! Makes one text equal to another: the words that differ are replaced, so that what stands between
//! them, and the comments on it, stay.

use std::ops::Range;

use yrs::types::Attrs;
use yrs::{Any, Text, TransactionMut, XmlTextRef};

use super::diff::{Stretch, stretches};
use crate::node::{Attributes, Run, utf16_len};
use crate::{schema, yjs};

/// Words that are compared one by one; a longer stretch is replaced as a whole. Two texts without a
/// common word take the square of it in steps, here some milliseconds.
const WORDS_MAX: usize = 1_000;

/// A character, and the run that it is of.
pub(crate) type Character = (char, usize);

/// Replaces what differs, then sets the marks that differ.
pub(super) fn update(txn: &mut TransactionMut<'_>, text: &XmlTextRef, target: &[Run]) {
    let runs = yjs::read_text(txn, text);
    let (old, new) = (characters(&runs), characters(target));
    let places = places(&old);
    // From the end, so that the places before it hold.
    for (gone, come) in changes(&old, &new).into_iter().rev() {
        let start = places[gone.start];
        let removed = places[gone.end] - start;
        if removed > 0 {
            text.remove_range(txn, start, removed);
        }
        insert(txn, text, start, &new[come], target, &around(&old, &gone, &runs));
    }
    update_marks(txn, text, target);
}

pub(crate) fn characters(runs: &[Run]) -> Vec<Character> {
    runs.iter().enumerate().flat_map(|(at, run)| run.text.chars().map(move |c| (c, at))).collect()
}

/// Where each character begins in UTF-16, and where the last one ends.
pub(crate) fn places(characters: &[Character]) -> Vec<u32> {
    let mut at = 0;
    let ends = characters.iter().map(|(c, _)| {
        at += c.len_utf16() as u32;
        at
    });
    std::iter::once(0).chain(ends).collect()
}

/// Which characters go, and which come in their place.
pub(crate) fn changes(old: &[Character], new: &[Character]) -> Vec<(Range<usize>, Range<usize>)> {
    let (before, after) = (words(old), words(new));
    let same = |(a, b): &(&Word, &Word)| a.text == b.text;
    let left = before.iter().zip(&after).take_while(same).count();
    let rest = before.len().min(after.len()) - left;
    let ends = before.iter().rev().zip(after.iter().rev());
    let right = ends.take(rest).take_while(same).count();
    let (gone, come) = (&before[left..before.len() - right], &after[left..after.len() - right]);
    let range = |all: &[Word], words: Range<usize>| {
        let place = |at: usize| all.get(at).map_or(all.last().map_or(0, Word::end), |w| w.from);
        place(left + words.start)..place(left + words.end)
    };
    let found = match gone.len().max(come.len()) {
        0 => Vec::new(),
        words if words > WORDS_MAX => {
            vec![Stretch { old: 0..gone.len(), new: 0..come.len(), is_equal: false }]
        }
        _ => {
            let texts = |words: &[Word]| words.iter().map(|w| w.text.clone()).collect::<Vec<_>>();
            stretches(&texts(gone), &texts(come))
        }
    };
    let changed = found.into_iter().filter(|stretch| !stretch.is_equal);
    changed.map(|Stretch { old, new, .. }| (range(&before, old), range(&after, new))).collect()
}

/// A word, or what stands between two.
struct Word {
    from: usize,
    characters: usize,
    text: String,
}

impl Word {
    fn end(&self) -> usize {
        self.from + self.characters
    }
}

fn words(all: &[Character]) -> Vec<Word> {
    let mut from = 0;
    let cut = all.chunk_by(|a, b| a.0.is_alphanumeric() == b.0.is_alphanumeric());
    cut.map(|word| {
        let word =
            Word { from, characters: word.len(), text: word.iter().map(|(c, _)| *c).collect() };
        from = word.end();
        word
    })
    .collect()
}

/// The comments that reach over a stretch: what is put in there is under them too.
fn around(old: &[Character], gone: &Range<usize>, runs: &[Run]) -> Attributes {
    let before = gone.start.checked_sub(1).and_then(|at| old.get(at));
    let (Some((_, before)), Some((_, after))) = (before, old.get(gone.end)) else {
        return Attributes::new();
    };
    let after = &runs[*after].marks;
    let shared = runs[*before].marks.iter();
    shared
        .filter(|(key, _)| schema::is_comment(key) && after.contains_key(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn insert(
    txn: &mut TransactionMut<'_>,
    text: &XmlTextRef,
    mut at: u32,
    characters: &[Character],
    target: &[Run],
    around: &Attributes,
) {
    for run in characters.chunk_by(|a, b| a.1 == b.1) {
        let chunk: String = run.iter().map(|(c, _)| *c).collect();
        let mut marks = target[run[0].1].marks.clone();
        marks.extend(around.clone());
        text.insert_with_attributes(txn, at, &chunk, yjs::to_attrs(&marks));
        at += utf16_len(&chunk);
    }
}

/// Sets the marks that differ. Comments are put on, never taken off: whoever rewrites a text says
/// nothing about what others have to say of it.
fn update_marks(txn: &mut TransactionMut<'_>, text: &XmlTextRef, target: &[Run]) {
    let current = yjs::read_text(txn, text);
    let (mut at, mut now) =
        (0, current.iter().flat_map(|run| run.text.chars().map(move |_| &run.marks)));
    for run in target {
        let len = utf16_len(&run.text);
        let mut wrong = Attrs::new();
        for marks in now.by_ref().take(run.text.chars().count()) {
            let gone = |key: &&String| !run.marks.contains_key(*key) && !schema::is_comment(key);
            for key in marks.keys().filter(gone) {
                wrong.insert(key.as_str().into(), Any::Null);
            }
            for (key, value) in
                run.marks.iter().filter(|(key, value)| marks.get(*key) != Some(value))
            {
                wrong.insert(key.as_str().into(), yjs::to_any(value));
            }
        }
        if !wrong.is_empty() {
            text.format(txn, at, len, wrong);
        }
        at += len;
    }
}
