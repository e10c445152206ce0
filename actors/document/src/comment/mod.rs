//! Anchors of comments: marks on the text, which move with it and are deleted with it. What was
//! said is not in the document; who keeps it names the thread, and the mark carries that name alone.

mod mark;
mod range;

use std::collections::BTreeSet;

use thiserror::Error;
use yrs::{Any, ReadTxn, Text, Transact};

use crate::content::tree::ContentTree;
use crate::live::{DocumentKind, LiveDocument};
use crate::node::{Child, Run, push_run};
use crate::{schema, yjs};
pub(crate) use mark::thread_of;
use mark::{key_of, value_of};
pub(crate) use range::{Map, Span};

/// The commented text as it was, in characters: enough to know it again, and no second copy of an
/// article that is commented as a whole.
pub const QUOTE_CHARS_MAX: usize = 300;

/// Longest name of a thread, in bytes: names are written into the mark and hashed with it.
const THREAD_BYTES_MAX: usize = 64;

/// Which text a comment is put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommentRange {
    /// Two relative positions as Yjs encodes them: they hold whatever others type meanwhile.
    Positions {
        /// Where it begins.
        from: Vec<u8>,
        /// Where it ends.
        to: Vec<u8>,
    },
    /// Part of a top-level block that is as it was read.
    Block {
        /// Its place, from 0.
        index: usize,
        /// What it was when it was read.
        key: String,
        /// The first UTF-16 unit of its text.
        from: u32,
        /// The unit after the last.
        to: u32,
    },
}

/// Why no comment can be put there; the document is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RangeError {
    /// The bytes are no relative position.
    #[error("a position cannot be read: send what Y.encodeRelativePosition gives")]
    Unreadable,
    /// It refers to edits that have not arrived.
    #[error("a position refers to text that has not arrived: wait until it is saved")]
    Unknown,
    /// There is no such block.
    #[error("there is no block {index}: the document has {len}")]
    NoBlock {
        /// The place that was named.
        index: usize,
        /// How many there are.
        len: usize,
    },
    /// The block is not what it was.
    #[error("block {index} has changed: read it again")]
    Changed {
        /// Its place.
        index: usize,
    },
    /// The offsets lie outside of the block.
    #[error("the block's text has {len} units")]
    Outside {
        /// The length of its text in UTF-16.
        len: u32,
    },
    /// There is no text in it that may be marked.
    #[error("there is no text that it could be on: select some outside of code blocks")]
    Empty,
    /// There is more text in it than is taken at once.
    #[error("it is too much text: select at most {chars_max} characters")]
    TooLong {
        /// So many are taken.
        chars_max: usize,
    },
}

/// A comment that was put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commented {
    /// Persist and relay this.
    pub update: Vec<u8>,
    /// The text under it, a line for each paragraph, at most [`QUOTE_CHARS_MAX`] characters.
    pub quote: String,
}

impl LiveDocument {
    /// Marks a range as the anchor of a thread. A free document has none.
    pub fn comment(&mut self, thread: &str, range: &CommentRange) -> Result<Commented, RangeError> {
        if self.kind() == DocumentKind::Free || thread.len() > THREAD_BYTES_MAX {
            return Err(RangeError::Empty);
        }
        let (spans, quote) = {
            let txn = self.doc.transact();
            let spans = self.spans(&txn, range)?;
            let lines: Vec<String> = spans.iter().map(|span| span.quote(&txn)).collect();
            (spans, lines.join("\n").chars().take(QUOTE_CHARS_MAX).collect::<String>())
        };
        if quote.trim().is_empty() {
            return Err(RangeError::Empty);
        }
        let update = self.anchor(thread, &spans);
        update.map(|update| Commented { update, quote }).ok_or(RangeError::Empty)
    }

