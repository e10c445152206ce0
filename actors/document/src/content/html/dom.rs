//! What the HTML parser builds, within bounds. A browser's parser has none: a few bytes can make it
//! nest without end, or repeat what was left open in every paragraph that follows. So the text is
//! handed to it in pieces, and after each it is looked how large the tree has become.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, local_name, ns, parse_fragment};

use crate::content::prosemirror::ContentError;

/// Elements and comments: a book's worth.
const NODES_MAX: usize = 200_000;
/// Elements in one another. What people and programs write stays far below; each costs the parser a
/// look at all that are open.
const DEPTH_MAX: u32 = 200;
/// The longest tag or comment, in bytes. The parser compares each attribute with all before it.
const TAG_BYTES_MAX: usize = 128 * 1024;
/// How much is read between two looks at the bounds, in bytes: each may repeat all that is open.
const PIECE_BYTES: usize = 256;

/// An element, by its place.
pub(super) type Id = usize;

/// What stands in an element.
pub(super) enum Node {
    Element(Id),
    Text(StrTendril),
}

struct Element {
    name: QualName,
    attributes: Vec<Attribute>,
    children: Vec<Node>,
    parent: Option<Id>,
    depth: u32,
}

/// The tree, as it grows.
pub(super) struct Dom {
    elements: RefCell<Vec<Element>>,
    deepest: Cell<u32>,
    /// Grows whenever the parser has understood something.
    steps: Cell<u64>,
}

const DOCUMENT: Id = 0;

/// Reads HTML as what stands in a body.
pub(super) fn parse(html: &str) -> Result<Dom, ContentError> {
    let name = |local| QualName::new(None, ns!(html), local);
    // Without scripting: what stands for it is elements like any, and dropped like scripts.
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let mut parser = parse_fragment(
        Dom::new(name(local_name!(""))),
        options,
        name(local_name!("body")),
        Vec::new(),
        false,
    );
    let (mut rest, mut silent, mut steps) = (html, 0, 0);
    while !rest.is_empty() {
        let piece;
        (piece, rest) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES.min(rest.len())));
        parser.process(StrTendril::from(piece));
        let dom = &parser.tokenizer.sink.sink;
        silent = if dom.steps.get() == steps { silent + piece.len() } else { 0 };
        steps = dom.steps.get();
        dom.check(silent)?;
    }
    Ok(parser.finish())
}

impl Dom {
    fn new(name: QualName) -> Self {
        let document =
            Element { name, attributes: Vec::new(), children: Vec::new(), parent: None, depth: 0 };
        Self { elements: RefCell::new(vec![document]), deepest: Cell::new(0), steps: Cell::new(0) }
    }

    fn check(&self, silent_bytes: usize) -> Result<(), ContentError> {
        let reason = if self.elements.borrow().len() > NODES_MAX {
            format!("the HTML has more than {NODES_MAX} elements")
        } else if self.deepest.get() > DEPTH_MAX {
            format!("the HTML's elements are nested deeper than {DEPTH_MAX}")
        } else if silent_bytes > TAG_BYTES_MAX {
            format!("a tag or comment of the HTML is longer than {TAG_BYTES_MAX} bytes")
        } else {
            return Ok(());
        };
        Err(ContentError { reason })
    }

    /// The element that holds all others.
    pub(super) fn root(&self) -> Id {
        let elements = self.elements.borrow();
        let html = elements[DOCUMENT].children.iter().find_map(|child| match child {
            Node::Element(id) => Some(*id),
            Node::Text(_) => None,
        });
        html.unwrap_or(DOCUMENT)
    }

    /// Its name; empty for one that is not HTML.
    pub(super) fn name(&self, id: Id) -> String {
        let name = &self.elements.borrow()[id].name;
        if name.ns == ns!(html) { name.local.to_string() } else { String::new() }
    }

    pub(super) fn attribute(&self, id: Id, name: &str) -> Option<String> {
        let elements = self.elements.borrow();
        let found = elements[id].attributes.iter().find(|one| *one.name.local == *name);
        found.map(|one| one.value.to_string())
    }

