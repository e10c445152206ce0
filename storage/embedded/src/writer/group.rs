//! A group: requests that share one write and one sync. Each sees what those before it will have
//! done, and none is answered before all of it is durable.

use super::head_cache::HeadCache;
use super::request::{Reply, Request};
use crate::engine::{Engine, Write, decode_head};
use crate::layout::{Space, encode_entity};
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::StoreError;
use igny8_storage_api::codec::StoredHead;
use std::collections::HashMap;

/// What the writer remembers from group to group.
pub(crate) struct Known<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) heads: &'a mut HeadCache,
    pub(crate) feed_commits_kept: u64,
}

/// The group that is being put together.
#[derive(Default)]
pub(crate) struct Group {
    /// Rows of entities, in the order in which they take effect.
    pub(super) rows: Vec<Write>,
    /// All other rows apart, because the requests of a group read each other's.
    staged: HashMap<(Space, Vec<u8>), Option<Vec<u8>>>,
    /// Heads apart, so that an entity's is written once however often it commits.
    pub(super) heads: HashMap<EntityKey, StoredHead>,
    answers: Vec<Answer>,
    pub(super) commits: u64,
}

/// An answer that waits for the sync: it is told how that failed, or that it did not.
type Answer = Box<dyn FnOnce(Option<StoreError>)>;

impl Group {
    pub(crate) fn commits(&self) -> u64 {
        self.commits
    }

    pub(crate) fn has_writes(&self) -> bool {
        !(self.rows.is_empty() && self.staged.is_empty() && self.heads.is_empty())
    }

    /// All writes, in the order in which they take effect.
    pub(crate) fn take_writes(&mut self) -> Vec<Write> {
        let mut writes = std::mem::take(&mut self.rows);
        writes.reserve(self.staged.len() + self.heads.len());
        let staged = std::mem::take(&mut self.staged);
        writes.extend(staged.into_iter().map(|((space, key), value)| (space, key, value)));
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
                self.stage(reply, result);
            }
            Request::Commit { commit, reply } => {
                let result = self.commit(known, *commit);
                self.stage(reply, result);
            }
            Request::Put { writes, reply } => {
                self.put(writes);
                self.stage(reply, Ok(()));
            }
            Request::PutBlob { blob, reply } => {
                let result = self.put_blob(known, *blob);
                self.stage(reply, result);
            }
            Request::RemoveBlobs { tenant, seen, reply } => {
                let result = self.remove_blobs(known, tenant, &seen);
                self.stage(reply, result);
            }
            Request::RemoveExpired { keys, now, reply } => {
                let result = self.remove_expired(known, keys, now);
                self.stage(reply, result);
            }
            Request::Claim { name, value, reply } => {
                let result = self.claim(known, &name, &value);
                self.stage(reply, result);
            }
            Request::ReplaceClaim { name, old, new, reply } => {
                let result = self.replace_claim(known, &name, &old, new.as_ref());
                self.stage(reply, result);
            }
            Request::Wake { entity, epoch, due, reply } => {
                let result = self.wake(known, &entity, epoch, due);
                self.stage(reply, result);
            }
            Request::ChangeMembership { version, members, reply } => {
                let result = self.change_membership(known, version, members);
                self.stage(reply, result);
            }
            Request::BeginRestore { entity, reply } => {
                let result = self.begin_restore(known, &entity);
                self.stage(reply, result);
            }
            Request::Restore { restored, reply } => {
                let result = self.restore(known, *restored);
                self.stage(reply, result);
            }
        }
    }

    fn stage<T: Send + 'static>(&mut self, reply: Reply<T>, result: Result<T, StoreError>) {
        match result {
            // A caller that has gone does not want its answer.
            Ok(value) => self.answers.push(Box::new(move |failure| {
                drop(reply.send(failure.map_or(Ok(value), Err)));
            })),
            // Nothing of this request is in the group.
            Err(error) => drop(reply.send(Err(error))),
        }
    }

    /// Writes rows without any condition.
    pub(super) fn put(&mut self, writes: Vec<Write>) {
        for (space, key, value) in writes {
            if space == Space::Entity {
                self.rows.push((space, key, value));
            } else {
                self.write(space, key, value);
            }
        }
    }

    /// Writes a row of another space than that of entities.
    pub(super) fn write(&mut self, space: Space, key: Vec<u8>, value: Option<Vec<u8>>) {
        self.staged.insert((space, key), value);
    }

    /// A row of another space than that of entities, as this group will leave it.
    pub(super) fn row(
        &self,
        known: &Known<'_>,
        space: Space,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(staged) = self.staged.get(&(space, key.to_vec())) {
            return Ok(staged.clone());
        }
        Ok(known.engine.get(space, key)?.map(|value| value.to_vec()))
    }

    pub(super) fn head(
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

    /// The group is durable: the heads become known and everybody is answered.
    pub(crate) fn succeed(self, heads: &mut HeadCache) {
        for (entity, head) in self.heads {
            heads.insert(entity, head);
        }
        for answer in self.answers {
            answer(None);
        }
    }

    /// Nothing of the group may be relied on. What it knew of heads goes with it.
    pub(crate) fn fail(self, error: impl Fn() -> StoreError) {
        for answer in self.answers {
            answer(Some(error()));
        }
    }
}
