//! Checkpoints: records and open outbox records are written out of the frames, so that loading an
//! entity does not mean reading its whole history.
//!
//! # Why a load is right at any moment
//!
//! Let `checkpoint` be the number in the head. Two things hold at any time:
//!
//! 1. For every key, the row holds the effect of all commits up to `checkpoint`, or of some later
//!    prefix of the commits: a checkpoint writes all its keys before its last write moves the
//!    number, and it writes nothing but the effects of commits that are in frames.
//! 2. A key that no frame after `checkpoint` touches has its final value in its row.
//!
//! So replaying the frames after `checkpoint` in their order, up to a head that is at least as new
//! as every row that was read, gives every touched key its last value, whatever newer state its row
//! held before, and leaves the others alone. `load` therefore reads the head, then rows and frames,
//! then the head again, and replays up to the second one.
//!
//! # Why a late write does no harm
//!
//! Every write of a checkpoint is conditional on (epoch, `step`) and makes `step` one more. A write
//! whose outcome is unknown may still come true later, but only while `step` is what it was: once
//! this owner (or the next one) has gone on from a head that it has read, the late one is refused.
//! Without the step an old value could arrive after the newer one and before the number moves.
//!
//! # Rows that are never written
//!
//! An outbox record that was opened and closed between two checkpoints leaves neither a row nor a
//! tombstone, provided that no broken-off checkpoint can have written it: `Known::clean` says so.

use super::change::{StoredChange, decode_change};
use super::commit::{padded, size_for};
use super::head::State;
use super::known::Known;
use super::load::CHANGES;
use super::{Core, feed::decode};
use crate::connect::{Class, Statement};
use crate::error::corrupt;
use crate::key::{Values, blob, decode_frame_key, entity_values, frame_key, number, outbox_key};
use bytes::Bytes;
use futures::TryStreamExt;
use igny8_protocol_ids::{EntityKey, Sequence};
use igny8_storage_api::codec::{encode_record, encode_row};
use igny8_storage_api::{Floor, OutboxKey, StoreError};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use tokio::sync::OwnedMutexGuard;

/// Bytes of changes after which a checkpoint is due, however few commits they are.
const DUE_BYTES: usize = 256 * 1024;
/// Bytes of rows in one write, unless a single row is larger.
const WRITE_BYTES_MAX: usize = 256 * 1024;
/// Rows of one kind in one write.
const WRITE_ROWS_MAX: usize = 64;
/// Bytes of changes that one round holds in memory: one change may be 8 MiB alone.
const ROUND_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Frames are given up so many at a time.
const TRIM_STEP: u64 = 64;
/// Changes per page: each may be large.
const PAGE_ROWS: i32 = 16;

const FRAME: Statement = Statement::new(
    Class::Read,
    "SELECT body FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? AND section = 4 AND key = ?",
);

/// Sections that a checkpoint writes.
const RECORD: i8 = 1;
const OUTBOX: i8 = 2;

/// A row's last value, or its removal, by section and key.
type Rows = BTreeMap<(i8, Bytes), Option<Vec<u8>>>;

/// The net effect of some changes.
struct Fold<'a> {
    entity: &'a EntityKey,
    rows: Rows,
    /// Outbox records that were opened here, if no row of them can be there.
    opened: Option<HashSet<OutboxKey>>,
    last: Sequence,
    bytes: usize,
}

impl Fold<'_> {
    fn add(&mut self, sequence: Sequence, change: StoredChange) {
        let removed = change.deletes.into_iter().map(|key| ((RECORD, key), None));
        self.rows.extend(removed);
        for key in change.closed {
            let place = (OUTBOX, Bytes::copy_from_slice(&outbox_key(key)));
            if self.opened.as_mut().is_some_and(|opened| opened.remove(&key)) {
                self.rows.remove(&place);
            } else {
                self.rows.insert(place, None);
            }
        }
        for record in change.puts {
            let value = encode_record(self.entity, &record);
            self.rows.insert((RECORD, record.key), Some(value));
        }
        for record in change.outbox {
            let key = OutboxKey { sequence, index: record.index };
            if let Some(opened) = &mut self.opened {
                opened.insert(key);
            }
            let key = outbox_key(key);
            let value = encode_row(self.entity, &key, &record.body);
            self.rows.insert((OUTBOX, Bytes::copy_from_slice(&key)), Some(value));
        }
        self.last = sequence;
    }
}

