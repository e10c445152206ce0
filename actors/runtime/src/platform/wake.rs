//! The clock that wakes entities at rest whose time has come, at a measured pace (R12): however
//! many are due at once, a few at a time are loaded, and the rest follow.

use crate::platform::Inner;
use futures::StreamExt;
use futures::stream;
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::{StoreError, Wake};
use std::sync::Arc;

/// Entities woken in one period: a thousand that are due at once do not stampede.
const WAKES_PER_PERIOD_MAX: usize = 200;
/// Entities loaded at once: each may be a whole site, and people want the store too.
const WAKES_AT_ONCE_MAX: usize = 16;
/// Hints read in one period. Those of entities in memory stand before the others, since they are
/// older: more of them than this would let none through.
const HINTS_READ_MAX: usize = 50_000;

/// Round after round until the platform stops.
pub(crate) async fn wake_loop(inner: Arc<Inner>) {
    loop {
        let store = &inner.world.store;
        let read = |limit| store.due_wakes(inner.world.now(), limit);
        match asleep(read, |entity| inner.is_asleep(entity)).await {
            Ok(entities) => wake_all(entities, |entity| wake(&inner, entity)).await,
            Err(error) => tracing::warn!(%error, "wake hints could not be read"),
        }
        tokio::select! {
            biased;
            () = inner.stopped() => return,
            () = tokio::time::sleep(inner.world.options.wake_period) => {}
        }
    }
}

async fn wake(inner: &Arc<Inner>, entity: EntityKey) {
    if let Err(failure) = inner.wake(entity).await {
        tracing::warn!(%entity, %failure, "an entity could not be woken");
    }
}

/// The entities of this period: due, and at rest. Hints of those in memory stay where they are
/// until these rest, so that more hints are read where they fill a page.
async fn asleep<F: Future<Output = Result<Vec<Wake>, StoreError>>>(
    read: impl Fn(usize) -> F,
    is_asleep: impl Fn(&EntityKey) -> bool,
) -> Result<Vec<EntityKey>, StoreError> {
    let mut limit = WAKES_PER_PERIOD_MAX;
    loop {
        let hints = read(limit).await?;
        let all = hints.len() < limit || limit == HINTS_READ_MAX;
        let asleep = hints.into_iter().map(|hint| hint.entity).filter(&is_asleep);
        let asleep: Vec<EntityKey> = asleep.take(WAKES_PER_PERIOD_MAX).collect();
        if all || asleep.len() == WAKES_PER_PERIOD_MAX {
            return Ok(asleep);
        }
        limit = (limit * 4).min(HINTS_READ_MAX);
    }
}

async fn wake_all<F: Future<Output = ()>>(entities: Vec<EntityKey>, wake: impl Fn(EntityKey) -> F) {
    stream::iter(entities).for_each_concurrent(WAKES_AT_ONCE_MAX, wake).await;
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod test {
    use super::*;
    use igny8_protocol_ids::{SiteId, TenantId, Timestamp};
    use parking_lot::Mutex;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    fn site(number: u16) -> EntityKey {
        let [a, b] = number.to_be_bytes();
        let at = Timestamp::from_millis(1);
        EntityKey::site(TenantId::new(at, [1; 10]), SiteId::new(at, [0, 0, 0, 0, 0, 0, 0, 0, a, b]))
    }

    /// Hints of as many sites, in the order of their numbers; the first are in memory.
    struct Hints {
        due: Mutex<BTreeMap<u16, EntityKey>>,
        resident: u16,
    }

    impl Hints {
        fn new(count: u16, resident: u16) -> Self {
            let due = (0..count).map(|number| (number, site(number))).collect();
            Self { due: Mutex::new(due), resident }
        }
        async fn round(&self, wake: impl AsyncFn(EntityKey)) -> usize {
            let read = async |limit| {
                let due = self.due.lock();
                let hint = |(at, entity): (&u16, &EntityKey)| Wake {
                    entity: *entity,
                    due: Timestamp::from_millis(i64::from(*at)),
                };
                Ok(due.iter().map(hint).take(limit).collect())
            };
            let in_memory: Vec<EntityKey> = (0..self.resident).map(site).collect();
            let found = asleep(read, |entity| !in_memory.contains(entity)).await.unwrap();
            let count = found.len();
            wake_all(found, async |entity| {
                wake(entity).await;
                self.due.lock().retain(|_, due| *due != entity);
            })
            .await;
            count
        }
    }

    #[tokio::test]
    async fn r12_a_thousand_that_are_due_at_once_are_woken_a_few_at_a_time() {
        let hints = Hints::new(1_000, 0);
        let (at_once, most, woken) =
            (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let wake = async |_| {
            most.fetch_max(at_once.fetch_add(1, SeqCst) + 1, SeqCst);
            tokio::task::yield_now().await;
            at_once.fetch_sub(1, SeqCst);
            woken.fetch_add(1, SeqCst);
        };
        for round in 1..=5 {
            assert_eq!(hints.round(&wake).await, WAKES_PER_PERIOD_MAX, "round {round}");
            assert_eq!(woken.load(SeqCst), round * WAKES_PER_PERIOD_MAX);
        }
        assert_eq!(hints.round(&wake).await, 0);
        assert_eq!(most.load(SeqCst), WAKES_AT_ONCE_MAX);
    }

    #[tokio::test]
    async fn r12_hints_of_entities_in_memory_hold_up_nobody() {
        let hints = Hints::new(903, 900);
        assert_eq!(hints.round(async |_| {}).await, 3);
        assert_eq!(hints.due.lock().len(), 900);
        assert_eq!(hints.round(async |_| {}).await, 0);
    }
}
