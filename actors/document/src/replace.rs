//! Server edits on the whole document: seed, replace (restore, reparse) and image injection.

use yrs::types::Attrs;
use yrs::{
    Any, Text, TransactionMut, Xml, XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut, XmlTextRef,
};

use crate::content::image::ImageNode;
use crate::content::tree::ContentTree;
use crate::live::{DocumentKind, LiveDocument};
use crate::node::{Child, Node, Run, utf16_len};
use crate::yjs;

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
    /// identity, and so do changed blocks of the same kind: cursors and comments stay, and what
    /// others type at the same time survives. Empty if nothing differs.
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

/// Keeps what is equal at both ends, updates pairs of the same kind in the middle, and replaces
/// the rest.
fn replace_children(txn: &mut TransactionMut<'_>, parent: &Parent, target: &[Child]) {
    let live = parent.children(txn);
    let old: Vec<Child> = live.iter().map(|child| read(txn, child)).collect();
    let same = |(a, b): &(&Child, &Child)| a == b;
    let left = old.iter().zip(target).take_while(same).count();
    let rest = old.len().min(target.len()) - left;
    let right = old.iter().rev().zip(target.iter().rev()).take(rest).take_while(same).count();
    let (mut from, old_to, target_to) = (left, old.len() - right, target.len() - right);
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
            update_text(txn, text, runs);
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

/// Replaces the stretch of characters that differs, then sets the marks that differ.
fn update_text(txn: &mut TransactionMut<'_>, text: &XmlTextRef, target: &[Run]) {
    let old = characters(&yjs::read_text(txn, text));
    let new = characters(target);
    let same = |(a, b): &(&(char, usize), &(char, usize))| a.0 == b.0;
    let left = old.iter().zip(&new).take_while(same).count();
    let rest = old.len().min(new.len()) - left;
    let right = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(same).count();
    let units = |characters: &[(char, usize)]| -> u32 {
        characters.iter().map(|(c, _)| c.len_utf16() as u32).sum()
    };
    let start = units(&old[..left]);
    let removed = units(&old[left..old.len() - right]);
    if removed > 0 {
        text.remove_range(txn, start, removed);
    }
    let added: String = new[left..new.len() - right].iter().map(|(c, _)| *c).collect();
    text.insert(txn, start, &added);
    update_marks(txn, text, target);
}

fn characters(runs: &[Run]) -> Vec<(char, usize)> {
    runs.iter().enumerate().flat_map(|(at, run)| run.text.chars().map(move |c| (c, at))).collect()
}

fn update_marks(txn: &mut TransactionMut<'_>, text: &XmlTextRef, target: &[Run]) {
    let current = yjs::read_text(txn, text);
    let (mut at, mut now) =
        (0, current.iter().flat_map(|run| run.text.chars().map(move |_| &run.marks)));
    for run in target {
        let len = utf16_len(&run.text);
        let mut wrong = Attrs::new();
        for marks in now.by_ref().take(run.text.chars().count()) {
            for key in marks.keys().filter(|key| !run.marks.contains_key(*key)) {
                wrong.insert(key.as_str().into(), Any::Null);
            }
            for (key, value) in
                run.marks.iter().filter(|(key, value)| marks.get(*key) != Some(value))
            {
                wrong.insert(key.as_str().into(), yjs::to_any(value));
            }
        }
        if !wrong.is_empty() {
            text.format(txn, at, len, wrong);
        }
        at += len;
    }
}
