//! HTML into nodes: what anybody's HTML says that an article can hold. The rest stays as its text;
//! what is not for reading (scripts, styles) goes. White space is as a browser shows it.

use super::dom::{Dom, Id, Node as Part, parse};
use crate::content::image::ImageNode;
use crate::content::markdown_in::{LANGUAGE_BYTES_MAX, coded, linked, marked};
use crate::content::prosemirror::ContentError;
use crate::content::tree::{ContentTree, LinkAttributes};
use crate::node::{Attributes, Child, Node, push_run};
use crate::schema;

/// Columns or rows that a cell covers at the most, as in browsers.
const SPAN_MAX: u32 = 1_000;

impl ContentTree {
    /// Reads HTML. What has no place in an article stays as its text; a link or an image of a
    /// scheme that is not allowed, too. It fails only where the HTML is beyond all measure.
    pub fn from_html(html: &str) -> Result<Self, ContentError> {
        let dom = parse(html)?;
        let mut flow = Flow::new(Node::empty_paragraph());
        Reader { dom: &dom }.read(&mut flow, dom.root(), &Attributes::new(), 1);
        Ok(Self::from_nodes(&flow.finish()))
    }
}

/// What a container's content becomes: blocks, and the line that is not ended yet.
struct Flow {
    blocks: Vec<Child>,
    line: Vec<Child>,
    /// What a line becomes.
    shell: Node,
    /// True while a space would show nothing.
    at_space: bool,
    /// False: breaks at the edges of a line show nothing, since the line has no element of its own.
    keeps_breaks: bool,
}

impl Flow {
    fn new(shell: Node) -> Self {
        Self { blocks: Vec::new(), line: Vec::new(), shell, at_space: true, keeps_breaks: false }
    }

    fn keeping_breaks(self) -> Self {
        Self { keeps_breaks: true, ..self }
    }

    fn text(&mut self, text: &str, marks: &Attributes) {
        let mut shown = String::with_capacity(text.len());
        for character in text.chars() {
            let is_space = character.is_ascii_whitespace();
            if !(is_space && self.at_space) {
                shown.push(if is_space { ' ' } else { character });
            }
            self.at_space = is_space;
        }
        if shown.is_empty() {
            return;
        }
        if !matches!(self.line.last(), Some(Child::Text(_))) {
            self.line.push(Child::Text(Vec::new()));
        }
        if let Some(Child::Text(runs)) = self.line.last_mut() {
            push_run(runs, &shown, marks);
        }
    }

    fn line_break(&mut self) {
        self.trim_end();
        self.line.push(Child::Element(Node::new("hardBreak")));
        self.at_space = true;
    }

    fn trim_end(&mut self) {
        let Some(Child::Text(runs)) = self.line.last_mut() else { return };
        if let Some(last) = runs.last_mut()
            && last.text.ends_with(' ')
        {
            last.text.pop();
            if last.text.is_empty() {
                runs.pop();
            }
        }
        if runs.is_empty() {
            self.line.pop();
        }
    }

    /// Ends the line: what follows is another block.
    fn flush(&mut self) {
        self.trim_end();
        self.at_space = true;
        let mut line = std::mem::take(&mut self.line);
        if !self.keeps_breaks {
            let is_break = |child: &Child| matches!(child, Child::Element(_));
            let end = line.iter().rposition(|child| !is_break(child)).map_or(0, |at| at + 1);
            line.truncate(end);
            line.drain(..line.iter().take_while(|child| is_break(child)).count());
        }
        if !line.is_empty() {
            self.blocks.push(Child::Element(self.shell.clone().of(line)));
        }
    }

    fn block(&mut self, node: Node) {
        self.flush();
        self.blocks.push(Child::Element(node));
    }

    fn finish(mut self) -> Vec<Child> {
        self.flush();
        self.blocks
    }

    /// At least its shell, with nothing in it.
    fn finish_some(self) -> Vec<Child> {
        let shell = self.shell.clone();
        let blocks = self.finish();
        if blocks.is_empty() { vec![Child::Element(shell)] } else { blocks }
    }
}

struct Reader<'a> {
    dom: &'a Dom,
}

