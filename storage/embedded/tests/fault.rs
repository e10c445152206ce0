//! What the store does when the disk fails; and that the suite notices each broken promise.

// Outside of test functions, too, a failure is a failed test.
#![allow(clippy::unwrap_used)]

mod check;
mod place;

use check::check;
use igny8_protocol_ids::{EntityKey, Sequence, TenantId};
use igny8_storage_api::{
    Change, CommitId, CommitOutcome, Expected, Head, Record, Store, StoreError,
};
use igny8_storage_conformance::{Backend, unnoticed};
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, Faults};
use std::cell::Cell;
use std::sync::Arc;

/// Which promise is switched off.
#[derive(Clone, Copy)]
enum Switch {
    IgnoreEpoch,
    IgnoreSequence,
    SkipSync,
}

thread_local! {
    /// For the cases that this thread runs: one type for all switches, so that the suite is
    /// compiled once.
    static SWITCH: Cell<Switch> = const { Cell::new(Switch::IgnoreEpoch) };
}

/// The embedded store with one promise switched off.
struct Broken(place::Embedded);

impl Backend for Broken {
    type Store = EmbeddedStore;
    const NAME: &'static str = "embedded, broken on purpose";

    async fn create() -> Self {
        let faults = Faults::none();
        match SWITCH.get() {
            Switch::IgnoreEpoch => faults.ignore_epoch(true),
            Switch::IgnoreSequence => faults.ignore_sequence(true),
            Switch::SkipSync => faults.skip_sync(true),
        }
        Self(place::Embedded::with(faults))
    }

    async fn open(&self) -> Arc<EmbeddedStore> {
        self.0.open().await
    }

    async fn close(&self, store: Arc<EmbeddedStore>) {
        self.0.close(store).await;
    }

    async fn crash(&self, store: Arc<EmbeddedStore>) -> Arc<EmbeddedStore> {
        self.0.crash(store).await
    }
}

