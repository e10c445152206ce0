//! Blobs live as long as a record names them; what nobody names goes, but not while it may be on
//! its way into a commit.

use crate::Backend;
use crate::fixture::{Owner, at, bytes, change, event, name, record, site_of, tenant};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, TenantId};
use igny8_storage_api::{
    BlobHash, Change, Collected, CommitOutcome, Record, Store, StoreError, limits,
};
use std::sync::Arc;

/// A blob of its own, written at this moment.
async fn put<S: Store>(store: &Arc<S>, tenant: TenantId, written: i64) -> BlobHash {
    store.put_blob(tenant, Bytes::from(name("blob")), at(written)).await.unwrap()
}

async fn present<S: Store>(store: &Arc<S>, tenant: TenantId, blob: BlobHash) -> bool {
    store.blob(tenant, blob).await.unwrap().is_some()
}

async fn collect<S: Store>(store: &Arc<S>, tenant: TenantId, written_before: i64) -> (u64, u64) {
    let Collected { kept, removed } =
        store.collect_blobs(tenant, at(written_before)).await.unwrap();
    (kept, removed)
}

/// A change that puts a record which names these.
fn naming(key: &str, blobs: &[BlobHash]) -> Change {
    let puts = vec![Record { blobs: blobs.to_vec(), ..record(key, "value") }];
    Change { puts, ..change() }
}

struct Place<S> {
    store: Arc<S>,
    tenant: TenantId,
    owner: Owner<S>,
}

impl<S: Store> Place<S> {
    async fn new(store: Arc<S>) -> Self {
        let tenant = tenant();
        let owner = Owner::take(&store, site_of(tenant)).await;
        Self { store, tenant, owner }
    }
}

/// What records name stays, whichever entity of the tenant they belong to and however old it is.
pub async fn r14_blob_named_by_a_record_survives_collection<B: Backend>(backend: B) {
    let mut place = Place::new(backend.open().await).await;
    let (store, tenant) = (&place.store, place.tenant);
    let blobs = [put(store, tenant, 1).await, put(store, tenant, 2).await];
    let third = put(store, tenant, 3).await;
    place.owner.commit(naming("both", &blobs)).await;
    let mut other = Owner::take(store, EntityKey::tenant(tenant)).await;
    other.commit(naming("third", &[third])).await;
    assert_eq!(collect(store, tenant, 1_000).await, (3, 0));
    for blob in [blobs[0], blobs[1], third] {
        assert!(present(store, tenant, blob).await);
    }
}

/// A record is loaded with the names it was written with, in their order.
pub async fn r14_record_keeps_the_names_of_its_blobs<B: Backend>(backend: B) {
    let mut place = Place::new(backend.open().await).await;
    let first = put(&place.store, place.tenant, 1).await;
    let second = put(&place.store, place.tenant, 1).await;
    place.owner.commit(naming("key", &[second, first])).await;
    let loaded = place.store.load(&place.owner.entity).await.unwrap().unwrap();
    assert_eq!(loaded.records[0].blobs, [second, first]);
    place.owner.commit(naming("key", &[])).await;
    let loaded = place.store.load(&place.owner.entity).await.unwrap().unwrap();
    assert_eq!(loaded.records, [record("key", "value")]);
}

/// What nobody names goes, and its hash is listed no more.
pub async fn r14_blob_that_nobody_names_is_collected<B: Backend>(backend: B) {
    let mut place = Place::new(backend.open().await).await;
    let (store, tenant) = (&place.store, place.tenant);
    let (named, unnamed) = (put(store, tenant, 1).await, put(store, tenant, 1).await);
    place.owner.commit(naming("key", &[named])).await;
    assert_eq!(collect(store, tenant, 1_000).await, (1, 1));
    assert!(present(store, tenant, named).await && !present(store, tenant, unnamed).await);
    assert_eq!(store.blobs(tenant, None, 10).await.unwrap(), [named]);
    assert_eq!(collect(store, tenant, 1_000).await, (1, 0));
}

/// What was written at or after the given moment stays: its commit may be under way.
pub async fn r14_young_blob_is_not_collected<B: Backend>(backend: B) {
    let place = Place::new(backend.open().await).await;
    let (store, tenant) = (&place.store, place.tenant);
    let (old, young) = (put(store, tenant, 999).await, put(store, tenant, 1_000).await);
    assert_eq!(collect(store, tenant, 1_000).await, (1, 1));
    assert!(!present(store, tenant, old).await && present(store, tenant, young).await);
    assert_eq!(collect(store, tenant, 1_001).await, (0, 1));
}

