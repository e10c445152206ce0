//! The typed content tree.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::image::ImageNode;

/// The content of a document as a value: what versions, publishing and the optimizer read.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ContentTree {
    /// The blocks, from top to bottom.
    pub blocks: Vec<Block>,
}

/// One block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Block {
    /// A heading of level 1 to 6.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        content: Vec<Inline>,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        content: Vec<Inline>,
    },
    /// A list with bullets.
    BulletList {
        /// At least one.
        items: Vec<ListItem>,
    },
    /// A numbered list.
    OrderedList {
        /// Number of the first item.
        start: u32,
        /// At least one.
        items: Vec<ListItem>,
    },
    /// A quotation.
    Blockquote {
        /// At least one.
        blocks: Vec<Block>,
    },
    /// Preformatted code.
    CodeBlock {
        /// The language named on the fence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// The code, without a final line end.
        text: String,
    },
    /// A rule across the page.
    HorizontalRule,
    /// An image.
    Image(ImageNode),
    /// A table.
    Table {
        /// At least one.
        rows: Vec<TableRow>,
    },
}

/// An item of a list: a paragraph first, then any blocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ListItem {
    /// The first is a paragraph.
    pub blocks: Vec<Block>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    /// Its cells from left to right.
    pub cells: Vec<TableCell>,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableCell {
    /// True for a heading cell.
    pub header: bool,
    /// Columns it covers.
    pub colspan: u32,
    /// Rows it covers.
    pub rowspan: u32,
    /// Widths of the columns it covers in pixels, as far as somebody set them; empty if nobody did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<Option<u32>>,
    /// How its text is aligned, in the editor's words; `None` as the table's is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub align: Option<String>,
    /// At least one.
    pub blocks: Vec<Block>,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Inline {
    /// Text with the same marks throughout.
    Text {
        /// The characters.
        text: String,
        /// In the order bold, code, comment, italic, link, strike, underline.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        marks: Vec<Mark>,
    },
    /// A line break inside a block.
    HardBreak,
}

/// A mark on text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Mark {
    /// Strong.
    Bold,
    /// Inline code.
    Code,
    /// A comment's anchor.
    Comment {
        /// The eight characters by which overlapping comments are told apart.
        key: String,
        /// The mark's attributes as the editor wrote them.
        attributes: Map<String, Value>,
    },
    /// Emphasis.
    Italic,
    /// A link.
    Link(LinkAttributes),
    /// Struck out.
    Strike,
    /// Underlined.
    Underline,
}

/// Where a link goes and how.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LinkAttributes {
    /// http, https, mailto, tel, or relative.
    pub href: String,
    /// For example `_blank`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// For example `nofollow`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rel: Option<String>,
    /// CSS class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Shown on hover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl ContentTree {
    /// Every image, in order, those in quotes, lists and tables included.
    pub fn images(&self) -> Vec<&ImageNode> {
        let mut found = Vec::new();
        collect_images(&self.blocks, &mut found);
        found
    }

    /// Words as a person counts them: runs of letters and digits between spaces.
    pub fn word_count(&self) -> usize {
        self.to_plain_text()
            .split_whitespace()
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .count()
    }
}

fn collect_images<'a>(blocks: &'a [Block], found: &mut Vec<&'a ImageNode>) {
    for block in blocks {
        match block {
            Block::Image(image) => found.push(image),
            Block::Blockquote { blocks } => collect_images(blocks, found),
            Block::BulletList { items } | Block::OrderedList { items, .. } => {
                items.iter().for_each(|item| collect_images(&item.blocks, found));
            }
            Block::Table { rows } => rows
                .iter()
                .flat_map(|row| &row.cells)
                .for_each(|cell| collect_images(&cell.blocks, found)),
            _ => {}
        }
    }
}
