//! Wake hints, without a queue: hints lie in slots of a quarter of an hour, and a small table says
//! which slots there are.
//!
//! Three rows per hint: the slot in `wake_slot`, the hint in `wake_due`, and the entity's own in
//! `wake_entity`, written in this order; the last one decides. A hint that differs from it is one
//! that was replaced or not finished: nobody is told, and after a while it is removed.
//!
//! Each owner of an entity has rows of its own, under its epoch, and removes those of owners before
//! it. So one that was fenced and does not know it cannot take away what a later owner has set,
//! whichever write comes last; at worst it leaves a hint that wakes the entity once too often.
//!
//! An empty slot is dropped from `wake_slot` with a time stamp of `MARGIN` ago. Whoever sets a hint
//! has written the slot's row within the last `REFRESH`, so a slot that is still used has a newer
//! row, and stays. All of it holds as long as the clocks of the nodes differ by less than the two
//! apart (five minutes), and no single write takes longer.
//!
//! Removed rows leave tombstones in a slot of a quarter of an hour, and one per dropped slot; both
//! tables forget them after an hour, since here a removed row that comes back does no harm.

use crate::connect::{Class, Statement};
use crate::entity::Core;
use crate::error::corrupt;
use crate::key::{entity_of, entity_values};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use igny8_protocol_ids::{EntityKey, Epoch, Timestamp};
use igny8_storage_api::{StoreError, Wake};
use scylla::value::CqlValue;
use std::collections::HashMap;
use std::sync::PoisonError;
use uuid::Uuid;

/// Short enough that its tombstones do not hurt, long enough that there are few slots.
const SLOT_MILLIS: i64 = 15 * 60 * 1_000;
/// How old the time stamp is with which an empty slot is dropped, and a stale hint at least.
const MARGIN_MICROS: i64 = 10 * 60 * 1_000_000;
/// A slot's row is written again after this.
const REFRESH_MICROS: i64 = 5 * 60 * 1_000_000;
/// Slots whose writing is remembered: a year of them, and some.
const SLOTS_MAX: usize = 40_000;
/// Hints that are looked at together.
const LOOKS_AT_ONCE: usize = 16;
const PAGE_ROWS: i32 = 500;

const SET_SLOT: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.wake_slot (place, slot, set_at) VALUES (0, ?, ?) USING TIMESTAMP ?",
);
const DROP_SLOT: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.wake_slot USING TIMESTAMP ? WHERE place = 0 AND slot = ?",
);
const SLOTS: Statement =
    Statement::new(Class::Read, "SELECT slot FROM KS.wake_slot WHERE place = 0 AND slot <= ?");
const SET_DUE: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.wake_due (slot, due, scope, kind, id, epoch, set_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?",
);
const DROP_DUE: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.wake_due USING TIMESTAMP ? \
     WHERE slot = ? AND due = ? AND scope = ? AND kind = ? AND id = ? AND epoch = ?",
);
const DUE: Statement = Statement::new(
    Class::Read,
    "SELECT due, scope, kind, id, epoch, set_at FROM KS.wake_due WHERE slot = ? AND due <= ?",
);
const ANY_DUE: Statement =
    Statement::new(Class::Read, "SELECT due FROM KS.wake_due WHERE slot = ? LIMIT 1");
const SET_ENTITY: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.wake_entity (scope, kind, id, epoch, due) VALUES (?, ?, ?, ?, ?) \
     USING TIMESTAMP ?",
);
/// Up to this epoch, without it.
const DROP_ENTITY: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.wake_entity USING TIMESTAMP ? \
     WHERE scope = ? AND kind = ? AND id = ? AND epoch < ?",
);
const OF_ENTITY: Statement = Statement::new(
    Class::Read,
    "SELECT due, epoch FROM KS.wake_entity WHERE scope = ? AND kind = ? AND id = ?",
);

/// When this process last wrote the row of a slot.
#[derive(Default)]
pub(crate) struct Slots(std::sync::Mutex<HashMap<i64, i64>>);

impl Slots {
    fn is_fresh(&self, slot: i64, now: i64) -> bool {
        let slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.get(&slot).is_some_and(|written| now - written < REFRESH_MICROS)
    }

    fn note(&self, slot: i64, now: i64) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= SLOTS_MAX {
            slots.clear();
        }
        slots.insert(slot, now);
    }
}

/// A row of `wake_due`.
struct Hint {
    due: i64,
    entity: EntityKey,
    epoch: i64,
    set_at: i64,
}

fn slot_of(due: i64) -> i64 {
    due.div_euclid(SLOT_MILLIS)
}

impl Core {
    pub(crate) async fn wake(&self, entity: &EntityKey) -> Result<Option<Timestamp>, StoreError> {
        let first = self.hints_of(entity).await?.into_iter().min();
        Ok(first.map(|(due, _)| Timestamp::from_millis(due)))
    }

    /// Due time and epoch of each owner's hint: one, unless an owner was fenced just now.
    async fn hints_of(&self, entity: &EntityKey) -> Result<Vec<(i64, i64)>, StoreError> {
        self.database.few::<(i64, i64)>(&OF_ENTITY, entity_values(entity)).await
    }

