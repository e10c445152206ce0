//! Credits: double entry in integers (R6). A ledger belongs to a tenant or is a site's slice of
//! the tenant's credits; the same rules serve both. It knows no entity, no plan and no task:
//! who may spend, and on what, is decided by its owner.

mod audit;
mod booking;
#[cfg(test)]
mod model_test;
mod operation;
pub mod price;
mod record;
mod refusal;
mod state;

pub use operation::{Outcome, Posting};
pub use record::{
    AMOUNT_MAX, Bucket, Closing, Entry, EntryKind, GrantKind, Hold, LedgerAccount, LedgerChange,
    LedgerKey, LedgerRecord, Memo, Part,
};
pub use refusal::LedgerRefusal;
pub use state::{Balance, Ledger};
