//! Repair: what only a merge of valid edits made invalid is mended by a server edit, before a
//! reader's schema deletes it together with the text in it.

use yrs::{ID, ReadTxn, Transact, TransactionMut, Xml, XmlElementRef, XmlFragment, XmlOut};

use crate::live::LiveDocument;
use crate::node::{Child, Node};
use crate::schema;
use crate::yjs::{self, id_of};

impl LiveDocument {
    /// Mends the elements that changed since the last call; returns the update, `None` if all is
    /// well. Costs what was touched, not the document.
    pub fn repair(&mut self) -> Option<Vec<u8>> {
        let mut suspects: Vec<ID> = self.suspects.drain().collect();
        suspects.sort_unstable();
        if suspects.is_empty() {
            return None;
        }
        let broken = {
            let txn = self.doc.transact();
            suspects.iter().any(|id| {
                yjs::element_at(&txn, id).is_some_and(|element| flaw(&txn, &element).is_some())
            })
        };
        if !broken {
            return None;
        }
        self.edit(|txn| suspects.iter().for_each(|id| mend(txn, *id)))
    }

    /// Every element is looked at by the next repair.
    pub(crate) fn suspect_all(&mut self) {
        let txn = self.doc.transact();
        let elements = yjs::root(&txn)
            .successors(&txn)
            .filter_map(|node| match node {
                XmlOut::Element(element) => id_of(element.as_ref()),
                _ => None,
            })
            .collect::<Vec<_>>();
        drop(txn);
        self.suspects.extend(elements);
    }
}

/// What is wrong with an element.
enum Flaw {
    /// Nothing is in it although something must be.
    Empty,
    /// A list item that does not begin with a paragraph.
    NoParagraphFirst,
}

fn flaw<T: ReadTxn>(txn: &T, element: &XmlElementRef) -> Option<Flaw> {
    let tag = element.try_tag()?;
    if schema::needs_children(tag) && element.len(txn) == 0 {
        return Some(Flaw::Empty);
    }
    let begins_with_paragraph = matches!(
        element.first_child(),
        Some(XmlOut::Element(first)) if first.try_tag().is_some_and(|tag| tag.as_ref() == "paragraph")
    );
    (tag.as_ref() == "listItem" && !begins_with_paragraph).then_some(Flaw::NoParagraphFirst)
}

/// Mends one element. Removing an empty one may leave its parent empty, so the way leads upwards.
fn mend(txn: &mut TransactionMut<'_>, id: ID) {
    let mut next = Some(id);
    while let Some(id) = next.take() {
        let Some(element) = yjs::element_at(txn, &id) else { return };
        let Some(flaw) = flaw(txn, &element) else { return };
        let cell = element
            .try_tag()
            .is_some_and(|tag| tag.starts_with("tableCell") || tag.starts_with("tableHeader"));
        match flaw {
            Flaw::NoParagraphFirst => write_paragraph(txn, &element),
            Flaw::Empty if cell => write_paragraph(txn, &element),
            Flaw::Empty => {
                let parent = element.parent();
                remove(txn, &element, parent.as_ref());
                next = match parent {
                    Some(XmlOut::Element(parent)) => id_of(parent.as_ref()),
                    _ => None,
                };
            }
        }
    }
}

fn write_paragraph(txn: &mut TransactionMut<'_>, element: &XmlElementRef) {
    yjs::write_child(txn, element, 0, &Child::Element(Node::empty_paragraph()));
}

fn remove(txn: &mut TransactionMut<'_>, element: &XmlElementRef, parent: Option<&XmlOut>) {
    let id = id_of(element.as_ref());
    let at = |siblings: Vec<XmlOut>| {
        siblings.iter().position(|sibling| id_of(sibling.as_ref()) == id).map(|at| at as u32)
    };
    match parent {
        Some(XmlOut::Element(parent)) => {
            if let Some(at) = at(parent.children(txn).collect()) {
                parent.remove(txn, at);
            }
        }
        Some(XmlOut::Fragment(root)) => {
            if let Some(at) = at(root.children(txn).collect()) {
                root.remove(txn, at);
            }
        }
        _ => {}
    }
}
