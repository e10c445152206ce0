//! A group: what is decided while a commit is in flight, to be committed together (R3).

use super::codec::encode;
use bytes::Bytes;
use igny8_actors_domain::sabotage::Sabotage;
use igny8_actors_domain::{Changes, Entity};
use igny8_storage_api::{BlobHash, Change, CommitId, NewOutbox, OutboxKey, Record, RecordKey};
use std::collections::BTreeMap;

/// Deferred outputs: run once the group is durable, dropped if it never will be.
pub(crate) type Output = Box<dyn FnOnce() + Send>;

/// A group larger than this takes no more commands until it is committed: half of what the store
/// accepts, so that one more large command still fits.
pub(crate) const GROUP_BYTES_MAX: usize = igny8_storage_api::limits::COMMIT_BYTES_MAX / 2;

/// A record's value and the blobs that it names.
type Written = (Bytes, Vec<BlobHash>);

pub(crate) struct Group<E: Entity> {
    records: BTreeMap<RecordKey, Option<Written>>,
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
            let blobs = E::blobs(&record).into_iter().map(BlobHash).collect();
            self.insert(E::key(&record).into(), encode(&record), blobs);
        }
        self.events.extend(changes.events);
        self.effects.extend(changes.effects);
    }
    /// Writes a record that names no blob.
    pub(crate) fn put(&mut self, key: RecordKey, body: Bytes) {
        self.insert(key, body, Vec::new());
    }
    fn insert(&mut self, key: RecordKey, body: Bytes, blobs: Vec<BlobHash>) {
        self.bytes += key.len() + body.len();
        self.records.insert(key, Some((body, blobs)));
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
        for (key, written) in &self.records {
            match written {
                Some((value, blobs)) => change.puts.push(Record {
                    key: key.clone(),
                    value: value.clone(),
                    blobs: blobs.clone(),
                }),
                None => change.deletes.push(key.clone()),
            }
        }
        change.events = self.events.iter().map(encode).collect();
        if Sabotage::OutboxForgotten.is_on() {
            return change;
        }
        change.outbox = (0..)
            .zip(&self.effects)
            .map(|(index, effect)| NewOutbox { index, body: encode(effect) })
            .collect();
        change
    }
}
