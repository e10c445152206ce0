//! The whole state of an entity at one moment: rows, and the frames after the checkpoint replayed
//! over them. Why that is right stands in `checkpoint.rs`.

use super::Core;
use super::change::StoredChange;
use super::checkpoint::change_after;
use super::head::State;
use crate::connect::{Class, Statement};
use crate::error::corrupt;
use crate::key::{blob, decode_outbox_key, entity_values, frame_key};
use bytes::Bytes;
use futures::TryStreamExt;
use igny8_protocol_ids::{EntityKey, Sequence};
use igny8_storage_api::codec::{decode_record, decode_row};
use igny8_storage_api::{
    EntityImage, Loaded, OpenOutbox, OutboxKey, Record, RecordKey, StoreError,
};
use std::collections::BTreeMap;

/// A busy owner may move the entity's beginning, or write appends, while somebody reads it. So
/// often is it read anew before the reader is told to come back later.
const ROUNDS: u32 = 24;
/// Rows per request.
const RECORD_ROWS: i32 = 256;
const FRAME_ROWS: i32 = 32;

const RECORDS: Statement = Statement::new(
    Class::Read,
    "SELECT section, key, body FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? \
     AND section >= 1 AND section <= 2",
);
/// Frames after one and up to another.
pub(super) const CHANGES: Statement = Statement::new(
    Class::Read,
    "SELECT key, change FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? AND section = 4 \
     AND key > ? AND key <= ?",
);

/// Records and open outbox records, and how far they are.
struct Replay<'a> {
    entity: &'a EntityKey,
    records: BTreeMap<RecordKey, Record>,
    outbox: BTreeMap<OutboxKey, Bytes>,
    last: Sequence,
    /// True if a replayed commit wrote or removed appends.
    moved_appends: bool,
}

impl Replay<'_> {
    fn apply(&mut self, sequence: Sequence, change: StoredChange) {
        for key in change.deletes {
            self.records.remove(&key);
        }
        for key in change.closed {
            self.outbox.remove(&key);
        }
        for record in change.puts {
            self.records.insert(record.key.clone(), record);
        }
        for record in change.outbox {
            self.outbox.insert(OutboxKey { sequence, index: record.index }, record.body);
        }
        self.moved_appends |= change.moves_appends;
        self.last = sequence;
    }

    fn row(&mut self, section: i8, key: Bytes, body: &[u8]) -> Option<()> {
        if section == 1 {
            let record = decode_record(self.entity, &key, body)?;
            self.records.insert(key, record);
        } else {
            self.outbox.insert(decode_outbox_key(&key)?, decode_row(self.entity, &key, body)?);
        }
        Some(())
    }

    fn loaded(self, state: &State) -> Loaded {
        let outbox = self.outbox.into_iter().map(|(key, body)| OpenOutbox { key, body });
        Loaded {
            head: state.head,
            records: self.records.into_values().collect(),
            outbox: outbox.collect(),
        }
    }
}

impl Core {
    /// The whole committed state.
    pub(crate) async fn load(&self, entity: &EntityKey) -> Result<Option<Loaded>, StoreError> {
        for _ in 0..ROUNDS {
            let Some(before) = self.state(entity).await? else { return Ok(None) };
            let outcome = self.read(entity, &before).await;
            let Some(after) = self.state(entity).await? else { return Ok(None) };
            if let Some(mut replay) = self.unless_moved(outcome, &before, &after)?
                && self.catch_up(&mut replay, &before, &after).await?
            {
                return Ok(Some(replay.loaded(&after)));
            }
        }
        Err(busy(entity))
    }

    /// Rows, then the frames after the checkpoint: both at least as new as `before`.
    async fn read<'a>(
        &self,
        entity: &'a EntityKey,
        before: &State,
    ) -> Result<Replay<'a>, StoreError> {
        let mut replay = Replay {
            entity,
            records: BTreeMap::new(),
            outbox: BTreeMap::new(),
            last: before.checkpoint,
            moved_appends: false,
        };
        let values = entity_values(entity);
        let mut rows =
            self.database.rows::<(i8, Bytes, Bytes)>(&RECORDS, values, RECORD_ROWS).await?;
        while let Some((section, key, body)) = rows.try_next().await? {
            replay.row(section, key, &body).ok_or_else(|| {
                corrupt(format!("the records of {entity}"), "a row does not decode")
            })?;
        }
        Ok(replay)
    }

    /// `None` if a failure may come from frames that were given up in between.
    fn unless_moved<T>(
        &self,
        outcome: Result<T, StoreError>,
        before: &State,
        after: &State,
    ) -> Result<Option<T>, StoreError> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::Corrupt { .. }) if after.floor.sequence > before.checkpoint => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replays the frames from the checkpoint up to `after`. False if they are given up already.
    async fn catch_up(
        &self,
        replay: &mut Replay<'_>,
        before: &State,
        after: &State,
    ) -> Result<bool, StoreError> {
        let replayed = self.replay(replay, after.head.sequence).await;
        Ok(self.unless_moved(replayed, before, after)?.is_some())
    }

    async fn replay(&self, replay: &mut Replay<'_>, until: Sequence) -> Result<(), StoreError> {
        if replay.last >= until {
            return Ok(());
        }
        let entity = replay.entity;
        let mut values = entity_values(entity);
        values.extend([blob(frame_key(replay.last)), blob(frame_key(until))]);
        let mut rows =
            self.database.rows::<(Bytes, Option<Bytes>)>(&CHANGES, values, FRAME_ROWS).await?;
        while replay.last < until {
            let Some((key, value)) = rows.try_next().await? else {
                return Err(corrupt(format!("the frames of {entity}"), "the newest are missing"));
            };
            let (sequence, change) = change_after(entity, replay.last, &key, value.as_deref())?;
            replay.apply(sequence, change);
        }
        Ok(())
    }

    /// All that there is of an entity. Read anew until no commit came in between that wrote or
    /// removed appends: they lie in rows of their own and cannot be replayed.
    pub(crate) async fn image(
        &self,
        entity: &EntityKey,
    ) -> Result<Option<EntityImage>, StoreError> {
        for _ in 0..ROUNDS {
            let Some(before) = self.state(entity).await? else { return Ok(None) };
            let outcome = self.read(entity, &before).await;
            let Some(middle) = self.state(entity).await? else { return Ok(None) };
            let Some(mut replay) = self.unless_moved(outcome, &before, &middle)? else { continue };
            if !self.catch_up(&mut replay, &before, &middle).await? {
                continue;
            }
            replay.moved_appends = false;
            let appends = self.appends(entity).await?;
            let Some(after) = self.state(entity).await? else { return Ok(None) };
            if !self.catch_up(&mut replay, &middle, &after).await? || replay.moved_appends {
                continue;
            }
            let frames = self.frames(
                entity,
                after.floor.sequence,
                after.head.sequence,
                usize::MAX,
                usize::MAX,
            );
            let frames = match frames.await {
                Ok(frames) => frames,
                Err(error) => {
                    let floor = self.state(entity).await?.map(|now| now.floor);
                    if floor == Some(after.floor) {
                        return Err(error);
                    }
                    continue;
                }
            };
            let wake = self.wake(entity).await?;
            let loaded = replay.loaded(&after);
            return Ok(Some(EntityImage { loaded, floor: after.floor, frames, appends, wake }));
        }
        Err(busy(entity))
    }
}

fn busy(entity: &EntityKey) -> StoreError {
    StoreError::Unavailable { reason: format!("{entity} is written faster than it can be read") }
}
