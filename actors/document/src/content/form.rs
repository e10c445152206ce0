//! Whole texts that programs hand in. A form may say less than a document holds (Markdown knows no
//! underline and no wide cell, HTML no two spaces): what somebody read and hands in unchanged is to
//! stay as it is, not to become what the form can say of it.

use serde_json::Value;

use super::prosemirror::ContentError;
use super::tree::{Block, ContentTree};
use crate::replace::{Stretch, stretches};

/// A form in which a text is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentForm {
    /// ProseMirror JSON, as TipTap's `getJSON` gives it.
    Json,
    /// HTML of anybody.
    Html,
    /// Markdown.
    Markdown,
}

impl ContentForm {
    /// Reads a text; never without a block, since an editor needs a place for its caret.
    pub fn read(self, text: &str) -> Result<ContentTree, ContentError> {
        let mut tree = match self {
            Self::Json => {
                let json: Value = serde_json::from_str(text).map_err(|error| ContentError {
                    reason: format!("the text is not JSON: {error}"),
                })?;
                ContentTree::from_prosemirror_json(&json)?
            }
            Self::Html => ContentTree::from_html(text)?,
            Self::Markdown => ContentTree::from_markdown(text),
        };
        if tree.blocks.is_empty() {
            tree.blocks.push(Block::Paragraph { content: Vec::new() });
        }
        Ok(tree)
    }

    /// What this form says of a text.
    fn said(self, tree: &ContentTree) -> Vec<Block> {
        let read = match self {
            Self::Json => Ok(tree.clone()),
            Self::Html => ContentTree::from_html(&tree.to_html()),
            Self::Markdown => Ok(ContentTree::from_markdown(&tree.to_markdown())),
        };
        read.map(|tree| tree.blocks).unwrap_or_default()
    }
}

/// A block that is there, with those after it of which a form says nothing.
struct Unit<'a> {
    blocks: &'a [Block],
    /// What the form says of it; none if that is no single block.
    said: Option<String>,
}

impl ContentTree {
    /// Tells two texts apart; comments on them do not.
    pub fn revision(&self) -> String {
        Block::Blockquote { blocks: self.blocks.clone() }.key()
    }

    /// True if nobody has written anything here.
    pub fn is_blank(&self) -> bool {
        let empty =
            |block: &Block| matches!(block, Block::Paragraph { content } if content.is_empty());
        self.blocks.iter().all(empty)
    }

    /// What this text becomes if another one is handed in: blocks that come back as the form says
    /// them stay as they are.
    pub fn replaced_by(&self, other: &Self, form: ContentForm) -> Self {
        if form == ContentForm::Json {
            return other.clone();
        }
        if self.is_blank() && other.is_blank() || form.said(self) == other.blocks {
            return self.clone();
        }
        let units = self.units(form);
        let old: Vec<Option<&str>> = units.iter().map(|unit| unit.said.as_deref()).collect();
        let keys: Vec<String> = other.blocks.iter().map(Block::key).collect();
        let new: Vec<Option<&str>> = keys.iter().map(|key| Some(key.as_str())).collect();
        let mut blocks = Vec::new();
        for Stretch { old, new, is_equal } in stretches(&old, &new) {
            if is_equal {
                let kept = units[old].iter();
                blocks.extend(kept.flat_map(|unit| unit.blocks.iter().cloned()));
            } else {
                blocks.extend_from_slice(&other.blocks[new]);
            }
        }
        Self { blocks }
    }

    fn units(&self, form: ContentForm) -> Vec<Unit<'_>> {
        let mut units: Vec<Unit<'_>> = Vec::new();
        for (at, block) in self.blocks.iter().enumerate() {
            let said = form.said(&Self { blocks: vec![block.clone()] });
            match (&said[..], units.last_mut()) {
                ([], Some(unit)) => unit.blocks = &self.blocks[at - unit.blocks.len()..=at],
                (said, _) => {
                    let key = match said {
                        [block] => Some(block.key()),
                        _ => None,
                    };
                    units.push(Unit { blocks: &self.blocks[at..=at], said: key });
                }
            }
        }
        units
    }
}
