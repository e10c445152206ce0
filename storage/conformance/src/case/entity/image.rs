//! Images: all of an entity at one moment, and putting it back elsewhere.

use crate::Backend;
use crate::fixture::{
    Owner, append, at, bytes, change, event, outbox, put, record, site, site_of, tenant, text,
    whole_feed,
};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Scope, Sequence, TenantId};
use igny8_storage_api::{
    Append, BlobHash, Change, CommitOutcome, EntityImage, Head, OutboxKey, Record, Store, Wake,
};
use std::sync::Arc;

/// An owner whose entity has something of everything, from two epochs.
async fn full<S: Store>(store: &Arc<S>, tenant: TenantId) -> Owner<S> {
    let mut owner = Owner::take(store, site_of(tenant)).await;
    owner.commit(put("gone", "value")).await;
    let named = Record { blobs: vec![BlobHash::of(b"blob")], ..record("named", "value") };
    let change = Change {
        puts: vec![named, record("", "")],
        deletes: vec![bytes("gone")],
        events: vec![bytes("one"), bytes("")],
        outbox: outbox(&["open", "too"]),
        appends: vec![append(1, "update")],
        ..change()
    };
    owner.commit(change).await;
    let mut owner = Owner::take(store, owner.entity).await;
    let closed = vec![OutboxKey { sequence: Sequence(2), index: 0 }];
    owner.commit(Change { closed, ..event("two") }).await;
    store.append(&owner.entity, Epoch(2), vec![append(1, "edit"), append(2, "")]).await.unwrap();
    store.set_wake(&owner.entity, Epoch(2), Some(at(77))).await.unwrap();
    owner
}

async fn image<S: Store>(store: &Arc<S>, entity: &EntityKey) -> EntityImage {
    store.image(entity).await.unwrap().unwrap()
}

/// Puts an image where nothing is.
async fn restore<S: Store>(store: &Arc<S>, entity: &EntityKey, image: &EntityImage) -> Head {
    let outcome = store.restore(entity, image.clone()).await.unwrap();
    assert_eq!(outcome, CommitOutcome::Applied(image.loaded.head));
    image.loaded.head
}

/// An image says what the other reads say.
pub async fn r14_image_is_what_the_other_reads_say<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = full(&store, tenant()).await;
    let image = image(&store, &owner.entity).await;
    assert_eq!(Some(&image.loaded), store.load(&owner.entity).await.unwrap().as_ref());
    let page = store.feed(&owner.entity, Sequence(0), 100).await.unwrap();
    assert_eq!((&image.frames, image.floor), (&page.frames, page.floor));
    assert_eq!(image.frames.len(), 3);
    assert_eq!(image.appends, store.appends(&owner.entity).await.unwrap());
    assert_eq!(image.wake, Some(at(77)));
}

/// Absent is an answer; one that was only taken has an image, too.
pub async fn r14_image_of_nothing_is_none<B: Backend>(backend: B) {
    let store = backend.open().await;
    assert_eq!(store.image(&site()).await.unwrap(), None);
    let owner = Owner::take(&store, site()).await;
    let image = image(&store, &owner.entity).await;
    assert_eq!(image.loaded.head, owner.head);
    assert_eq!((image.frames.len(), image.appends.len(), image.wake), (0, 0, None));
    let elsewhere = site();
    restore(&store, &elsewhere, &image).await;
    assert_eq!(store.head(&elsewhere).await.unwrap(), Some(owner.head));
}

