//! The generic node: what stands between the typed tree, ProseMirror JSON and the Yjs types.
//! It carries names and values as they are; the schema knows which are allowed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Attributes of a node, or the marks of a run of text, by name.
pub(crate) type Attributes = BTreeMap<String, Value>;

/// A block or an inline atom.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Node {
    pub(crate) tag: String,
    pub(crate) attributes: Attributes,
    pub(crate) children: Vec<Child>,
}

/// What a node contains: other nodes, or one piece of adjacent text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Child {
    Element(Node),
    Text(Vec<Run>),
}

/// Text with the same marks throughout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Run {
    pub(crate) text: String,
    pub(crate) marks: Attributes,
}

impl Node {
    pub(crate) fn new(tag: &str) -> Self {
        Self { tag: tag.to_owned(), ..Self::default() }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.attributes.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn of(mut self, children: Vec<Child>) -> Self {
        self.children = children;
        self
    }

    /// A paragraph with nothing in it: what a list item or a table cell begins with.
    pub(crate) fn empty_paragraph() -> Self {
        Self::new("paragraph")
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.get(name)
    }

    /// True if no text and no atom (image, rule, break) stands anywhere inside.
    pub(crate) fn is_blank(&self) -> bool {
        !crate::schema::is_atom(&self.tag)
            && self.children.iter().all(|child| match child {
                Child::Element(node) => node.is_blank(),
                Child::Text(runs) => runs.iter().all(|run| run.text.is_empty()),
            })
    }
}

/// Number of UTF-16 units, which is how Yjs counts text.
pub(crate) fn utf16_len(text: &str) -> u32 {
    text.chars().map(|c| c.len_utf16() as u32).sum()
}

/// Appends a run, joining it with the last one if the marks are equal.
pub(crate) fn push_run(runs: &mut Vec<Run>, text: &str, marks: &Attributes) {
    if text.is_empty() {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.marks == *marks => last.text.push_str(text),
        _ => runs.push(Run { text: text.to_owned(), marks: marks.clone() }),
    }
}
