//! The rows of the store in memory: entities, and what is changed in one step with them.

use super::shared::Shared;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, EntityKind, Epoch, Scope, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    Append, AppendRow, BlobHash, Change, ChangeDigest, Collected, CommitId, CommitOutcome,
    EntityImage, Expected, FeedPage, Floor, Frame, Head, Loaded, OpenOutbox, OutboxKey, Record,
    RecordKey,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, Deref, DerefMut};
use uuid::Uuid;

/// A page of a feed ends after the commit that passes this.
const FEED_PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// One entity. Without a head it was never taken: it may have appends all the same.
#[derive(Default)]
pub(crate) struct Stored {
    pub(crate) head: Option<Head>,
    pub(crate) records: BTreeMap<RecordKey, Record>,
    pub(crate) outbox: BTreeMap<OutboxKey, Bytes>,
    pub(crate) appends: BTreeMap<(Epoch, Sequence), Bytes>,
    frames: Vec<Frame>,
    floor: Floor,
}

/// Everything that is stored.
#[derive(Default)]
pub(crate) struct Rows {
    entities: BTreeMap<EntityKey, Stored>,
    shared: Shared,
}

impl Deref for Rows {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl DerefMut for Rows {
    fn deref_mut(&mut self) -> &mut Shared {
        &mut self.shared
    }
}

const UNBORN: Head =
    Head { epoch: Epoch(0), sequence: Sequence(0), commit_id: CommitId(0), chain: [0; 32] };

impl Rows {
    /// An entity as it is stored.
    #[cfg(feature = "life")]
    pub(crate) fn stored(&self, entity: &EntityKey) -> Option<&Stored> {
        self.entities.get(entity)
    }

    pub(crate) fn take(&mut self, entity: &EntityKey) -> Head {
        let head = self.entities.entry(*entity).or_default().head.get_or_insert(UNBORN);
        head.epoch = head.epoch.next();
        *head
    }

    pub(crate) fn head(&self, entity: &EntityKey) -> Option<Head> {
        self.entities.get(entity)?.head
    }

    pub(crate) fn load(&self, entity: &EntityKey) -> Option<Loaded> {
        let stored = self.entities.get(entity)?;
        Some(Loaded {
            head: stored.head?,
            records: stored.records.values().cloned().collect(),
            outbox: stored
                .outbox
                .iter()
                .map(|(key, body)| OpenOutbox { key: *key, body: body.clone() })
                .collect(),
        })
    }

    pub(crate) fn commit(
        &mut self,
        entity: &EntityKey,
        expected: Expected,
        change: Change,
    ) -> CommitOutcome {
        let Some(stored) = self.entities.get_mut(entity) else {
            return CommitOutcome::Fenced(UNBORN);
        };
        let Some(head) = stored.head else { return CommitOutcome::Fenced(UNBORN) };
        if (head.epoch, head.sequence) != (expected.epoch, expected.sequence) {
            return CommitOutcome::Fenced(head);
        }
        CommitOutcome::Applied(stored.apply(head, change))
    }

    pub(crate) fn feed(&self, entity: &EntityKey, after: Sequence, limit: usize) -> FeedPage {
        let stored = self.entities.get(entity);
        let floor = stored.map(|stored| stored.floor).unwrap_or_default();
        let mut page = FeedPage { frames: Vec::new(), floor, truncated: false, more: false };
        let Some(stored) = stored else { return page };
        page.truncated = after < floor.sequence;
        if page.truncated {
            return page;
        }
        let place = usize::try_from(after.0 - floor.sequence.0).unwrap_or(usize::MAX);
        let rest = stored.frames.get(place..).unwrap_or_default();
        let mut bytes = 0;
        for frame in rest.iter().take(limit) {
            if bytes >= FEED_PAGE_BYTES_MAX {
                break;
            }
            bytes += frame.events.iter().map(Bytes::len).sum::<usize>();
            page.frames.push(frame.clone());
        }
        page.more = page.frames.len() < rest.len();
        page
    }

    pub(crate) fn append(&mut self, entity: &EntityKey, epoch: Epoch, rows: Vec<Append>) {
        let appends = &mut self.entities.entry(*entity).or_default().appends;
        appends.extend(rows.into_iter().map(|row| ((epoch, row.sequence), row.body)));
    }

