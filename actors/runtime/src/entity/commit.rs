//! One commit, with its unknown outcomes resolved (R2).

use igny8_protocol_ids::EntityKey;
use igny8_storage_api::{Change, CommitOutcome, Expected, Head, Store, StoreError};
use std::{sync::Arc, time::Duration};

/// How often a commit that certainly did not happen is tried again before the actor gives up.
const TRIES_MAX: u32 = 5;
/// The pause before the second try; doubled each time.
const PAUSE: Duration = Duration::from_millis(50);

/// Commits a change; `Err` means that it certainly did not happen, or that nobody can tell: the
/// actor then stops and the next owner reads what is there.
pub(crate) async fn commit(
    store: &Arc<dyn Store>,
    entity: EntityKey,
    head: Head,
    change: Change,
) -> Result<CommitOutcome, StoreError> {
    let expected = Expected { epoch: head.epoch, sequence: head.sequence };
    let mut pause = PAUSE;
    for attempt in 1.. {
        let error = match store.commit(&entity, expected, change.clone()).await {
            Ok(outcome) => return Ok(outcome),
            Err(StoreError::Unknown { reason }) => {
                match resolve(store, entity, expected, &change).await? {
                    Some(outcome) => return Ok(outcome),
                    None => StoreError::Unknown { reason },
                }
            }
            Err(error @ (StoreError::Unavailable { .. } | StoreError::Full { .. })) => error,
            Err(error) => return Err(error),
        };
        if attempt >= TRIES_MAX {
            return Err(error);
        }
        tracing::warn!(%entity, %error, attempt, "commit not done, trying again");
        tokio::time::sleep(pause).await;
        pause *= 2;
    }
    unreachable!("the loop returns")
}

/// Reads the head: `None` means that the commit did not happen and may be tried again.
async fn resolve(
    store: &Arc<dyn Store>,
    entity: EntityKey,
    expected: Expected,
    change: &Change,
) -> Result<Option<CommitOutcome>, StoreError> {
    let Some(head) = store.head(&entity).await? else { return Ok(None) };
    if head.commit_id == change.commit_id && head.sequence == expected.sequence.next() {
        return Ok(Some(CommitOutcome::Applied(head)));
    }
    if head.epoch == expected.epoch && head.sequence == expected.sequence {
        return Ok(None);
    }
    Ok(Some(CommitOutcome::Fenced(head)))
}
