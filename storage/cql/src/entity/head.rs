//! The head row of an entity: read, and gained.

use super::Core;
use crate::connect::{Class, Statement};
use crate::error::corrupt;
use crate::key::{Values, blob, entity_values, number};
use igny8_protocol_ids::{EntityKey, Epoch, Scope, Sequence};
use igny8_storage_api::{CommitId, Floor, Head, StoreError};
use scylla::DeserializeRow;
use scylla::value::CqlValue;
use std::time::Duration;
use uuid::Uuid;

const READ: Statement = Statement::new(
    Class::Serial,
    "SELECT epoch, sequence, commit_id, chain, floor, floor_chain, checkpoint, step, taker, \
     restoring FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? AND section = 0 \
     AND key = 0x00",
);
const INSERT: &str = "INSERT INTO KS.entity (scope, kind, id, section, key, epoch, sequence, \
     commit_id, chain, floor, floor_chain, checkpoint, step, taker) \
     VALUES (?, ?, ?, 0, 0x00, 1, 0, ?, ?, 0, ?, 0, 0, ?) IF NOT EXISTS";
const TAKE: &str = "UPDATE KS.entity SET epoch = ?, taker = ? WHERE scope = ? AND kind = ? \
     AND id = ? AND section = 0 AND key = 0x00 IF epoch = ?";
const NAME: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.tenant_entity (tenant, kind, id) VALUES (?, ?, ?)",
);

/// Owners that race for an entity each try again until they have gained it: so many rounds are
/// more than there are nodes.
const TAKE_ROUNDS: u32 = 64;
/// Before the next round, at most; drawn, so that racing owners part.
const ROUND_PAUSE_MAX: Duration = Duration::from_millis(50);

/// What the head row says of an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) head: Head,
    pub(crate) floor: Floor,
    /// Records and outbox rows hold at least all commits up to this one.
    pub(crate) checkpoint: Sequence,
    /// Grows with each write of a checkpoint: its fence.
    pub(crate) step: u64,
    /// Drawn by whoever gained the epoch: tells its own success from another's.
    pub(crate) taker: Vec<u8>,
}

/// What stands where an entity's head belongs.
pub(crate) enum Place {
    /// Nothing.
    Empty,
    /// A restore that has not ended: the entity is absent.
    Restoring {
        /// Which one.
        attempt: Vec<u8>,
        /// The time stamp above which it writes.
        stamp: u64,
    },
    /// An entity.
    Taken(State),
}

#[derive(DeserializeRow)]
struct HeadRow {
    epoch: Option<i64>,
    sequence: Option<i64>,
    commit_id: Option<Vec<u8>>,
    chain: Option<Vec<u8>>,
    floor: Option<i64>,
    floor_chain: Option<Vec<u8>>,
    checkpoint: Option<i64>,
    step: Option<i64>,
    taker: Option<Vec<u8>>,
    restoring: Option<Vec<u8>>,
}

impl HeadRow {
    fn place(self) -> Option<Place> {
        if let Some(attempt) = self.restoring {
            let stamp = self.step.unwrap_or(0).cast_unsigned();
            return Some(Place::Restoring { attempt, stamp });
        }
        let head = Head {
            epoch: Epoch(self.epoch?.cast_unsigned()),
            sequence: Sequence(self.sequence?.cast_unsigned()),
            commit_id: CommitId(u128::from_be_bytes(self.commit_id?.try_into().ok()?)),
            chain: self.chain?.try_into().ok()?,
        };
        let floor = Floor {
            sequence: Sequence(self.floor?.cast_unsigned()),
            chain: self.floor_chain?.try_into().ok()?,
        };
        let checkpoint = Sequence(self.checkpoint?.cast_unsigned());
        let is_sound = floor.sequence <= checkpoint && checkpoint <= head.sequence;
        let (step, taker) = (self.step?.cast_unsigned(), self.taker.unwrap_or_default());
        is_sound.then_some(Place::Taken(State { head, floor, checkpoint, step, taker }))
    }
}

impl Core {
    /// What stands there, after whatever was half done has been finished.
    pub(crate) async fn place(&self, entity: &EntityKey) -> Result<Place, StoreError> {
        let row = self.database.row::<HeadRow>(&READ, entity_values(entity)).await?;
        let Some(row) = row else { return Ok(Place::Empty) };
        row.place().ok_or_else(|| corrupt(format!("the head of {entity}"), "it does not decode"))
    }

    /// The entity's state, if it is there.
    pub(crate) async fn state(&self, entity: &EntityKey) -> Result<Option<State>, StoreError> {
        Ok(match self.place(entity).await? {
            Place::Taken(state) => Some(state),
            Place::Empty | Place::Restoring { .. } => None,
        })
    }

    /// Gains the epoch. A round whose outcome is unknown is resolved by reading who gained it.
    pub(crate) async fn take(&self, entity: &EntityKey) -> Result<Head, StoreError> {
        let taker = Uuid::new_v4();
        let slot = self.known.slot(entity);
        let mut known = slot.lock_owned().await;
        *known = None;
        let mut last = StoreError::Unavailable { reason: "too many owners at once".into() };
        for round in 0..TAKE_ROUNDS {
            if round > 0 {
                let share = f64::from(Uuid::new_v4().as_fields().0) / f64::from(u32::MAX);
                tokio::time::sleep(ROUND_PAUSE_MAX.mul_f64(share)).await;
            }
            let before = match self.place(entity).await? {
                Place::Taken(state) => Some(state),
                Place::Empty => None,
                Place::Restoring { .. } => return Err(being_restored(entity)),
            };
            if let Some(state) = before.as_ref().filter(|state| state.taker == taker.as_bytes()) {
                *known = Some(super::known::Known::from(state.clone()));
                return Ok(state.head);
            }
            match self.take_from(entity, before.as_ref(), taker).await {
                Ok(()) => last = StoreError::Unavailable { reason: "too many owners".into() },
                Err(error @ StoreError::Unknown { .. }) => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// One round; the next reading tells whether it was ours.
    async fn take_from(
        &self,
        entity: &EntityKey,
        before: Option<&State>,
        taker: Uuid,
    ) -> Result<(), StoreError> {
        let taker = blob(*taker.as_bytes());
        let mut values: Values;
        let text = match before {
            None => {
                self.name(entity).await?;
                values = entity_values(entity);
                values.extend([blob([0; 16]), blob([0; 32]), blob([0; 32]), taker]);
                INSERT
            }
            Some(state) => {
                values = vec![number(state.head.epoch.next().0), taker];
                values.extend(entity_values(entity));
                values.push(number(state.head.epoch.0));
                TAKE
            }
        };
        self.database.conditional(text, values).await.map(drop)
    }

    /// Enters an entity in its tenant's list: before its head, so that none is ever missing there.
    pub(crate) async fn name(&self, entity: &EntityKey) -> Result<(), StoreError> {
        let Scope::Tenant(tenant) = entity.scope else { return Ok(()) };
        let [_, kind, _] =
            <[CqlValue; 3]>::try_from(entity_values(entity)).expect("an entity has three columns");
        let values = vec![CqlValue::Uuid(tenant.uuid()), kind, blob(*entity.id.as_bytes())];
        self.database.write(&NAME, values).await
    }
}

pub(crate) fn being_restored(entity: &EntityKey) -> StoreError {
    StoreError::Unavailable {
        reason: format!("{entity} is being restored, or its restore broke off: run it again"),
    }
}
