//! Undoing a run: its characters go; its blocks go only where nobody else's text is in them.

use std::collections::HashSet;

use yrs::branch::{Branch, BranchPtr};
use yrs::{
    ClientID, ID, IdSet, ReadTxn, Text, Transact, Xml, XmlElementRef, XmlFragment, XmlOut,
    XmlTextRef,
};

use super::progress::RunProgress;
use crate::edit::{Builder, first_at};
use crate::live::LiveDocument;
use crate::schema;
use crate::yjs::{self, id_of};

/// Takes back what the run wrote; returns the update, `None` if nothing of it was left.
pub fn undo_run(document: &mut LiveDocument, progress: &RunProgress) -> Option<Vec<u8>> {
    let client = ClientID::new(progress.run_client_id);
    let own = Own { client, from: 0, to: progress.clock };
    let ids = removable(&document.doc.transact(), own);
    let mut builder = Builder::new(client, progress.clock);
    builder.delete(ids);
    let before = document.doc.transact().snapshot();
    let update = builder.finish()?;
    document.apply_own(&update);
    if document.doc.transact().snapshot() == before {
        return None;
    }
    document.suspect_all();
    match document.repair() {
        Some(repair) => Some(yrs::merge_updates_v1([update, repair]).expect("both were made here")),
        None => Some(update),
    }
}

/// A stretch of one client's clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own {
    pub(crate) client: ClientID,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

impl Own {
    fn holds(&self, id: &ID) -> bool {
        id.client == self.client && (self.from..self.to).contains(&id.clock)
    }
}

/// The ids of the stretch that can go without taking anyone else's text along.
pub(crate) fn removable<T: ReadTxn>(txn: &T, own: Own) -> IdSet {
    let mut keep = Keep { own, clocks: HashSet::new() };
    for child in yjs::root(txn).children(txn) {
        keep.child(txn, &child);
    }
    let mut ids = IdSet::new();
    let mut from = own.from;
    let mut kept: Vec<u32> = keep.clocks.into_iter().collect();
    kept.sort_unstable();
    for clock in kept.into_iter().chain([own.to]) {
        if clock > from {
            ids.insert(ID::new(own.client, from), clock - from);
        }
        from = clock + 1;
    }
    ids
}

struct Keep {
    own: Own,
    clocks: HashSet<u32>,
}

impl Keep {
    /// Notes what must stay of `child`; true if someone else's content is in it.
    fn child<T: ReadTxn>(&mut self, txn: &T, child: &XmlOut) -> bool {
        match child {
            XmlOut::Element(element) => self.element(txn, element),
            XmlOut::Text(text) => {
                let foreign = self.has_foreign_text(txn, text);
                if foreign {
                    self.keep(text.as_ref());
                }
                foreign
            }
            XmlOut::Fragment(_) => false,
        }
    }

    fn element<T: ReadTxn>(&mut self, txn: &T, element: &XmlElementRef) -> bool {
        let tag = element.try_tag().cloned().unwrap_or_default();
        if schema::is_atom(&tag) {
            return !self.is_own(element.as_ref());
        }
        let mut foreign = false;
        for child in element.children(txn) {
            foreign |= self.child(txn, &child);
        }
        if foreign {
            self.keep_element(txn, element, &tag);
        }
        foreign
    }

    /// An element stays with its attributes, and with what the schema wants first in it.
    fn keep_element<T: ReadTxn>(&mut self, txn: &T, element: &XmlElementRef, tag: &str) {
        if let Some(id) = self.keep(element.as_ref()) {
            // The builder writes attributes directly after their element.
            let attributes = element.attributes(txn).count() as u32;
            self.clocks.extend((id.clock + 1..=id.clock + attributes).filter(|c| *c < self.own.to));
        }
        match tag {
            "listItem" => {
                if let Some(first) = element.first_child() {
                    self.keep(first.as_ref());
                }
            }
            "table" => self.keep_all(txn, element),
            _ => {}
        }
    }

    fn keep_all<T: ReadTxn>(&mut self, txn: &T, element: &XmlElementRef) {
        for child in element.children(txn) {
            if let XmlOut::Element(inner) = &child {
                self.keep_element(txn, inner, "");
                self.keep_all(txn, inner);
            }
        }
    }

    fn keep(&mut self, branch: &Branch) -> Option<ID> {
        let id = id_of(branch).filter(|id| self.own.holds(id))?;
        self.clocks.insert(id.clock);
        Some(id)
    }

    fn is_own(&self, branch: &Branch) -> bool {
        id_of(branch).is_some_and(|id| self.own.holds(&id))
    }

    fn has_foreign_text<T: ReadTxn>(&self, txn: &T, text: &XmlTextRef) -> bool {
        let branch = BranchPtr::from(AsRef::<Branch>::as_ref(text));
        (0..text.len(txn))
            .any(|index| first_at(txn, branch, index).is_some_and(|id| !self.own.holds(&id)))
    }
}
