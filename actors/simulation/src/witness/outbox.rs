//! Orders to the outside and to other entities: each opened once, closed once (R4).

use igny8_protocol_ids::Sequence;
use igny8_storage_api::{Change, OutboxKey};
use std::collections::BTreeSet;

/// The outbox of one entity over its whole life.
#[derive(Default)]
pub(super) struct Outbox {
    open: BTreeSet<OutboxKey>,
    /// `:sequence:index` of all that were ever opened, as idempotency keys end.
    opened: BTreeSet<String>,
}

impl Outbox {
    pub(super) fn commit(
        &mut self,
        sequence: Sequence,
        change: &Change,
        broken: &mut Vec<(&'static str, String)>,
    ) {
        for key in &change.closed {
            if !self.open.remove(key) {
                broken.push(("r4_each_order_is_closed_once", format!("{key:?} was not open")));
            }
        }
        for record in &change.outbox {
            self.open.insert(OutboxKey { sequence, index: record.index });
            self.opened.insert(format!(":{}:{}", sequence.0, record.index));
        }
    }
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
    /// Whether a call's key belongs to an order: it begins with the order's, and each call of one
    /// attempt adds its number, a repair its name.
    pub(super) fn was_opened(&self, end_of_key: &str) -> bool {
        let order: Vec<&str> = end_of_key.splitn(4, ':').take(3).collect();
        self.opened.contains(&order.join(":"))
    }
}