    pub(super) fn children(&self, id: Id) -> Vec<Node> {
        let copy = |child: &Node| match child {
            Node::Element(id) => Node::Element(*id),
            Node::Text(text) => Node::Text(text.clone()),
        };
        self.elements.borrow()[id].children.iter().map(copy).collect()
    }

    fn make(&self, name: QualName, attributes: Vec<Attribute>) -> Id {
        self.step();
        let mut elements = self.elements.borrow_mut();
        elements.push(Element { name, attributes, children: Vec::new(), parent: None, depth: 0 });
        elements.len() - 1
    }

    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    /// Puts something in at a place among the children of an element.
    fn put(&self, parent: Id, at: usize, child: NodeOrText<Id>) {
        self.step();
        match child {
            NodeOrText::AppendNode(id) => {
                self.remove_from_parent(&id);
                let mut elements = self.elements.borrow_mut();
                let depth = elements[parent].depth + 1;
                (elements[id].parent, elements[id].depth) = (Some(parent), depth);
                let at = at.min(elements[parent].children.len());
                elements[parent].children.insert(at, Node::Element(id));
                self.deepest.set(self.deepest.get().max(depth));
            }
            NodeOrText::AppendText(text) => {
                let children = &mut self.elements.borrow_mut()[parent].children;
                match at.checked_sub(1).and_then(|before| children.get_mut(before)) {
                    Some(Node::Text(before)) => before.push_tendril(&text),
                    _ => children.insert(at, Node::Text(text)),
                }
            }
        }
    }

    fn len(&self, id: Id) -> usize {
        self.elements.borrow()[id].children.len()
    }

    /// Where an element stands. From the end: the parser works there.
    fn place(&self, id: Id) -> Option<(Id, usize)> {
        let elements = self.elements.borrow();
        let parent = elements[id].parent?;
        let is_it = |child: &Node| matches!(child, Node::Element(child) if *child == id);
        Some((parent, elements[parent].children.iter().rposition(is_it)?))
    }
}

impl TreeSink for Dom {
    type Handle = Id;
    type Output = Self;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Self {
        self
    }
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn get_document(&self) -> Id {
        DOCUMENT
    }
    fn elem_name<'a>(&'a self, target: &'a Id) -> Ref<'a, QualName> {
        Ref::map(self.elements.borrow(), |elements| &elements[*target].name)
    }
    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Id {
        self.make(name, attributes)
    }
    fn create_comment(&self, _: StrTendril) -> Id {
        self.make(QualName::new(None, ns!(), local_name!("")), Vec::new())
    }
    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.make(QualName::new(None, ns!(), local_name!("")), Vec::new())
    }
    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        self.put(*parent, self.len(*parent), child);
    }
    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        if self.place(*element).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }
    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}
    fn get_template_contents(&self, target: &Id) -> Id {
        *target
    }
    fn same_node(&self, one: &Id, other: &Id) -> bool {
        one == other
    }
    fn set_quirks_mode(&self, _: QuirksMode) {}
    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        if let NodeOrText::AppendNode(id) = &child {
            self.remove_from_parent(id);
        }
        if let Some((parent, at)) = self.place(*sibling) {
            self.put(parent, at, child);
        }
    }
    fn add_attrs_if_missing(&self, _: &Id, _: Vec<Attribute>) {}
    fn remove_from_parent(&self, target: &Id) {
        if let Some((parent, at)) = self.place(*target) {
            let mut elements = self.elements.borrow_mut();
            elements[parent].children.remove(at);
            elements[*target].parent = None;
        }
    }
    fn reparent_children(&self, from: &Id, to: &Id) {
        let children = std::mem::take(&mut self.elements.borrow_mut()[*from].children);
        for child in children {
            let child = match child {
                Node::Element(id) => {
                    self.elements.borrow_mut()[id].parent = None;
                    NodeOrText::AppendNode(id)
                }
                Node::Text(text) => NodeOrText::AppendText(text),
            };
            self.append(to, child);
        }
    }
}
