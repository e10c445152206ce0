//! Changes of single blocks by programs, which say what they saw: what changed meanwhile is not
//! overwritten.

use crate::content::tree::{Block, ContentTree};
use thiserror::Error;

/// Bytes of a block's key: chance does not make two blocks of a document alike.
const KEY_BYTES: usize = 8;

/// A change of one top-level block. Places are those before all edits of a patch.
#[derive(Debug, Clone, PartialEq)]
pub enum BlockEdit {
    /// Other blocks in its place; none takes it away.
    Replace {
        /// Its place, from 0.
        index: usize,
        /// What it was when it was read.
        key: String,
        /// What it becomes.
        blocks: Vec<Block>,
    },
    /// Blocks after it, or before all others.
    Insert {
        /// The place of the block before; none: at the beginning.
        after: Option<usize>,
        /// What is put in.
        blocks: Vec<Block>,
    },
}

/// Why a patch was not made; the document is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PatchError {
    /// There is no such block.
    #[error("there is no block {index}: the document has {len}")]
    Missing {
        /// The place that was named.
        index: usize,
        /// How many there are.
        len: usize,
    },
    /// It is not what it was when it was read.
    #[error("block {index} has changed: read it again")]
    Changed {
        /// Its place.
        index: usize,
    },
    /// Two edits name one block.
    #[error("block {index} is named twice")]
    Twice {
        /// Its place.
        index: usize,
    },
}

impl Block {
    /// What tells whether this block has changed: equal blocks have equal keys, and comments on it
    /// change nothing.
    pub fn key(&self) -> String {
        let bytes = serde_json::to_vec(&self.without_comments()).unwrap_or_default();
        let hash = blake3::hash(&bytes);
        hash.as_bytes()[..KEY_BYTES].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl ContentTree {
    /// The content after all these edits, or none of them.
    pub fn patched(&self, edits: &[BlockEdit]) -> Result<Self, PatchError> {
        let len = self.blocks.len();
        let mut replaced: Vec<Option<&[Block]>> = vec![None; len];
        let mut inserted: Vec<Vec<&[Block]>> = vec![Vec::new(); len + 1];
        for edit in edits {
            match edit {
                BlockEdit::Replace { index, key, blocks } => {
                    let index = *index;
                    let block = self.blocks.get(index);
                    let block = block.ok_or(PatchError::Missing { index, len })?;
                    if block.key() != *key {
                        return Err(PatchError::Changed { index });
                    }
                    if replaced[index].replace(blocks).is_some() {
                        return Err(PatchError::Twice { index });
                    }
                }
                BlockEdit::Insert { after, blocks } => {
                    let place = after.map_or(0, |index| index + 1);
                    let at = inserted.get_mut(place);
                    let index = place.saturating_sub(1);
                    at.ok_or(PatchError::Missing { index, len })?.push(blocks);
                }
            }
        }
        let mut blocks = inserted[0].concat();
        for (index, block) in self.blocks.iter().enumerate() {
            match replaced[index] {
                Some(others) => blocks.extend_from_slice(others),
                None => blocks.push(block.clone()),
            }
            blocks.extend(inserted[index + 1].concat());
        }
        Ok(Self { blocks })
    }
}
