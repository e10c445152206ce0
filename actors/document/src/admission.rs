//! R8: may this update enter the document? Decided on the update and what it refers to, before
//! anything is applied; the cost grows with the update, not with the document.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use thiserror::Error;
use yrs::branch::BranchPtr;
use yrs::types::TypeRef;
use yrs::updates::encoder::Encode;
use yrs::{Assoc, ID, ReadTxn, StateVector, StickyIndex};

use crate::schema;
use crate::update::{Content, Incoming, Item, Kind, Parent, Struct};
use crate::yjs::id_of;

/// Why an update was not taken. The document is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UpdateRefused {
    /// The bytes are no Yjs v1 update (or state vector).
    #[error("the update cannot be decoded: {reason}")]
    Undecodable {
        /// What was found.
        reason: String,
    },
    /// One update is larger than [`crate::UPDATE_BYTES_MAX`].
    #[error("the update has {bytes} bytes, at most {bytes_max} are taken at once")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
    /// It builds on edits that have not arrived. Answer with a sync request carrying our state.
    #[error("the update builds on edits that have not arrived")]
    Gap {
        /// What we have, encoded.
        have_state_vector: Vec<u8>,
    },
    /// It holds a skip, which Yjs 13 clients would park for ever.
    #[error("the update holds a skip")]
    Skip,
    /// It holds something an article cannot, or a free document nested too deep.
    #[error("the update does not fit the schema: {reason}")]
    Schema {
        /// Which node, mark or attribute, and why.
        reason: String,
    },
    /// Applying it panicked; the document was rebuilt without it.
    #[error("the update could not be applied")]
    Panicked,
    /// The document would exceed [`crate::DOCUMENT_BYTES_MAX`].
    #[error("the document would have {bytes} bytes, at most {bytes_max} are kept")]
    DocumentTooLarge {
        /// The size it would have.
        bytes: usize,
        /// The limit.
        bytes_max: usize,
    },
}

impl UpdateRefused {
    pub(crate) fn schema(reason: impl Into<String>) -> Self {
        Self::Schema { reason: reason.into() }
    }
}

/// Refuses skips and anything that is not there yet.
pub(crate) fn check_gaps(incoming: &Incoming, have: &StateVector) -> Result<(), UpdateRefused> {
    if incoming.structs.iter().any(|s| matches!(s.kind, Kind::Skip)) {
        return Err(UpdateRefused::Skip);
    }
    let known = |id: &ID| {
        id.clock < have.get(&id.client)
            || incoming.end.get(&id.client).is_some_and(|end| id.clock < *end)
    };
    let starts_fit = incoming.first.iter().all(|id| id.clock <= have.get(&id.client));
    let references_fit = incoming.structs.iter().all(|s| match &s.kind {
        Kind::Item(item) => item_references(item).all(|id| known(&id)),
        _ => true,
    });
    let deletes_fit = incoming.deletes.iter().all(|(client, ranges)| {
        ranges
            .iter()
            .all(|range| range.start == range.end || known(&ID::new(*client, range.end - 1)))
    });
    if starts_fit && references_fit && deletes_fit {
        return Ok(());
    }
    Err(UpdateRefused::Gap { have_state_vector: have.encode_v1() })
}

fn item_references(item: &Item) -> impl Iterator<Item = ID> {
    let parent = match &item.parent {
        Some(Parent::Id(id)) => Some(*id),
        _ => None,
    };
    [item.origin, item.right_origin, parent].into_iter().flatten()
}

/// Where an item stands: what the schema asks about it.
#[derive(Debug, Clone)]
enum Place {
    Root,
    Element {
        tag: Arc<str>,
        depth: u32,
    },
    Text {
        inside: Option<Arc<str>>,
    },
    /// Deleted and collected: what is put there is gone at once.
    Nowhere,
}

/// Where an item of this update stands, and its key if it is an attribute.
#[derive(Debug, Clone)]
struct Position {
    place: Place,
    key: Option<Arc<str>>,
    /// What the item itself opens for others, if it is a type.
    opens: Option<Place>,
    /// The element it belongs to, if it continues something whose key cannot be seen from here.
    unseen: Option<ID>,
}