    pub(crate) fn appends(&self, entity: &EntityKey) -> Vec<AppendRow> {
        let Some(stored) = self.entities.get(entity) else { return Vec::new() };
        let row = |(key, body): (&(Epoch, Sequence), &Bytes)| AppendRow {
            epoch: key.0,
            sequence: key.1,
            body: body.clone(),
        };
        stored.appends.iter().map(row).collect()
    }

    pub(crate) fn collect_blobs(
        &mut self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Collected {
        let entities = self.entities.range(of_tenant(tenant, None));
        let named: BTreeSet<BlobHash> = entities
            .flat_map(|(_, stored)| stored.records.values())
            .flat_map(|record| record.blobs.iter().copied())
            .collect();
        self.shared.collect_blobs(tenant, written_before, &named)
    }

    pub(crate) fn entities(&self, after: Option<EntityKey>, limit: usize) -> Vec<EntityKey> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.born((start, Bound::Unbounded), limit)
    }

    pub(crate) fn tenant_entities(
        &self,
        tenant: TenantId,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Vec<EntityKey> {
        let range = of_tenant(tenant, after);
        // A page after the tenant's last key is empty; the map refuses a range from behind.
        if matches!((range.0, range.1), (Bound::Excluded(from), Bound::Included(to)) if from >= to)
        {
            return Vec::new();
        }
        self.born(range, limit)
    }

    fn born(&self, range: (Bound<EntityKey>, Bound<EntityKey>), limit: usize) -> Vec<EntityKey> {
        let born = self.entities.range(range).filter(|(_, stored)| stored.head.is_some());
        born.map(|(entity, _)| *entity).take(limit).collect()
    }

    pub(crate) fn image(&self, entity: &EntityKey) -> Option<EntityImage> {
        let loaded = self.load(entity)?;
        let stored = self.entities.get(entity)?;
        Some(EntityImage {
            loaded,
            floor: stored.floor,
            frames: stored.frames.clone(),
            appends: self.appends(entity),
            wake: self.shared.wake(entity),
        })
    }

    pub(crate) fn restore(&mut self, entity: &EntityKey, image: EntityImage) -> CommitOutcome {
        if let Some(head) = self.head(entity) {
            return CommitOutcome::Fenced(head);
        }
        let head = image.loaded.head;
        let stored = Stored {
            head: Some(head),
            records: image.loaded.records.into_iter().map(|r| (r.key.clone(), r)).collect(),
            outbox: image.loaded.outbox.into_iter().map(|o| (o.key, o.body)).collect(),
            appends: image
                .appends
                .into_iter()
                .map(|row| ((row.epoch, row.sequence), row.body))
                .collect(),
            frames: image.frames,
            floor: image.floor,
        };
        self.entities.insert(*entity, stored);
        self.shared.set_wake(entity, head.epoch, image.wake);
        CommitOutcome::Applied(head)
    }
}

impl Stored {
    /// Removals first: what is deleted and put ends up put.
    fn apply(&mut self, before: Head, change: Change) -> Head {
        let sequence = before.sequence.next();
        let digest = ChangeDigest::of(&change);
        let commit_id = change.commit_id;
        let chain = digest.chain(&before.chain, before.epoch, sequence, commit_id);
        for key in &change.deletes {
            self.records.remove(key);
        }
        for key in &change.closed {
            self.outbox.remove(key);
        }
        for key in &change.compacted {
            self.appends.remove(key);
        }
        self.records.extend(change.puts.into_iter().map(|put| (put.key.clone(), put)));
        for record in change.outbox {
            self.outbox.insert(OutboxKey { sequence, index: record.index }, record.body);
        }
        for row in change.appends {
            self.appends.insert((before.epoch, row.sequence), row.body);
        }
        let epoch = before.epoch;
        self.frames.push(Frame {
            epoch,
            sequence,
            commit_id,
            digest,
            chain,
            events: change.events,
        });
        let head = Head { epoch, sequence, commit_id, chain };
        self.head = Some(head);
        head
    }
}

/// The keys of a tenant's entities, after one of them.
fn of_tenant(tenant: TenantId, after: Option<EntityKey>) -> (Bound<EntityKey>, Bound<EntityKey>) {
    let scope = Scope::Tenant(tenant);
    let first = EntityKey { scope, kind: EntityKind::Account, id: Uuid::nil() };
    let last = EntityKey { scope, kind: EntityKind::FreeDocument, id: Uuid::max() };
    let start = match after {
        Some(after) if after > first => Bound::Excluded(after),
        _ => Bound::Included(first),
    };
    (start, Bound::Included(last))
}
