//! Credits: double entry in integers (R6). A ledger belongs to a tenant or is a site's slice of
//! the tenant's credits; the same rules serve both. It knows no entity, no plan and no task:
//! who may spend, and on what, is decided by its owner.

mod audit;
mod booking;
mod counterpart;
mod entry;
mod filing;
mod operation;
pub mod price;
mod record;
mod refusal;
mod state;
#[cfg(test)]
mod test;

pub use counterpart::{Counterpart, Shipment};
pub use entry::{Entry, EntryFilter, EntryKind, LedgerAccount, Memo};
pub use filing::{Filed, FiledPage, KnownGrant, PageAudit};
pub use operation::{Outcome, Posting};
pub use record::{
    AMOUNT_MAX, Bucket, Closing, GrantKind, Hold, LedgerChange, LedgerKey, LedgerRecord, Part,
};
pub use refusal::LedgerRefusal;
pub use state::{Balance, Ledger};
