//! A group: requests that share one write and one sync. Each sees what those before it will have
//! done, and none is answered before all of it is durable.

use super::head_cache::HeadCache;
use super::request::{PreparedCommit, Reply, Request};
use crate::engine::{Engine, Write, decode_head};
use crate::error::corrupt;
use crate::layout::{
    Frame, Space, StoredHead, claim_key, decode_due, encode_due, encode_entity, encode_plain,
    frame_key, plain, seal_frame, wake_due_key, wake_of_key,
};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, Timestamp};
use igny8_storage_api::{ClaimOutcome, CommitOutcome, Expected, Head, StoreError};
use std::collections::HashMap;

/// Frames beyond those to keep before they are trimmed, all in one commit: one read and this many
/// removals every so many commits.
const TRIM_STEP: u64 = 64;

/// What the writer remembers from group to group.
pub(crate) struct Known<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) heads: &'a mut HeadCache,
    pub(crate) feed_commits_kept: u64,
}

/// The group that is being put together.
#[derive(Default)]
pub(crate) struct Group {
    /// Rows of entities and blobs, in the order in which they take effect.
    rows: Vec<Write>,
    /// Platform rows apart, because the requests of a group read each other's.
    platform: HashMap<Vec<u8>, Option<Vec<u8>>>,
    /// Heads apart, so that an entity's is written once however often it commits.
    heads: HashMap<EntityKey, StoredHead>,
    answers: Vec<Answer>,
    commits: u64,
}

/// An answer that waits for the sync.
enum Answer {
    Head(Reply<Head>, Head),
    Commit(Reply<CommitOutcome>, CommitOutcome),
    Done(Reply<()>),
    Claim(Reply<ClaimOutcome>, ClaimOutcome),
    Released(Reply<bool>, bool),
}

impl Group {
    pub(crate) fn commits(&self) -> u64 {
        self.commits
    }

    pub(crate) fn has_writes(&self) -> bool {
        !(self.rows.is_empty() && self.platform.is_empty() && self.heads.is_empty())
    }

    /// All writes, one per key: the engine's order of two writes to one key in one batch is
    /// undefined, so the last one is found here.
    pub(crate) fn take_writes(&mut self) -> Vec<Write> {
        let mut rows = std::mem::take(&mut self.rows);
        // Stable: writes to one key stay in their order.
        rows.sort_by(|one, other| (one.0, &one.1).cmp(&(other.0, &other.1)));
        let mut writes: Vec<Write> = Vec::with_capacity(rows.len() + self.heads.len());
        for row in rows {
            match writes.last_mut() {
                Some(last) if (last.0, &last.1) == (row.0, &row.1) => *last = row,
                _ => writes.push(row),
            }
        }
        let platform = std::mem::take(&mut self.platform);
        writes.extend(platform.into_iter().map(|(key, value)| (Space::Platform, key, value)));
        let heads = self.heads.iter();
        writes.extend(
            heads.map(|(entity, head)| (Space::Heads, encode_entity(entity), Some(head.encode()))),
        );
        writes
    }

    /// Adds a request, or answers it at once if what it needs cannot be read.
    pub(crate) fn add(&mut self, known: &mut Known<'_>, request: Request) {
        match request {
            Request::Take { entity, reply } => {
                let result = self.take(known, &entity);
                self.stage(reply, result, Answer::Head);
            }
            Request::Commit { commit, reply } => {
                let result = self.commit(known, *commit);
                self.stage(reply, result, Answer::Commit);
            }
            Request::Put { writes, reply } => {
                self.rows.extend(writes);
                self.answers.push(Answer::Done(reply));
            }
            Request::Claim { name, value, reply } => {
                let result = self.claim(known, &name, &value);
                self.stage(reply, result, Answer::Claim);
            }
            Request::Release { name, value, reply } => {
                let result = self.release(known, &name, &value);
                self.stage(reply, result, Answer::Released);
            }
            Request::Wake { entity, due, reply } => {
                let result = self.wake(known, &entity, due);
                self.stage(reply, result, |reply, ()| Answer::Done(reply));
            }
        }
    }