/// One conditional write of a checkpoint.
#[derive(Default)]
struct Step {
    puts: Vec<(i8, Bytes, Vec<u8>)>,
    removals: Vec<(i8, Bytes)>,
}

/// Rows in as few writes as their bounds allow; at least one.
fn steps(rows: Rows) -> Vec<Step> {
    let mut steps = vec![Step::default()];
    let mut bytes = 0;
    for ((section, key), value) in rows {
        let size = key.len() + value.as_ref().map_or(0, Vec::len);
        let last = steps.last().expect("there is one from the start");
        let rows = last.puts.len().max(last.removals.len());
        if rows >= WRITE_ROWS_MAX || (rows > 0 && bytes + size > WRITE_BYTES_MAX) {
            steps.push(Step::default());
            bytes = 0;
        }
        bytes += size;
        let last = steps.last_mut().expect("there is one from the start");
        match value {
            Some(value) => last.puts.push((section, key, value)),
            None => last.removals.push((section, key)),
        }
    }
    steps
}

fn text(puts: usize, removals: usize, trims: bool) -> String {
    let place = "scope = ? AND kind = ? AND id = ?";
    let mut text = format!(
        "BEGIN BATCH \
         UPDATE KS.entity SET step = ?, checkpoint = ?, floor = ?, floor_chain = ? \
         WHERE {place} AND section = 0 AND key = 0x00 IF epoch = ? AND step = ?; "
    );
    for _ in 0..puts {
        text.push_str(
            "INSERT INTO KS.entity (scope, kind, id, section, key, body) \
             VALUES (?, ?, ?, ?, ?, ?); ",
        );
    }
    for _ in 0..removals {
        text.push_str(&format!(
            "DELETE FROM KS.entity WHERE {place} AND section = ? AND key = ?; "
        ));
    }
    if trims {
        text.push_str(&format!(
            "DELETE FROM KS.entity WHERE {place} AND section = 4 AND key > ? AND key <= ?; "
        ));
    }
    text + "APPLY BATCH"
}

impl Step {
    /// Text and values that lead from one state to the next.
    fn statement(&self, entity: &EntityKey, from: &State, to: &State) -> (String, Values) {
        let trims = to.floor.sequence > from.floor.sequence;
        let text = text(size_for(self.puts.len()), size_for(self.removals.len()), trims);
        let mut values = vec![
            number(to.step),
            number(to.checkpoint.0),
            number(to.floor.sequence.0),
            blob(to.floor.chain),
        ];
        values.extend(entity_values(entity));
        values.extend([number(from.head.epoch.0), number(from.step)]);
        let section = scylla::value::CqlValue::TinyInt;
        for (of, key, body) in padded(&self.puts) {
            values.extend(entity_values(entity));
            values.extend([section(*of), blob(key.to_vec()), blob(body.clone())]);
        }
        for (of, key) in padded(&self.removals) {
            values.extend(entity_values(entity));
            values.extend([section(*of), blob(key.to_vec())]);
        }
        if trims {
            values.extend(entity_values(entity));
            let frames = [from.floor.sequence, to.floor.sequence];
            values.extend(frames.map(|sequence| blob(frame_key(sequence))));
        }
        (text, values)
    }
}

