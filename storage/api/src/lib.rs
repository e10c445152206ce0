//! The store's contract: what a backend promises to the actors (R2, R4, R5, R13, R14).
//! It knows bytes and versions, not what they mean: encoding records is the runtime's business,
//! and proving the promises is `storage/conformance`'s.

mod bound;
mod chain;
mod change;
pub mod codec;
mod error;
mod log;
mod member;
mod record;
mod store;

pub use bound::{check_appends, check_bound, check_claim, check_log, check_members};
pub use chain::{ChangeDigest, digest_events};
pub use change::{Append, Change, CommitId, CommitOutcome, Expected, NewOutbox, OutboxKey};
pub use error::StoreError;
pub use log::{LogEntry, LogKey, LogPosition, LogRange};
pub use member::{Heartbeat, Member, Membership, MembershipOutcome};
pub use record::{
    AppendRow, BlobHash, ClaimOutcome, Collected, EntityImage, FeedPage, Floor, Frame, Head,
    Loaded, OpenOutbox, Record, RecordKey, Wake,
};
pub use store::{Store, limits};
