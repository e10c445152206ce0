//! A group: what is decided while a commit is in flight, to be committed together (R3).

use super::codec::encode;
use bytes::Bytes;
use igny8_actors_domain::{Changes, Entity};
use igny8_storage_api::{Change, CommitId, NewOutbox, OutboxKey, RecordKey};
use std::collections::BTreeMap;

/// Deferred outputs: run once the group is durable, dropped if it never will be.
pub(crate) type Output = Box<dyn FnOnce() + Send>;

/// A group larger than this takes no more commands until it is committed: half of what the store
/// accepts, so that one more large command still fits.
pub(crate) const GROUP_BYTES_MAX: usize = igny8_storage_api::limits::COMMIT_BYTES_MAX / 2;

pub(crate) struct Group<E: Entity> {
    records: BTreeMap<RecordKey, Option<Bytes>>,
    pub(crate) events: Vec<E::Event>,
    pub(crate) effects: Vec<E::Effect>,
    closed: Vec<OutboxKey>,
    pub(crate) outputs: Vec<Output>,
    bytes: usize,
}

impl<E: Entity> Default for Group<E> {
    fn default() -> Self {
        Self {
            records: BTreeMap::new(),
            events: Vec::new(),
            effects: Vec::new(),
            closed: Vec::new(),
            outputs: Vec::new(),
            bytes: 0,
        }
    }
}

impl<E: Entity> Group<E> {
    /// True if there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
            && self.events.is_empty()
            && self.effects.is_empty()
            && self.closed.is_empty()
    }
    pub(crate) fn is_full(&self) -> bool {
        self.bytes > GROUP_BYTES_MAX
    }
    pub(crate) fn add(&mut self, changes: Changes<E>) {
        for key in changes.deletes {
            self.delete(key.into());
        }
        for record in changes.puts {
            self.put(E::key(&record).into(), encode(&record));
        }
        self.events.extend(changes.events);
        self.effects.extend(changes.effects);
    }
    pub(crate) fn put(&mut self, key: RecordKey, body: Bytes) {
        self.bytes += key.len() + body.len();
        self.records.insert(key, Some(body));
    }
    pub(crate) fn delete(&mut self, key: RecordKey) {
        self.bytes += key.len();
        self.records.insert(key, None);
    }
    pub(crate) fn close(&mut self, key: OutboxKey) {
        self.closed.push(key);
    }
    /// What the store is to write.
    pub(crate) fn change(&self, commit_id: CommitId) -> Change {
        let mut change = Change { commit_id, closed: self.closed.clone(), ..Change::default() };
        for (key, body) in &self.records {
            match body {
                Some(body) => change.puts.push((key.clone(), body.clone())),
                None => change.deletes.push(key.clone()),
            }
        }
        change.events = self.events.iter().map(encode).collect();
        change.outbox = (0..)
            .zip(&self.effects)
            .map(|(index, effect)| NewOutbox { index, body: encode(effect) })
            .collect();
        change
    }
}
