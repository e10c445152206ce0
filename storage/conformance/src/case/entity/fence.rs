//! R2: who may write.

use crate::Backend;
use crate::fixture::{Owner, event, expected, put, site, whole_feed};
use futures::future::join_all;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence};
use igny8_storage_api::{CommitOutcome, Expected, Head, Store};
use std::sync::Arc;

/// The first take begins at epoch 1 and sequence 0; each further one adds one epoch.
pub async fn r2_take_raises_the_epoch_and_keeps_the_sequence<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    assert_eq!((owner.head.epoch, owner.head.sequence), (Epoch(1), Sequence(0)));
    let head = owner.commit(event("a")).await;
    let next = store.take(&owner.entity).await.unwrap();
    assert_eq!(next, Head { epoch: Epoch(2), ..head });
}

/// Absent is an answer, not an error.
pub async fn r2_head_of_an_entity_that_never_was_is_absent<B: Backend>(backend: B) {
    let store = backend.open().await;
    assert_eq!(store.head(&site()).await.unwrap(), None);
    assert_eq!(store.load(&site()).await.unwrap(), None);
}

/// The head read apart is the head of the answers and of `load`.
pub async fn r2_head_is_the_same_everywhere<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    assert_eq!(store.head(&owner.entity).await.unwrap(), Some(owner.head));
    let head = owner.commit(event("a")).await;
    assert_eq!(store.head(&owner.entity).await.unwrap(), Some(head));
    assert_eq!(store.load(&owner.entity).await.unwrap().unwrap().head, head);
}

/// Tries a commit that must be fenced and must change nothing.
async fn assert_fenced<S: Store>(store: &Arc<S>, entity: &EntityKey, expected: Expected) {
    let before = store.load(entity).await.unwrap();
    let outcome = store.commit(entity, expected, put("key", "intruder")).await.unwrap();
    assert!(matches!(outcome, CommitOutcome::Fenced(_)), "{expected:?} was let through");
    assert_eq!(store.load(entity).await.unwrap(), before);
}

/// The owner before the last take is out.
pub async fn r2_older_epoch_is_fenced<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = Owner::take(&store, site()).await;
    store.take(&owner.entity).await.unwrap();
    assert_fenced(&store, &owner.entity, expected(&owner.head)).await;
}

/// An epoch that nobody gained is no epoch.
pub async fn r2_epoch_never_gained_is_fenced<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = Owner::take(&store, site()).await;
    let ahead = Expected { epoch: Epoch(owner.head.epoch.0 + 1), ..expected(&owner.head) };
    assert_fenced(&store, &owner.entity, ahead).await;
}

/// Somebody with the right epoch and a stale sequence is fenced too.
pub async fn r2_older_sequence_is_fenced<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let stale = expected(&owner.head);
    owner.commit(event("a")).await;
    assert_fenced(&store, &owner.entity, stale).await;
}

/// A sequence that is not there yet would leave a gap.
pub async fn r2_sequence_ahead_is_fenced<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = Owner::take(&store, site()).await;
    let ahead = Expected { sequence: Sequence(1), ..expected(&owner.head) };
    assert_fenced(&store, &owner.entity, ahead).await;
}

/// Nobody owns what nobody took.
pub async fn r2_commit_without_a_take_is_fenced<B: Backend>(backend: B) {
    let store = backend.open().await;
    let entity = site();
    for epoch in [0, 1] {
        let expected = Expected { epoch: Epoch(epoch), sequence: Sequence(0) };
        assert_fenced(&store, &entity, expected).await;
    }
    assert_eq!(store.head(&entity).await.unwrap(), None);
}

/// A fenced owner is told who goes on.
pub async fn r2_fenced_answer_shows_the_current_head<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    owner.commit(event("a")).await;
    let current = store.take(&owner.entity).await.unwrap();
    assert_eq!(owner.attempt(event("b")).await, CommitOutcome::Fenced(current));
}

