//! A commit: one prepared text with the head's condition, the frame, and the appends of the change.
//!
//! Appends that a compaction folded are removed as *runs*: neighbours in the numbering of one epoch,
//! all of them read, so that no other row can ever lie between the first and the last. One range
//! removal per run leaves one tombstone where a removal per row would leave thousands, which every
//! later reader would have to step over.

use super::head::{Place, State};
use super::known::{Known, Slot};
use super::{Core, change::encode_change};
use crate::connect::{Class, Statement};
use crate::error::corrupt;
use crate::key::{Values, append_key, blob, entity_values, frame_key, number, runs};
use igny8_protocol_ids::{EntityKey, Epoch};
use igny8_storage_api::codec::{StoredHead, encode_frame, encode_row};
use igny8_storage_api::{
    Append, Change, ChangeDigest, CommitOutcome, Expected, Frame, Head, StoreError,
};
use tokio::sync::OwnedMutexGuard;

/// Rows of one kind in a commit's text, padded up to the next of these by repeating the last one.
/// Each pair of sizes is one prepared statement.
const SIZES: [usize; 6] = [0, 1, 4, 16, 64, 256];
/// Beyond the largest of them, multiples of it.
const SIZE_STEP: usize = 256;
/// Runs of compacted appends in the text; what is left over is removed after the commit, where
/// breaking off does no harm: an append that is read twice is the same update twice (R5).
const RUNS_MAX: usize = 64;
/// Appends in the text: a document's turn is one, an AI's block a few. A statement has at most
/// 65,535 marks, and each append takes five.
const APPENDS_MAX: usize = 8_192;

const REMOVE_RUN: Statement = Statement::new(
    Class::Plain,
    "DELETE FROM KS.entity WHERE scope = ? AND kind = ? AND id = ? AND section = 3 \
     AND key >= ? AND key <= ?",
);

/// A change laid out; only the chain is missing.
struct Prepared {
    frame: Frame,
    change: Vec<u8>,
    appends: Vec<([u8; 16], Vec<u8>)>,
    runs: Vec<([u8; 16], [u8; 16])>,
    bytes: usize,
}

impl Prepared {
    fn new(entity: &EntityKey, expected: Expected, change: Change) -> Self {
        let sequence = expected.sequence.next();
        let stored = encode_change(entity, sequence, &change);
        let written = |row: &(Epoch, _)| {
            row.0 == expected.epoch && change.appends.iter().any(|append| append.sequence == row.1)
        };
        // Removals come first: a row that is also written stays.
        let compacted = change.compacted.iter().copied().filter(|row| !written(row)).collect();
        let appends =
            change.appends.iter().map(|append| append_row(entity, expected.epoch, append));
        Self {
            bytes: stored.len(),
            appends: last_of_each(appends.collect()),
            runs: runs(compacted),
            change: stored,
            frame: Frame {
                epoch: expected.epoch,
                sequence,
                commit_id: change.commit_id,
                digest: ChangeDigest::of(&change),
                chain: [0; 32],
                events: change.events,
            },
        }
    }

    /// The values of the text, in its order.
    fn values(&self, entity: &EntityKey, fence: &[u64]) -> Values {
        let frame = &self.frame;
        let key = || blob(frame_key(frame.sequence));
        let mut values = vec![
            number(frame.sequence.0),
            blob(frame.commit_id.0.to_be_bytes()),
            blob(frame.chain),
        ];
        values.extend(entity_values(entity));
        values.extend(fence.iter().copied().map(number));
        values.extend(entity_values(entity));
        values.extend([key(), blob(encode_frame(frame)), blob(self.change.clone())]);
        for (key, body) in padded(&self.appends) {
            values.extend(entity_values(entity));
            values.extend([blob(*key), blob(body.clone())]);
        }
        for (first, last) in padded(&self.runs[..self.runs.len().min(RUNS_MAX)]) {
            values.extend(entity_values(entity));
            values.extend([blob(*first), blob(*last)]);
        }
        values
    }
}

/// The row of an append.
pub(crate) fn append_row(entity: &EntityKey, epoch: Epoch, row: &Append) -> ([u8; 16], Vec<u8>) {
    let key = append_key(epoch, row.sequence);
    (key, encode_row(entity, &key, &row.body))
}

/// Writes of one batch to the same row have no order: only the last one goes in.
pub(crate) fn last_of_each(rows: Vec<([u8; 16], Vec<u8>)>) -> Vec<([u8; 16], Vec<u8>)> {
    rows.into_iter().collect::<std::collections::BTreeMap<_, _>>().into_iter().collect()
}

/// The size of text that takes so many rows.
pub(crate) fn size_for(rows: usize) -> usize {
    SIZES.into_iter().find(|size| *size >= rows).unwrap_or(rows.next_multiple_of(SIZE_STEP))
}

/// The rows, and the last of them again until a size of text is full.
pub(crate) fn padded<T>(rows: &[T]) -> impl Iterator<Item = &T> {
    let fill = size_for(rows.len()) - rows.len();
    rows.iter().chain(std::iter::repeat_n(rows.last(), fill).flatten())
}

fn text(appends: usize, runs: usize, condition: &str) -> String {
    let place = "scope = ? AND kind = ? AND id = ?";
    let mut text = format!(
        "BEGIN BATCH \
         UPDATE KS.entity SET sequence = ?, commit_id = ?, chain = ? \
         WHERE {place} AND section = 0 AND key = 0x00 IF {condition}; \
         INSERT INTO KS.entity (scope, kind, id, section, key, body, change) \
         VALUES (?, ?, ?, 4, ?, ?, ?); "
    );
    for _ in 0..appends {
        text.push_str(
            "INSERT INTO KS.entity (scope, kind, id, section, key, body) \
             VALUES (?, ?, ?, 3, ?, ?); ",
        );
    }
    for _ in 0..runs {
        text.push_str(&format!(
            "DELETE FROM KS.entity WHERE {place} AND section = 3 AND key >= ? AND key <= ?; "
        ));
    }
    text + "APPLY BATCH"
}

