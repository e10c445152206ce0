//! Which stretches of two rows are equal, and what stands in the place of what between them.

use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A stretch of two rows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) old: Range<usize>,
    pub(crate) new: Range<usize>,
    pub(crate) is_equal: bool,
}

/// The stretches of two rows, one after the other, with nothing between them.
pub(crate) fn stretches<T: Hash + Ord>(old: &[T], new: &[T]) -> Vec<Stretch> {
    // Where each is follows from those before it: the diff moves some without moving their places.
    let (mut old_at, mut new_at) = (0, 0);
    let ops = capture_diff_slices(Algorithm::Myers, old, new);
    let stretch = ops.iter().map(|op| {
        let stretch = Stretch {
            old: old_at..old_at + op.old_range().len(),
            new: new_at..new_at + op.new_range().len(),
            is_equal: matches!(op, DiffOp::Equal { .. }),
        };
        (old_at, new_at) = (stretch.old.end, stretch.new.end);
        stretch
    });
    stretch.collect()
}
