//! The texts of a document one after the other, so that a place in one is a number.

use std::collections::HashMap;

use yrs::updates::decoder::Decode;
use yrs::{ID, ReadTxn, StickyIndex, Text, XmlFragment, XmlOut, XmlTextRef};

use super::RangeError;
use crate::{schema, yjs};

/// One text, and where it stands among all.
struct Piece {
    text: XmlTextRef,
    /// The top-level block that holds it.
    block: usize,
    at: u32,
    len: u32,
    markable: bool,
}

/// Part of one text.
pub(crate) struct Span {
    pub(crate) text: XmlTextRef,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

#[derive(Default)]
pub(crate) struct Map {
    pieces: Vec<Piece>,
    /// Per parent (none: the root) and child, how much text stands before it.
    before: HashMap<(Option<ID>, u32), u32>,
    blocks: usize,
    len: u32,
}

impl Map {
    /// One pass over the document.
    pub(crate) fn of<T: ReadTxn>(txn: &T) -> Self {
        let mut map = Self::default();
        map.enter(txn, &yjs::root(txn), None, None);
        map
    }

    fn enter<T: ReadTxn>(
        &mut self,
        txn: &T,
        parent: &impl XmlFragment,
        id: Option<ID>,
        within: Option<(usize, bool)>,
    ) {
        let mut count = 0;
        for child in parent.children(txn) {
            self.before.insert((id, count), self.len);
            let (block, markable) = within.unwrap_or((self.blocks, true));
            match child {
                XmlOut::Element(element) => {
                    let tag = element.try_tag().cloned().unwrap_or_default();
                    let markable = markable && schema::may_carry_marks(&tag);
                    let own = yjs::id_of(element.as_ref());
                    self.enter(txn, &element, own, Some((block, markable)));
                }
                XmlOut::Text(text) => {
                    let len = text.len(txn);
                    self.pieces.push(Piece { text, block, at: self.len, len, markable });
                    self.len += len;
                }
                XmlOut::Fragment(_) => {}
            }
            count += 1;
            self.blocks += usize::from(within.is_none());
        }
        self.before.insert((id, count), self.len);
    }

    /// The texts, each with the block that holds it.
    pub(crate) fn into_texts(self) -> impl Iterator<Item = (usize, XmlTextRef)> {
        self.pieces.into_iter().map(|piece| (piece.block, piece.text))
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &XmlTextRef> {
        self.pieces.iter().map(|piece| &piece.text)
    }

    /// Where a relative position stands, in UTF-16 units of all text before it.
    pub(super) fn position<T: ReadTxn>(&self, txn: &T, bytes: &[u8]) -> Result<u32, RangeError> {
        let position = StickyIndex::decode_v1(bytes).map_err(|_| RangeError::Unreadable)?;
        let offset = position.get_offset(txn).ok_or(RangeError::Unknown)?;
        let id = yjs::id_of(&offset.branch);
        if let Some(at) = self.before.get(&(id, offset.index)) {
            return Ok(*at);
        }
        let text = |piece: &&Piece| yjs::id_of(piece.text.as_ref()) == id;
        let piece = self.pieces.iter().find(text).ok_or(RangeError::Empty)?;
        Ok(piece.at + offset.index.min(piece.len))
    }

    /// A range of a block's own text.
    pub(super) fn within_block(
        &self,
        block: usize,
        from: u32,
        to: u32,
    ) -> Result<(u32, u32), RangeError> {
        let pieces = || self.pieces.iter().filter(|piece| piece.block == block);
        let len = pieces().map(|piece| piece.len).sum();
        if from >= to || to > len {
            return Err(RangeError::Outside { len });
        }
        let start = pieces().next().map_or(0, |piece| piece.at);
        Ok((start + from, start + to))
    }

    /// The parts of texts between two places, those alone that may carry marks.
    pub(super) fn spans(&self, from: u32, to: u32) -> Vec<Span> {
        let within = |piece: &Piece| {
            let (start, end) = (from.max(piece.at), to.min(piece.at + piece.len));
            (piece.markable && start < end).then(|| Span {
                text: piece.text.clone(),
                from: start - piece.at,
                to: end - piece.at,
            })
        };
        self.pieces.iter().filter_map(within).collect()
    }
}

impl Span {
    /// The characters that begin in it.
    pub(crate) fn quote<T: ReadTxn>(&self, txn: &T) -> String {
        let mut at = 0;
        let mut quote = String::new();
        for character in yjs::read_text(txn, &self.text).iter().flat_map(|run| run.text.chars()) {
            if (self.from..self.to).contains(&at) {
                quote.push(character);
            }
            at += character.len_utf16() as u32;
        }
        quote
    }
}