/// Written again it is young again, though its bytes were there.
pub async fn r14_blob_put_again_is_young_again<B: Backend>(backend: B) {
    let place = Place::new(backend.open().await).await;
    let (store, tenant) = (&place.store, place.tenant);
    let body = bytes(&name("blob"));
    for written in [1, 2_000, 5] {
        store.put_blob(tenant, body.clone(), at(written)).await.unwrap();
    }
    assert_eq!(collect(store, tenant, 1_000).await, (1, 0));
    assert_eq!(collect(store, tenant, 2_001).await, (0, 1));
    // And it can come back.
    let blob = store.put_blob(tenant, body.clone(), at(3_000)).await.unwrap();
    assert_eq!(store.blob(tenant, blob).await.unwrap(), Some(body));
}

/// Whoever writes a blob again while it is being collected finds it there when that is answered.
pub async fn r14_blob_put_again_while_collecting_survives<B: Backend>(backend: B) {
    const BLOBS: usize = 40;
    let mut place = Place::new(backend.open().await).await;
    let (store, tenant) = (place.store.clone(), place.tenant);
    let bodies: Vec<_> = (0..BLOBS).map(|_| Bytes::from(name("blob"))).collect();
    for round in 0..3 {
        for body in &bodies {
            store.put_blob(tenant, body.clone(), at(round * 1_000)).await.unwrap();
        }
        let collecting = {
            let store = store.clone();
            tokio::spawn(async move { collect(&store, tenant, round * 1_000 + 500).await })
        };
        let mut blobs = Vec::new();
        for body in &bodies {
            blobs
                .push(store.put_blob(tenant, body.clone(), at(round * 1_000 + 500)).await.unwrap());
        }
        collecting.await.unwrap();
        place.owner.commit(naming("all", &blobs)).await;
        for (blob, body) in blobs.iter().zip(&bodies) {
            assert_eq!(store.blob(tenant, *blob).await.unwrap().as_ref(), Some(body));
        }
        place.owner.commit(naming("all", &[])).await;
    }
}

/// Collections beside a writer that names new blobs and lets old ones go: what is named is there.
pub async fn r14_collection_beside_commits_loses_nothing<B: Backend>(backend: B) {
    const COMMITS: i64 = 40;
    let mut place = Place::new(backend.open().await).await;
    let (store, tenant) = (place.store.clone(), place.tenant);
    let collector = {
        let store = store.clone();
        tokio::spawn(async move {
            for round in 0..10 {
                collect(&store, tenant, round * COMMITS / 10).await;
            }
        })
    };
    let mut named = [None; 5];
    for number in 0..COMMITS {
        // The clock of the writer is always ahead of the collector's.
        let blob = put(&store, tenant, COMMITS + number).await;
        let key = usize::try_from(number % 5).unwrap();
        place.owner.commit(naming(&key.to_string(), &[blob])).await;
        named[key] = Some(blob);
    }
    collector.await.unwrap();
    assert_eq!(collect(&store, tenant, 10 * COMMITS).await.0, 5);
    for blob in named.into_iter().flatten() {
        assert!(present(&store, tenant, blob).await);
    }
}

/// A record that is written anew names only what it names now.
pub async fn r14_blob_of_a_replaced_record_is_collected<B: Backend>(backend: B) {
    let mut place = Place::new(backend.open().await).await;
    let (store, tenant) = (place.store.clone(), place.tenant);
    let (old, new) = (put(&store, tenant, 1).await, put(&store, tenant, 1).await);
    place.owner.commit(naming("key", &[old])).await;
    place.owner.commit(naming("key", &[new])).await;
    assert_eq!(collect(&store, tenant, 1_000).await, (1, 1));
    assert!(!present(&store, tenant, old).await && present(&store, tenant, new).await);
}