/// What the schema check found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// Elements the update brings.
    pub(crate) elements: Vec<ID>,
    /// Elements whose attributes must be looked at once the update is in: it overwrites one of
    /// them, and the encoding leaves the name to the item it follows.
    pub(crate) recheck: Vec<ID>,
}

/// Checks what the update adds against the schema.
pub(crate) fn check_schema<T: ReadTxn>(
    incoming: &Incoming,
    have: &StateVector,
    txn: &T,
) -> Result<Checked, UpdateRefused> {
    let mut check = SchemaCheck {
        txn,
        incoming: Index::new(incoming),
        chain_max: incoming.structs.len(),
        positions: HashMap::new(),
    };
    let mut checked = Checked::default();
    for block in &incoming.structs {
        let Kind::Item(item) = &block.kind else { continue };
        let new = block.id.clock + block.len > have.get(&block.id.client);
        if !new || matches!(item.content, Content::Deleted) {
            continue;
        }
        let position = check.position(block, item)?;
        match (position.unseen, &item.content) {
            (Some(element), Content::Values(_)) => checked.recheck.push(element),
            _ => check_item(item, &position)?,
        }
        if matches!(item.content, Content::Element(_)) {
            checked.elements.push(block.id);
        }
    }
    Ok(checked)
}

/// Structs by client and last clock, to find the one that holds an id.
pub(crate) struct Index<'a>(HashMap<yrs::ClientID, Vec<&'a Struct>>);

impl<'a> Index<'a> {
    pub(crate) fn new(incoming: &'a Incoming) -> Self {
        let mut blocks: HashMap<_, Vec<_>> = HashMap::new();
        for block in &incoming.structs {
            blocks.entry(block.id.client).or_default().push(block);
        }
        Self(blocks)
    }

    pub(crate) fn find(&self, id: &ID) -> Option<&'a Struct> {
        let blocks = self.0.get(&id.client)?;
        let at = blocks.partition_point(|block| block.id.clock <= id.clock).checked_sub(1)?;
        let block = blocks[at];
        (id.clock < block.id.clock + block.len).then_some(block)
    }
}

struct SchemaCheck<'a, T> {
    txn: &'a T,
    incoming: Index<'a>,
    /// A longer chain of references than the update has structs goes round in a circle.
    chain_max: usize,
    positions: HashMap<ID, Position>,
}

impl<T: ReadTxn> SchemaCheck<'_, T> {
    /// Chains of origins inside one update are followed without recursion: a pasted page is one
    /// chain of thousands of items.
    fn position(&mut self, block: &Struct, item: &Item) -> Result<Position, UpdateRefused> {
        if let Some(known) = self.positions.get(&block.id) {
            return Ok(known.clone());
        }
        let mut chain = vec![(block.id, item_link(item))];
        let mut base = loop {
            let (_, link) = chain.last().expect("the chain starts with the item asked for");
            match link {
                Link::Root(name) => break root_position(name)?,
                Link::Inside(id) | Link::Beside(id) => match self.incoming.find(id) {
                    Some(found) if self.positions.contains_key(&found.id) => {
                        break through(link, &self.positions[&found.id]);
                    }
                    Some(found) => match &found.kind {
                        // A loop of origins cannot be applied by anyone.
                        _ if chain.len() > self.chain_max => {
                            return Err(UpdateRefused::schema(
                                "items refer to each other in a circle",
                            ));
                        }
                        Kind::Item(next) => chain.push((found.id, item_link(next))),
                        _ => break nowhere(),
                    },
                    None => break self.existing(link),
                },
                Link::None => break nowhere(),
            }
        };
        while let Some((id, _)) = chain.pop() {
            let found =
                self.incoming.find(&id).expect("only structs of the update enter the chain");
            let Kind::Item(item) = &found.kind else { unreachable!("only items enter the chain") };
            let position = finish(item, base);
            self.positions.insert(id, position.clone());
            base = match chain.last() {
                Some((_, link)) => through(link, &position),
                None => position,
            };
        }
        Ok(base)
    }

    fn existing(&self, link: &Link) -> Position {
        let branch = match link {
            Link::Inside(id) => yrs::BranchID::get_nested(self.txn, id),
            Link::Beside(id) => parent_of(self.txn, id),
            Link::Root(_) | Link::None => None,
        };
        let Some(branch) = branch else { return nowhere() };
        let place = self.place(branch);
        let seen = match link {
            Link::Beside(id) => yrs::BranchID::get_nested(self.txn, id).is_some(),
            _ => true,
        };
        let unseen = id_of(&branch).filter(|_| !seen && matches!(place, Place::Element { .. }));
        Position { place, key: None, opens: None, unseen }
    }

    fn place(&self, branch: BranchPtr) -> Place {
        let (tag, depth) = ancestry(self.txn, branch);
        match (branch.type_ref(), tag) {
            (TypeRef::XmlText, inside) => Place::Text { inside },
            (TypeRef::XmlElement(tag), _) => Place::Element { tag: tag.clone(), depth },
            _ if id_of(&branch).is_none() => Place::Root,
            _ => Place::Nowhere,
        }
    }
}