    pub(crate) async fn set_wake(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let epoch = i64::try_from(epoch.0).unwrap_or(i64::MAX - 1);
        let due = due.map(Timestamp::as_millis);
        let before = self.hints_of(entity).await?;
        if before.iter().any(|(_, owner)| *owner > epoch) {
            return Ok(());
        }
        let mut drop_below = epoch + 1;
        if let Some(due) = due {
            let hint = Hint { due, entity: *entity, epoch, set_at: self.clock.stamp() };
            self.write_hint(&hint).await?;
            let mut values = entity_values(entity);
            values.extend([epoch, due, self.clock.stamp()].map(CqlValue::BigInt));
            self.database.write(&SET_ENTITY, values).await?;
            drop_below = epoch;
        }
        if before.iter().any(|(_, owner)| *owner < drop_below) {
            let mut values = vec![CqlValue::BigInt(self.clock.stamp())];
            values.extend(entity_values(entity));
            values.push(CqlValue::BigInt(drop_below));
            self.database.write(&DROP_ENTITY, values).await?;
        }
        for (old, owner) in before {
            if (Some(old), owner) != (due, epoch) {
                let set_at = self.clock.stamp();
                self.drop_hint(&Hint { due: old, entity: *entity, epoch: owner, set_at }).await?;
            }
        }
        Ok(())
    }

    async fn write_hint(&self, hint: &Hint) -> Result<(), StoreError> {
        let slot = slot_of(hint.due);
        let now = hint.set_at;
        if !self.slots.is_fresh(slot, now) {
            self.database.write(&SET_SLOT, [slot, now, now].map(CqlValue::BigInt).to_vec()).await?;
            self.slots.note(slot, now);
        }
        let mut values = [slot, hint.due].map(CqlValue::BigInt).to_vec();
        values.extend(entity_values(&hint.entity));
        values.extend([hint.epoch, now, now].map(CqlValue::BigInt));
        self.database.write(&SET_DUE, values).await
    }

    /// Removes what was written until `set_at`.
    async fn drop_hint(&self, hint: &Hint) -> Result<(), StoreError> {
        let mut values = [hint.set_at, slot_of(hint.due), hint.due].map(CqlValue::BigInt).to_vec();
        values.extend(entity_values(&hint.entity));
        values.push(CqlValue::BigInt(hint.epoch));
        self.database.write(&DROP_DUE, values).await
    }

    /// Hints due at or before `until`, the earliest first.
    pub(crate) async fn due_wakes(
        &self,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Wake>, StoreError> {
        let until = until.as_millis();
        let values = vec![CqlValue::BigInt(slot_of(until))];
        let slots = self.database.rows::<(i64,)>(&SLOTS, values, PAGE_ROWS).await?;
        let mut slots = slots.map_ok(|(slot,)| slot);
        let mut wakes = Vec::new();
        // Slots come in the order of time, so what is due first is in the first ones.
        while wakes.len() < limit
            && let Some(slot) = slots.try_next().await?
        {
            self.due_in_slot(slot, until, limit, &mut wakes).await?;
        }
        Ok(wakes)
    }

    async fn due_in_slot(
        &self,
        slot: i64,
        until: i64,
        limit: usize,
        wakes: &mut Vec<Wake>,
    ) -> Result<(), StoreError> {
        let values = [slot, until].map(CqlValue::BigInt).to_vec();
        let rows = self.database.rows::<(i64, Bytes, i8, Uuid, i64, i64)>(&DUE, values, PAGE_ROWS);
        let looks = rows.await?.map(|row| async move {
            let (due, scope, kind, id, epoch, set_at) = row?;
            let entity = entity_of(&scope, kind, id)
                .ok_or_else(|| corrupt("a wake hint", "its entity does not decode"))?;
            let hints = self.hints_of(&entity).await?;
            Ok::<_, StoreError>((Hint { due, entity, epoch, set_at }, hints))
        });
        let mut looks = Box::pin(looks.buffered(LOOKS_AT_ONCE.min(limit.max(1))));
        let mut is_empty = true;
        while wakes.len() < limit {
            let Some((hint, hints)) = looks.try_next().await? else {
                if is_empty {
                    self.drop_slot_if_empty(slot).await?;
                }
                return Ok(());
            };
            is_empty = false;
            let it = (hint.due, hint.epoch);
            if hints.iter().min() == Some(&it) {
                let due = Timestamp::from_millis(hint.due);
                wakes.push(Wake { entity: hint.entity, due });
            } else if !hints.contains(&it) {
                self.drop_stale(&hint).await?;
            }
        }
        Ok(())
    }

    /// A hint that is not its entity's is stale, unless somebody is just setting it.
    async fn drop_stale(&self, hint: &Hint) -> Result<(), StoreError> {
        if hint.set_at > self.clock.stamp() - MARGIN_MICROS {
            return Ok(());
        }
        self.drop_hint(hint).await
    }

    async fn drop_slot_if_empty(&self, slot: i64) -> Result<(), StoreError> {
        let stamp = self.clock.stamp() - MARGIN_MICROS;
        let values = vec![CqlValue::BigInt(slot)];
        if self.database.row::<(i64,)>(&ANY_DUE, values).await?.is_some() {
            return Ok(());
        }
        let values = [stamp, slot].map(CqlValue::BigInt).to_vec();
        self.database.write(&DROP_SLOT, values).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_follow_time_also_before_1970() {
        assert_eq!(slot_of(0), 0);
        assert_eq!(slot_of(SLOT_MILLIS - 1), 0);
        assert_eq!(slot_of(SLOT_MILLIS), 1);
        assert_eq!(slot_of(-1), -1);
        assert!(slot_of(i64::MIN) < slot_of(i64::MAX));
    }

    #[test]
    fn slot_is_written_again_in_time() {
        let slots = Slots::default();
        assert!(!slots.is_fresh(3, 0));
        slots.note(3, 0);
        assert!(slots.is_fresh(3, REFRESH_MICROS - 1));
        assert!(!slots.is_fresh(3, REFRESH_MICROS));
        // The promise that dropping an empty slot stands on.
        const { assert!(REFRESH_MICROS < MARGIN_MICROS) };
    }
}
