//! Who wrote which characters, as Yjs tells it: by client id and clock. Names are kept by whoever
//! keeps the document.

use yrs::types::text::YChange;
use yrs::{Any, ID, IdSet, Out, ReadTxn, Snapshot, Text, Transact, TransactionMut, XmlTextRef};

use crate::comment::Map;
use crate::live::{DocumentKind, LiveDocument};
use crate::node::utf16_len;

/// Characters that one client wrote one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The top-level block that they stand in, from 0.
    pub block: usize,
    /// Where they begin in the block's text, in UTF-16.
    pub from: u32,
    /// How many units they are.
    pub len: u32,
    /// The client that wrote them.
    pub client: u64,
    /// The client's clock at the first of them; each unit counts one.
    pub clock: u32,
}

impl LiveDocument {
    /// All characters of an article with their writers, from top to bottom. One pass over the
    /// document, and none of its places is looked for.
    pub fn written(&self) -> Vec<Written> {
        if self.kind() == DocumentKind::Free {
            return Vec::new();
        }
        let mut txn = self.doc.transact_mut();
        // Deleted characters are collected and hold no text: naming them would only cost time.
        let now = Snapshot::new(txn.state_vector(), IdSet::new());
        let mut written = Vec::new();
        let (mut block, mut at) = (0, 0);
        for (of, text) in Map::of(&txn).into_texts() {
            if of != block {
                (block, at) = (of, 0);
            }
            for (id, len) in stretches(&mut txn, &now, &text) {
                let (client, clock) = (id.client.get(), id.clock);
                written.push(Written { block, from: at, len, client, clock });
                at += len;
            }
        }
        written
    }

    /// How far the server's own edits have come: the clock of the next of them.
    pub fn own_clock(&self) -> u32 {
        self.doc.transact().state_vector().get(&self.doc.client_id())
    }
}

/// The id of each UTF-16 unit of a text.
pub(crate) fn ids(txn: &mut TransactionMut<'_>, text: &XmlTextRef) -> Vec<ID> {
    let now = Snapshot::new(txn.state_vector(), IdSet::new());
    let one = |(id, len): (ID, u32)| (0..len).map(move |at| ID::new(id.client, id.clock + at));
    stretches(txn, &now, text).into_iter().flat_map(one).collect()
}

/// The characters of a text, as stretches that one client wrote one after the other: the id of the
/// first, and how many units they are.
fn stretches(txn: &mut TransactionMut<'_>, now: &Snapshot, text: &XmlTextRef) -> Vec<(ID, u32)> {
    let pieces = text.diff_range(txn, Some(now), Some(&Snapshot::default()), YChange::identity);
    let stretch = |piece: &yrs::types::text::Diff<YChange>| match (&piece.insert, &piece.ychange) {
        (Out::Any(Any::String(characters)), Some(change)) => {
            Some((change.id, utf16_len(characters)))
        }
        _ => None,
    };
    pieces.iter().filter_map(stretch).collect()
}