/// The type that holds the item `id` of the document.
pub(crate) fn parent_of<T: ReadTxn>(txn: &T, id: &ID) -> Option<BranchPtr> {
    StickyIndex::from_id(*id, Assoc::Before).get_offset(txn).map(|offset| offset.branch)
}

/// The tag of the element that holds `branch`, and how deep `branch` itself stands (1 is directly
/// under the root).
fn ancestry<T: ReadTxn>(_: &T, branch: BranchPtr) -> (Option<Arc<str>>, u32) {
    use yrs::{Xml, XmlElementRef, XmlOut};
    let mut depth = 1;
    let mut current = XmlElementRef::from(branch).parent();
    let tag = match &current {
        Some(XmlOut::Element(element)) => element.try_tag().cloned(),
        _ => None,
    };
    while let Some(XmlOut::Element(element)) = current {
        depth += 1;
        current = element.parent();
    }
    (tag, depth)
}

/// How an item says where it stands.
#[derive(Debug, Clone)]
pub(crate) enum Link {
    Root(Arc<str>),
    Inside(ID),
    Beside(ID),
    None,
}

pub(crate) fn item_link(item: &Item) -> Link {
    match (&item.parent, item.origin.or(item.right_origin)) {
        (Some(Parent::Root(name)), _) => Link::Root(name.clone()),
        (Some(Parent::Id(id)), _) => Link::Inside(*id),
        (None, Some(id)) => Link::Beside(id),
        (None, None) => Link::None,
    }
}

fn root_position(name: &Arc<str>) -> Result<Position, UpdateRefused> {
    if name.as_ref() != schema::ROOT {
        return Err(UpdateRefused::schema(format!("there is no root named {name}")));
    }
    Ok(Position { place: Place::Root, key: None, opens: None, unseen: None })
}

fn nowhere() -> Position {
    Position { place: Place::Nowhere, key: None, opens: None, unseen: None }
}

/// The place of an item that refers to another item at a known position.
fn through(link: &Link, other: &Position) -> Position {
    match link {
        Link::Inside(_) => Position {
            place: other.opens.clone().unwrap_or(Place::Nowhere),
            key: None,
            opens: None,
            unseen: None,
        },
        _ => Position {
            place: other.place.clone(),
            key: other.key.clone(),
            opens: None,
            unseen: other.unseen,
        },
    }
}

fn finish(item: &Item, base: Position) -> Position {
    let opens = match (&item.content, &base.place) {
        (Content::Element(tag), place) => {
            Some(Place::Element { tag: tag.clone(), depth: depth_of(place) + 1 })
        }
        (Content::XmlText, Place::Element { tag, .. }) => {
            Some(Place::Text { inside: Some(tag.clone()) })
        }
        (Content::XmlText, _) => Some(Place::Text { inside: None }),
        _ => None,
    };
    let unseen =
        base.unseen.filter(|_| !matches!(item.content, Content::Element(_) | Content::XmlText));
    Position { place: base.place, key: item.key.clone().or(base.key), opens, unseen }
}

fn depth_of(place: &Place) -> u32 {
    match place {
        Place::Element { depth, .. } => *depth,
        _ => 0,
    }
}

