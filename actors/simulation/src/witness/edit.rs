//! What people typed: each edit carries a token that stands in the update as it is.

use igny8_protocol_ids::{DocumentId, EntityKey, EntityKind};
use igny8_storage_api::Append;
use std::collections::{BTreeMap, BTreeSet};

/// A token begins so; six digits and a `z` follow. No text of ours has it.
const MARK: &[u8] = b"Zq";
const DIGITS: usize = 6;

/// The text that carries a token.
pub(crate) fn token_text(token: u64) -> String {
    format!("Zq{token:06}z")
}

/// The tokens in some bytes, in their order.
pub(crate) fn tokens_in(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let length = MARK.len() + DIGITS + 1;
    bytes.windows(length).filter(|window| window.starts_with(MARK)).filter_map(move |window| {
        let digits = std::str::from_utf8(&window[MARK.len()..length - 1]).ok()?;
        if window[length - 1] == b'z' { digits.parse().ok() } else { None }
    })
}

/// All edits of a life.
#[derive(Default)]
pub(super) struct Edits {
    durable: BTreeMap<DocumentId, BTreeSet<u64>>,
    acknowledged: BTreeMap<DocumentId, BTreeSet<u64>>,
}

impl Edits {
    pub(super) fn seen_in(&mut self, entity: &EntityKey, rows: &[Append]) {
        if entity.kind != EntityKind::Document || rows.is_empty() {
            return;
        }
        let durable = self.durable.entry(DocumentId::from_uuid(entity.id)).or_default();
        for row in rows {
            durable.extend(tokens_in(&row.body));
        }
    }
    /// False if the edit is not durable.
    pub(super) fn acknowledge(&mut self, document: DocumentId, token: u64) -> bool {
        self.acknowledged.entry(document).or_default().insert(token);
        self.durable.get(&document).is_some_and(|durable| durable.contains(&token))
    }
    pub(super) fn unknown_in(&self, document: DocumentId, update: &[u8]) -> Option<u64> {
        let durable = self.durable.get(&document);
        tokens_in(update).find(|token| durable.is_none_or(|durable| !durable.contains(token)))
    }
    pub(super) fn acknowledged(&self, document: DocumentId) -> Vec<u64> {
        self.acknowledged.get(&document).into_iter().flatten().copied().collect()
    }
    pub(super) fn count(&self) -> u64 {
        self.acknowledged.values().map(|tokens| tokens.len() as u64).sum()
    }
    pub(super) fn is_untouched(&self, document: DocumentId) -> bool {
        self.durable.get(&document).is_none_or(BTreeSet::is_empty)
    }
}
