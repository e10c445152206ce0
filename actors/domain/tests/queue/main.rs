//! The queue of a site: what starts when, how it is steered, and that it can be told from its
//! records.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod batch;
mod dead;
mod fair;
mod model;
mod pause;
mod random;
mod rewrite;
mod stage;
mod timeout;
mod unique;
mod usage;
mod waiting;
