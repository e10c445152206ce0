//! The walk over everything that a store holds.

use igny8_protocol_ids::Timestamp;
use igny8_storage_care::{VerifyOptions, VerifyReport, verify};
use igny8_storage_embedded::EmbeddedStore;
use std::ops::ControlFlow;

/// What is wrong with a store, and how much was walked.
pub(crate) async fn check(store: &EmbeddedStore) -> VerifyReport {
    let options = VerifyOptions { now: Timestamp::from_millis(1), log_days: 1 };
    verify(store, options, |_| ControlFlow::Continue(())).await.expect("the walk goes on")
}
