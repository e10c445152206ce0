//! What the cases share: fresh keys, an owner that commits, and changes in short words.

use bytes::Bytes;
use igny8_protocol_ids::{DocumentId, EntityKey, Sequence, SiteId, TenantId, Timestamp};
use igny8_storage_api::{
    Append, Change, CommitId, CommitOutcome, Expected, FeedPage, Head, NewOutbox, Record, Store,
};
use std::sync::Arc;
use std::time::SystemTime;
use uuid::Uuid;

pub(crate) fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::new_v4())
}

pub(crate) fn site() -> EntityKey {
    site_of(tenant())
}

pub(crate) fn site_of(tenant: TenantId) -> EntityKey {
    EntityKey::site(tenant, SiteId::from_uuid(Uuid::new_v4()))
}

pub(crate) fn document(tenant: TenantId) -> EntityKey {
    EntityKey::document(tenant, DocumentId::from_uuid(Uuid::new_v4()))
}

pub(crate) const fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// The time of day: a backend may let rows with a lifetime go by its own clock.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    at(i64::try_from(since.as_millis()).unwrap())
}

/// A name that no other case claims.
pub(crate) fn name(prefix: &str) -> String {
    format!("{prefix}/{}", Uuid::new_v4())
}

pub(crate) fn bytes(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

/// An empty change with an id of its own.
pub(crate) fn change() -> Change {
    Change { commit_id: CommitId(Uuid::new_v4().as_u128()), ..Change::default() }
}

pub(crate) fn event(text: &str) -> Change {
    Change { events: vec![bytes(text)], ..change() }
}

pub(crate) fn record(key: &str, value: &str) -> Record {
    Record::new(bytes(key), bytes(value))
}

pub(crate) fn put(key: &str, value: &str) -> Change {
    Change { puts: vec![record(key, value)], ..change() }
}

pub(crate) fn outbox(bodies: &[&str]) -> Vec<NewOutbox> {
    let numbered = (0..).zip(bodies);
    numbered.map(|(index, body)| NewOutbox { index, body: bytes(body) }).collect()
}

pub(crate) fn append(sequence: u64, body: &str) -> Append {
    Append { sequence: Sequence(sequence), body: bytes(body) }
}

pub(crate) fn expected(head: &Head) -> Expected {
    Expected { epoch: head.epoch, sequence: head.sequence }
}

/// One owner of one entity.
pub(crate) struct Owner<S> {
    pub(crate) store: Arc<S>,
    pub(crate) entity: EntityKey,
    pub(crate) head: Head,
}

impl<S: Store> Owner<S> {
    pub(crate) async fn take(store: &Arc<S>, entity: EntityKey) -> Self {
        let head = store.take(&entity).await.unwrap();
        Self { store: store.clone(), entity, head }
    }

    /// Commits with what this owner knows.
    pub(crate) async fn attempt(&self, change: Change) -> CommitOutcome {
        self.store.commit(&self.entity, expected(&self.head), change).await.unwrap()
    }

    /// Commits and goes on from there.
    pub(crate) async fn commit(&mut self, change: Change) -> Head {
        let id = change.commit_id;
        let CommitOutcome::Applied(head) = self.attempt(change).await else {
            panic!("the owner of {} was fenced", self.entity)
        };
        assert_eq!(head.epoch, self.head.epoch);
        assert_eq!(head.sequence, self.head.sequence.next());
        assert_eq!(head.commit_id, id);
        self.head = head;
        head
    }

    /// The records as text.
    pub(crate) async fn records(&self) -> Vec<(String, String)> {
        let loaded = self.store.load(&self.entity).await.unwrap().unwrap();
        let records = loaded.records.iter();
        records.map(|record| (text(&record.key), text(&record.value))).collect()
    }
}

pub(crate) fn text(bytes: &Bytes) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The whole feed, page by page; panics at a gap, at an epoch that goes back, at an empty page
/// that promises more.
pub(crate) async fn whole_feed<S: Store>(
    store: &S,
    entity: &EntityKey,
    page: usize,
) -> Vec<(u64, Vec<String>)> {
    let mut commits = Vec::new();
    let mut last = Sequence(0);
    let mut epoch = 0;
    loop {
        let FeedPage { frames, truncated, more, .. } =
            store.feed(entity, last, page).await.unwrap();
        assert!(!truncated, "the feed of {entity} lost its beginning");
        assert!(frames.len() <= page);
        assert!(!more || !frames.is_empty(), "an empty page promises more");
        for frame in frames {
            assert_eq!(frame.sequence, last.next(), "a gap in the feed of {entity}");
            assert!(frame.epoch.0 >= epoch, "the feed goes back to an older owner");
            (last, epoch) = (frame.sequence, frame.epoch.0);
            commits.push((frame.epoch.0, frame.events.iter().map(text).collect()));
        }
        if !more {
            return commits;
        }
    }
}