/// A record that is gone names nothing; one blob of two records stays until both are gone.
pub async fn r14_blob_of_deleted_records_is_collected<B: Backend>(backend: B) {
    let mut place = Place::new(backend.open().await).await;
    let (store, tenant) = (place.store.clone(), place.tenant);
    let blob = put(&store, tenant, 1).await;
    for key in ["one", "two"] {
        place.owner.commit(naming(key, &[blob])).await;
    }
    for (key, left) in [("one", (1, 0)), ("two", (0, 1))] {
        place.owner.commit(Change { deletes: vec![bytes(key)], ..change() }).await;
        assert_eq!(collect(&store, tenant, 1_000).await, left);
    }
}

/// A commit that was refused names nothing.
pub async fn r14_blob_of_a_fenced_commit_is_collected<B: Backend>(backend: B) {
    let place = Place::new(backend.open().await).await;
    let (store, tenant) = (&place.store, place.tenant);
    let blob = put(store, tenant, 1).await;
    store.take(&place.owner.entity).await.unwrap();
    let outcome = place.owner.attempt(naming("key", &[blob])).await;
    assert!(matches!(outcome, CommitOutcome::Fenced(_)));
    assert_eq!(collect(store, tenant, 1_000).await, (0, 1));
}

/// The same bytes of another tenant stay, named or not, and its names do not count here.
pub async fn r13_collection_leaves_other_tenants_alone<B: Backend>(backend: B) {
    let mut mine = Place::new(backend.open().await).await;
    let other = tenant();
    let body = bytes(&name("blob"));
    let blob = mine.store.put_blob(mine.tenant, body.clone(), at(1)).await.unwrap();
    mine.store.put_blob(other, body, at(1)).await.unwrap();
    mine.owner.commit(naming("key", &[blob])).await;
    assert_eq!(collect(&mine.store, other, 1_000).await, (0, 1));
    assert!(present(&mine.store, mine.tenant, blob).await);
    assert_eq!(collect(&mine.store, tenant(), 1_000).await, (0, 0));
}

/// What a record names is known after a crash, and what was collected does not come back.
pub async fn r7_names_of_blobs_are_there_after_a_crash<B: Backend>(backend: B) {
    let Place { store, tenant, mut owner } = Place::new(backend.open().await).await;
    let (named, unnamed) = (put(&store, tenant, 1).await, put(&store, tenant, 1).await);
    owner.commit(naming("key", &[named])).await;
    drop(owner);
    let store = backend.crash(store).await;
    assert_eq!(collect(&store, tenant, 1_000).await, (1, 1));
    let store = backend.crash(store).await;
    assert!(present(&store, tenant, named).await && !present(&store, tenant, unnamed).await);
}

/// Each once and in order, through pages of any size; those of another tenant are not among them.
pub async fn r14_blobs_are_listed_once_in_order<B: Backend>(backend: B) {
    let store = backend.open().await;
    let tenant = tenant();
    let mut wanted = Vec::new();
    for _ in 0..7 {
        wanted.push(put(&store, tenant, 1).await);
        put(&store, crate::fixture::tenant(), 1).await;
    }
    wanted.sort_unstable();
    for page in [1, 3, 7, 100] {
        let (mut listed, mut after) = (Vec::new(), None);
        loop {
            let blobs = store.blobs(tenant, after, page).await.unwrap();
            assert!(blobs.len() <= page);
            let Some(last) = blobs.last() else { break };
            after = Some(*last);
            listed.extend(blobs);
        }
        assert_eq!(listed, wanted);
    }
}

/// A record names as many as the bound says, and no more.
pub async fn r11_record_of_many_blobs_is_kept<B: Backend>(backend: B) {
    let mut place = Place::new(backend.open().await).await;
    let blob = put(&place.store, place.tenant, 1).await;
    let mut blobs: Vec<_> = (0..limits::RECORD_BLOBS_MAX as u64)
        .map(|number| BlobHash::of(&number.to_be_bytes()))
        .collect();
    blobs[limits::RECORD_BLOBS_MAX - 1] = blob;
    place.owner.commit(naming("key", &blobs)).await;
    assert_eq!(collect(&place.store, place.tenant, 1_000).await, (1, 0));
    let loaded = place.store.load(&place.owner.entity).await.unwrap().unwrap();
    assert_eq!(loaded.records[0].blobs, blobs);
    blobs.push(blob);
    let expected = crate::fixture::expected(&place.owner.head);
    let refused = place.store.commit(&place.owner.entity, expected, naming("key", &blobs)).await;
    assert!(matches!(refused, Err(StoreError::TooLarge { .. })));
    place.owner.commit(event("goes on")).await;
}
