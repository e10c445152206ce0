//! A suggestion taken over: the words that differ are replaced, under the client id of the run that
//! wrote it. What stays keeps its marks, its comments and its authors.

use serde::{Deserialize, Serialize};
use yrs::{Assoc, ClientID, ID, IdSet, StickyIndex, Text, Transact, XmlTextRef};

use super::anchored;
use crate::comment::{Span, thread_of};
use crate::edit::{Builder, Holder, Place};
use crate::live::LiveDocument;
use crate::node::{Attributes, Run, push_run, utf16_len};
use crate::replace::{Character, changes, characters, places};
use crate::run::progress::{BlockId, RunCursor, RunProgress};
use crate::run::undo::undo_run;
use crate::schema::is_comment;
use crate::{author, yjs};

/// A suggestion that was taken over.
#[derive(Debug, Clone, PartialEq)]
pub struct Accepted {
    /// Persist and relay this.
    pub update: Vec<u8>,
    /// What the run wrote: with `gone` it can be taken back.
    pub progress: RunProgress,
    /// What it took away.
    pub gone: Vec<Gone>,
}

/// Text that a run took away, and where it stood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gone {
    holder: BlockId,
    /// The letter before it; none at the beginning.
    left: Option<BlockId>,
    runs: Vec<Run>,
}

impl LiveDocument {
    /// Makes the text under an anchor what was suggested, in one edit, and takes the anchor off.
    /// The client id must be the run's alone. `None` if the anchor does not stand on as many texts.
    pub fn accept(
        &mut self,
        name: &str,
        run_client_id: u64,
        passages: &[String],
    ) -> Option<Accepted> {
        let spans = anchored(&self.doc.transact(), &|of| of == name);
        if spans.is_empty() || spans.len() != passages.len() {
            return None;
        }
        let mut builder = Builder::new(ClientID::new(run_client_id), 0);
        let mut gone = Vec::new();
        for ((_, span), passage) in spans.iter().zip(passages) {
            self.rewrite(&mut builder, span, passage, &mut gone);
        }
        let clock = builder.clock();
        let written = builder.finish();
        if let Some(update) = &written {
            self.apply_own(update);
        }
        let updates: Vec<Vec<u8>> = written.into_iter().chain(self.uncomment(name)).collect();
        let progress = RunProgress {
            run_client_id,
            cursor: RunCursor::AtEnd,
            received_bytes: 0,
            open_from_bytes: 0,
            clock,
            last_block: None,
            begun: Vec::new(),
            open: Vec::new(),
            shape: Vec::new(),
            diverged: false,
        };
        Some(Accepted { update: crate::live::merge(&updates), progress, gone })
    }

    fn rewrite(&self, builder: &mut Builder, span: &Span, passage: &str, gone: &mut Vec<Gone>) {
        let Some(holder) = yjs::id_of(span.text.as_ref()) else { return };
        let mut txn = self.doc.transact_mut();
        let ids = author::ids(&mut txn, &span.text);
        let runs = yjs::read_text(&txn, &span.text);
        let old = within(&characters(&runs), span);
        let new: Vec<Character> = passage.chars().map(|c| (c, 0)).collect();
        let places = places(&old);
        let id = |at: u32| ids.get(at as usize).copied();
        for (went, come) in changes(&old, &new) {
            let (start, end) = (span.from + places[went.start], span.from + places[went.end]);
            let before = start.checked_sub(1).and_then(id);
            // Behind the first letter that goes it has the marks that this one had.
            let (left, right) = if end > start {
                let behind = span.from + places[went.start + 1];
                (id(behind - 1), id(behind))
            } else {
                (before, id(start))
            };
            let text: String = new[come].iter().map(|(c, _)| *c).collect();
            let place = Place { holder: Holder::Type(holder), left, right };
            builder.runs(place, &[Run { text, marks: Attributes::new() }]);
            if end > start {
                let mut deleted = IdSet::new();
                (start..end).filter_map(id).for_each(|id| deleted.insert(id, 1));
                builder.delete(deleted);
                let runs = taken(&old[went], &runs);
                gone.push(Gone { holder: block(holder), left: before.map(block), runs });
            }
        }
    }
}

/// The characters of a span.
fn within(all: &[Character], span: &Span) -> Vec<Character> {
    let mut at = 0;
    let place = |(c, _): &&Character| {
        let here = at;
        at += c.len_utf16() as u32;
        (span.from..span.to).contains(&here)
    };
    all.iter().filter(place).copied().collect()
}

fn taken(characters: &[Character], runs: &[Run]) -> Vec<Run> {
    let mut taken = Vec::new();
    for part in characters.chunk_by(|a, b| a.1 == b.1) {
        let text: String = part.iter().map(|(c, _)| *c).collect();
        push_run(&mut taken, &text, &runs[part[0].1].marks);
    }
    taken
}

const fn block(id: ID) -> BlockId {
    BlockId { client: id.client.get(), clock: id.clock }
}

fn id(block: BlockId) -> ID {
    ID::new(ClientID::new(block.client), block.clock)
}

/// Takes back what a run replaced: its words go, those that it took away return where they stood.
/// With them the comments on them, those that are to be kept. Returns the update; `None` if nothing
/// of the run was left.
pub fn take_back(
    document: &mut LiveDocument,
    progress: &RunProgress,
    gone: &[Gone],
    keep: &dyn Fn(&str) -> bool,
) -> Option<Vec<u8>> {
    let undone = undo_run(document, progress);
    if undone.is_none() && progress.has_written() {
        return None;
    }
    let back = document.edit(|txn| {
        for Gone { holder, left, runs } in gone {
            let Some(text) = yjs::text_at(txn, &id(*holder)) else { continue };
            let mut at = left.map_or(0, |left| place(txn, &text, left));
            for Run { text: words, marks } in runs {
                let mut marks = marks.clone();
                marks.retain(|key, value| !is_comment(key) || thread_of(value).is_some_and(keep));
                text.insert_with_attributes(txn, at, words, yjs::to_attrs(&marks));
                at += utf16_len(words);
            }
        }
    });
    let updates: Vec<Vec<u8>> = undone.into_iter().chain(back).collect();
    (!updates.is_empty()).then(|| crate::live::merge(&updates))
}

/// The place behind a letter, whether it is still there or not.
fn place(txn: &yrs::TransactionMut<'_>, text: &XmlTextRef, left: BlockId) -> u32 {
    let offset = StickyIndex::from_id(id(left), Assoc::Before).get_offset(txn);
    let here = offset.filter(|offset| yjs::id_of(&offset.branch) == yjs::id_of(text.as_ref()));
    here.map_or(0, |offset| offset.index)
}
