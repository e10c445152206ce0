//! The heads that the writer thread knows without reading.

use igny8_protocol_ids::EntityKey;
use igny8_storage_api::codec::StoredHead;
use std::collections::HashMap;

/// Heads in each of the two generations: some 300 bytes each with their room, so 5 MiB at the most.
const GENERATION_MAX: usize = 8_192;

/// A bounded cache in two generations: what is used moves to the young one; when that is full,
/// the old one goes.
#[derive(Default)]
pub(crate) struct HeadCache {
    young: HashMap<EntityKey, StoredHead>,
    old: HashMap<EntityKey, StoredHead>,
}

impl HeadCache {
    pub(crate) fn get(&mut self, entity: &EntityKey) -> Option<StoredHead> {
        if let Some(head) = self.young.get(entity) {
            return Some(*head);
        }
        let head = self.old.remove(entity)?;
        self.insert(*entity, head);
        Some(head)
    }

    pub(crate) fn insert(&mut self, entity: EntityKey, head: StoredHead) {
        if self.young.len() >= GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(entity, head);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::{Sequence, TenantId};
    use uuid::Uuid;

    fn entity(number: usize) -> EntityKey {
        EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(number as u128)))
    }

    #[test]
    fn cache_is_bounded_and_never_hands_out_an_old_head() {
        let mut cache = HeadCache::default();
        let mut head = StoredHead::unborn();
        for number in 0..3 * GENERATION_MAX {
            head.head.sequence = Sequence(number as u64);
            cache.insert(entity(number), head);
            cache.insert(entity(0), head);
            assert_eq!(cache.get(&entity(0)), Some(head));
        }
        assert!(cache.young.len() + cache.old.len() <= 2 * GENERATION_MAX);
        assert_eq!(cache.get(&entity(1)), None);
    }
}
