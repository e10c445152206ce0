//! The one suite that every store passes (R14): one line enrols a backend and makes a test of each
//! case. What the promises are stands in storage/api; how a backend keeps them is its own affair.

// These are tests that happen to live in a library: they fail by panicking.
#![allow(clippy::unwrap_used)]

mod backend;
pub mod case;
mod enrol;
mod fixture;
mod history;
mod model;

pub use backend::{Backend, run};
pub use enrol::{all, announce, unnoticed};
