//! An entity as it was elsewhere, put into its empty place.
//!
//! Its head row is marked first, so that nobody sees or takes a half-restored entity, and two
//! restores of the same one cannot mix: the second takes the mark over, and the first is refused at
//! its end. The rows themselves are written plainly, with time stamps counted from 1 instead of the
//! clock's: every later conditional write of the same rows is newer. Each attempt first removes
//! everything up to its own stamp and writes above it, so that also late writes of an attempt that
//! broke off end up under the removal.

use super::Core;
use super::commit::append_row;
use super::head::{Place, being_restored};
use crate::connect::{Class, Statement};
use crate::key::{Values, blob, entity_values, frame_key, number, outbox_key};
use futures::TryStreamExt;
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::codec::{encode_frame, encode_record, encode_row};
use igny8_storage_api::{Append, CommitOutcome, EntityImage, StoreError};
use scylla::value::CqlValue;
use uuid::Uuid;

/// Rows per page while the stamps of leftovers are read.
const PAGE_ROWS: i32 = 1_000;
/// Rows that are laid out at a time.
const ROWS_AT_ONCE: usize = 256;
/// Tries to mark the place, against others who do the same.
const MARK_ROUNDS: u32 = 8;

const MARK: &str = "INSERT INTO KS.entity (scope, kind, id, section, key, restoring, step) \
     VALUES (?, ?, ?, 0, 0x00, ?, 0) IF NOT EXISTS";
const TAKE_MARK: &str = "UPDATE KS.entity SET restoring = ? WHERE scope = ? AND kind = ? \
     AND id = ? AND section = 0 AND key = 0x00 IF restoring = ?";
const SET_STAMP: &str = "UPDATE KS.entity SET step = ? WHERE scope = ? AND kind = ? \
     AND id = ? AND section = 0 AND key = 0x00 IF restoring = ?";
const FINISH: &str = "UPDATE KS.entity SET epoch = ?, sequence = ?, commit_id = ?, chain = ?, \
     floor = ?, floor_chain = ?, checkpoint = ?, step = 0, restoring = null \
     WHERE scope = ? AND kind = ? AND id = ? AND section = 0 AND key = 0x00 IF restoring = ?";
const STAMPS: Statement = Statement::new(
    Class::Read,
    "SELECT WRITETIME(body) FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? \
     AND section >= 1",
);
const REMOVE: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.entity USING TIMESTAMP ? WHERE scope = ? AND kind = ? AND id = ? \
     AND section >= 1",
);
const ROW: Statement = Statement::new(
    Class::Plain,
    "INSERT INTO KS.entity (scope, kind, id, section, key, body) VALUES (?, ?, ?, ?, ?, ?) \
     USING TIMESTAMP ?",
);

impl Core {
    /// Puts an entity into its empty place.
    pub(crate) async fn restore(
        &self,
        entity: &EntityKey,
        image: EntityImage,
    ) -> Result<CommitOutcome, StoreError> {
        let attempt = *Uuid::new_v4().as_bytes();
        let before = match self.mark(entity, attempt).await? {
            Ok(stamp) => stamp,
            Err(outcome) => return Ok(outcome),
        };
        let leftover = self.newest_stamp(entity).await?;
        let stamp = before.max(leftover.unwrap_or(0)) + 1;
        let mut values = vec![number(stamp)];
        values.extend(entity_values(entity));
        values.push(blob(attempt));
        self.mine(entity, SET_STAMP, values).await?;
        let mut values = vec![number(stamp)];
        values.extend(entity_values(entity));
        self.database.write(&REMOVE, values).await?;
        self.name(entity).await?;
        self.write_rows(entity, &image, stamp + 1).await?;
        if let Some(due) = image.wake {
            self.set_wake(entity, image.loaded.head.epoch, Some(due)).await?;
        }
        let head = image.loaded.head;
        let mut values: Values = [head.epoch.0, head.sequence.0].map(number).to_vec();
        values.extend([blob(head.commit_id.0.to_be_bytes()), blob(head.chain)]);
        values.extend([number(image.floor.sequence.0), blob(image.floor.chain)]);
        values.push(number(head.sequence.0));
        values.extend(entity_values(entity));
        values.push(blob(attempt));
        self.mine(entity, FINISH, values).await?;
        Ok(CommitOutcome::Applied(head))
    }

