//! That the suite notices each broken promise. The disk sync has no switch here: the server syncs.

#![allow(clippy::unwrap_used)]

mod server;

use igny8_storage_conformance::{Backend, unnoticed};
use igny8_storage_cql::{CqlStore, Faults};
use server::Cql;
use std::sync::Arc;

const IGNORE_EPOCH: u8 = 0;
const IGNORE_SEQUENCE: u8 = 1;

/// The store with one promise switched off.
struct Broken<const SWITCH: u8>(Cql);

impl<const SWITCH: u8> Backend for Broken<SWITCH> {
    type Store = CqlStore;
    const NAME: &'static str = "cql, broken on purpose";

    async fn create() -> Self {
        let faults = Faults::none();
        match SWITCH {
            IGNORE_EPOCH => faults.ignore_epoch(true),
            _ => faults.ignore_sequence(true),
        }
        Self(Cql::with(faults))
    }

    async fn open(&self) -> Arc<CqlStore> {
        self.0.open().await
    }

    async fn close(&self, store: Arc<CqlStore>) {
        self.0.close(store).await;
    }

    async fn crash(&self, store: Arc<CqlStore>) -> Arc<CqlStore> {
        self.0.crash(store).await
    }
}

/// Runs these cases; each must fail.
fn assert_noticed<B: Backend>(names: &[&'static str]) {
    assert_eq!(unnoticed::<B>(names, || {}), [""; 0]);
}

#[test]
fn r2_suite_notices_a_missing_epoch_condition() {
    assert_noticed::<Broken<IGNORE_EPOCH>>(&[
        "r2_older_epoch_is_fenced",
        "r2_epoch_never_gained_is_fenced",
        "r2_fence_holds_after_reopening",
        "r4_no_part_of_a_fenced_commit_is_there",
        "r5_fenced_compaction_deletes_nothing",
    ]);
}

#[test]
fn r2_suite_notices_a_missing_sequence_condition() {
    assert_noticed::<Broken<IGNORE_SEQUENCE>>(&[
        "r2_older_sequence_is_fenced",
        "r2_sequence_ahead_is_fenced",
        "r2_repeated_commit_is_fenced_and_shows_its_own_id",
        "r2_racing_commits_have_one_winner",
    ]);
}