/// Runs these cases with this switch; each must fail.
fn assert_noticed(switch: Switch, names: &[&'static str]) {
    assert_eq!(unnoticed::<Broken>(names, move || SWITCH.set(switch)), [""; 0]);
}

#[test]
fn r2_suite_notices_a_missing_epoch_condition() {
    assert_noticed(
        Switch::IgnoreEpoch,
        &[
            "r2_older_epoch_is_fenced",
            "r2_epoch_never_gained_is_fenced",
            "r2_fenced_answer_shows_the_current_head",
            "r2_fence_holds_after_reopening",
            "r4_no_part_of_a_fenced_commit_is_there",
            "r5_fenced_compaction_deletes_nothing",
            "r2_histories_of_concurrent_writers_have_one_order",
            "r2_owner_of_a_restored_entity_goes_on",
            "r14_random_operations_agree_with_a_simple_model",
        ],
    );
}

#[test]
fn r2_suite_notices_a_missing_sequence_condition() {
    assert_noticed(
        Switch::IgnoreSequence,
        &[
            "r2_older_sequence_is_fenced",
            "r2_sequence_ahead_is_fenced",
            "r2_racing_commits_have_one_winner",
            "r2_repeated_commit_is_fenced_and_shows_its_own_id",
            "r14_random_operations_agree_with_a_simple_model",
        ],
    );
}

#[test]
fn r7_suite_notices_a_skipped_sync() {
    assert_noticed(
        Switch::SkipSync,
        &[
            "r7_smallest_commit_is_there_after_a_crash",
            "r7_everything_acknowledged_is_there_after_a_crash",
            "r7_acknowledged_by_groups_is_there_after_a_crash",
            "r2_epoch_is_not_given_twice_across_a_crash",
            "r14_claim_is_held_after_a_crash",
            "r7_names_of_blobs_are_there_after_a_crash",
            "r7_log_entries_are_there_after_a_crash",
            "r7_membership_is_there_after_a_crash",
            "r7_restored_entity_is_there_after_a_crash",
        ],
    );
}

fn entity() -> EntityKey {
    EntityKey::tenant(TenantId::from_uuid(uuid::Uuid::from_u128(1)))
}

fn change(id: u128) -> Change {
    let puts = vec![Record::new("id", id.to_string())];
    Change { commit_id: CommitId(id), puts, ..Change::default() }
}

async fn commit(store: &EmbeddedStore, head: &Head, id: u128) -> Result<Head, StoreError> {
    let expected = Expected { epoch: head.epoch, sequence: head.sequence };
    match store.commit(&entity(), expected, change(id)).await? {
        CommitOutcome::Applied(head) => Ok(head),
        CommitOutcome::Fenced(_) => panic!("fenced"),
    }
}

#[tokio::test]
async fn r7_failed_sync_is_unknown_and_closes_the_store_for_writes() {
    let directory = tempfile::tempdir().unwrap();
    let faults = Faults::none();
    let options = || EmbeddedOptions { faults: faults.clone(), ..EmbeddedOptions::default() };
    let store = EmbeddedStore::open(directory.path(), options()).unwrap();
    let head = store.take(&entity()).await.unwrap();
    let head = commit(&store, &head, 1).await.unwrap();

    faults.fail_sync(true);
    let failed = commit(&store, &head, 2).await;
    assert!(matches!(failed, Err(StoreError::Unknown { .. })), "{failed:?}");
    faults.fail_sync(false);
    // The disk works again, but what it holds is not known: nothing is acknowledged.
    let refused = commit(&store, &head, 3).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    assert!(matches!(store.take(&entity()).await, Err(StoreError::Unavailable { .. })));
    // A head would tell how the unknown commit ended, and it cannot be told.
    assert!(matches!(store.head(&entity()).await, Err(StoreError::Unavailable { .. })));
    assert_eq!(store.load(&entity()).await.unwrap().unwrap().head, head);

    store.close().await;
    let store = EmbeddedStore::open(directory.path(), options()).unwrap();
    let now = store.head(&entity()).await.unwrap().unwrap();
    assert!(now == head || now.commit_id == CommitId(2));
    commit(&store, &now, 4).await.unwrap();
}

#[tokio::test]
async fn r7_full_disk_refuses_writes_loses_nothing_and_goes_on_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let faults = Faults::none();
    let options = EmbeddedOptions { faults: faults.clone(), ..EmbeddedOptions::default() };
    let store = EmbeddedStore::open(directory.path(), options).unwrap();
    let head = store.take(&entity()).await.unwrap();
    let head = commit(&store, &head, 1).await.unwrap();
    faults.disk_full(true);
    for _ in 0..2 {
        let refused = commit(&store, &head, 2).await;
        assert!(matches!(refused, Err(StoreError::Full { .. })), "{refused:?}");
        assert_eq!(store.load(&entity()).await.unwrap().unwrap().head, head);
    }
    faults.disk_full(false);
    assert_eq!(commit(&store, &head, 3).await.unwrap().sequence, Sequence(2));
}

#[tokio::test]
async fn r7_too_little_free_space_is_full() {
    let directory = tempfile::tempdir().unwrap();
    let options = EmbeddedOptions { free_bytes_min: u64::MAX, ..EmbeddedOptions::default() };
    let store = EmbeddedStore::open(directory.path(), options).unwrap();
    assert!(matches!(store.take(&entity()).await, Err(StoreError::Full { .. })));
    assert_eq!(store.head(&entity()).await.unwrap(), None);
}

#[tokio::test]
async fn r10_trimmed_feed_says_truncated_and_keeps_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let options = || EmbeddedOptions { feed_commits_kept: 100, ..EmbeddedOptions::default() };
    let store = EmbeddedStore::open(directory.path(), options()).unwrap();
    let mut head = store.take(&entity()).await.unwrap();
    for id in 0..400 {
        head = commit(&store, &head, id).await.unwrap();
    }
    for store in [store] {
        let page = store.feed(&entity(), Sequence(0), 1_000).await.unwrap();
        assert!(page.truncated && page.frames.is_empty() && !page.more);
        let page = store.feed(&entity(), Sequence(300), 1_000).await.unwrap();
        assert_eq!((page.truncated, page.frames.len()), (false, 100));
        let report = check(&store).await;
        assert!(report.is_sound(), "{report:?}");
        assert!((100..=164).contains(&report.frames), "{} frames are kept", report.frames);
        store.close().await;
    }
    let store = EmbeddedStore::open(directory.path(), options()).unwrap();
    commit(&store, &head, 400).await.unwrap();
    assert!(check(&store).await.is_sound());
}
