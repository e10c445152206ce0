//! Takes and commits: the fence (R2), the chain, the trimming of the feed.

use super::group::{Group, Known};
use super::request::PreparedCommit;
use crate::error::corrupt;
use crate::layout::{Section, Space, encode_entity, frame_key, restore_key, row_name};
use igny8_protocol_ids::{EntityKey, Sequence};
use igny8_storage_api::codec::{StoredHead, decode_frame, seal_frame};
use igny8_storage_api::{CommitOutcome, Expected, Floor, Head, StoreError};

/// Frames beyond those to keep before they are trimmed, all in one commit: one read and this many
/// removals every so many commits.
const TRIM_STEP: u64 = 64;

impl Group {
    pub(super) fn take(
        &mut self,
        known: &mut Known<'_>,
        entity: &EntityKey,
    ) -> Result<Head, StoreError> {
        let mut stored = match self.head(known, entity)? {
            Some(stored) => stored,
            None => self.unborn(known, entity)?,
        };
        stored.head.epoch = stored.head.epoch.next();
        self.heads.insert(*entity, stored);
        Ok(stored.head)
    }

    /// The head of an entity that never was, unless it is about to be put back: nobody may begin
    /// anew on rows that a restore has written.
    fn unborn(&self, known: &Known<'_>, entity: &EntityKey) -> Result<StoredHead, StoreError> {
        if self.row(known, Space::Platform, &restore_key(&encode_entity(entity)))?.is_some() {
            let reason = format!("{entity} is being restored, or that was broken off: restore it");
            return Err(StoreError::Unavailable { reason });
        }
        Ok(StoredHead::unborn())
    }

    pub(super) fn commit(
        &mut self,
        known: &mut Known<'_>,
        commit: PreparedCommit,
    ) -> Result<CommitOutcome, StoreError> {
        let current = self.head(known, &commit.entity)?;
        let mut stored = current.unwrap_or_else(StoredHead::unborn);
        if current.is_none() || !admits(known, &stored.head, &commit.expected) {
            return Ok(CommitOutcome::Fenced(stored.head));
        }
        let sequence = commit.expected.sequence.next();
        let chain = commit.digest.chain(
            &stored.head.chain,
            commit.expected.epoch,
            sequence,
            commit.commit_id,
        );
        // Read before anything is staged: an error must leave nothing behind.
        let trimmed = self.trimmed_floor(known, &commit.entity, &stored, sequence)?;
        let (frame_key, mut frame) = commit.frame;
        seal_frame(&mut frame, &chain);
        self.rows.extend(commit.writes);
        self.rows.push((Space::Entity, frame_key, Some(frame)));
        stored.head.sequence = sequence;
        stored.head.commit_id = commit.commit_id;
        stored.head.chain = chain;
        if let Some(floor) = trimmed {
            self.drop_frames(&commit.entity, stored.floor.sequence, floor.sequence);
            stored.floor = floor;
        }
        self.heads.insert(commit.entity, stored);
        self.commits += 1;
        Ok(CommitOutcome::Applied(stored.head))
    }

    /// The new floor, once a whole step of frames is beyond what is kept.
    fn trimmed_floor(
        &self,
        known: &Known<'_>,
        entity: &EntityKey,
        stored: &StoredHead,
        sequence: Sequence,
    ) -> Result<Option<Floor>, StoreError> {
        let kept = sequence.0.saturating_sub(stored.floor.sequence.0);
        if kept < known.feed_commits_kept.saturating_add(TRIM_STEP) {
            return Ok(None);
        }
        // Never the frame being written: it is kept even if none should be.
        let floor = Sequence(stored.floor.sequence.0 + TRIM_STEP.min(kept - 1));
        let key = frame_key(&encode_entity(entity), floor);
        let frame = self.entity_row(known, &key)?.and_then(|value| decode_frame(floor, &value));
        let frame = frame.ok_or_else(|| {
            corrupt(row_name(entity, Section::Frame, &floor.0.to_be_bytes()), "it is damaged")
        })?;
        Ok(Some(Floor { sequence: floor, chain: frame.chain }))
    }

    fn drop_frames(&mut self, entity: &EntityKey, after: Sequence, to: Sequence) {
        let key = encode_entity(entity);
        for sequence in after.0 + 1..=to.0 {
            self.rows.push((Space::Entity, frame_key(&key, Sequence(sequence)), None));
        }
    }

    /// A row of an entity, also one that this group writes. Seldom asked for.
    fn entity_row(&self, known: &Known<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let staged = self.rows.iter().rfind(|row| row.0 == Space::Entity && row.1 == key);
        if let Some((_, _, value)) = staged {
            return Ok(value.clone());
        }
        Ok(known.engine.get(Space::Entity, key)?.map(|value| value.to_vec()))
    }
}

/// The fence (R2).
fn admits(known: &Known<'_>, head: &Head, expected: &Expected) -> bool {
    let faults = known.engine.faults();
    let epoch = head.epoch == expected.epoch || faults.epoch_is_ignored();
    let sequence = head.sequence == expected.sequence || faults.sequence_is_ignored();
    epoch && sequence
}
