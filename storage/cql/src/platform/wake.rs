//! Wake hints, without a queue: hints lie in slots of a quarter of an hour, and a small table says
//! which slots there are.
//!
//! Three rows per hint: the slot in `wake_slot`, the hint in `wake_due`, and the entity's own in
//! `wake_entity`, written in this order; the last one decides. A hint that differs from it is one
//! that was replaced or not finished: nobody is told, and after a while it is removed.
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
use igny8_protocol_ids::{EntityKey, Timestamp};
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
    "INSERT INTO KS.wake_due (slot, due, scope, kind, id, set_at) VALUES (?, ?, ?, ?, ?, ?) \
     USING TIMESTAMP ?",
);
const DROP_DUE: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.wake_due USING TIMESTAMP ? \
     WHERE slot = ? AND due = ? AND scope = ? AND kind = ? AND id = ?",
);
const DUE: Statement = Statement::new(
    Class::Read,
    "SELECT due, scope, kind, id, set_at FROM KS.wake_due WHERE slot = ? AND due <= ?",
);
const ANY_DUE: Statement =
    Statement::new(Class::Read, "SELECT due FROM KS.wake_due WHERE slot = ? LIMIT 1");
const SET_ENTITY: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.wake_entity (scope, kind, id, due) VALUES (?, ?, ?, ?) USING TIMESTAMP ?",
);
const DROP_ENTITY: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.wake_entity USING TIMESTAMP ? WHERE scope = ? AND kind = ? AND id = ?",
);
const OF_ENTITY: Statement = Statement::new(
    Class::Read,
    "SELECT due FROM KS.wake_entity WHERE scope = ? AND kind = ? AND id = ?",
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
    slot: i64,
    due: i64,
    entity: EntityKey,
    set_at: i64,
}

fn slot_of(due: i64) -> i64 {
    due.div_euclid(SLOT_MILLIS)
}

impl Core {
    pub(crate) async fn wake(&self, entity: &EntityKey) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.wake_millis(entity).await?.map(Timestamp::from_millis))
    }

    async fn wake_millis(&self, entity: &EntityKey) -> Result<Option<i64>, StoreError> {
        let row = self.database.row::<(i64,)>(&OF_ENTITY, entity_values(entity)).await?;
        Ok(row.map(|(due,)| due))
    }

    pub(crate) async fn set_wake(
        &self,
        entity: &EntityKey,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let due = due.map(Timestamp::as_millis);
        let before = self.wake_millis(entity).await?;
        if let Some(due) = due {
            self.write_hint(entity, due).await?;
        }
        let stamp = CqlValue::BigInt(self.clock.stamp());
        if let Some(due) = due {
            let mut values = entity_values(entity);
            values.extend([CqlValue::BigInt(due), stamp]);
            self.database.write(&SET_ENTITY, values).await?;
        } else {
            let mut values = vec![stamp];
            values.extend(entity_values(entity));
            self.database.write(&DROP_ENTITY, values).await?;
        }
        match before {
            Some(old) if Some(old) != due => {
                self.drop_hint(entity, slot_of(old), old, self.clock.stamp()).await
            }
            _ => Ok(()),
        }
    }

    async fn write_hint(&self, entity: &EntityKey, due: i64) -> Result<(), StoreError> {
        let slot = slot_of(due);
        let now = self.clock.stamp();
        if !self.slots.is_fresh(slot, now) {
            self.database.write(&SET_SLOT, [slot, now, now].map(CqlValue::BigInt).to_vec()).await?;
            self.slots.note(slot, now);
        }
        let mut values = [slot, due].map(CqlValue::BigInt).to_vec();
        values.extend(entity_values(entity));
        let stamp = self.clock.stamp();
        values.extend([stamp, stamp].map(CqlValue::BigInt));
        self.database.write(&SET_DUE, values).await
    }

    async fn drop_hint(
        &self,
        entity: &EntityKey,
        slot: i64,
        due: i64,
        stamp: i64,
    ) -> Result<(), StoreError> {
        let mut values = [stamp, slot, due].map(CqlValue::BigInt).to_vec();
        values.extend(entity_values(entity));
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
        let rows =
            self.database.rows::<(i64, Bytes, i8, Uuid, i64)>(&DUE, values, PAGE_ROWS).await?;
        let looks = rows.map(|row| async move {
            let (due, scope, kind, id, set_at) = row?;
            let entity = entity_of(&scope, kind, id)
                .ok_or_else(|| corrupt("a wake hint", "its entity does not decode"))?;
            let holds = self.wake_millis(&entity).await? == Some(due);
            Ok::<_, StoreError>((Hint { slot, due, entity, set_at }, holds))
        });
        let mut looks = Box::pin(looks.buffered(LOOKS_AT_ONCE.min(limit.max(1))));
        let mut is_empty = true;
        while wakes.len() < limit {
            let Some((hint, holds)) = looks.try_next().await? else {
                if is_empty {
                    self.drop_slot_if_empty(slot).await?;
                }
                return Ok(());
            };
            is_empty = false;
            if holds {
                let due = Timestamp::from_millis(hint.due);
                wakes.push(Wake { entity: hint.entity, due });
            } else {
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
        self.drop_hint(&hint.entity, hint.slot, hint.due, hint.set_at).await
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