/// The repetition of a commit that was applied after all shows its own id: this is how an unknown
/// outcome is resolved.
pub async fn r2_repeated_commit_is_fenced_and_shows_its_own_id<B: Backend>(backend: B) {
    let store = backend.open().await;
    let mut owner = Owner::take(&store, site()).await;
    let before = expected(&owner.head);
    let change = event("once");
    let head = owner.commit(change.clone()).await;
    let again = store.commit(&owner.entity, before, change.clone()).await.unwrap();
    assert_eq!(again, CommitOutcome::Fenced(head));
    assert_eq!(head.commit_id, change.commit_id);
    assert_eq!(whole_feed(&*store, &owner.entity, 10).await.len(), 1);
}

/// A commit whose caller went away is applied or not, and after the next take the head says which.
pub async fn r2_abandoned_commit_is_resolved_by_the_head<B: Backend>(backend: B) {
    let store = backend.open().await;
    let entity = site();
    let mut applied = 0;
    for _ in 0..32 {
        let owner = Owner::take(&store, entity).await;
        let change = event("abandoned");
        let id = change.commit_id;
        // One poll sends the request; then the caller goes.
        let outcome = futures::FutureExt::now_or_never(owner.attempt(change));
        let head = store.take(&entity).await.unwrap();
        let was_applied = head.commit_id == id;
        assert!(was_applied || outcome.is_none());
        applied += usize::from(was_applied);
        let feed = whole_feed(&*store, &entity, 100).await;
        assert_eq!(feed.len(), applied, "the head and the feed disagree");
    }
}

/// Takers at the same moment gain different epochs, without a hole.
pub async fn r2_racing_takes_gain_distinct_epochs<B: Backend>(backend: B) {
    let store = backend.open().await;
    let entity = site();
    let heads = join_all((0..16).map(|_| store.take(&entity))).await;
    let mut epochs: Vec<_> = heads.into_iter().map(|head| head.unwrap().epoch.0).collect();
    epochs.sort_unstable();
    assert_eq!(epochs, (1..=16).collect::<Vec<_>>());
}

/// Of commits that expect the same head one is applied.
pub async fn r2_racing_commits_have_one_winner<B: Backend>(backend: B) {
    let store = backend.open().await;
    let owner = Owner::take(&store, site()).await;
    let names: Vec<_> = (0..16).map(|number| number.to_string()).collect();
    let outcomes = join_all(names.iter().map(|name| owner.attempt(event(name)))).await;
    let winners: Vec<_> =
        (0..16).filter(|number| matches!(outcomes[*number], CommitOutcome::Applied(_))).collect();
    assert_eq!(winners.len(), 1);
    let feed = whole_feed(&*store, &owner.entity, 10).await;
    assert_eq!(feed, [(1, vec![winners[0].to_string()])]);
}

/// Contenders that steal an entity from each other and commit: what was acknowledged is the feed,
/// once each, in one order with rising epochs.
pub async fn r2_steal_race_leaves_one_order<B: Backend>(backend: B) {
    let store = backend.open().await;
    let entity = site();
    let contenders = (0..8).map(|contender| {
        let store = store.clone();
        tokio::spawn(async move { contend(&store, entity, contender).await })
    });
    let mut acknowledged: Vec<_> =
        join_all(contenders).await.into_iter().flat_map(Result::unwrap).collect();
    acknowledged.sort_unstable();
    let feed = whole_feed(&*store, &entity, 7).await;
    let feed: Vec<_> = (1..)
        .zip(feed)
        .map(|(sequence, (epoch, bodies))| (sequence, epoch, bodies.concat()))
        .collect();
    assert_eq!(feed, acknowledged);
    assert!(!feed.is_empty());
}

/// Takes and commits until fenced, several times. What was acknowledged: (sequence, epoch, event).
async fn contend<S: Store>(
    store: &Arc<S>,
    entity: EntityKey,
    contender: usize,
) -> Vec<(u64, u64, String)> {
    let mut acknowledged = Vec::new();
    for round in 0..12 {
        let mut owner = Owner::take(store, entity).await;
        for step in 0..3 {
            let text = format!("{contender}.{round}.{step}");
            match owner.attempt(event(&text)).await {
                CommitOutcome::Applied(head) => {
                    acknowledged.push((head.sequence.0, head.epoch.0, text));
                    owner.head = head;
                }
                CommitOutcome::Fenced(_) => break,
            }
        }
    }
    acknowledged
}
