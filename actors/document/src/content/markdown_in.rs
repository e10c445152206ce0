//! Markdown into nodes: CommonMark with tables and strikethrough, the dialect language models
//! write. Two deliberate differences, both because an article is written block by block as the
//! text arrives: there are no setext headings (a rule under a line stays a rule), and a link
//! reference defined in another top-level block is not resolved.

use std::borrow::Cow;
use std::collections::BTreeSet;

use comrak::nodes::{AstNode, ListType, NodeLink, NodeValue};
use comrak::{Arena, Options, parse_document};
use serde_json::{Map, Value};

use super::image::ImageNode;
use super::tree::{ContentTree, LinkAttributes};
use crate::node::{Attributes, Child, Node, Run, push_run};
use crate::schema;

/// Levels of nesting kept for what stands inside a block (item, paragraph, break): containers
/// deeper than the rest become plain paragraphs.
const DEPTH_RESERVED: u32 = 4;

/// Longest language name taken from a fence, in bytes.
pub(super) const LANGUAGE_BYTES_MAX: usize = 64;

impl ContentTree {
    /// Reads Markdown. Never fails: what is not Markdown is text.
    pub fn from_markdown(markdown: &str) -> Self {
        Self::from_nodes(&nodes_of(markdown))
    }
}

/// Line ends are `\n` alone for the parser, so that a line end cut in two by the network is one.
fn without_returns(markdown: &str) -> Cow<'_, str> {
    if markdown.contains('\r') { markdown.replace('\r', "").into() } else { markdown.into() }
}

/// The whole text, each top-level block read on its own, as the run writer does.
pub(crate) fn nodes_of(markdown: &str) -> Vec<Child> {
    let starts = unit_starts(markdown);
    let ends = starts.iter().skip(1).copied().chain([markdown.len()]);
    starts.iter().zip(ends).flat_map(|(start, end)| parse(&markdown[*start..end])).collect()
}

/// Byte offsets at which top-level blocks begin.
pub(crate) fn unit_starts(markdown: &str) -> Vec<usize> {
    let arena = Arena::new();
    let root = parse_document(&arena, &without_returns(markdown), &options());
    let lines = line_starts(markdown);
    let mut starts: Vec<usize> = root
        .children()
        .filter(|node| !was_paragraph(node))
        .filter_map(|node| lines.get(node.data.borrow().sourcepos.start.line.saturating_sub(1)))
        .copied()
        .collect();
    starts.dedup();
    starts
}

/// Whether this is a table whose head was the last line of the paragraph before it. Alone that line
/// may be something else: four spaces before it make it code. So the two are read together.
fn was_paragraph<'a>(node: &'a AstNode<'a>) -> bool {
    let before = node.previous_sibling().filter(|_| {
        let value = &node.data.borrow().value;
        matches!(value, NodeValue::Table(_))
    });
    before.is_some_and(|before| {
        let before = before.data.borrow();
        let is_next = before.sourcepos.end.line + 1 >= node.data.borrow().sourcepos.start.line;
        is_next && matches!(before.value, NodeValue::Paragraph)
    })
}

/// If the text ends in a list: where its last item that begins on a whole line starts, and how
/// many items begin there or later. `None` for a list of one item.
pub(crate) fn last_item(markdown: &str) -> Option<(usize, usize)> {
    let arena = Arena::new();
    let root = parse_document(&arena, &without_returns(markdown), &options());
    let list = root.last_child()?;
    matches!(list.data.borrow().value, NodeValue::List(_)).then_some(())?;
    let lines = line_starts(markdown);
    let whole_lines = markdown.rfind('\n').map_or(0, |at| at + 1);
    let starts: Vec<usize> = list
        .children()
        .filter_map(|item| lines.get(item.data.borrow().sourcepos.start.line.saturating_sub(1)))
        .copied()
        .collect();
    let at = starts.iter().rposition(|start| *start < whole_lines).filter(|at| *at > 0)?;
    Some((starts[at], starts.len() - at))
}

