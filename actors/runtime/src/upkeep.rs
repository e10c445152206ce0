//! Upkeep of the store, beside the actors: blobs that no record names any more go, and entries of
//! logs whose time is over.

use crate::platform::Inner;
use igny8_protocol_ids::{EntityKind, Scope, Timestamp};
use igny8_storage_api::{Store, StoreError};
use std::sync::Arc;
use std::time::Duration;

/// Between two rounds. A round reads the records of every tenant that has blobs.
const PERIOD: Duration = Duration::from_hours(24);
/// Before the first one: a start has more urgent work.
const FIRST: Duration = Duration::from_mins(10);
/// A blob is written before the commit that names it: a younger one may still be on its way there.
/// No effect takes nearly as long.
const BLOB_AGE_MIN: Duration = Duration::from_hours(24);
/// Entities listed at a time.
const PAGE: usize = 500;

/// What a round has removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Tenants whose blobs were looked at.
    pub tenants: u64,
    /// Blobs that nobody named.
    pub blobs: u64,
    /// Entries of logs that had expired.
    pub log_entries: u64,
}

/// One round over the whole store. Safe beside everything else that goes on in it.
pub async fn upkeep(store: &dyn Store, now: Timestamp) -> Result<Upkeep, StoreError> {
    let mut done = Upkeep::default();
    let written_before = before(now, BLOB_AGE_MIN);
    let mut after = None;
    loop {
        let page = store.entities(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(*last);
        for entity in page.iter().filter(|entity| entity.kind == EntityKind::Tenant) {
            if let Scope::Tenant(tenant) = entity.scope {
                done.blobs += store.collect_blobs(tenant, written_before).await?.removed;
                done.tenants += 1;
            }
        }
    }
    loop {
        let removed = store.sweep_logs(now).await?;
        if removed == 0 {
            return Ok(done);
        }
        done.log_entries += removed;
    }
}

fn before(now: Timestamp, age: Duration) -> Timestamp {
    let millis = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_sub(millis))
}

/// Round after round until the platform stops; a round under way is broken off.
pub(crate) async fn upkeep_loop(inner: Arc<Inner>) {
    let mut pause = FIRST;
    loop {
        tokio::time::sleep(pause).await;
        pause = PERIOD;
        match upkeep(inner.world.store.as_ref(), inner.world.now()).await {
            Ok(done) => tracing::info!(?done, "the store was cleaned up"),
            Err(error) => tracing::warn!(%error, "the store could not be cleaned up; tomorrow"),
        }
    }
}
