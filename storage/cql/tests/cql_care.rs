//! What was saved from one backend is put into the other: the way to grow, and back.

#![allow(clippy::unwrap_used)]

mod server;

use bytes::Bytes;
use igny8_protocol_ids::{AccountId, EntityKey, Sequence, SiteId, TenantId, Timestamp};
use igny8_storage_api::{
    Append, Change, CommitId, CommitOutcome, Expected, LogEntry, LogKey, LogPosition, NewOutbox,
    Record, Store,
};
use igny8_storage_care::{
    Archive, BackupOptions, ExportOptions, PlatformRows, Progress, VerifyOptions, backup, compare,
    export, import, restore, verify,
};
use igny8_storage_cql::CqlStore;
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore};
use server::{fresh_keyspace, options};
use std::ops::ControlFlow;
use std::path::Path;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const LOG_DAYS: u32 = 3;
const ADDRESS: &str = "email:a@example.org";

fn go_on(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

async fn cql() -> CqlStore {
    CqlStore::connect(options(&fresh_keyspace())).await.unwrap()
}

fn embedded(folder: &Path) -> EmbeddedStore {
    EmbeddedStore::open(folder, EmbeddedOptions::default()).unwrap()
}

fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(7))
}

fn account() -> EntityKey {
    EntityKey::account(AccountId::from_uuid(Uuid::from_u128(9)))
}

async fn fill_entity(store: &dyn Store, entity: &EntityKey, commits: u64) {
    let mut head = store.take(entity).await.unwrap();
    for number in 1..=commits {
        let body = Bytes::from(format!("{entity} {number} {}", "x".repeat(300)));
        let mut record = Record::new(format!("record {:02}", number % 30), body.clone());
        if entity.scope != account().scope {
            record.blobs.push(store.put_blob(tenant(), body.clone(), NOW).await.unwrap());
        }
        let change = Change {
            commit_id: CommitId(u128::from(number) << 64 | entity.id.as_u128()),
            puts: vec![record],
            deletes: vec![format!("record {:02}", (number + 3) % 30).into()],
            events: vec![body.clone()],
            outbox: vec![NewOutbox { index: 0, body: body.clone() }],
            appends: vec![Append { sequence: Sequence(number), body }],
            ..Change::default()
        };
        let expected = Expected { epoch: head.epoch, sequence: head.sequence };
        let CommitOutcome::Applied(next) = store.commit(entity, expected, change).await.unwrap()
        else {
            panic!("fenced")
        };
        head = next;
    }
    store.set_wake(entity, head.epoch, Some(NOW)).await.unwrap();
}

async fn fill(store: &dyn Store) {
    let site = EntityKey::site(tenant(), SiteId::from_uuid(Uuid::from_u128(8)));
    for (entity, commits) in [(EntityKey::tenant(tenant()), 3), (site, 150), (account(), 2)] {
        fill_entity(store, &entity, commits).await;
    }
    store.claim(ADDRESS, Bytes::from_static(b"account 9")).await.unwrap();
    let log = LogKey { tenant: tenant(), stream: "task/1".into() };
    let entry = |number| LogEntry {
        position: LogPosition { at: NOW, number },
        expires: Timestamp::from_millis(i64::MAX),
        body: Bytes::from_static(b"a line"),
    };
    store.append_log(&log, (0..3).map(entry).collect()).await.unwrap();
}

async fn assert_sound(store: &dyn Store) {
    let options = VerifyOptions { now: NOW, log_days: LOG_DAYS };
    let report = verify(store, options, go_on).await.unwrap();
    assert!(report.is_sound(), "{:#?}", report.findings);
    assert_eq!(report.log_entries, 3);
}

/// Saves one store and fills the other from it: they hold the same afterwards.
async fn move_all(from: &dyn Store, to: &dyn Store, archive: &Path) {
    let options = BackupOptions { out: archive, parent: None, now: NOW, log_days: LOG_DAYS };
    let manifest = backup(from, options, go_on).await.unwrap();
    assert!(manifest.complete && manifest.moving.is_empty(), "{manifest:#?}");
    restore(to, &Archive::open(archive).unwrap(), NOW, go_on).await.unwrap();
    assert_eq!(compare(from, to).await.unwrap(), [""; 0]);
    assert_sound(to).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_what_was_saved_from_one_backend_is_the_same_in_the_other_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let (first, last) =
        (embedded(&folder.path().join("first")), embedded(&folder.path().join("last")));
    let middle = cql().await;
    fill(&first).await;
    move_all(&first, &middle, &folder.path().join("there")).await;
    move_all(&middle, &last, &folder.path().join("back")).await;
    assert_eq!(compare(&first, &last).await.unwrap(), [""; 0]);
    // Whoever owned an entity there goes on here.
    fill_entity(&middle, &EntityKey::tenant(tenant()), 1).await;
    assert_sound(&middle).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r14_tenant_moves_from_a_folder_to_a_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (embedded(&folder.path().join("from")), cql().await);
    fill(&from).await;
    let out = folder.path().join("tenant");
    let rows = PlatformRows { entities: vec![account()], claims: vec![ADDRESS.to_owned()] };
    let options = ExportOptions { tenant: tenant(), out: &out, now: NOW, log_days: LOG_DAYS };
    export(&from, options, rows, go_on).await.unwrap();
    let archive = Archive::open(&out).unwrap();
    import(&to, &archive, NOW, go_on).await.unwrap();
    assert_eq!(compare(&from, &to).await.unwrap(), [""; 0]);
    assert_sound(&to).await;
    let again = import(&to, &archive, NOW, go_on).await.unwrap_err().to_string();
    assert!(again.contains("is in this store already"), "{again}");
}
