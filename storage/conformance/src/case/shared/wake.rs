//! Wake hints: what finds open work after a crash.

use crate::Backend;
use crate::fixture::site;
use igny8_protocol_ids::{EntityKey, Epoch, Timestamp};
use igny8_storage_api::{Store, Wake};

/// More than all cases together leave behind in a shared place.
const MANY: usize = 100_000;

/// The hints of these entities that are due, in the store's order.
async fn due<S: Store>(store: &S, until: i64, entities: &[EntityKey]) -> Vec<Wake> {
    let wakes = store.due_wakes(Timestamp::from_millis(until), MANY).await.unwrap();
    assert!(wakes.is_sorted_by_key(|wake| wake.due), "hints come out of order");
    wakes.into_iter().filter(|wake| entities.contains(&wake.entity)).collect()
}

fn wake(entity: EntityKey, due: i64) -> Wake {
    Wake { entity, due: Timestamp::from_millis(due) }
}

async fn set<S: Store>(store: &S, entity: EntityKey, due: Option<i64>) {
    set_as(store, Epoch(1), entity, due).await;
}

async fn set_as<S: Store>(store: &S, epoch: Epoch, entity: EntityKey, due: Option<i64>) {
    store.set_wake(&entity, epoch, due.map(Timestamp::from_millis)).await.unwrap();
}

/// What is due comes, the earliest first; what is not, does not.
pub async fn r14_wakes_come_when_due_and_in_order<B: Backend>(backend: B) {
    let store = backend.open().await;
    let (a, b, c) = (site(), site(), site());
    set(&*store, a, Some(2_000)).await;
    set(&*store, b, Some(1_000)).await;
    set(&*store, c, Some(3_001)).await;
    assert_eq!(due(&*store, 3_000, &[a, b, c]).await, [wake(b, 1_000), wake(a, 2_000)]);
    assert_eq!(due(&*store, 999, &[a, b, c]).await, []);
    assert_eq!(due(&*store, 1_000, &[a, b, c]).await, [wake(b, 1_000)]);
}

/// A new hint replaces the old one, earlier or later; asking does not use it up.
pub async fn r14_wake_is_replaced<B: Backend>(backend: B) {
    let store = backend.open().await;
    let entity = site();
    for time in [5_000, 6_000, 4_000, 4_000] {
        set(&*store, entity, Some(time)).await;
        for _ in 0..2 {
            assert_eq!(due(&*store, 10_000, &[entity]).await, [wake(entity, time)]);
        }
    }
}

/// A cleared hint is gone; clearing none is nothing.
pub async fn r14_wake_is_cleared<B: Backend>(backend: B) {
    let store = backend.open().await;
    let entity = site();
    set(&*store, entity, None).await;
    set(&*store, entity, Some(1)).await;
    set(&*store, entity, None).await;
    assert_eq!(due(&*store, i64::MAX, &[entity]).await, []);
}

/// What an owner has set survives those before it, and ends when a later owner says so.
pub async fn r12_wake_of_a_later_owner_stays<B: Backend>(backend: B) {
    let store = backend.open().await;
    let (entity, store) = (site(), &*store);
    set_as(store, Epoch(3), entity, Some(5_000)).await;
    set_as(store, Epoch(2), entity, None).await;
    assert_eq!(due(store, 10_000, &[entity]).await, [wake(entity, 5_000)]);
    set_as(store, Epoch(2), entity, Some(9_000)).await;
    let hint = store.wake(&entity).await.unwrap().unwrap();
    assert_eq!(Timestamp::from_millis(5_000), hint, "an earlier owner moved it");
    assert_eq!(due(store, 6_000, &[entity]).await, [wake(entity, 5_000)]);
    set_as(store, Epoch(4), entity, Some(7_000)).await;
    assert_eq!(due(store, 10_000, &[entity]).await, [wake(entity, 7_000)]);
    set_as(store, Epoch(3), entity, None).await;
    assert_eq!(due(store, 10_000, &[entity]).await, [wake(entity, 7_000)]);
    set_as(store, Epoch(5), entity, None).await;
    assert_eq!(due(store, i64::MAX, &[entity]).await, []);
    assert_eq!(store.wake(&entity).await.unwrap(), None);
}

/// No more hints than asked for, and those the earliest.
pub async fn r11_due_wakes_are_bounded<B: Backend>(backend: B) {
    let store = backend.open().await;
    for time in 0..5 {
        set(&*store, site(), Some(time)).await;
    }
    let all = store.due_wakes(Timestamp::from_millis(i64::MAX), MANY).await.unwrap();
    let two = store.due_wakes(Timestamp::from_millis(i64::MAX), 2).await.unwrap();
    assert_eq!(two, all[..2]);
}

/// The hint of an entity can be read, whatever became of it.
pub async fn r14_wake_is_read_back<B: Backend>(backend: B) {
    let store = backend.open().await;
    let (entity, other) = (site(), site());
    set(&*store, other, Some(9)).await;
    for due in [None, Some(5_000), Some(-5), Some(7_000), None, None, Some(0)] {
        set(&*store, entity, due).await;
        let wanted = due.map(Timestamp::from_millis);
        assert_eq!(store.wake(&entity).await.unwrap(), wanted);
    }
    let store = backend.crash(store).await;
    assert_eq!(store.wake(&entity).await.unwrap(), Some(Timestamp::from_millis(0)));
}
