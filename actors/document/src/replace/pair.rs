//! Which nodes of a text are which of another: what is equal first, then what is alike, then what
//! stands in the same place between them.

use std::collections::HashMap;

use super::diff::stretches;
use crate::node::{Child, Run};

/// How far a changed node looks for the one it was.
const NEAR_MAX: usize = 50;
/// The least share of words that makes two nodes the same one, changed.
const ALIKE_MIN: f32 = 0.3;
/// Words of a node that are looked at: enough to know it again.
const WORDS_MAX: usize = 500;

/// What is done with the nodes, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The old one at the first place becomes the new one at the second.
    Keep(usize, usize),
    /// The next old one goes.
    Remove,
    /// The new one at this place is put in.
    Insert(usize),
}

/// How one row of nodes becomes another.
pub(super) fn steps(old: &[Child], new: &[Child]) -> Vec<Step> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut number = |child: &Child| {
        let next = known.len();
        *known.entry(format!("{child:?}")).or_insert(next)
    };
    let before: Vec<usize> = old.iter().map(&mut number).collect();
    let after: Vec<usize> = new.iter().map(&mut number).collect();
    let mut steps = Vec::new();
    let (mut from, mut to) = (0, 0);
    for equal in stretches(&before, &after).into_iter().filter(|stretch| stretch.is_equal) {
        let (old_at, new_at) = (equal.old.start, equal.new.start);
        unequal(&mut steps, (&old[from..old_at], from), (&new[to..new_at], to));
        (from, to) = (equal.old.end, equal.new.end);
        steps.extend(equal.old.zip(equal.new).map(|(old, new)| Step::Keep(old, new)));
    }
    unequal(&mut steps, (&old[from..], from), (&new[to..], to));
    steps
}

/// Nodes, and the place of the first.
type Nodes<'a> = (&'a [Child], usize);

/// A stretch without anything equal.
fn unequal(steps: &mut Vec<Step>, (old, old_at): Nodes<'_>, (new, new_at): Nodes<'_>) {
    let words: Vec<Vec<&str>> = old.iter().map(words_of).collect();
    let (mut next, mut begun) = (0, 0);
    for (at, child) in new.iter().enumerate() {
        let Some(found) = partner(child, &old[next..], &words[next..]) else { continue };
        let found = next + found;
        let gap = ((&old[next..found], old_at + next), (&new[begun..at], new_at + begun));
        by_place(steps, gap.0, gap.1);
        steps.push(Step::Keep(old_at + found, new_at + at));
        (next, begun) = (found + 1, at + 1);
    }
    by_place(steps, (&old[next..], old_at + next), (&new[begun..], new_at + begun));
}

/// Those of the same kind, one after the other; the rest goes or comes.
fn by_place(steps: &mut Vec<Step>, (old, old_at): Nodes<'_>, (new, new_at): Nodes<'_>) {
    let same = old.iter().zip(new).take_while(|(a, b)| is_kind(a, b)).count();
    steps.extend((0..same).map(|at| Step::Keep(old_at + at, new_at + at)));
    steps.extend(old[same..].iter().map(|_| Step::Remove));
    steps.extend((same..new.len()).map(|at| Step::Insert(new_at + at)));
}

/// Which of the old ones this most likely was.
fn partner(child: &Child, old: &[Child], words: &[Vec<&str>]) -> Option<usize> {
    let own = words_of(child);
    let near = old.iter().zip(words).take(NEAR_MAX).enumerate();
    let alike = near
        .filter(|(_, (other, _))| is_kind(other, child))
        .map(|(at, (_, words))| (at, alike(words, &own)));
    let best = alike.reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    (best.1 >= ALIKE_MIN).then_some(best.0)
}

fn is_kind(one: &Child, other: &Child) -> bool {
    match (one, other) {
        (Child::Element(one), Child::Element(other)) => one.tag == other.tag,
        (Child::Text(_), Child::Text(_)) => true,
        _ => false,
    }
}

/// How much of their words two nodes share, from 0 to 1. Both in order.
fn alike(one: &[&str], other: &[&str]) -> f32 {
    let (mut shared, mut left, mut right) = (0, 0, 0);
    while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => left += 1,
            std::cmp::Ordering::Greater => right += 1,
            std::cmp::Ordering::Equal => (shared, left, right) = (shared + 1, left + 1, right + 1),
        }
    }
    (2 * shared) as f32 / (one.len() + other.len()).max(1) as f32
}

/// The first words of a node, in their own order.
fn words_of(child: &Child) -> Vec<&str> {
    let mut words = Vec::new();
    collect(child, &mut words);
    words.sort_unstable();
    words
}

fn collect<'a>(child: &'a Child, words: &mut Vec<&'a str>) {
    match child {
        Child::Element(node) => node.children.iter().for_each(|child| collect(child, words)),
        Child::Text(runs) => {
            let found =
                runs.iter().flat_map(|Run { text, .. }| text.split(|c: char| !c.is_alphanumeric()));
            let left = WORDS_MAX.saturating_sub(words.len());
            words.extend(found.filter(|word| !word.is_empty()).take(left));
        }
    }
}