/// Put back elsewhere, everything is as it was, and is found as it would have been.
pub async fn r14_restored_entity_is_the_same<B: Backend>(backend: B) {
    let store = backend.open().await;
    let tenant = tenant();
    let owner = full(&store, tenant).await;
    let before = image(&store, &owner.entity).await;
    let elsewhere = site_of(tenant);
    restore(&store, &elsewhere, &before).await;
    assert_eq!(image(&store, &elsewhere).await, before);
    assert_eq!(store.head(&elsewhere).await.unwrap(), Some(before.loaded.head));
    assert_eq!(store.load(&elsewhere).await.unwrap(), Some(before.loaded));
    assert_eq!(store.appends(&elsewhere).await.unwrap(), before.appends);
    let feed = whole_feed(&*store, &owner.entity, 2).await;
    assert_eq!(whole_feed(&*store, &elsewhere, 2).await, feed);
    assert_eq!(store.wake(&elsewhere).await.unwrap(), Some(at(77)));
    let wakes = store.due_wakes(at(77), 100_000).await.unwrap();
    assert!(wakes.contains(&Wake { entity: elsewhere, due: at(77) }));
    let entities = store.tenant_entities(tenant, None, 10).await.unwrap();
    assert!(entities.contains(&elsewhere) && entities.len() == 2);
}

/// Who takes it then gains the next epoch, and its commits go on in the chain.
pub async fn r2_owner_of_a_restored_entity_goes_on<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = full(&store, tenant()).await;
    let before = image(&store, &owner.entity).await;
    let elsewhere = site();
    let head = restore(&store, &elsewhere, &before).await;
    // The owner of before is not the owner here.
    let stranger = Owner { store: store.clone(), entity: elsewhere, head: owner.head };
    let mut next = Owner::take(&store, elsewhere).await;
    assert_eq!(next.head, Head { epoch: Epoch(head.epoch.0 + 1), ..head });
    assert_eq!(stranger.attempt(event("zombie")).await, CommitOutcome::Fenced(next.head));
    let last = next.commit(event("three")).await;
    let frames = image(&store, &elsewhere).await.frames;
    assert_eq!(frames.len(), 4);
    let mut chain = before.floor.chain;
    for frame in &frames {
        chain = frame.digest.chain(&chain, frame.epoch, frame.sequence, frame.commit_id);
    }
    assert_eq!(chain, last.chain);
    let closed = vec![OutboxKey { sequence: Sequence(2), index: 1 }];
    next.commit(Change { closed, compacted: vec![(Epoch(2), Sequence(1))], ..change() }).await;
    let image = image(&store, &elsewhere).await;
    assert_eq!((image.loaded.outbox.len(), image.appends.len()), (0, 2));
}

/// An entity that is here is not overwritten.
pub async fn r2_restore_over_an_entity_is_fenced<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = full(&store, tenant()).await;
    let other = Owner::take(&store, site()).await;
    for target in [&owner, &other] {
        let before = image(&store, &target.entity).await;
        let outcome = store.restore(&target.entity, image(&store, &owner.entity).await).await;
        assert_eq!(outcome.unwrap(), CommitOutcome::Fenced(target.head));
        assert_eq!(image(&store, &target.entity).await, before);
    }
}

/// A restored entity is there after a crash.
pub async fn r7_restored_entity_is_there_after_a_crash<B: Backend>(backend: B) {
    let mut store = backend.open().await;
    let owner = full(&store, tenant()).await;
    let before = image(&store, &owner.entity).await;
    drop(owner);
    let elsewhere = site();
    restore(&store, &elsewhere, &before).await;
    store = backend.crash(store).await;
    assert_eq!(image(&store, &elsewhere).await, before);
}

/// An image of many rows and some megabytes, with its frames not from the first on.
pub async fn r14_large_image_is_restored<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    for step in 0..30_u32 {
        let puts = (0..100).map(|key| Record::new(format!("{step}/{key}"), vec![7; 500]));
        let appends = (1..40).map(|number| Append {
            sequence: Sequence(u64::from(step) * 100 + number),
            body: Bytes::from(vec![8; 300]),
        });
        let events = vec![Bytes::from(vec![9; 100_000])];
        owner
            .commit(Change {
                puts: puts.collect(),
                appends: appends.collect(),
                events,
                outbox: outbox(&["open"]),
                ..change()
            })
            .await;
    }
    let mut before = image(&store, &owner.entity).await;
    let cut = before.frames.drain(..10).next_back().unwrap();
    before.floor.sequence = cut.sequence;
    before.floor.chain = cut.chain;
    let elsewhere = site();
    restore(&store, &elsewhere, &before).await;
    assert!(image(&store, &elsewhere).await == before);
    let page = store.feed(&elsewhere, Sequence(9), 100).await.unwrap();
    assert!(page.truncated && page.frames.is_empty() && page.floor == before.floor);
    let page = store.feed(&elsewhere, Sequence(10), 5).await.unwrap();
    assert!(!page.truncated && page.more && page.frames == before.frames[..5]);
}

