//! Server edits on the whole document: seed, replace (restore, reparse) and image injection.

mod text;

pub(crate) use text::{Character, changes, characters, places};

use yrs::{TransactionMut, Xml, XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut};

use crate::content::image::ImageNode;
use crate::content::tree::ContentTree;
use crate::live::{DocumentKind, LiveDocument};
use crate::node::{Child, Node};
use crate::{comment, yjs};

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

    /// Makes the content equal to `tree`. What is equal from the top and from the bottom keeps its
    /// identity, and so do changed blocks of the same kind: cursors stay, and what others type at
    /// the same time survives. Anchors of comments stay on every character that stays, whether
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

/// Keeps what is equal at both ends but for comments, updates pairs of the same kind in the middle,
/// and replaces the rest.
fn replace_children(txn: &mut TransactionMut<'_>, parent: &Parent, target: &[Child]) {
    let live = parent.children(txn);
    let old: Vec<Child> = live.iter().map(|child| read(txn, child)).collect();
    let (bare_old, bare_target) = (comment::bare(&old), comment::bare(target));
    let same = |(a, b): &(&Child, &Child)| a == b;
    let left = bare_old.iter().zip(&bare_target).take_while(same).count();
    let rest = old.len().min(target.len()) - left;
    let ends = bare_old.iter().rev().zip(bare_target.iter().rev());
    let right = ends.take(rest).take_while(same).count();
    let (mut from, old_to, target_to) = (left, old.len() - right, target.len() - right);
    let kept = (0..left).map(|at| (at, at)).chain((old_to..old.len()).zip(target_to..));
    for (at, to) in kept.filter(|(at, to)| old[*at] != target[*to]) {
        update_child(txn, &live[at], &target[to]);
    }
    while from < old_to && from < target_to && update_child(txn, &live[from], &target[from]) {
        from += 1;
    }
    if old_to > from {
        parent.remove(txn, from as u32, (old_to - from) as u32);
    }
    for (index, child) in target.iter().enumerate().take(target_to).skip(from) {
        parent.write(txn, index as u32, child);
    }
}

fn read(txn: &TransactionMut<'_>, child: &XmlOut) -> Child {
    match child {
        XmlOut::Element(element) => Child::Element(yjs::read_element(txn, element)),
        XmlOut::Text(text) => Child::Text(yjs::read_text(txn, text)),
        XmlOut::Fragment(_) => Child::Text(Vec::new()),
    }
}

/// Changes a node in place; false if it is of another kind.
fn update_child(txn: &mut TransactionMut<'_>, live: &XmlOut, target: &Child) -> bool {
    match (live, target) {
        (XmlOut::Element(element), Child::Element(node))
            if element.try_tag().is_some_and(|tag| **tag == *node.tag) =>
        {
            update_attributes(txn, element, node);
            replace_children(txn, &Parent::Element(element.clone()), &node.children);
            true
        }
        (XmlOut::Text(text), Child::Text(runs)) => {
            text::update(txn, text, runs);
            true
        }
        _ => false,
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
