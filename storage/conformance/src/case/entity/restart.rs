//! R7: acknowledged means durable.

use crate::Backend;
use crate::fixture::{
    Owner, append, bytes, change, event, name, outbox, put, site, tenant, whole_feed,
};
use bytes::Bytes;
use futures::future::join_all;
use igny8_protocol_ids::{EntityKey, Epoch, TenantId, Timestamp};
use igny8_storage_api::{AppendRow, BlobHash, Change, ClaimOutcome, Loaded, Store, Wake};
use std::sync::Arc;

/// Something of everything that a store keeps.
struct Everything {
    entity: EntityKey,
    tenant: TenantId,
    blob: BlobHash,
    claim: String,
}

/// What can be read of it.
type Seen = (
    Option<Loaded>,
    Vec<AppendRow>,
    Vec<(u64, Vec<String>)>,
    Option<Bytes>,
    Option<Bytes>,
    Vec<Wake>,
);

impl Everything {
    async fn write<S: Store>(store: &Arc<S>) -> Self {
        let mut owner = Owner::take(store, site()).await;
        let (tenant, claim) = (tenant(), name("mail"));
        owner.commit(put("kept", "value")).await;
        owner.commit(put("gone", "value")).await;
        owner
            .commit(Change {
                deletes: vec![bytes("gone")],
                events: vec![bytes("event")],
                outbox: outbox(&["open"]),
                ..change()
            })
            .await;
        store.append(&owner.entity, Epoch(1), vec![append(1, "update")]).await.unwrap();
        let blob = store
            .put_blob(tenant, Bytes::from(vec![7; 200_000]), Timestamp::from_millis(5))
            .await
            .unwrap();
        store.claim(&claim, bytes("ann")).await.unwrap();
        store.set_wake(&owner.entity, Epoch(1), Some(Timestamp::from_millis(77))).await.unwrap();
        Self { entity: owner.entity, tenant, blob, claim }
    }

    async fn read<S: Store>(&self, store: &Arc<S>) -> Seen {
        let wakes = store.due_wakes(Timestamp::from_millis(77), 100_000).await.unwrap();
        (
            store.load(&self.entity).await.unwrap(),
            store.appends(&self.entity).await.unwrap(),
            whole_feed(&**store, &self.entity, 100).await,
            store.blob(self.tenant, self.blob).await.unwrap(),
            store.claimed(&self.claim).await.unwrap(),
            wakes.into_iter().filter(|wake| wake.entity == self.entity).collect(),
        )
    }
}

/// All kinds of rows are the same after the store was closed and opened again.
pub async fn r7_everything_is_there_after_reopening<B: Backend>(backend: B) {
    let mut store = backend.open().await;
    let everything = Everything::write(&store).await;
    let before = everything.read(&store).await;
    for _ in 0..2 {
        backend.close(store).await;
        store = backend.open().await;
        assert_eq!(everything.read(&store).await, before);
    }
}

/// And after its process was killed right after the last answer.
pub async fn r7_everything_acknowledged_is_there_after_a_crash<B: Backend>(backend: B) {
    let mut store = backend.open().await;
    let everything = Everything::write(&store).await;
    let before = everything.read(&store).await;
    for _ in 0..2 {
        store = backend.crash(store).await;
        assert_eq!(everything.read(&store).await, before);
    }
}

/// A single small commit is durable too: it fills no buffer that would be written anyway.
pub async fn r7_smallest_commit_is_there_after_a_crash<B: Backend>(backend: B) {
    let mut store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let head = owner.commit(event("x")).await;
    let entity = owner.entity;
    drop(owner);
    store = backend.crash(store).await;
    assert_eq!(store.head(&entity).await.unwrap(), Some(head));
}

/// An epoch once gained is never given away again, or two owners would share it.
pub async fn r2_epoch_is_not_given_twice_across_a_crash<B: Backend>(backend: B) {
    let mut store = backend.open().await;
    let entity = site();
    for epoch in 1..=3 {
        assert_eq!(store.take(&entity).await.unwrap().epoch, Epoch(epoch));
        store = backend.crash(store).await;
    }
}

/// A fence holds across a restart.
pub async fn r2_fence_holds_after_reopening<B: Backend>(backend: B) {
    let store = backend.open().await;
    let old = Owner::take(&store, site()).await;
    let (entity, stale) = (old.entity, old.head);
    drop(old);
    let new = store.take(&entity).await.unwrap();
    backend.close(store).await;
    let store = backend.open().await;
    let zombie = Owner { store: store.clone(), entity, head: stale };
    let fenced = igny8_storage_api::CommitOutcome::Fenced(new);
    assert_eq!(zombie.attempt(event("zombie")).await, fenced);
    let mut owner = Owner { store, entity, head: new };
    owner.commit(event("goes on")).await;
}

/// A claim is held across a crash.
pub async fn r14_claim_is_held_after_a_crash<B: Backend>(backend: B) {
    let store = backend.open().await;
    let name = name("mail");
    store.claim(&name, bytes("ann")).await.unwrap();
    let store = backend.crash(store).await;
    let held = ClaimOutcome::Held(bytes("ann"));
    assert_eq!(store.claim(&name, bytes("bob")).await.unwrap(), held);
}

/// What many owners were told at the same time is all there after a crash.
pub async fn r7_acknowledged_by_groups_is_there_after_a_crash<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owners = (0..32).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut owner = Owner::take(&store, site()).await;
            for step in 0..8 {
                owner.commit(put(&step.to_string(), "x")).await;
            }
            (owner.entity, owner.head)
        })
    });
    let heads: Vec<_> = join_all(owners).await.into_iter().map(Result::unwrap).collect();
    let store = backend.crash(store).await;
    for (entity, head) in heads {
        let loaded = store.load(&entity).await.unwrap().unwrap();
        assert_eq!((loaded.head, loaded.records.len()), (head, 8));
        assert_eq!(whole_feed(&*store, &entity, 3).await.len(), 8);
    }
}