/// What a broken-off restore has left is no part of the next one; until one is complete, the
/// entity is absent.
pub async fn r14_broken_off_restore_leaves_nothing<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = full(&store, tenant()).await;
    let wanted = image(&store, &owner.entity).await;
    let mut larger = wanted.clone();
    // In the order of their keys, as every store lists them.
    larger.loaded.records.extend((0..5_000).map(|key| record(&format!("x{key:04}"), "left over")));
    for polls in [1, 2, 3, 5, 9, 17] {
        let elsewhere = site();
        {
            let mut restoring = Box::pin(store.restore(&elsewhere, larger.clone()));
            for _ in 0..polls {
                // One poll after the other, with some time for what it has sent.
                let done = futures::poll!(&mut restoring).is_ready();
                // Whole, once its last part is there: that may be before it says so.
                let there = store.image(&elsewhere).await.unwrap();
                assert!(there.is_none() && !done || there.as_ref() == Some(&larger));
                if done {
                    return;
                }
            }
        }
        // Its last part may have been on its way already: then it is there, and whole.
        let there = match store.restore(&elsewhere, wanted.clone()).await.unwrap() {
            CommitOutcome::Applied(_) => &wanted,
            CommitOutcome::Fenced(_) => &larger,
        };
        assert!(polls > 1 || there == &wanted, "nothing is whole after its first part");
        assert!(&image(&store, &elsewhere).await == there, "broken off after {polls} polls");
    }
}

/// An image beside a writer shows one moment: head, records, frames and fenced appends agree.
pub async fn r14_image_beside_a_writer_shows_one_moment<B: Backend>(backend: B) {
    const COMMITS: u64 = 60;
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let (entity, reader) = (owner.entity, store.clone());
    let reading = tokio::spawn(async move {
        loop {
            let image = image(&reader, &entity).await;
            let number = image.loaded.head.sequence.0;
            let records = image.loaded.records.iter().map(|record| text(&record.value));
            let wanted = if number == 0 { 0 } else { 10 };
            assert_eq!(records.collect::<Vec<_>>(), vec![number.to_string(); wanted]);
            assert_eq!(image.frames.len() as u64, number);
            assert_eq!(image.appends.len() as u64, number);
            assert_eq!(image.frames.last().map_or([0; 32], |f| f.chain), image.loaded.head.chain);
            if number == COMMITS {
                return;
            }
        }
    });
    for number in 1..=COMMITS {
        let puts = (0..10).map(|key: u32| Record::new(key.to_string(), number.to_string()));
        let appends = vec![append(number, "fenced")];
        owner.commit(Change { puts: puts.collect(), appends, ..event("x") }).await;
    }
    reading.await.unwrap();
}

/// The image of one tenant's entity can be another's: nothing in it says whose it was.
pub async fn r13_image_moves_to_another_tenant<B: Backend>(backend: B) {
    let store = backend.open().await;
    let (old, new) = (tenant(), tenant());
    let before = image(&store, &full(&store, old).await.entity).await;
    let elsewhere = site_of(new);
    restore(&store, &elsewhere, &before).await;
    assert_eq!(elsewhere.scope, Scope::Tenant(new));
    assert_eq!(store.tenant_entities(new, None, 10).await.unwrap(), [elsewhere]);
    assert_eq!(store.tenant_entities(old, None, 10).await.unwrap().len(), 1);
}