    /// The texts of a range, those alone that may carry marks.
    pub(crate) fn spans<T: ReadTxn>(
        &self,
        txn: &T,
        range: &CommentRange,
    ) -> Result<Vec<Span>, RangeError> {
        let map = Map::of(txn);
        let (from, to) = match range {
            CommentRange::Positions { from, to } => {
                (map.position(txn, from)?, map.position(txn, to)?)
            }
            CommentRange::Block { index, key, from, to } => {
                self.check_block(*index, key)?;
                map.within_block(*index, *from, *to)?
            }
        };
        Ok(map.spans(from.min(to), from.max(to)))
    }

    /// Puts an anchor of this name on texts.
    pub(crate) fn anchor(&mut self, name: &str, spans: &[Span]) -> Option<Vec<u8>> {
        let (key, value) = (key_of(name), value_of(name));
        self.edit(|txn| {
            for span in spans {
                let attributes = [(key.as_str().into(), value.clone())].into();
                span.text.format(txn, span.from, span.to - span.from, attributes);
            }
        })
    }

    fn check_block(&self, index: usize, key: &str) -> Result<(), RangeError> {
        let tree = self.tree();
        let len = tree.blocks.len();
        let block = tree.blocks.get(index).ok_or(RangeError::NoBlock { index, len })?;
        if block.key() == key { Ok(()) } else { Err(RangeError::Changed { index }) }
    }

    /// Takes a thread's anchor off wherever it stands; `None` if it stands nowhere.
    pub fn uncomment(&mut self, thread: &str) -> Option<Vec<u8>> {
        self.edit(|txn| {
            let map = Map::of(txn);
            for text in map.texts() {
                let mut at = 0;
                for Run { text: run, marks } in yjs::read_text(txn, text) {
                    let len = crate::node::utf16_len(&run);
                    for (key, _) in marks.iter().filter(|(key, value)| {
                        schema::is_comment(key) && thread_of(value) == Some(thread)
                    }) {
                        text.format(txn, at, len, [(key.as_str().into(), Any::Null)].into());
                    }
                    at += len;
                }
            }
        })
    }

    /// The threads that have text under them. One pass over the document.
    pub fn commented(&self) -> BTreeSet<String> {
        self.tree().comment_threads()
    }
}

impl ContentTree {
    /// The threads whose anchors stand in it.
    pub fn comment_threads(&self) -> BTreeSet<String> {
        let mut threads = BTreeSet::new();
        collect(&self.to_nodes(), &mut threads);
        threads
    }

    /// The content without the anchors of threads that are not to be kept.
    pub fn keeping_comments(&self, keep: &dyn Fn(&str) -> bool) -> Self {
        Self::from_nodes(&kept(&self.to_nodes(), keep))
    }
}

fn collect(children: &[Child], threads: &mut BTreeSet<String>) {
    for child in children {
        match child {
            Child::Element(node) => collect(&node.children, threads),
            Child::Text(runs) => {
                for (key, value) in runs.iter().flat_map(|run| &run.marks) {
                    let thread = schema::is_comment(key).then(|| thread_of(value)).flatten();
                    threads.extend(thread.map(str::to_owned));
                }
            }
        }
    }
}

/// The nodes with the anchors of some threads alone.
fn kept(children: &[Child], keep: &dyn Fn(&str) -> bool) -> Vec<Child> {
    let kept_runs = |runs: &[Run]| {
        let mut left = Vec::with_capacity(runs.len());
        for Run { text, marks } in runs {
            let mut marks = marks.clone();
            marks.retain(|key, value| {
                !schema::is_comment(key) || thread_of(value).is_some_and(keep)
            });
            push_run(&mut left, text, &marks);
        }
        left
    };
    children
        .iter()
        .map(|child| match child {
            Child::Text(runs) => Child::Text(kept_runs(runs)),
            Child::Element(node) => {
                let mut node = node.clone();
                node.children = kept(&node.children, keep);
                Child::Element(node)
            }
        })
        .collect()
}

/// The nodes without any anchor.
pub(crate) fn bare(children: &[Child]) -> Vec<Child> {
    kept(children, &|_| false)
}
