//! Which stretches of two rows are equal, and what stands in the place of what between them.

use std::collections::HashSet;
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Rows that are compared as they are. What differs tells which of two equal neighbours stays, but
/// costs its square in steps: of longer rows what only one of them has is left out.
const WHOLE_MAX: usize = 1_000;

/// A stretch of two rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) old: Range<usize>,
    pub(crate) new: Range<usize>,
    pub(crate) is_equal: bool,
}

/// The stretches of two rows, one after the other, with nothing between them.
pub(crate) fn stretches<T: Hash + Ord>(old: &[T], new: &[T]) -> Vec<Stretch> {
    let is_short = old.len().max(new.len()) <= WHOLE_MAX;
    let (old_places, old_values) = looked_at(old, new, is_short);
    let (new_places, new_values) = looked_at(new, old, is_short);
    let mut found = Found::default();
    // Where each is follows from those before it: the diff moves some without moving their places.
    let (mut old_at, mut new_at) = (0, 0);
    for op in capture_diff_slices(Algorithm::Myers, &old_values, &new_values) {
        let (old_end, new_end) = (old_at + op.old_range().len(), new_at + op.new_range().len());
        if let DiffOp::Equal { .. } = op {
            let pairs = old_places[old_at..old_end].iter().zip(&new_places[new_at..new_end]);
            pairs.for_each(|(old, new)| found.equal(*old, *new));
        }
        (old_at, new_at) = (old_end, new_end);
    }
    found.unequal(old.len(), new.len());
    found.stretches
}

/// The places of those that are compared, and what stands there: of a row that is not short, those
/// that the other row has too.
fn looked_at<'r, T: Hash + Ord>(
    row: &'r [T],
    other: &[T],
    is_short: bool,
) -> (Vec<usize>, Vec<&'r T>) {
    let there: HashSet<&T> = if is_short { HashSet::new() } else { other.iter().collect() };
    row.iter().enumerate().filter(|(_, value)| is_short || there.contains(value)).unzip()
}

#[derive(Default)]
struct Found {
    stretches: Vec<Stretch>,
    old_at: usize,
    new_at: usize,
}

impl Found {
    fn equal(&mut self, old: usize, new: usize) {
        self.unequal(old, new);
        match self.stretches.last_mut() {
            Some(last) if last.is_equal => (last.old.end, last.new.end) = (old + 1, new + 1),
            _ => {
                let (old, new) = (old..old + 1, new..new + 1);
                self.stretches.push(Stretch { old, new, is_equal: true });
            }
        }
        (self.old_at, self.new_at) = (old + 1, new + 1);
    }
    /// What lies before these two places is not equal.
    fn unequal(&mut self, old: usize, new: usize) {
        let (old, new) = (self.old_at..old, self.new_at..new);
        if !(old.is_empty() && new.is_empty()) {
            self.stretches.push(Stretch { old, new, is_equal: false });
        }
    }
}
