//! Trying again what a store did not do.

use igny8_protocol_ids::EntityKey;
use igny8_storage_api::StoreError;
use std::time::Duration;

/// How often something is tried before its actor gives up and the next one reads what is there.
const TRIES_MAX: u32 = 5;
/// The pause before the second try; doubled each time.
const PAUSE: Duration = Duration::from_millis(50);

/// The tries of one write.
pub(super) struct Backoff {
    what: &'static str,
    entity: EntityKey,
    tries: u32,
}

impl Backoff {
    pub(super) fn new(what: &'static str, entity: EntityKey) -> Self {
        Self { what, entity, tries: 0 }
    }

    /// Waits for the time of the next try, or hands the error back if there were enough.
    pub(super) async fn pause(&mut self, error: StoreError) -> Result<(), StoreError> {
        self.tries += 1;
        if self.tries >= TRIES_MAX {
            return Err(error);
        }
        let (what, entity, tries) = (self.what, self.entity, self.tries);
        tracing::warn!(what, %entity, %error, tries, "a write was not done, trying again");
        tokio::time::sleep(PAUSE * (1 << (tries - 1))).await;
        Ok(())
    }
}
