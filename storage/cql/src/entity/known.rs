//! What this process remembers of the entities that it writes, so that a commit of a known head is
//! one conditional write and nothing else. Losing it costs a read, being wrong costs a refusal.

use super::head::State;
use igny8_protocol_ids::EntityKey;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use tokio::sync::Mutex;

/// The last known state of an entity.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) state: State,
    /// Bytes of the changes after the checkpoint, as far as this process wrote them.
    pub(crate) pending_bytes: usize,
    /// True once a whole checkpoint was written by this owner: then no row of an outbox record
    /// that was opened since can be there.
    pub(crate) clean: bool,
}

impl From<State> for Known {
    fn from(state: State) -> Self {
        Self { state, pending_bytes: 0, clean: false }
    }
}

/// Locked as long as somebody writes the entity's head: one write at a time, in the order of
/// asking. `None` while a write is under way, and after one whose outcome is not known.
pub(crate) type Slot = Arc<Mutex<Option<Known>>>;

/// Two generations: what was not asked for during a whole generation is forgotten with it.
pub(crate) struct KnownHeads {
    generations: std::sync::Mutex<[HashMap<EntityKey, Slot>; 2]>,
    generation_max: usize,
}

impl KnownHeads {
    pub(crate) fn new(heads_max: usize) -> Self {
        Self { generations: std::sync::Mutex::default(), generation_max: (heads_max / 2).max(1) }
    }

    /// The entity's slot. Everybody who asks while one is held gets the same one.
    pub(crate) fn slot(&self, entity: &EntityKey) -> Slot {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let [young, old] = &mut *generations;
        if let Some(slot) = young.get(entity) {
            return slot.clone();
        }
        let slot = old.remove(entity).unwrap_or_default();
        if young.len() >= self.generation_max {
            let mut aged = std::mem::take(young);
            // A slot that somebody holds must stay the only one of its entity.
            aged.extend(old.drain().filter(|(_, slot)| Arc::strong_count(slot) > 1));
            *old = aged;
        }
        young.insert(*entity, slot.clone());
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::TenantId;
    use uuid::Uuid;

    fn entity(number: u128) -> EntityKey {
        EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(number)))
    }

    #[test]
    fn r11_heads_are_bounded_and_a_held_slot_stays_the_only_one() {
        let known = KnownHeads::new(10);
        let held = known.slot(&entity(0));
        for number in 1..1_000 {
            known.slot(&entity(number));
        }
        assert!(Arc::ptr_eq(&held, &known.slot(&entity(0))));
        let generations = known.generations.lock().unwrap();
        assert!(generations.iter().map(HashMap::len).sum::<usize>() <= 12);
    }
}
