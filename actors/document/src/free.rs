//! Free documents: any Yjs content. What is checked of an update beside gaps, skips and sizes is how
//! deep its types stand in one another: Yjs and yrs delete and walk them by calling themselves for
//! each level, so that a tower of thousands of types ends a process, ours and every reader's.

use std::collections::HashMap;

use yrs::{ID, ReadTxn};

use crate::admission::{Checked, Index, Link, UpdateRefused, item_link, parent_of};
use crate::update::{Content, Incoming, Item, Kind, Struct};
use crate::yjs::id_of;

/// Types in one another: drawings and outlines nest a dozen.
pub(crate) const DEPTH_MAX: u32 = 64;

/// Refuses types that stand too deep.
pub(crate) fn check<T: ReadTxn>(incoming: &Incoming, txn: &T) -> Result<Checked, UpdateRefused> {
    let mut depths = Depths {
        txn,
        chain_max: incoming.structs.len(),
        incoming: Index::new(incoming),
        known: HashMap::new(),
    };
    for block in &incoming.structs {
        let Kind::Item(item) = &block.kind else { continue };
        if opens_type(&item.content) && depths.of(block, item)? >= DEPTH_MAX {
            let reason = format!("types are nested deeper than {DEPTH_MAX}");
            return Err(UpdateRefused::schema(reason));
        }
    }
    Ok(Checked::default())
}

const fn opens_type(content: &Content) -> bool {
    matches!(content, Content::Element(_) | Content::XmlText | Content::ForeignType(_))
}

struct Depths<'a, T> {
    txn: &'a T,
    /// A longer chain of references than the update has structs goes round in a circle.
    chain_max: usize,
    incoming: Index<'a>,
    /// How deep the place of a struct of this update is: 0 is directly in a root.
    known: HashMap<ID, u32>,
}

impl<T: ReadTxn> Depths<'_, T> {
    /// Chains of references inside one update are followed without recursion.
    fn of(&mut self, block: &Struct, item: &Item) -> Result<u32, UpdateRefused> {
        let mut chain = Vec::new();
        let (mut id, mut link) = (block.id, item_link(item));
        let mut depth = loop {
            if let Some(known) = self.known.get(&id) {
                break *known;
            }
            if chain.len() > self.chain_max {
                let reason = "items refer to each other in a circle";
                return Err(UpdateRefused::schema(reason));
            }
            let (to, step) = match link {
                Link::Root(_) | Link::None => (None, 0),
                Link::Inside(to) => (Some(to), 1),
                Link::Beside(to) => (Some(to), 0),
            };
            chain.push((id, step));
            let Some(to) = to else { break 0 };
            match self.incoming.find(&to) {
                Some(Struct { id: next, kind: Kind::Item(item), .. }) => {
                    (id, link) = (*next, item_link(item));
                }
                // What stands in something collected is gone at once.
                Some(_) => break 0,
                None => break self.existing(&to),
            }
        };
        while let Some((id, step)) = chain.pop() {
            depth += step;
            self.known.insert(id, depth);
        }
        Ok(depth)
    }

    /// How deep the place of an item of the document is.
    fn existing(&self, id: &ID) -> u32 {
        let mut place = parent_of(self.txn, id);
        let mut depth = 0;
        while let Some(id) = place.as_ref().and_then(|branch| id_of(branch)) {
            depth += 1;
            if depth > DEPTH_MAX {
                break;
            }
            place = parent_of(self.txn, &id);
        }
        depth
    }
}
