//! Builds a v1 update by hand, under a client id that is not the document's own. yrs writes every
//! edit under the id of its `Doc`; an AI run is a peer of its own in the same document, so its
//! items are encoded here and applied like anyone's.

use std::collections::HashMap;

use yrs::encoding::write::Write;
use yrs::updates::encoder::{Encode, Encoder, EncoderV1};
use yrs::{Any, Assoc, ClientID, ID, IdSet, IndexScope, ReadTxn, StickyIndex};

use crate::node::{Child, Node, Run, utf16_len};
use crate::yjs;

const ORIGIN: u8 = 0x80;
const RIGHT_ORIGIN: u8 = 0x40;
const PARENT_KEY: u8 = 0x20;

const STRING: u8 = 4;
const FORMAT: u8 = 6;
const TYPE: u8 = 7;
const ANY: u8 = 8;

const XML_ELEMENT: u8 = 3;
const XML_TEXT: u8 = 6;

/// What holds a new item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Holder {
    Root,
    Type(ID),
}

/// Where a new item goes: between `left` and `right` in `holder`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) holder: Holder,
    pub(crate) left: Option<ID>,
    pub(crate) right: Option<ID>,
}

/// The right edge of a subtree just written: where the next piece continues.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Open {
    Element(ID),
    /// A text, with the last item written into it.
    Text {
        id: ID,
        last: Option<ID>,
    },
}

impl Open {
    pub(crate) fn id(&self) -> ID {
        match self {
            Self::Element(id) | Self::Text { id, .. } => *id,
        }
    }
}

pub(crate) struct Builder {
    client: ClientID,
    first: u32,
    clock: u32,
    count: u32,
    body: EncoderV1,
    deletes: IdSet,
    /// Right neighbours of items of this update, which the document does not know yet.
    rights: HashMap<ID, Option<ID>>,
}

impl Builder {
    pub(crate) fn new(client: ClientID, clock: u32) -> Self {
        Self {
            client,
            first: clock,
            clock,
            count: 0,
            body: EncoderV1::new(),
            deletes: IdSet::new(),
            rights: HashMap::new(),
        }
    }

    pub(crate) fn clock(&self) -> u32 {
        self.clock
    }

    pub(crate) fn delete(&mut self, ids: IdSet) {
        self.deletes.merge_with(ids);
    }

    /// The update, `None` if nothing was written.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        if self.count == 0 && self.deletes.is_empty() {
            return None;
        }
        let mut encoder = EncoderV1::new();
        encoder.write_var(u32::from(self.count > 0));
        if self.count > 0 {
            encoder.write_var(self.count);
            encoder.write_client(self.client);
            encoder.write_var(self.first);
            encoder.write_all(&self.body.to_vec());
        }
        self.deletes.encode(&mut encoder);
        Some(encoder.to_vec())
    }

    /// True for an item of this very update.
    pub(crate) fn is_fresh(&self, id: &ID) -> bool {
        id.client == self.client && id.clock >= self.first
    }

    /// What stands visibly to the right of `id`.
    pub(crate) fn right_of<T: ReadTxn>(&self, txn: &T, id: &ID) -> Option<ID> {
        if let Some(right) = self.rights.get(id) {
            return *right;
        }
        let offset = StickyIndex::from_id(*id, Assoc::Before).get_offset(txn)?;
        first_at(txn, offset.branch, offset.index)
    }

    /// Writes a child with all that is in it; returns its right edge from the outside in.
    pub(crate) fn child(&mut self, place: Place, child: &Child) -> Vec<Open> {
        match child {
            Child::Element(node) => self.element(place, node),
            Child::Text(runs) => {
                let id = self.item(place, None, TYPE, 1, |body| body.write_type_ref(XML_TEXT));
                let start = Place { holder: Holder::Type(id), left: None, right: None };
                vec![Open::Text { id, last: self.runs(start, runs) }]
            }
        }
    }

    fn element(&mut self, place: Place, node: &Node) -> Vec<Open> {
        let id = self.item(place, None, TYPE, 1, |body| {
            body.write_type_ref(XML_ELEMENT);
            body.write_key(&node.tag);
        });
        let holder = Holder::Type(id);
        // Directly after the element: undoing the run relies on it.
        for (name, value) in &node.attributes {
            let place = Place { holder, left: None, right: None };
            self.item(place, Some(name), ANY, 1, |body| {
                body.write_len(1);
                body.write_any(&yjs::to_any(value));
            });
        }
        let mut edge = vec![Open::Element(id)];
        let mut left = None;
        for child in &node.children {
            let inner = self.child(Place { holder, left, right: None }, child);
            left = inner.first().map(Open::id);
            edge.truncate(1);
            edge.extend(inner);
        }
        edge
    }

    /// Writes runs of text one after the other; returns the last item written.
    pub(crate) fn runs(&mut self, place: Place, runs: &[Run]) -> Option<ID> {
        let mut left = place.left;
        for run in runs.iter().filter(|run| !run.text.is_empty()) {
            let marks = yjs::to_attrs(&run.marks);
            let mut keys: Vec<_> = marks.keys().cloned().collect();
            keys.sort();
            for key in &keys {
                left = Some(self.format(Place { left, ..place }, key, &marks[key]));
            }
            let len = utf16_len(&run.text);
            let first = self.item(Place { left, ..place }, None, STRING, len, |body| {
                body.write_string(&run.text);
            });
            left = Some(ID::new(first.client, first.clock + len - 1));
            for key in keys.iter().rev() {
                left = Some(self.format(Place { left, ..place }, key, &Any::Null));
            }
        }
        if let Some(last) = left {
            self.rights.insert(last, place.right);
        }
        left
    }

    fn format(&mut self, place: Place, key: &str, value: &Any) -> ID {
        self.item(place, None, FORMAT, 1, |body| {
            body.write_key(key);
            body.write_json(value);
        })
    }

    fn item(
        &mut self,
        place: Place,
        key: Option<&str>,
        content: u8,
        len: u32,
        write: impl FnOnce(&mut EncoderV1),
    ) -> ID {
        let id = ID::new(self.client, self.clock);
        let body = &mut self.body;
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        body.write_info(
            content
                | flag(place.left.is_some(), ORIGIN)
                | flag(place.right.is_some(), RIGHT_ORIGIN)
                | flag(key.is_some(), PARENT_KEY),
        );
        if let Some(left) = &place.left {
            body.write_left_id(left);
        }
        if let Some(right) = &place.right {
            body.write_right_id(right);
        }
        if place.left.is_none() && place.right.is_none() {
            match place.holder {
                Holder::Root => {
                    body.write_parent_info(true);
                    body.write_string(crate::schema::ROOT);
                }
                Holder::Type(holder) => {
                    body.write_parent_info(false);
                    body.write_left_id(&holder);
                }
            }
            if let Some(key) = key {
                body.write_string(key);
            }
        }
        write(body);
        self.clock += len;
        self.count += 1;
        self.rights.insert(id, place.right);
        id
    }
}

/// The visible item at `index` of a type.
pub(crate) fn first_at<T: ReadTxn>(
    txn: &T,
    branch: yrs::branch::BranchPtr,
    index: u32,
) -> Option<ID> {
    match StickyIndex::at(txn, branch, index, Assoc::After)?.scope() {
        IndexScope::Relative(id) => Some(*id),
        _ => None,
    }
}