impl Core {
    /// Writes a change if epoch and sequence are as expected.
    pub(crate) async fn commit(
        self: &std::sync::Arc<Self>,
        entity: &EntityKey,
        expected: Expected,
        change: Change,
    ) -> Result<CommitOutcome, StoreError> {
        change.check_bounds()?;
        let mut prepared = Prepared::new(entity, expected, change);
        if prepared.appends.len() > APPENDS_MAX {
            return Err(StoreError::TooLarge {
                what: "the number of appends in a commit",
                actual: prepared.appends.len(),
                limit: APPENDS_MAX,
            });
        }
        let slot: Slot = self.known.slot(entity);
        let mut known = slot.lock_owned().await;
        // Out of the slot as long as the outcome is open: a caller that goes away in the middle
        // leaves nothing behind that could be wrong.
        let remembered = known.take().filter(|known| self.fits(&known.state, expected));
        let before = match remembered {
            Some(known) => known,
            None => match self.place(entity).await? {
                Place::Taken(state) => Known::from(state),
                Place::Empty | Place::Restoring { .. } => {
                    return Ok(CommitOutcome::Fenced(StoredHead::unborn().head));
                }
            },
        };
        if !self.fits(&before.state, expected) {
            let head = before.state.head;
            *known = Some(before);
            return Ok(CommitOutcome::Fenced(head));
        }
        let frame = &mut prepared.frame;
        let digest = frame.digest;
        frame.chain =
            digest.chain(&before.state.head.chain, frame.epoch, frame.sequence, frame.commit_id);
        if !self.write(entity, expected, &prepared).await? {
            return self.refused(entity, known).await;
        }
        let after = after(before, &prepared);
        let head = after.state.head;
        *known = Some(after);
        self.remove_rest(entity, &prepared).await;
        self.checkpoint_if_due(entity, known);
        Ok(CommitOutcome::Applied(head))
    }

    fn fits(&self, state: &State, expected: Expected) -> bool {
        (state.head.epoch == expected.epoch || self.faults.epoch_is_ignored())
            && (state.head.sequence == expected.sequence || self.faults.sequence_is_ignored())
    }

    /// The one conditional write. True if it was applied.
    async fn write(
        &self,
        entity: &EntityKey,
        expected: Expected,
        prepared: &Prepared,
    ) -> Result<bool, StoreError> {
        let (epoch, sequence) = (expected.epoch.0, expected.sequence.0);
        let (condition, fence): (_, &[u64]) =
            match (self.faults.epoch_is_ignored(), self.faults.sequence_is_ignored()) {
                (false, false) => ("epoch = ? AND sequence = ?", &[epoch, sequence]),
                (true, false) => ("sequence = ?", &[sequence]),
                (false, true) => ("epoch = ?", &[epoch]),
                (true, true) => ("EXISTS", &[]),
            };
        let runs = size_for(prepared.runs.len().min(RUNS_MAX));
        let text = text(size_for(prepared.appends.len()), runs, condition);
        let start = std::time::Instant::now();
        let answer = self.database.conditional(&text, prepared.values(entity, fence)).await;
        metrics::histogram!("igny8_store_commit_seconds").record(start.elapsed().as_secs_f64());
        Ok(answer?.applied)
    }

    /// Somebody else was faster: what stands there now.
    async fn refused(
        &self,
        entity: &EntityKey,
        mut known: OwnedMutexGuard<Option<Known>>,
    ) -> Result<CommitOutcome, StoreError> {
        let Some(state) = self.state(entity).await? else {
            return Err(corrupt(format!("the head of {entity}"), "it was there and is not"));
        };
        let head = state.head;
        *known = Some(Known::from(state));
        Ok(CommitOutcome::Fenced(head))
    }

    /// Runs that found no place in the text.
    async fn remove_rest(&self, entity: &EntityKey, prepared: &Prepared) {
        for (first, last) in prepared.runs.iter().skip(RUNS_MAX) {
            let mut values = entity_values(entity);
            values.extend([blob(*first), blob(*last)]);
            if let Err(error) = self.database.write(&REMOVE_RUN, values).await {
                tracing::warn!(%entity, %error, "folded appends stay until the next compaction");
                return;
            }
        }
    }
}

fn after(before: Known, prepared: &Prepared) -> Known {
    let frame = &prepared.frame;
    let head = Head {
        epoch: before.state.head.epoch,
        sequence: frame.sequence,
        commit_id: frame.commit_id,
        chain: frame.chain,
    };
    Known {
        state: State { head, ..before.state },
        pending_bytes: before.pending_bytes + prepared.bytes,
        clean: before.clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_padded_by_repeating_the_last() {
        assert_eq!(padded::<u8>(&[]).count(), 0);
        assert_eq!(padded(&[1, 2]).copied().collect::<Vec<_>>(), [1, 2, 2, 2]);
        assert_eq!(padded(&[7; 17]).count(), 64);
        assert_eq!((size_for(1), size_for(5), size_for(257)), (1, 16, 512));
    }

    #[test]
    fn text_has_a_mark_for_each_value() {
        for (appends, runs) in [(0, 0), (1, 4), (256, 64)] {
            let marks = text(appends, runs, "epoch = ? AND sequence = ?").matches('?').count();
            assert_eq!(marks, 3 + 3 + 2 + 6 + (appends + runs) * 5);
        }
    }
}
