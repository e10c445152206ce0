//! Rewrites of a selection: what is selected, where a suggestion stands, and how it is taken over.
//! The anchor is the mark of a comment, so that it moves with the text. What a suggestion says is
//! not in the document; nothing in the text changes before somebody takes it over.

mod accept;

use std::collections::BTreeMap;

use yrs::branch::{Branch, BranchPtr};
use yrs::updates::encoder::Encode;
use yrs::{Assoc, ReadTxn, StickyIndex, Transact};

pub use accept::{Accepted, Gone, take_back};

use crate::comment::{CommentRange, Map, RangeError, Span, thread_of};
use crate::live::{DocumentKind, LiveDocument};
use crate::node::{Run, utf16_len};
use crate::run::writer::Caret;
use crate::{schema, yjs};

/// Characters that are rewritten at once: two pages. A model loses sight of more, and whoever
/// decides on it does too.
pub const SELECTION_CHARS_MAX: usize = 6_000;

/// Texts that are rewritten at once: a long list.
pub const PASSAGES_MAX: usize = 50;

/// A text that somebody selected.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// A relative position, encoded: before the first of its letters.
    pub from: Vec<u8>,
    /// The same after the last.
    pub to: Vec<u8>,
    /// Both, as a cursor is shown.
    pub caret: Caret,
    /// Its text without white space at the edges, one for each text of the document: a paragraph, an
    /// item, what stands between two line breaks.
    pub passages: Vec<String>,
}

impl LiveDocument {
    /// What stands in a range.
    pub fn selection(&self, range: &CommentRange) -> Result<Selection, RangeError> {
        let txn = self.doc.transact();
        let (spans, passages) = self.passages(&txn, range)?;
        let position = |span: &Span, at, assoc| {
            let branch = BranchPtr::from(AsRef::<Branch>::as_ref(&span.text));
            let position = StickyIndex::at(&txn, branch, at, assoc);
            position.ok_or(RangeError::Empty)
        };
        let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
            return Err(RangeError::Empty);
        };
        let from = position(first, first.from, Assoc::After)?;
        let to = position(last, last.to, Assoc::Before)?;
        let shown = |position: &StickyIndex| serde_json::to_value(position).unwrap_or_default();
        let caret = Caret { anchor: shown(&from), head: shown(&to) };
        Ok(Selection { from: from.encode_v1(), to: to.encode_v1(), caret, passages })
    }

    fn passages<T: ReadTxn>(
        &self,
        txn: &T,
        range: &CommentRange,
    ) -> Result<(Vec<Span>, Vec<String>), RangeError> {
        if self.kind() == DocumentKind::Free {
            return Err(RangeError::Empty);
        }
        let (mut spans, mut passages, mut chars) = (Vec::new(), Vec::new(), 0);
        for mut span in self.spans(txn, range)? {
            let text = span.quote(txn);
            let passage = text.trim();
            if passage.is_empty() {
                continue;
            }
            span.from += utf16_len(&text[..text.len() - text.trim_start().len()]);
            span.to = span.from + utf16_len(passage);
            chars += passage.chars().count();
            passages.push(passage.to_owned());
            spans.push(span);
            if chars > SELECTION_CHARS_MAX || spans.len() > PASSAGES_MAX {
                return Err(RangeError::TooLong { chars_max: SELECTION_CHARS_MAX });
            }
        }
        if spans.is_empty() { Err(RangeError::Empty) } else { Ok((spans, passages)) }
    }

    /// Puts the anchor of a suggestion on a range: persist and relay what it returns.
    pub fn suggest(&mut self, name: &str, range: &CommentRange) -> Result<Vec<u8>, RangeError> {
        let spans = self.passages(&self.doc.transact(), range)?.0;
        self.anchor(name, &spans).ok_or(RangeError::Empty)
    }

    /// The text that stands under the anchors of suggestions, by their names; those that have none
    /// are not among them. What others put between two parts of an anchor belongs to it. One pass
    /// over the document.
    pub fn suggested(&self, wanted: &dyn Fn(&str) -> bool) -> BTreeMap<String, Vec<String>> {
        let txn = self.doc.transact();
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, span) in anchored(&txn, wanted) {
            found.entry(name).or_default().push(span.quote(&txn));
        }
        found
    }
}

/// The texts under anchors, from top to bottom.
fn anchored<T: ReadTxn>(txn: &T, wanted: &dyn Fn(&str) -> bool) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    for (_, text) in Map::of(txn).into_texts() {
        let mut here: BTreeMap<String, (u32, u32)> = BTreeMap::new();
        let mut at = 0;
        for Run { text, marks } in yjs::read_text(txn, &text) {
            let end = at + utf16_len(&text);
            let comments = marks.iter().filter(|(key, _)| schema::is_comment(key));
            let names = comments.filter_map(|(_, value)| thread_of(value));
            for name in names.filter(|name| wanted(name)) {
                here.entry(name.to_owned()).or_insert((at, end)).1 = end;
            }
            at = end;
        }
        let span = |(from, to)| Span { text: text.clone(), from, to };
        found.extend(here.into_iter().map(|(name, range)| (name, span(range))));
    }
    found
}