fn line_starts(markdown: &str) -> Vec<usize> {
    [0].into_iter().chain(markdown.match_indices('\n').map(|(at, _)| at + 1)).collect()
}

/// Reads one top-level block (or several).
pub(crate) fn parse(markdown: &str) -> Vec<Child> {
    let arena = Arena::new();
    let root = parse_document(&arena, &without_returns(markdown), &options());
    blocks(root, 1)
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.parse.ignore_setext = true;
    options
}

fn blocks<'a>(parent: &'a AstNode<'a>, depth: u32) -> Vec<Child> {
    parent.children().flat_map(|node| block(node, depth)).collect()
}

fn block<'a>(node: &'a AstNode<'a>, depth: u32) -> Vec<Child> {
    let value = &node.data.borrow().value;
    let element = match value {
        NodeValue::Paragraph => return paragraphs(node, Node::empty_paragraph()),
        NodeValue::Heading(heading) => {
            return paragraphs(node, Node::new("heading").with("level", heading.level));
        }
        NodeValue::ThematicBreak => Node::new("horizontalRule"),
        NodeValue::CodeBlock(code) => code_block(language(&code.info), &code.literal),
        NodeValue::HtmlBlock(html) if is_comment(&html.literal) => return Vec::new(),
        NodeValue::HtmlBlock(html) => code_block(Some("html"), &html.literal),
        _ if depth + DEPTH_RESERVED > schema::DEPTH_MAX => return flat(node),
        NodeValue::BlockQuote => Node::new("blockquote").of(never_none(blocks(node, depth + 1))),
        NodeValue::List(list) => {
            let kind = match list.list_type {
                ListType::Bullet => Node::new("bulletList"),
                ListType::Ordered => {
                    Node::new("orderedList").with("start", list.start.min(i32::MAX as usize))
                }
            };
            kind.of(node
                .children()
                .map(|item| Child::Element(list_item(item, depth + 1)))
                .collect())
        }
        NodeValue::Table(_) => table(node),
        _ => return flat(node),
    };
    vec![Child::Element(element)]
}

fn list_item<'a>(item: &'a AstNode<'a>, depth: u32) -> Node {
    let mut children = blocks(item, depth + 1);
    let starts_with_paragraph =
        matches!(children.first(), Some(Child::Element(node)) if node.tag == "paragraph");
    if !starts_with_paragraph {
        children.insert(0, Child::Element(Node::empty_paragraph()));
    }
    Node::new("listItem").of(children)
}

fn never_none(children: Vec<Child>) -> Vec<Child> {
    if children.is_empty() { vec![Child::Element(Node::empty_paragraph())] } else { children }
}

fn table<'a>(node: &'a AstNode<'a>) -> Node {
    let rows = node.children().map(|row| {
        let header = matches!(row.data.borrow().value, NodeValue::TableRow(true));
        let cells = row.children().map(|cell| {
            let tag = if header { "tableHeader" } else { "tableCell" };
            let blocks = never_none(paragraphs(cell, Node::empty_paragraph()));
            Child::Element(Node::new(tag).of(blocks))
        });
        Child::Element(Node::new("tableRow").of(cells.collect()))
    });
    Node::new("table").of(rows.collect())
}

fn code_block(language: Option<&str>, literal: &str) -> Node {
    let mut node = Node::new("codeBlock");
    if let Some(language) = language {
        node = node.with("language", language);
    }
    let text = literal.strip_suffix('\n').unwrap_or(literal);
    let mut runs = Vec::new();
    push_run(&mut runs, text, &Attributes::new());
    if runs.is_empty() { node } else { node.of(vec![Child::Text(runs)]) }
}

fn language(info: &str) -> Option<&str> {
    info.split_whitespace().next().filter(|word| word.len() <= LANGUAGE_BYTES_MAX)
}