impl Reader<'_> {
    /// Reads what stands in an element; `depth` is that of the blocks it becomes.
    fn read(&self, flow: &mut Flow, of: Id, marks: &Attributes, depth: u32) {
        for part in self.dom.children(of) {
            match part {
                Part::Text(text) => flow.text(&text, marks),
                Part::Element(id) => self.element(flow, id, marks, depth),
            }
        }
    }

    fn element(&self, flow: &mut Flow, id: Id, marks: &Attributes, depth: u32) {
        let name = self.dom.name(id);
        let fits = |inner: u32| depth + inner <= schema::DEPTH_MAX;
        match name.as_str() {
            name if is_dropped(name) => {}
            "br" => flow.line_break(),
            "hr" => flow.block(Node::new("horizontalRule")),
            "img" => self.image(flow, id, marks),
            "p" => self.paragraph(flow, id, Node::empty_paragraph(), marks, depth),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = name[1..].parse::<u8>().unwrap_or(1);
                self.paragraph(flow, id, Node::new("heading").with("level", level), marks, depth);
            }
            "pre" | "listing" | "xmp" => flow.block(self.code(id)),
            // Deeper than a reader's schema goes they are what stands in them.
            "blockquote" if fits(2) => {
                let mut inner = Flow::new(Node::empty_paragraph());
                self.read(&mut inner, id, marks, depth + 1);
                flow.block(Node::new("blockquote").of(inner.finish_some()));
            }
            "ul" | "ol" | "menu" | "dir" if fits(3) => {
                let items = self.items(id, marks, depth + 1);
                if !items.is_empty() {
                    flow.block(self.list_shell(id, &name).of(items));
                }
            }
            "table" if fits(4) => self.table(flow, id, marks, depth),
            "a" => self.read(flow, id, &self.link(id, marks), depth),
            name => match mark(name) {
                Some("code") => self.read(flow, id, &coded(marks), depth),
                Some(_) if marks.contains_key("code") || self.is_plain(id) => {
                    self.read(flow, id, marks, depth);
                }
                Some(mark) => self.read(flow, id, &marked(marks, mark), depth),
                None if is_inline(name) => self.read(flow, id, marks, depth),
                None => {
                    flow.flush();
                    self.read(flow, id, marks, depth);
                    flow.flush();
                }
            },
        }
    }

    /// A paragraph or a heading: there also if nothing is in it.
    fn paragraph(&self, flow: &mut Flow, id: Id, shell: Node, marks: &Attributes, depth: u32) {
        flow.flush();
        let mut inner = Flow::new(shell).keeping_breaks();
        self.read(&mut inner, id, marks, depth);
        flow.blocks.extend(inner.finish_some());
    }

    /// Some write this around all of it, and mean nothing by it.
    fn is_plain(&self, id: Id) -> bool {
        let style = self.dom.attribute(id, "style").unwrap_or_default();
        style.replace(' ', "").to_ascii_lowercase().contains("font-weight:normal")
    }

    /// A link whose scheme is not allowed stays as its text.
    fn link(&self, id: Id, marks: &Attributes) -> Attributes {
        let href = self.dom.attribute(id, "href");
        let Some(href) = href.filter(|href| schema::link_allowed(href)) else {
            return marks.clone();
        };
        let text = |name: &str| {
            let value = self.dom.attribute(id, name);
            value.filter(|value| !value.is_empty() && value.len() <= schema::VALUE_BYTES_MAX)
        };
        let target = text("target");
        // The writer adds it to every link that opens a tab and says nothing of its own.
        let rel = text("rel").filter(|rel| target.is_none() || rel != "noopener");
        let (class, title) = (text("class"), text("title"));
        linked(marks, &LinkAttributes { href, target, rel, class, title })
    }

    fn image(&self, flow: &mut Flow, id: Id, marks: &Attributes) {
        let text = |name: &str| self.dom.attribute(id, name).filter(|value| !value.is_empty());
        let short = |name: &str| text(name).filter(|text| text.len() <= schema::VALUE_BYTES_MAX);
        let Some(src) = text("src").filter(|src| schema::image_allowed(src)) else {
            return flow.text(&text("alt").unwrap_or_default(), marks);
        };
        let size = |name: &str| text(name)?.trim().trim_end_matches("px").parse().ok();
        let image = ImageNode {
            src,
            alt: short("alt"),
            title: short("title"),
            width: size("width"),
            height: size("height"),
        };
        flow.block(image.to_node());
    }

    /// Text as it stands, with the language that its class names.
    fn code(&self, id: Id) -> Node {
        let mut text = String::new();
        let mut classes = self.dom.attribute(id, "class").unwrap_or_default();
        self.plain(id, &mut text, &mut classes);
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let language = classes.split_ascii_whitespace().find_map(|class| {
            class.strip_prefix("language-").or_else(|| class.strip_prefix("lang-"))
        });
        let mut node = Node::new("codeBlock");
        let short = |language: &&str| !language.is_empty() && language.len() <= LANGUAGE_BYTES_MAX;
        if let Some(language) = language.filter(short) {
            node = node.with("language", language);
        }
        let mut runs = Vec::new();
        push_run(&mut runs, text, &Attributes::new());
        if runs.is_empty() { node } else { node.of(vec![Child::Text(runs)]) }
    }

    fn plain(&self, id: Id, text: &mut String, classes: &mut String) {
        for part in self.dom.children(id) {
            match part {
                Part::Text(more) => text.push_str(&more),
                Part::Element(id) => match self.dom.name(id).as_str() {
                    "br" => text.push('\n'),
                    name if is_dropped(name) => {}
                    name => {
                        if name == "code" {
                            classes.push(' ');
                            classes.push_str(&self.dom.attribute(id, "class").unwrap_or_default());
                        }
                        self.plain(id, text, classes);
                    }
                },
            }
        }
    }

    fn list_shell(&self, id: Id, name: &str) -> Node {
        if name != "ol" {
            return Node::new("bulletList");
        }
        let start = self.dom.attribute(id, "start").and_then(|start| start.trim().parse().ok());
        let start: u32 = start.unwrap_or(1);
        Node::new("orderedList").with("start", start.min(i32::MAX as u32))
    }

    /// The items of a list. What stands between them is one, and a list belongs to the item before.
    fn items(&self, list: Id, marks: &Attributes, depth: u32) -> Vec<Child> {
        let mut items: Vec<Vec<Child>> = Vec::new();
        let mut loose = Flow::new(Node::empty_paragraph());
        for part in self.dom.children(list) {
            let id = match part {
                Part::Element(id) if matches!(self.dom.name(id).as_str(), "li" | "ul" | "ol") => id,
                Part::Element(id) => {
                    self.element(&mut loose, id, marks, depth + 1);
                    continue;
                }
                Part::Text(text) => {
                    loose.text(&text, marks);
                    continue;
                }
            };
            let found = std::mem::replace(&mut loose, Flow::new(Node::empty_paragraph())).finish();
            items.extend((!found.is_empty()).then_some(found));
            let mut item = Flow::new(Node::empty_paragraph()).keeping_breaks();
            if self.dom.name(id) == "li" {
                self.read(&mut item, id, marks, depth + 1);
                items.push(item.finish());
            } else {
                self.element(&mut item, id, marks, depth + 1);
                match items.last_mut() {
                    Some(last) => last.extend(item.finish()),
                    None => items.push(item.finish()),
                }
            }
        }
        let found = loose.finish();
        items.extend((!found.is_empty()).then_some(found));
        items.into_iter().map(|blocks| Child::Element(item(blocks))).collect()
    }

    /// Its rows; what else stands in it comes before.
    fn table(&self, flow: &mut Flow, table: Id, marks: &Attributes, depth: u32) {
        flow.flush();
        let mut rows = Vec::new();
        self.rows(flow, table, marks, depth, &mut rows);
        flow.flush();
        if !rows.is_empty() {
            flow.block(Node::new("table").of(rows));
        }
    }

    fn rows(&self, flow: &mut Flow, of: Id, marks: &Attributes, depth: u32, rows: &mut Vec<Child>) {
        for part in self.dom.children(of) {
            let Part::Element(id) = part else { continue };
            match self.dom.name(id).as_str() {
                "thead" | "tbody" | "tfoot" => self.rows(flow, id, marks, depth, rows),
                "tr" => {
                    let cells = self.cells(id, marks, depth + 3);
                    if !cells.is_empty() {
                        rows.push(Child::Element(Node::new("tableRow").of(cells)));
                    }
                }
                "colgroup" | "col" => {}
                _ => self.element(flow, id, marks, depth),
            }
        }
    }

    fn cells(&self, row: Id, marks: &Attributes, depth: u32) -> Vec<Child> {
        let mut cells = Vec::new();
        for part in self.dom.children(row) {
            let Part::Element(id) = part else { continue };
            let mut node = match self.dom.name(id).as_str() {
                "th" => Node::new("tableHeader"),
                "td" => Node::new("tableCell"),
                _ => continue,
            };
            for name in ["colspan", "rowspan"] {
                let span = self.dom.attribute(id, name).and_then(|span| span.trim().parse().ok());
                let span: u32 = span.unwrap_or(1);
                if span > 1 {
                    node = node.with(name, span.min(SPAN_MAX));
                }
            }
            let mut inner = Flow::new(Node::empty_paragraph()).keeping_breaks();
            self.read(&mut inner, id, marks, depth);
            cells.push(Child::Element(node.of(inner.finish_some())));
        }
        cells
    }
}

