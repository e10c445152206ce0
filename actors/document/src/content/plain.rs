//! Plain text: one block per paragraph of the text, for counting, searching and excerpts.

use super::tree::{Block, ContentTree, Inline};

impl ContentTree {
    /// The words without their form; blocks are apart by an empty line, items and cells by a line.
    pub fn to_plain_text(&self) -> String {
        self.blocks
            .iter()
            .map(block_text)
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n")
    }
}

fn block_text(block: &Block) -> String {
    match block {
        Block::Heading { content, .. } | Block::Paragraph { content } => inline_text(content),
        Block::BulletList { items } | Block::OrderedList { items, .. } => {
            lines(items.iter().map(|item| blocks_text(&item.blocks)))
        }
        Block::Blockquote { blocks } => blocks_text(blocks),
        Block::CodeBlock { text, .. } => text.clone(),
        Block::HorizontalRule => String::new(),
        Block::Image(image) => image.alt.clone().unwrap_or_default(),
        Block::Table { rows } => lines(rows.iter().map(|row| {
            row.cells.iter().map(|cell| blocks_text(&cell.blocks)).collect::<Vec<_>>().join("\t")
        })),
    }
}

fn blocks_text(blocks: &[Block]) -> String {
    lines(blocks.iter().map(block_text))
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The characters of a line; breaks are line ends.
pub(crate) fn inline_text(content: &[Inline]) -> String {
    content
        .iter()
        .map(|inline| match inline {
            Inline::Text { text, .. } => text.as_str(),
            Inline::HardBreak => "\n",
        })
        .collect()
}
