//! The store's contract: what a backend promises to the actors (R2, R4, R5, R13, R14).
//! It knows bytes and versions, not what they mean: encoding records is the runtime's business,
//! and proving the promises is `storage/conformance`'s.

mod bound;
mod chain;
mod change;
mod error;
mod record;
mod store;

pub use bound::{check_appends, check_bound};
pub use chain::{ChangeDigest, digest_events};
pub use change::{Append, Change, CommitId, CommitOutcome, Expected, NewOutbox, OutboxKey};
pub use error::StoreError;
pub use record::{
    AppendRow, BlobHash, ClaimOutcome, Event, FeedPage, Head, Loaded, OpenOutbox, RecordKey, Wake,
};
pub use store::{Store, limits};
