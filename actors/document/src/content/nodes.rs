//! Between the typed tree and generic nodes. From nodes to the tree it is tolerant: an unknown
//! block becomes a paragraph of its text, so that nothing readable is lost.

use serde_json::Value;

use super::image::ImageNode;
use super::tree::{
    Block, ContentTree, Inline, LinkAttributes, ListItem, Mark, TableCell, TableRow,
};
use crate::node::{Attributes, Child, Node, Run};

impl ContentTree {
    pub(crate) fn from_nodes(children: &[Child]) -> Self {
        Self { blocks: blocks(children) }
    }

    pub(crate) fn to_nodes(&self) -> Vec<Child> {
        self.blocks.iter().map(|block| Child::Element(to_node(block))).collect()
    }
}

impl Block {
    /// The same block without the anchors of comments.
    pub(crate) fn without_comments(&self) -> Self {
        let mut node = to_node(self);
        node.children = crate::comment::bare(&node.children);
        block(&node)
    }

    /// Its characters, one text after the other: what offsets within it count, in UTF-16. A break
    /// inside it counts nothing.
    pub fn text(&self) -> String {
        plain(&to_node(self).children)
    }
}

fn blocks(children: &[Child]) -> Vec<Block> {
    children
        .iter()
        .map(|child| match child {
            Child::Element(node) => block(node),
            Child::Text(runs) => Block::Paragraph { content: texts(runs) },
        })
        .collect()
}

fn block(node: &Node) -> Block {
    match node.tag.as_str() {
        "heading" => Block::Heading { level: level(node), content: inlines(&node.children) },
        "bulletList" => Block::BulletList { items: items(node) },
        "orderedList" => {
            Block::OrderedList { start: number(node, "start").unwrap_or(1), items: items(node) }
        }
        "blockquote" => Block::Blockquote { blocks: blocks(&node.children) },
        "codeBlock" => Block::CodeBlock {
            language: text(&node.attributes, "language").filter(|l| !l.is_empty()),
            text: plain(&node.children),
        },
        "horizontalRule" => Block::HorizontalRule,
        "image" => Block::Image(image(node)),
        "table" => Block::Table { rows: elements(node).map(row).collect() },
        _ => Block::Paragraph { content: inlines(&node.children) },
    }
}

fn elements(node: &Node) -> impl Iterator<Item = &Node> {
    node.children.iter().filter_map(|child| match child {
        Child::Element(node) => Some(node),
        Child::Text(_) => None,
    })
}

fn items(node: &Node) -> Vec<ListItem> {
    elements(node).map(|item| ListItem { blocks: blocks(&item.children) }).collect()
}

fn row(node: &Node) -> TableRow {
    let cells = elements(node).map(|cell| TableCell {
        header: cell.tag == "tableHeader",
        colspan: number(cell, "colspan").unwrap_or(1),
        rowspan: number(cell, "rowspan").unwrap_or(1),
        widths: widths(cell),
        align: text(&cell.attributes, "align"),
        blocks: blocks(&cell.children),
    });
    TableRow { cells: cells.collect() }
}

fn inlines(children: &[Child]) -> Vec<Inline> {
    let mut inlines = Vec::new();
    for child in children {
        match child {
            Child::Text(runs) => inlines.extend(texts(runs)),
            Child::Element(node) if node.tag == "hardBreak" => inlines.push(Inline::HardBreak),
            Child::Element(node) => {
                inlines.extend(texts(&[Run {
                    text: plain(&node.children),
                    marks: Attributes::new(),
                }]));
            }
        }
    }
    inlines
}

fn texts(runs: &[Run]) -> Vec<Inline> {
    runs.iter()
        .filter(|run| !run.text.is_empty())
        .map(|run| Inline::Text {
            text: run.text.clone(),
            marks: run.marks.iter().filter_map(|(key, value)| mark(key, value)).collect(),
        })
        .collect()
}

fn plain(children: &[Child]) -> String {
    children
        .iter()
        .map(|child| match child {
            Child::Text(runs) => runs.iter().map(|run| run.text.as_str()).collect(),
            Child::Element(node) => plain(&node.children),
        })
        .collect()
}

fn mark(key: &str, value: &Value) -> Option<Mark> {
    let attributes = value.as_object();
    Some(match key {
        "bold" => Mark::Bold,
        "italic" => Mark::Italic,
        "strike" => Mark::Strike,
        "code" => Mark::Code,
        "underline" => Mark::Underline,
        "link" => {
            let map: Attributes = attributes?.clone().into_iter().collect();
            Mark::Link(LinkAttributes {
                href: text(&map, "href")?,
                target: text(&map, "target"),
                rel: text(&map, "rel"),
                class: text(&map, "class"),
                title: text(&map, "title"),
            })
        }
        _ => Mark::Comment {
            key: key.strip_prefix("comment--")?.to_owned(),
            attributes: attributes?.clone(),
        },
    })
}

fn image(node: &Node) -> ImageNode {
    ImageNode {
        src: text(&node.attributes, "src").unwrap_or_default(),
        alt: text(&node.attributes, "alt"),
        title: text(&node.attributes, "title"),
        width: number(node, "width"),
        height: number(node, "height"),
    }
}

fn level(node: &Node) -> u8 {
    number(node, "level").map_or(1, |level| level.clamp(1, 6) as u8)
}

