//! Reads: each works on one snapshot, so it sees one moment. Blocking; the store calls them on a
//! thread for blocking work.

mod blob;
mod entity;
mod log;
mod platform;

pub(crate) use blob::{SeenBlob, decode_mark};
pub(crate) use log::{SweepPlace, entry_expires};
pub(crate) use platform::{claim_value, membership_value, wake_value};