/// An item begins with a paragraph.
fn item(mut blocks: Vec<Child>) -> Node {
    let first = blocks.first();
    if !matches!(first, Some(Child::Element(node)) if node.tag == "paragraph") {
        blocks.insert(0, Child::Element(Node::empty_paragraph()));
    }
    Node::new("listItem").of(blocks)
}

fn mark(name: &str) -> Option<&'static str> {
    Some(match name {
        "b" | "strong" => "bold",
        "i" | "em" | "cite" | "dfn" | "var" => "italic",
        "s" | "del" | "strike" => "strike",
        "u" | "ins" => "underline",
        "code" | "kbd" | "samp" | "tt" => "code",
        _ => return None,
    })
}

/// What is not for reading, or not without what it refers to. An empty name is a comment, or no
/// HTML.
fn is_dropped(name: &str) -> bool {
    const DROPPED: [&str; 22] = [
        "", "script", "style", "template", "title", "head", "meta", "link", "base", "noscript",
        "noframes", "noembed", "iframe", "frame", "frameset", "object", "embed", "audio", "video",
        "canvas", "input", "map",
    ];
    DROPPED.contains(&name)
}

/// Elements without a name here that stand within a line; all others end it.
fn is_inline(name: &str) -> bool {
    const INLINE: [&str; 26] = [
        "abbr", "acronym", "bdi", "bdo", "big", "button", "data", "font", "label", "mark", "meter",
        "nobr", "output", "picture", "progress", "q", "rp", "rt", "ruby", "small", "source",
        "span", "sub", "sup", "time", "wbr",
    ];
    INLINE.contains(&name) || name.contains('-')
}