/// Numbers are numbers, but an image's width may have been typed as text.
fn number(node: &Node, name: &str) -> Option<u32> {
    match node.attribute(name)? {
        Value::Number(n) => n.as_f64().map(|n| n as u32),
        Value::String(text) => text.trim_end_matches("px").parse().ok(),
        _ => None,
    }
}

fn widths(cell: &Node) -> Vec<Option<u32>> {
    let widths = cell.attribute("colwidth").and_then(Value::as_array);
    let width = |value: &Value| value.as_f64().map(|width| width as u32);
    widths.map_or_else(Vec::new, |widths| widths.iter().map(width).collect())
}

fn text(attributes: &Attributes, name: &str) -> Option<String> {
    attributes.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn to_node(block: &Block) -> Node {
    match block {
        Block::Heading { level, content } => {
            Node::new("heading").with("level", *level).of(to_inlines(content))
        }
        Block::Paragraph { content } => Node::new("paragraph").of(to_inlines(content)),
        Block::BulletList { items } => Node::new("bulletList").of(to_items(items)),
        Block::OrderedList { start, items } => {
            Node::new("orderedList").with("start", *start).of(to_items(items))
        }
        Block::Blockquote { blocks } => Node::new("blockquote").of(to_children(blocks)),
        Block::CodeBlock { language, text } => to_code(language.as_deref(), text),
        Block::HorizontalRule => Node::new("horizontalRule"),
        Block::Image(image) => image.to_node(),
        Block::Table { rows } => Node::new("table").of(rows.iter().map(to_row).collect()),
    }
}

/// The blocks of a quote, an item or a cell; never none, which no editor could show.
fn to_children(blocks: &[Block]) -> Vec<Child> {
    if blocks.is_empty() {
        return vec![Child::Element(Node::empty_paragraph())];
    }
    blocks.iter().map(|block| Child::Element(to_node(block))).collect()
}

fn to_items(items: &[ListItem]) -> Vec<Child> {
    items
        .iter()
        .map(|item| {
            let mut children = to_children(&item.blocks);
            if !matches!(item.blocks.first(), Some(Block::Paragraph { .. }) | None) {
                children.insert(0, Child::Element(Node::empty_paragraph()));
            }
            Child::Element(Node::new("listItem").of(children))
        })
        .collect()
}

fn to_row(row: &TableRow) -> Child {
    let cells = row.cells.iter().map(|cell| {
        let mut node = Node::new(if cell.header { "tableHeader" } else { "tableCell" });
        for (name, span) in [("colspan", cell.colspan), ("rowspan", cell.rowspan)] {
            if span != 1 {
                node = node.with(name, span);
            }
        }
        if !cell.widths.is_empty() {
            node = node.with("colwidth", cell.widths.clone());
        }
        if let Some(align) = &cell.align {
            node = node.with("align", align.as_str());
        }
        Child::Element(node.of(to_children(&cell.blocks)))
    });
    Child::Element(Node::new("tableRow").of(cells.collect()))
}

fn to_code(language: Option<&str>, text: &str) -> Node {
    let mut node = Node::new("codeBlock");
    if let Some(language) = language {
        node = node.with("language", language);
    }
    if text.is_empty() {
        return node;
    }
    node.of(vec![Child::Text(vec![Run { text: text.to_owned(), marks: Attributes::new() }])])
}

fn to_inlines(content: &[Inline]) -> Vec<Child> {
    let mut children: Vec<Child> = Vec::new();
    for inline in content {
        match inline {
            Inline::HardBreak => children.push(Child::Element(Node::new("hardBreak"))),
            Inline::Text { text, marks } => {
                let marks = to_marks(marks);
                if !matches!(children.last(), Some(Child::Text(_))) && !text.is_empty() {
                    children.push(Child::Text(Vec::new()));
                }
                if let Some(Child::Text(runs)) = children.last_mut() {
                    crate::node::push_run(runs, text, &marks);
                }
            }
        }
    }
    children
}

fn to_marks(marks: &[Mark]) -> Attributes {
    let empty = || Value::Object(serde_json::Map::new());
    marks
        .iter()
        .map(|mark| match mark {
            Mark::Bold => ("bold".to_owned(), empty()),
            Mark::Italic => ("italic".to_owned(), empty()),
            Mark::Strike => ("strike".to_owned(), empty()),
            Mark::Code => ("code".to_owned(), empty()),
            Mark::Underline => ("underline".to_owned(), empty()),
            Mark::Link(link) => ("link".to_owned(), link.to_value()),
            Mark::Comment { key, attributes } => {
                (format!("comment--{key}"), Value::Object(attributes.clone()))
            }
        })
        .collect()
}

impl LinkAttributes {
    pub(crate) fn to_value(&self) -> Value {
        let mut map = serde_json::Map::new();
        map.insert("href".to_owned(), self.href.as_str().into());
        let others = [
            ("target", &self.target),
            ("rel", &self.rel),
            ("class", &self.class),
            ("title", &self.title),
        ];
        for (name, value) in others {
            if let Some(value) = value {
                map.insert(name.to_owned(), value.as_str().into());
            }
        }
        Value::Object(map)
    }
}

impl ImageNode {
    pub(crate) fn to_node(&self) -> Node {
        let mut node = Node::new("image").with("src", self.src.as_str());
        for (name, value) in [("alt", &self.alt), ("title", &self.title)] {
            if let Some(value) = value {
                node = node.with(name, value.as_str());
            }
        }
        for (name, value) in [("width", self.width), ("height", self.height)] {
            if let Some(value) = value {
                node = node.with(name, value);
            }
        }
        node
    }
}
