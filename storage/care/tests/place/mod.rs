//! Stores with something in them, and a folder for archives.

#![allow(dead_code, reason = "each test binary uses its part")]

use bytes::Bytes;
use igny8_protocol_ids::{AccountId, EntityKey, Sequence, SiteId, TenantId, Timestamp};
use igny8_storage_api::{
    Append, Change, CommitId, CommitOutcome, Expected, Head, LogEntry, LogKey, LogPosition,
    NewOutbox, Record, Store,
};
use igny8_storage_care::{BackupOptions, CareError, Manifest, Progress, backup};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

pub(crate) fn tenant(number: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn account(number: u128) -> EntityKey {
    EntityKey::account(AccountId::from_uuid(Uuid::from_u128(number)))
}

/// An entity that is written to.
pub(crate) fn entity(number: u128) -> EntityKey {
    EntityKey::tenant(tenant(number))
}

/// An entity that nobody writes to after [`quiet`].
pub(crate) fn site() -> EntityKey {
    EntityKey::site(tenant(1), SiteId::from_uuid(Uuid::from_u128(99)))
}

pub(crate) fn go_on(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// An owner.
pub(crate) struct Writer {
    entity: EntityKey,
    head: Head,
    steps: u64,
}

impl Writer {
    pub(crate) async fn take(store: &dyn Store, entity: EntityKey) -> Self {
        let head = store.take(&entity).await.unwrap();
        Self { entity, head, steps: 0 }
    }

    fn change(&self, record: Record, body: &Bytes) -> Change {
        let sequence = self.head.sequence.0;
        Change {
            commit_id: CommitId(u128::from(sequence) << 64 | self.entity.id.as_u128()),
            puts: vec![record],
            deletes: vec![format!("record {:02}", (sequence + 7) % 40).into()],
            events: vec![body.clone()],
            outbox: vec![NewOutbox { index: 0, body: body.clone() }],
            appends: vec![Append { sequence: Sequence(2 * self.steps), body: body.clone() }],
            ..Change::default()
        }
    }

    /// One blob, one commit that names it, one append, one hint.
    pub(crate) async fn step(&mut self, store: &dyn Store) {
        self.steps += 1;
        let sequence = self.head.sequence.0;
        let body = Bytes::from(format!("{} at {sequence}, {}", self.entity, "x".repeat(200)));
        let mut record = Record::new(format!("record {:02}", sequence % 40), body.clone());
        if let igny8_protocol_ids::Scope::Tenant(tenant) = self.entity.scope {
            record.blobs.push(store.put_blob(tenant, body.clone(), NOW).await.unwrap());
        }
        let change = self.change(record, &body);
        let expected = Expected { epoch: self.head.epoch, sequence: self.head.sequence };
        let outcome = store.commit(&self.entity, expected, change).await.unwrap();
        let CommitOutcome::Applied(head) = outcome else { panic!("fenced") };
        self.head = head;
        let row = Append { sequence: Sequence(2 * self.steps + 1), body };
        store.append(&self.entity, head.epoch, vec![row]).await.unwrap();
        let due = Timestamp::from_millis(NOW.as_millis() + i64::try_from(sequence).unwrap());
        store.set_wake(&self.entity, self.head.epoch, Some(due)).await.unwrap();
    }
}

/// Something of each kind that stays as it is.
pub(crate) async fn quiet(store: &dyn Store) {
    let mut writer = Writer::take(store, site()).await;
    for _ in 0..3 {
        writer.step(store).await;
    }
    let held = Bytes::from_static(b"account 1");
    store.claim("email:a@example.org", held).await.unwrap();
    let log = LogKey { tenant: tenant(1), stream: "task/1".into() };
    let entry = |number| LogEntry {
        position: LogPosition { at: NOW, number },
        expires: Timestamp::from_millis(i64::MAX),
        body: Bytes::from_static(b"a line"),
    };
    store.append_log(&log, (0..3).map(entry).collect()).await.unwrap();
}

/// A folder of stores and archives.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn store(&self, name: &str) -> Arc<dyn Store> {
        let options = EmbeddedOptions::default();
        Arc::new(EmbeddedStore::open(&self.path(name).join("store"), options).unwrap())
    }

    /// A backup on a thread of its own, as it is meant.
    pub(crate) async fn backup(
        &self,
        store: &Arc<dyn Store>,
        out: &str,
        parent: Option<&str>,
        progress: impl FnMut(&Progress) -> ControlFlow<()> + Send + 'static,
    ) -> Result<Manifest, CareError> {
        let (store, out) = (store.clone(), self.path(out));
        let parent = parent.map(|name| self.path(name));
        let handle = tokio::runtime::Handle::current();
        let work = move || {
            let parent = parent.as_deref();
            let options = BackupOptions { out: &out, parent, now: NOW, log_days: 30 };
            handle.block_on(backup(store.as_ref(), options, progress))
        };
        tokio::task::spawn_blocking(work).await.unwrap()
    }
}
