//! One write, with its unknown outcomes resolved (R2).

use super::backoff::Backoff;
use igny8_actors_domain::sabotage::Sabotage;
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::{Append, Change, CommitOutcome, Expected, Head, Store, StoreError};
use std::sync::Arc;

/// Commits a change; `Err` means that it certainly did not happen, or that nobody can tell: the
/// actor then stops and the next owner reads what is there.
pub(crate) async fn commit(
    store: &Arc<dyn Store>,
    entity: EntityKey,
    head: Head,
    change: Change,
) -> Result<CommitOutcome, StoreError> {
    let mut expected = Expected { epoch: head.epoch, sequence: head.sequence };
    let mut backoff = Backoff::new("a commit", entity);
    loop {
        let error = match store.commit(&entity, expected, change.clone()).await {
            Ok(CommitOutcome::Fenced(theirs)) if Sabotage::FenceIgnored.is_on() => {
                expected = Expected { epoch: theirs.epoch, sequence: theirs.sequence };
                StoreError::Unavailable { reason: "fenced".to_owned() }
            }
            Err(StoreError::Unknown { .. }) if Sabotage::UnknownTakenForDone.is_on() => {
                let head = Head {
                    commit_id: change.commit_id,
                    sequence: expected.sequence.next(),
                    ..head
                };
                return Ok(CommitOutcome::Applied(head));
            }
            Err(error @ StoreError::Unknown { .. }) if Sabotage::UnknownRepeated.is_on() => {
                if let Some(head) = store.head(&entity).await? {
                    expected = Expected { epoch: head.epoch, sequence: head.sequence };
                }
                error
            }
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
        backoff.pause(error).await?;
    }
}

/// Appends a row. It is keyed, so a repetition after an unknown outcome is harmless (R5).
pub(crate) async fn append(
    store: &Arc<dyn Store>,
    entity: EntityKey,
    head: Head,
    row: Append,
) -> Result<(), StoreError> {
    let mut backoff = Backoff::new("an append", entity);
    loop {
        match store.append(&entity, head.epoch, vec![row.clone()]).await {
            Ok(()) => return Ok(()),
            Err(error @ (StoreError::TooLarge { .. } | StoreError::Corrupt { .. })) => {
                return Err(error);
            }
            Err(error) => backoff.pause(error).await?,
        }
    }
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
