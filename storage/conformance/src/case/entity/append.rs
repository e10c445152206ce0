//! R5: appends without a fence, and their compaction with one.

use crate::Backend;
use crate::fixture::{Owner, append, change, record, site, text};
use igny8_protocol_ids::{EntityKey, Epoch, Sequence};
use igny8_storage_api::{Change, CommitOutcome, Store};

async fn rows<S: Store>(store: &S, entity: &EntityKey) -> Vec<(u64, u64, String)> {
    let rows = store.appends(entity).await.unwrap();
    rows.iter().map(|row| (row.epoch.0, row.sequence.0, text(&row.body))).collect()
}

/// All epochs, each in the order of its numbers, whenever they were written.
pub async fn r5_appends_come_in_order<B: Backend>(backend: B) {
    let store = backend.open().await;
    let entity = site();
    assert_eq!(rows(&*store, &entity).await, []);
    store.append(&entity, Epoch(2), vec![append(1, "c"), append(300, "e")]).await.unwrap();
    store.append(&entity, Epoch(1), vec![append(2, "b"), append(1, "a")]).await.unwrap();
    store.append(&entity, Epoch(2), vec![append(2, "d")]).await.unwrap();
    let wanted = [(1, 1, "a"), (1, 2, "b"), (2, 1, "c"), (2, 2, "d"), (2, 300, "e")];
    assert_eq!(rows(&*store, &entity).await, wanted.map(|(e, s, body)| (e, s, body.to_owned())));
}

/// Writing the same number again replaces it: a repetition after an unknown outcome is harmless.
pub async fn r5_repeated_append_replaces_itself<B: Backend>(backend: B) {
    let store = backend.open().await;
    let entity = site();
    for body in ["first", "again", "again"] {
        store.append(&entity, Epoch(1), vec![append(1, body)]).await.unwrap();
    }
    assert_eq!(rows(&*store, &entity).await, [(1, 1, "again".to_owned())]);
}

/// People's edits are kept even from a writer that lost the entity: they commute.
pub async fn r5_append_of_an_older_epoch_is_kept<B: Backend>(backend: B) {
    let store = backend.open().await;
    let old = Owner::take(&store, site()).await;
    let new = Owner::take(&store, old.entity).await;
    store.append(&new.entity, new.head.epoch, vec![append(1, "new")]).await.unwrap();
    store.append(&old.entity, old.head.epoch, vec![append(1, "old")]).await.unwrap();
    let wanted = [(1, 1, "old".to_owned()), (2, 1, "new".to_owned())];
    assert_eq!(rows(&*store, &new.entity).await, wanted);
}

/// Appends do not move the head and are no part of a load.
pub async fn r5_appends_leave_the_head_alone<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = Owner::take(&store, site()).await;
    let before = store.load(&owner.entity).await.unwrap();
    store.append(&owner.entity, owner.head.epoch, vec![append(1, "a")]).await.unwrap();
    assert_eq!(store.load(&owner.entity).await.unwrap(), before);
}

/// An append inside a commit lies beside the others.
pub async fn r5_commit_and_append_share_one_numbering<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    store.append(&owner.entity, owner.head.epoch, vec![append(1, "person")]).await.unwrap();
    owner.commit(Change { appends: vec![append(2, "server")], ..change() }).await;
    let wanted = [(1, 1, "person".to_owned()), (1, 2, "server".to_owned())];
    assert_eq!(rows(&*store, &owner.entity).await, wanted);
}

/// A compaction deletes the rows that it read and none that came since, not even between them.
pub async fn r5_compaction_deletes_only_what_it_read<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let epoch = owner.head.epoch;
    store.append(&owner.entity, epoch, vec![append(1, "a"), append(3, "c")]).await.unwrap();
    let read = store.appends(&owner.entity).await.unwrap();
    store.append(&owner.entity, epoch, vec![append(2, "b"), append(4, "d")]).await.unwrap();
    store.append(&owner.entity, Epoch(0), vec![append(9, "old")]).await.unwrap();
    let compacted = read.iter().map(|row| (row.epoch, row.sequence)).collect();
    let puts = vec![record("state", "ac")];
    owner.commit(Change { compacted, puts, ..change() }).await;
    let wanted = [(0, 9, "old"), (1, 2, "b"), (1, 4, "d")];
    assert_eq!(rows(&*store, &owner.entity).await, wanted.map(|(e, s, b)| (e, s, b.to_owned())));
}

/// Compactions beside a stream of appends: each append is folded or still there, never neither.
pub async fn r5_compaction_beside_appends_loses_nothing<B: Backend>(backend: B) {
    const APPENDS: u64 = 120;
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let (entity, epoch, writer) = (owner.entity, owner.head.epoch, store.clone());
    let writing = tokio::spawn(async move {
        for number in 1..=APPENDS {
            writer.append(&entity, epoch, vec![append(number, "x")]).await.unwrap();
        }
    });
    let mut folded = Vec::new();
    while folded.len() < usize::try_from(APPENDS).unwrap() {
        let read = store.appends(&entity).await.unwrap();
        let compacted: Vec<_> = read.iter().map(|row| (row.epoch, row.sequence)).collect();
        folded.extend(compacted.iter().map(|(_, sequence)| sequence.0));
        owner.commit(Change { compacted, ..change() }).await;
        if writing.is_finished() && store.appends(&entity).await.unwrap().is_empty() {
            break;
        }
    }
    writing.await.unwrap();
    assert_eq!(folded, (1..=APPENDS).collect::<Vec<_>>());
}

/// A compaction of an owner that lost the entity deletes nothing.
pub async fn r5_fenced_compaction_deletes_nothing<B: Backend>(backend: B) {
    let store = backend.open().await;
    let old = Owner::take(&store, site()).await;
    store.append(&old.entity, old.head.epoch, vec![append(1, "a")]).await.unwrap();
    store.take(&old.entity).await.unwrap();
    let compacted = vec![(old.head.epoch, Sequence(1))];
    let outcome = old.attempt(Change { compacted, ..change() }).await;
    assert!(matches!(outcome, CommitOutcome::Fenced(_)));
    assert_eq!(rows(&*store, &old.entity).await.len(), 1);
}