/// A comment in HTML is for machines: it does not become text of the article.
fn is_comment(literal: &str) -> bool {
    let text = literal.trim();
    text.starts_with("<!--") && text.find("-->").is_none_or(|end| end + 3 == text.len())
}

/// Too deep, or of a kind we do not know: its paragraphs' text, without structure.
fn flat<'a>(node: &'a AstNode<'a>) -> Vec<Child> {
    node.descendants()
        .filter(|inner| {
            matches!(inner.data.borrow().value, NodeValue::Paragraph | NodeValue::Heading(_))
        })
        .flat_map(|paragraph| paragraphs(paragraph, Node::empty_paragraph()))
        .collect()
}

/// The inline content of a block. Images are blocks with us: they split the paragraph.
fn paragraphs<'a>(node: &'a AstNode<'a>, shell: Node) -> Vec<Child> {
    let mut line = Line::default();
    line.read_all(node, &Attributes::new());
    let mut blocks = Vec::new();
    let mut shell = Some(shell);
    for piece in line.pieces {
        match piece {
            Piece::Image(image) => blocks.push(Child::Element(image)),
            Piece::Inlines(children) => {
                let children = trimmed(children);
                if !children.is_empty() {
                    let node = shell.take().unwrap_or_else(Node::empty_paragraph);
                    blocks.push(Child::Element(node.of(children)));
                }
            }
        }
    }
    match shell {
        // An empty heading or paragraph, or one with images alone.
        Some(shell) if blocks.is_empty() => vec![Child::Element(shell)],
        _ => blocks,
    }
}

/// Spaces and breaks at the edges of a block show nothing.
fn trimmed(mut children: Vec<Child>) -> Vec<Child> {
    while let Some(first) = children.first_mut() {
        if shows(first, |text| text.trim_start_matches(' '), 0) {
            break;
        }
        children.remove(0);
    }
    while let Some(last) = children.last_mut() {
        if shows(last, |text| text.trim_end_matches(' '), usize::MAX) {
            break;
        }
        children.pop();
    }
    children
}

/// Trims a text at one edge; false if nothing is left to see.
fn shows(child: &mut Child, side: fn(&str) -> &str, edge: usize) -> bool {
    match child {
        Child::Text(runs) => trim(runs, side, edge),
        Child::Element(node) => node.tag != "hardBreak",
    }
}

/// Trims the run at one edge, and the next if nothing is left of it; false if all is gone.
fn trim(runs: &mut Vec<Run>, side: fn(&str) -> &str, edge: usize) -> bool {
    while !runs.is_empty() {
        let at = edge.min(runs.len() - 1);
        runs[at].text = side(&runs[at].text).to_owned();
        if !runs[at].text.is_empty() {
            return true;
        }
        runs.remove(at);
    }
    false
}

enum Piece {
    Inlines(Vec<Child>),
    Image(Node),
}

#[derive(Default)]
struct Line {
    pieces: Vec<Piece>,
    /// Marks opened by an HTML tag and not closed: `<u>`, for which Markdown has no sign, and the
    /// ones it cannot sign everywhere (`a**b.**c`).
    tagged: BTreeSet<&'static str>,
}