fn check_item(item: &Item, position: &Position) -> Result<(), UpdateRefused> {
    if let Content::Foreign(what) | Content::ForeignType(what) = &item.content {
        return Err(UpdateRefused::schema(format!("an article holds no {what}")));
    }
    match (&position.place, &position.key) {
        (Place::Nowhere, _) => check_alone(item),
        (Place::Element { tag, .. }, Some(key)) => check_attribute(tag, key, item),
        (_, Some(key)) => {
            Err(UpdateRefused::schema(format!("{key} is set where no attributes are")))
        }
        (Place::Root, None) => check_child(None, 0, item),
        (Place::Element { tag, depth }, None) => check_child(Some(tag), *depth, item),
        (Place::Text { inside }, None) => check_text(inside.as_deref(), item),
    }
}

/// For what cannot be seen: at least its name must be one of ours.
fn check_alone(item: &Item) -> Result<(), UpdateRefused> {
    match &item.content {
        Content::Element(tag) if !schema::is_node(tag) => {
            Err(UpdateRefused::schema(format!("no node is named {tag}")))
        }
        _ => Ok(()),
    }
}

fn check_attribute(tag: &str, key: &str, item: &Item) -> Result<(), UpdateRefused> {
    let Content::Values(values) = &item.content else {
        return Err(UpdateRefused::schema(format!("{tag}.{key} is no plain value")));
    };
    let value = values.last().unwrap_or(&Value::Null);
    match schema::refuse_attribute(tag, key, value) {
        Some(reason) => Err(UpdateRefused::schema(reason)),
        None => Ok(()),
    }
}

fn check_child(parent: Option<&str>, depth: u32, item: &Item) -> Result<(), UpdateRefused> {
    let shown = parent.unwrap_or("the document");
    match &item.content {
        Content::Element(tag) if !schema::is_node(tag) => {
            Err(UpdateRefused::schema(format!("no node is named {tag}")))
        }
        Content::Element(tag) if !schema::may_contain(parent, tag) => {
            Err(UpdateRefused::schema(format!("{tag} cannot stand in {shown}")))
        }
        Content::Element(_) if depth + 1 > schema::DEPTH_MAX => Err(UpdateRefused::schema(
            format!("nodes are nested deeper than {}", schema::DEPTH_MAX),
        )),
        Content::Element(_) | Content::Deleted => Ok(()),
        Content::XmlText if schema::may_contain_text(parent) => Ok(()),
        _ => Err(UpdateRefused::schema(format!("text cannot stand directly in {shown}"))),
    }
}

fn check_text(inside: Option<&str>, item: &Item) -> Result<(), UpdateRefused> {
    match &item.content {
        Content::Text | Content::Deleted => Ok(()),
        Content::Format(key, value) => {
            if let Some(reason) = schema::refuse_mark(key, value) {
                return Err(UpdateRefused::schema(reason));
            }
            let marked_code = inside.is_some_and(|tag| !schema::may_carry_marks(tag));
            if marked_code && !value.is_null() {
                return Err(UpdateRefused::schema(format!("codeBlock carries no mark {key}")));
            }
            Ok(())
        }
        _ => Err(UpdateRefused::schema("text holds nothing but characters and marks")),
    }
}

/// The second look at elements whose attributes were overwritten, after the update is in.
pub(crate) fn check_elements<T: ReadTxn>(ids: &[ID], txn: &T) -> Result<(), UpdateRefused> {
    use yrs::{Xml, XmlFragment};
    for element in ids.iter().filter_map(|id| crate::yjs::element_at(txn, id)) {
        let tag = element.try_tag().cloned().unwrap_or_default();
        for (name, value) in element.attributes(txn) {
            let yrs::Out::Any(any) = value else {
                return Err(UpdateRefused::schema(format!("{tag}.{name} is no plain value")));
            };
            let value = crate::yjs::to_value(&any);
            if let Some(reason) = schema::refuse_attribute(&tag, name, &value) {
                return Err(UpdateRefused::schema(reason));
            }
        }
        if element.children(txn).count() != element.len(txn) as usize {
            return Err(UpdateRefused::schema(format!("{tag} holds a plain value")));
        }
    }
    Ok(())
}