impl Core {
    /// Starts a checkpoint beside the owner's next decision, if one is due. It holds the entity's
    /// slot: the next commit waits for it, rather than fighting with it over the same partition.
    pub(super) fn checkpoint_if_due(
        self: &Arc<Self>,
        entity: &EntityKey,
        known: OwnedMutexGuard<Option<Known>>,
    ) {
        let Some(now) = known.as_ref() else { return };
        let commits =
            now.state.head.sequence.0 - now.state.checkpoint.0.min(now.state.head.sequence.0);
        if commits < self.checkpoint_commits && now.pending_bytes < DUE_BYTES {
            return;
        }
        // All places taken: the next commit asks again.
        let Ok(permit) = self.checkpoints.clone().try_acquire_owned() else { return };
        let (core, entity) = (self.clone(), *entity);
        self.background.spawn(async move {
            let mut known = known;
            let Some(from) = known.take() else { return };
            match core.checkpoint(&entity, from).await {
                Ok(after) => *known = after,
                Err(error) => {
                    metrics::counter!("igny8_store_checkpoint_failures_total").increment(1);
                    tracing::warn!(%entity, %error, "a checkpoint broke off; a later commit repeats it");
                }
            }
            drop(permit);
        });
    }

    /// Writes everything up to the head. `None` if the head is not ours any more.
    async fn checkpoint(
        &self,
        entity: &EntityKey,
        from: Known,
    ) -> Result<Option<Known>, StoreError> {
        let mut known = from;
        while known.state.checkpoint < known.state.head.sequence {
            let fold = self.fold(entity, &known).await?;
            let steps = steps(fold.rows);
            let last = steps.len() - 1;
            for (number, step) in steps.into_iter().enumerate() {
                let mut to = State { step: known.state.step + 1, ..known.state.clone() };
                if number == last {
                    to.checkpoint = fold.last;
                    to.floor = self.next_floor(entity, &to).await?;
                }
                let (text, values) = step.statement(entity, &known.state, &to);
                if !self.database.conditional(&text, values).await?.applied {
                    return Ok(None);
                }
                known.state = to;
            }
            known.clean = true;
        }
        known.pending_bytes = 0;
        Ok(Some(known))
    }

    /// The net effect of the changes after the checkpoint, as far as one round goes.
    async fn fold<'a>(&self, entity: &'a EntityKey, known: &Known) -> Result<Fold<'a>, StoreError> {
        let (from, to) = (known.state.checkpoint, known.state.head.sequence);
        let opened = known.clean.then(HashSet::new);
        let mut fold = Fold { entity, rows: Rows::new(), opened, last: from, bytes: 0 };
        let mut values = entity_values(entity);
        values.extend([blob(frame_key(from)), blob(frame_key(to))]);
        let mut rows =
            self.database.rows::<(Bytes, Option<Bytes>)>(&CHANGES, values, PAGE_ROWS).await?;
        while fold.bytes < ROUND_BYTES_MAX
            && let Some((key, value)) = rows.try_next().await?
        {
            fold.bytes += value.as_ref().map_or(0, Bytes::len);
            let (sequence, change) = change_after(entity, fold.last, &key, value.as_deref())?;
            fold.add(sequence, change);
        }
        if fold.bytes < ROUND_BYTES_MAX && fold.last != to {
            return Err(corrupt(format!("the frames of {entity}"), "the newest are missing"));
        }
        Ok(fold)
    }

    /// Where the kept frames are to begin from now on.
    async fn next_floor(&self, entity: &EntityKey, state: &State) -> Result<Floor, StoreError> {
        let wanted = state.head.sequence.0.saturating_sub(self.feed_commits_kept);
        let wanted = Sequence(wanted.min(state.checkpoint.0));
        if wanted.0 < state.floor.sequence.0 + TRIM_STEP {
            return Ok(state.floor);
        }
        let mut values = entity_values(entity);
        values.push(blob(frame_key(wanted)));
        let row = self.database.row::<(Bytes,)>(&FRAME, values).await?;
        let (body,) =
            row.ok_or_else(|| corrupt(format!("frame {} of {entity}", wanted.0), "it is missing"))?;
        Ok(Floor { sequence: wanted, chain: decode(entity, wanted, &body)?.chain })
    }
}

