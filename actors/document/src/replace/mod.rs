//! Server edits on the whole document: seed, replace (restore, reparse) and image injection.

mod diff;
mod pair;
mod text;

pub(crate) use diff::{Stretch, stretches};
pub(crate) use text::{Character, changes, characters, places};

use yrs::{TransactionMut, Xml, XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut};

use crate::content::image::ImageNode;
use crate::content::tree::ContentTree;
use crate::live::{DocumentKind, LiveDocument};
use crate::node::{Child, Node};
use crate::{comment, yjs};
use pair::Step;

impl LiveDocument {
    /// Gives a fresh document its one empty paragraph; `None` if it has content already. Done once
    /// by the server: two editors that each create it would leave two. A free document stays empty.
    pub fn seed(&mut self) -> Option<Vec<u8>> {
        if self.kind() == DocumentKind::Free {
            return None;
        }
        self.edit(|txn| {
            let root = yjs::root(txn);
            if root.len(txn) == 0 {
                yjs::write_child(txn, &root, 0, &Child::Element(Node::empty_paragraph()));
            }
        })
    }

    /// Makes the content equal to `tree`. What is equal keeps its identity, and so do blocks that
    /// became something alike: cursors stay, and what others type at the same time survives. Anchors of comments stay on every character that stays, whether
    /// `tree` has them or not; those that it has are put on. Empty if nothing differs.
    pub fn replace_with(&mut self, tree: &ContentTree) -> Vec<u8> {
        let target = tree.to_nodes();
        self.edit(|txn| {
            let root = yjs::root(txn);
            replace_children(txn, &Parent::Root(root), &target);
        })
        .unwrap_or_else(|| yrs::Update::EMPTY_V1.to_vec())
    }

    /// Puts an image after the top-level block with this index (`None`: before the first).
    pub fn insert_image(&mut self, after_block: Option<usize>, image: &ImageNode) -> Vec<u8> {
        let node = Child::Element(image.to_node());
        self.edit(|txn| {
            let root = yjs::root(txn);
            let len = root.len(txn);
            let index =
                after_block.map_or(0, |after| u32::try_from(after + 1).unwrap_or(len).min(len));
            yjs::write_child(txn, &root, index, &node);
        })
        .expect("an insertion always changes the document")
    }
}

enum Parent {
    Root(XmlFragmentRef),
    Element(XmlElementRef),
}

impl Parent {
    fn children(&self, txn: &TransactionMut<'_>) -> Vec<XmlOut> {
        match self {
            Self::Root(root) => root.children(txn).collect(),
            Self::Element(element) => element.children(txn).collect(),
        }
    }

    fn write(&self, txn: &mut TransactionMut<'_>, index: u32, child: &Child) {
        match self {
            Self::Root(root) => yjs::write_child(txn, root, index, child),
            Self::Element(element) => yjs::write_child(txn, element, index, child),
        }
    }

    fn remove(&self, txn: &mut TransactionMut<'_>, index: u32, len: u32) {
        match self {
            Self::Root(root) => root.remove_range(txn, index, len),
            Self::Element(element) => element.remove_range(txn, index, len),
        }
    }
}

/// Keeps what is equal but for comments, updates what became something alike or stands in the same
/// place, and replaces the rest.
fn replace_children(txn: &mut TransactionMut<'_>, parent: &Parent, target: &[Child]) {
    let live = parent.children(txn);
    let old: Vec<Child> = live.iter().map(|child| read(txn, child)).collect();
    // From the end: what stands before a gap is still where it was, and what comes into a gap comes
    // in at its start. A place is found by walking to it, so a text that is all new costs no walk.
    let (mut end, mut gap) = (live.len(), Gap::default());
    for step in pair::steps(&comment::bare(&old), &comment::bare(target)).into_iter().rev() {
        match step {
            Step::Keep(from, to) => {
                gap.close(txn, parent, end, target);
                if old[from] != target[to] {
                    update_child(txn, &live[from], &target[to]);
                }
                (end, gap) = (from, Gap::default());
            }
            Step::Remove => gap.removed += 1,
            Step::Insert(to) => gap.inserted.push(to),
        }
    }
    gap.close(txn, parent, end, target);
}

/// What goes and what comes between two nodes that stay.
#[derive(Default)]
struct Gap {
    /// How many go.
    removed: usize,
    /// The places of those that come, the last one first.
    inserted: Vec<usize>,
}

impl Gap {
    /// `end` is where the next node that stays stands.
    fn close(self, txn: &mut TransactionMut<'_>, parent: &Parent, end: usize, target: &[Child]) {
        let start = (end - self.removed) as u32;
        if self.removed > 0 {
            parent.remove(txn, start, self.removed as u32);
        }
        for to in self.inserted {
            parent.write(txn, start, &target[to]);
        }
    }
}

fn read(txn: &TransactionMut<'_>, child: &XmlOut) -> Child {
    match child {
        XmlOut::Element(element) => Child::Element(yjs::read_element(txn, element)),
        XmlOut::Text(text) => Child::Text(yjs::read_text(txn, text)),
        XmlOut::Fragment(_) => Child::Text(Vec::new()),
    }
}

/// Changes a node in place; it is of the same kind.
fn update_child(txn: &mut TransactionMut<'_>, live: &XmlOut, target: &Child) {
    match (live, target) {
        (XmlOut::Element(element), Child::Element(node)) => {
            update_attributes(txn, element, node);
            replace_children(txn, &Parent::Element(element.clone()), &node.children);
        }
        (XmlOut::Text(text), Child::Text(runs)) => text::update(txn, text, runs),
        _ => unreachable!("only nodes of one kind are paired"),
    }
}

fn update_attributes(txn: &mut TransactionMut<'_>, element: &XmlElementRef, node: &Node) {
    let old = yjs::read_element(txn, element).attributes;
    for name in old.keys().filter(|name| !node.attributes.contains_key(*name)) {
        element.remove_attribute(txn, name);
    }
    for (name, value) in &node.attributes {
        if old.get(name) != Some(value) {
            element.insert_attribute(txn, name.as_str(), yjs::to_any(value));
        }
    }
}
