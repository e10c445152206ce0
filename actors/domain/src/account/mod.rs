//! A person.

mod address;

pub use address::{normalise_email, normalise_name};