    fn stage<T>(
        &mut self,
        reply: Reply<T>,
        result: Result<T, StoreError>,
        answer: impl FnOnce(Reply<T>, T) -> Answer,
    ) {
        match result {
            Ok(value) => self.answers.push(answer(reply, value)),
            // Nothing of this request is in the group. The caller may have gone: no matter.
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    fn take(&mut self, known: &mut Known<'_>, entity: &EntityKey) -> Result<Head, StoreError> {
        let mut stored = self.head(known, entity)?.unwrap_or_else(StoredHead::unborn);
        stored.head.epoch = Epoch(stored.head.epoch.0 + 1);
        self.heads.insert(*entity, stored);
        Ok(stored.head)
    }

    fn commit(
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
        if let Some((floor, floor_chain)) = trimmed {
            self.drop_frames(&commit.entity, stored.floor, floor);
            stored.floor = floor;
            stored.floor_chain = floor_chain;
        }
        self.heads.insert(commit.entity, stored);
        self.commits += 1;
        Ok(CommitOutcome::Applied(stored.head))
    }

    /// The new floor and its chain hash, once a whole step of frames is beyond what is kept.
    fn trimmed_floor(
        &self,
        known: &Known<'_>,
        entity: &EntityKey,
        stored: &StoredHead,
        sequence: Sequence,
    ) -> Result<Option<(Sequence, [u8; 32])>, StoreError> {
        let kept = sequence.0.saturating_sub(stored.floor.0);
        if kept < known.feed_commits_kept.saturating_add(TRIM_STEP) {
            return Ok(None);
        }
        // Never the frame being written: it is kept even if none should be.
        let floor = Sequence(stored.floor.0 + TRIM_STEP.min(kept - 1));
        let key = frame_key(&encode_entity(entity), floor);
        let frame = self.entity_row(known, &key)?.and_then(|value| Frame::decode(&value));
        let frame = frame.ok_or_else(|| {
            corrupt(format!("the feed of {entity}"), format!("frame {} is damaged", floor.0))
        })?;
        Ok(Some((floor, frame.chain)))
    }

    fn drop_frames(&mut self, entity: &EntityKey, after: Sequence, to: Sequence) {
        let key = encode_entity(entity);
        for sequence in after.0 + 1..=to.0 {
            self.rows.push((Space::Entity, frame_key(&key, Sequence(sequence)), None));
        }
    }

    fn claim(
        &mut self,
        known: &Known<'_>,
        name: &str,
        value: &Bytes,
    ) -> Result<ClaimOutcome, StoreError> {
        match self.claimed(known, name)? {
            Some(held) if held != *value => Ok(ClaimOutcome::Held(held)),
            Some(_) => Ok(ClaimOutcome::Claimed),
            None => {
                self.platform.insert(claim_key(name), Some(encode_plain(value)));
                Ok(ClaimOutcome::Claimed)
            }
        }
    }

    fn release(
        &mut self,
        known: &Known<'_>,
        name: &str,
        value: &Bytes,
    ) -> Result<bool, StoreError> {
        let ours = self.claimed(known, name)?.as_ref() == Some(value);
        if ours {
            self.platform.insert(claim_key(name), None);
        }
        Ok(ours)
    }

    fn claimed(&self, known: &Known<'_>, name: &str) -> Result<Option<Bytes>, StoreError> {
        let Some(value) = self.platform_row(known, &claim_key(name))? else {
            return Ok(None);
        };
        plain(&value).map(Some).ok_or_else(|| corrupt("a claim", "it does not decode"))
    }

    fn wake(
        &mut self,
        known: &Known<'_>,
        entity: &EntityKey,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let entity = encode_entity(entity);
        let key = wake_of_key(&entity);
        match self.platform_row(known, &key)? {
            Some(value) => {
                let before = decode_due(&value)
                    .ok_or_else(|| corrupt("a wake hint", "it does not decode"))?;
                self.platform.insert(wake_due_key(before, &entity), None);
            }
            None if due.is_none() => return Ok(()),
            None => {}
        }
        if let Some(due) = due {
            self.platform.insert(wake_due_key(due, &entity), Some(encode_plain(&[])));
        }
        self.platform.insert(key, due.map(encode_due));
        Ok(())
    }

    fn head(
        &self,
        known: &mut Known<'_>,
        entity: &EntityKey,
    ) -> Result<Option<StoredHead>, StoreError> {
        if let Some(head) = self.heads.get(entity) {
            return Ok(Some(*head));
        }
        if let Some(head) = known.heads.get(entity) {
            return Ok(Some(head));
        }
        let value = known.engine.get(Space::Heads, &encode_entity(entity))?;
        let head = value.map(|value| decode_head(entity, &value)).transpose()?;
        if let Some(head) = head {
            known.heads.insert(*entity, head);
        }
        Ok(head)
    }

    fn platform_row(&self, known: &Known<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(staged) = self.platform.get(key) {
            return Ok(staged.clone());
        }
        Ok(known.engine.get(Space::Platform, key)?.map(|value| value.to_vec()))
    }

    /// A row of an entity, also one that this group writes. Seldom asked for.
    fn entity_row(&self, known: &Known<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let staged = self.rows.iter().rfind(|row| row.0 == Space::Entity && row.1 == key);
        if let Some((_, _, value)) = staged {
            return Ok(value.clone());
        }
        Ok(known.engine.get(Space::Entity, key)?.map(|value| value.to_vec()))
    }

    /// The group is durable: the heads become known and everybody is answered.
    pub(crate) fn succeed(self, heads: &mut HeadCache) {
        for (entity, head) in self.heads {
            heads.insert(entity, head);
        }
        for answer in self.answers {
            // A caller that has gone does not want its answer.
            match answer {
                Answer::Head(reply, head) => drop(reply.send(Ok(head))),
                Answer::Commit(reply, outcome) => drop(reply.send(Ok(outcome))),
                Answer::Done(reply) => drop(reply.send(Ok(()))),
                Answer::Claim(reply, outcome) => drop(reply.send(Ok(outcome))),
                Answer::Released(reply, released) => drop(reply.send(Ok(released))),
            }
        }
    }

    /// Nothing of the group may be relied on. What it knew of heads goes with it.
    pub(crate) fn fail(self, error: impl Fn() -> StoreError) {
        for answer in self.answers {
            match answer {
                Answer::Head(reply, _) => drop(reply.send(Err(error()))),
                Answer::Commit(reply, _) => drop(reply.send(Err(error()))),
                Answer::Done(reply) => drop(reply.send(Err(error()))),
                Answer::Claim(reply, _) => drop(reply.send(Err(error()))),
                Answer::Released(reply, _) => drop(reply.send(Err(error()))),
            }
        }
    }
}

/// The fence (R2).
fn admits(known: &Known<'_>, head: &Head, expected: &Expected) -> bool {
    let faults = known.engine.faults();
    let epoch = head.epoch == expected.epoch || faults.epoch_is_ignored();
    let sequence = head.sequence == expected.sequence || faults.sequence_is_ignored();
    epoch && sequence
}