    /// Marks the place as ours; what stands there if it is taken. The stamp is that of the attempt
    /// before.
    async fn mark(
        &self,
        entity: &EntityKey,
        attempt: [u8; 16],
    ) -> Result<Result<u64, CommitOutcome>, StoreError> {
        for _ in 0..MARK_ROUNDS {
            let (text, values) = match self.place(entity).await? {
                Place::Taken(state) => return Ok(Err(CommitOutcome::Fenced(state.head))),
                Place::Restoring { attempt: other, stamp } if other == attempt => {
                    return Ok(Ok(stamp));
                }
                Place::Restoring { attempt: other, .. } => {
                    let mut values = vec![blob(attempt)];
                    values.extend(entity_values(entity));
                    values.push(blob(other));
                    (TAKE_MARK, values)
                }
                Place::Empty => {
                    let mut values = entity_values(entity);
                    values.push(blob(attempt));
                    (MARK, values)
                }
            };
            match self.database.conditional(text, values).await {
                Ok(_) | Err(StoreError::Unknown { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Err(being_restored(entity))
    }

    /// A step that only the owner of the mark may take.
    async fn mine(&self, entity: &EntityKey, text: &str, values: Values) -> Result<(), StoreError> {
        match self.database.conditional(text, values).await?.applied {
            true => Ok(()),
            false => Err(being_restored(entity)),
        }
    }

    /// The stamp of the newest row that somebody left here.
    async fn newest_stamp(&self, entity: &EntityKey) -> Result<Option<u64>, StoreError> {
        let values = entity_values(entity);
        let mut rows = self.database.rows::<(Option<i64>,)>(&STAMPS, values, PAGE_ROWS).await?;
        let mut newest = None;
        while let Some((stamp,)) = rows.try_next().await? {
            newest = newest.max(stamp.map(i64::cast_unsigned));
        }
        Ok(newest)
    }

    async fn write_rows(
        &self,
        entity: &EntityKey,
        image: &EntityImage,
        stamp: u64,
    ) -> Result<(), StoreError> {
        let mut rows = rows_of(entity, image);
        loop {
            let some: Vec<Values> = rows
                .by_ref()
                .take(ROWS_AT_ONCE)
                .map(|(section, key, body)| {
                    let mut values = entity_values(entity);
                    values.extend([CqlValue::TinyInt(section), blob(key), blob(body)]);
                    values.push(number(stamp));
                    values
                })
                .collect();
            if some.is_empty() {
                return Ok(());
            }
            self.database.write_together(&ROW, some).await?;
        }
    }
}

/// Section, key and body of a row.
type Row = (i8, Vec<u8>, Vec<u8>);

/// Every row of an entity but its head.
fn rows_of<'a>(
    entity: &'a EntityKey,
    image: &'a EntityImage,
) -> Box<dyn Iterator<Item = Row> + Send + 'a> {
    let records = image.loaded.records.iter();
    let records = records.map(move |row| (1, row.key.to_vec(), encode_record(entity, row)));
    let outbox = image.loaded.outbox.iter().map(move |row| {
        let key = outbox_key(row.key);
        (2, key.to_vec(), encode_row(entity, &key, &row.body))
    });
    let appends = image.appends.iter().map(move |row| {
        let append = Append { sequence: row.sequence, body: row.body.clone() };
        let (key, body) = append_row(entity, row.epoch, &append);
        (3, key.to_vec(), body)
    });
    let frames = image.frames.iter();
    let frames = frames.map(|frame| (4, frame_key(frame.sequence).to_vec(), encode_frame(frame)));
    Box::new(records.chain(outbox).chain(appends).chain(frames))
}
