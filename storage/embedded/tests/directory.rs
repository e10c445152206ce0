//! One process per directory, and what a directory keeps.

mod check;

use bytes::Bytes;
use check::check;
use igny8_protocol_ids::{EntityKey, Sequence, TenantId};
use igny8_storage_api::{Change, CommitId, CommitOutcome, Expected, Record, Store};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, OpenError};

#[tokio::test]
async fn directory_in_use_is_refused_by_name_and_free_after_close() {
    let directory = tempfile::tempdir().unwrap();
    let open = || EmbeddedStore::open(directory.path(), EmbeddedOptions::default());
    let store = open().unwrap();
    let Err(error) = open() else { panic!("two stores in one directory") };
    assert!(matches!(error, OpenError::InUse { .. }));
    assert!(error.to_string().contains(directory.path().to_str().unwrap()));
    store.close().await;
    open().unwrap().close().await;
}

#[tokio::test]
async fn r7_acknowledged_commit_is_there_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let entity = EntityKey::tenant(TenantId::from_uuid(uuid::Uuid::from_u128(1)));
    let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
    let head = store.take(&entity).await.unwrap();
    let change = Change {
        commit_id: CommitId(1),
        puts: vec![Record::new("key", "value")],
        events: vec![Bytes::from_static(b"event")],
        ..Change::default()
    };
    let expected = Expected { epoch: head.epoch, sequence: head.sequence };
    let outcome = store.commit(&entity, expected, change).await.unwrap();
    let CommitOutcome::Applied(applied) = outcome else { panic!("fenced") };
    store.close().await;

    let store = EmbeddedStore::open(directory.path(), EmbeddedOptions::default()).unwrap();
    let loaded = store.load(&entity).await.unwrap().unwrap();
    assert_eq!(loaded.head, applied);
    assert_eq!(loaded.records.len(), 1);
    assert_eq!(store.feed(&entity, Sequence(0), 10).await.unwrap().frames.len(), 1);
    assert!(check(&store).await.is_sound());
}