impl Line {
    fn read_all<'a>(&mut self, parent: &'a AstNode<'a>, marks: &Attributes) {
        for node in parent.children() {
            self.read(node, marks);
        }
    }

    fn read<'a>(&mut self, node: &'a AstNode<'a>, marks: &Attributes) {
        let value = &node.data.borrow().value;
        match value {
            NodeValue::Text(text) => self.text(text, marks),
            NodeValue::SoftBreak => self.text(" ", marks),
            NodeValue::LineBreak => self.inline(Child::Element(Node::new("hardBreak"))),
            NodeValue::Code(code) => self.push(&code.literal, coded(marks)),
            NodeValue::HtmlInline(html) => self.html(html, marks),
            NodeValue::Emph => self.read_all(node, &marked(marks, "italic")),
            NodeValue::Strong => self.read_all(node, &marked(marks, "bold")),
            NodeValue::Strikethrough => self.read_all(node, &marked(marks, "strike")),
            NodeValue::Link(link) => self.read_all(node, &led(marks, link)),
            NodeValue::Image(link) => self.image(node, link, marks),
            _ => self.read_all(node, marks),
        }
    }

    fn text(&mut self, text: &str, marks: &Attributes) {
        let marks = self.tagged.iter().fold(marks.clone(), |marks, key| marked(&marks, key));
        self.push(text, marks);
    }

    fn push(&mut self, text: &str, marks: Attributes) {
        if let Some(Piece::Inlines(children)) = self.pieces.last_mut()
            && let Some(Child::Text(runs)) = children.last_mut()
        {
            push_run(runs, text, &marks);
            return;
        }
        let mut runs = Vec::new();
        push_run(&mut runs, text, &marks);
        if !runs.is_empty() {
            self.inline(Child::Text(runs));
        }
    }

    fn inline(&mut self, child: Child) {
        match self.pieces.last_mut() {
            Some(Piece::Inlines(children)) => children.push(child),
            _ => self.pieces.push(Piece::Inlines(vec![child])),
        }
    }

    fn html(&mut self, html: &str, marks: &Attributes) {
        let tag = html.to_ascii_lowercase();
        let name = tag.trim_matches(['<', '>', '/', ' ']);
        let mark = match name {
            "br" => return self.inline(Child::Element(Node::new("hardBreak"))),
            "u" => "underline",
            "b" | "strong" => "bold",
            "i" | "em" => "italic",
            "s" | "del" => "strike",
            _ => return self.text(html, marks),
        };
        if tag.starts_with("</") {
            self.tagged.remove(mark);
        } else {
            self.tagged.insert(mark);
        }
    }

    fn image<'a>(&mut self, node: &'a AstNode<'a>, link: &NodeLink, marks: &Attributes) {
        let alt: String = node
            .descendants()
            .filter_map(|inner| match &inner.data.borrow().value {
                NodeValue::Text(text) => Some(text.to_string()),
                NodeValue::Code(code) => Some(code.literal.clone()),
                _ => None,
            })
            .collect();
        if !schema::image_allowed(&link.url) || link.url.is_empty() {
            return self.text(&alt, marks);
        }
        let image = ImageNode {
            src: link.url.clone(),
            alt: Some(alt).filter(|alt| !alt.is_empty()),
            title: Some(link.title.clone()).filter(|title| !title.is_empty()),
            ..ImageNode::default()
        };
        self.pieces.push(Piece::Image(image.to_node()));
    }
}

/// Code excludes every other mark in the editor; a link is worth more than its typeface.
pub(super) fn coded(marks: &Attributes) -> Attributes {
    let mut kept = marks.clone();
    kept.retain(|key, _| key == "link");
    if kept.is_empty() { marked(&kept, "code") } else { kept }
}

pub(super) fn marked(marks: &Attributes, key: &str) -> Attributes {
    let mut marks = marks.clone();
    marks.insert(key.to_owned(), Value::Object(Map::new()));
    marks
}

/// With a link, and without what a link is worth more than.
pub(super) fn linked(marks: &Attributes, link: &LinkAttributes) -> Attributes {
    let mut marks = marks.clone();
    marks.remove("code");
    marks.insert("link".to_owned(), link.to_value());
    marks
}

/// A link whose scheme is not allowed stays as its text.
fn led(marks: &Attributes, link: &NodeLink) -> Attributes {
    if !schema::link_allowed(&link.url) {
        return marks.clone();
    }
    let title = Some(link.title.clone()).filter(|title| !title.is_empty());
    linked(marks, &LinkAttributes { href: link.url.clone(), title, ..LinkAttributes::default() })
}