/// The change of a frame row, which must be the next one.
pub(super) fn change_after(
    entity: &EntityKey,
    last: Sequence,
    key: &[u8],
    value: Option<&[u8]>,
) -> Result<(Sequence, StoredChange), StoreError> {
    let place = || format!("the frames of {entity} after {}", last.0);
    let sequence = decode_frame_key(key)
        .filter(|sequence| *sequence == last.next())
        .ok_or_else(|| corrupt(place(), "the next one is missing"))?;
    let change = value
        .and_then(|value| decode_change(entity, sequence, value))
        .ok_or_else(|| corrupt(place(), "the next change does not decode"))?;
    Ok((sequence, change))
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::TenantId;
    use igny8_storage_api::{NewOutbox, Record};
    use uuid::Uuid;

    fn entity() -> EntityKey {
        EntityKey::tenant(TenantId::from_uuid(Uuid::from_u128(7)))
    }

    fn fold(entity: &EntityKey, clean: bool) -> Fold<'_> {
        let opened = clean.then(HashSet::new);
        Fold { entity, rows: Rows::new(), opened, last: Sequence(0), bytes: 0 }
    }

    fn opened() -> StoredChange {
        let outbox = vec![NewOutbox { index: 0, body: Bytes::from_static(b"call") }];
        StoredChange { outbox, ..StoredChange::default() }
    }

    fn closed() -> StoredChange {
        let closed = vec![OutboxKey { sequence: Sequence(1), index: 0 }];
        StoredChange { closed, ..StoredChange::default() }
    }

    #[test]
    fn r4_closed_outbox_leaves_no_row_unless_one_may_be_there() {
        let entity = entity();
        for (clean, rows) in [(true, 0), (false, 1)] {
            let mut fold = fold(&entity, clean);
            fold.add(Sequence(1), opened());
            fold.add(Sequence(2), closed());
            assert_eq!(fold.rows.len(), rows);
            assert!(fold.rows.values().all(Option::is_none));
        }
        // Opened before: the removal must be written.
        let mut fold = fold(&entity, true);
        fold.add(Sequence(2), closed());
        assert_eq!(fold.rows.len(), 1);
    }

    #[test]
    fn last_word_on_a_key_counts() {
        let entity = entity();
        let mut fold = fold(&entity, true);
        let put = |value: &'static str| StoredChange {
            puts: vec![Record::new("a", value)],
            deletes: vec![Bytes::from_static(b"a")],
            ..StoredChange::default()
        };
        fold.add(Sequence(1), put("one"));
        fold.add(Sequence(2), put("two"));
        let value = fold.rows.into_values().next().unwrap().unwrap();
        assert!(value.ends_with(b"two"));
    }

    #[test]
    fn r11_writes_are_bounded() {
        let row = |number: u16, size| {
            let key = Bytes::copy_from_slice(&number.to_be_bytes());
            ((RECORD, key), Some(vec![0; size]))
        };
        assert_eq!(steps(Rows::new()).len(), 1);
        assert_eq!(steps((0..130).map(|number| row(number, 10)).collect()).len(), 3);
        let large: Rows = (0..4).map(|number| row(number, 200_000)).collect();
        assert_eq!(steps(large).len(), 4);
    }

    #[test]
    fn text_has_a_mark_for_each_value() {
        let entity = entity();
        let from = State {
            head: igny8_storage_api::codec::StoredHead::unborn().head,
            floor: Floor::default(),
            checkpoint: Sequence(0),
            step: 3,
            taker: Vec::new(),
        };
        let floor = Floor { sequence: Sequence(64), chain: [1; 32] };
        for to in [State { step: 4, ..from.clone() }, State { floor, ..from.clone() }] {
            let key = Bytes::from_static(b"k");
            let step = Step { puts: vec![(1, key.clone(), vec![1]); 2], removals: vec![(2, key)] };
            let (text, values) = step.statement(&entity, &from, &to);
            assert_eq!(text.matches('?').count(), values.len());
        }
    }
}
