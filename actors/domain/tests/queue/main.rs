//! The queue of a site: what starts when, and that it can be told from its records.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod fair;
mod stage;
