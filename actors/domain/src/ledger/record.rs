//! What a ledger stores, and in what words it books.

use igny8_protocol_ids::{AccountId, Credits, GrantId, HoldId, Timestamp};
use serde::{Deserialize, Serialize};

/// The most that one operation moves. With it no total can leave 64 bits before 10^9 operations.
pub const AMOUNT_MAX: Credits = Credits(1_000_000_000);

/// Where credits came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GrantKind {
    /// A paid period of a plan: ends with the period.
    Plan,
    /// Bought on top: ends after twelve months.
    TopUp,
    /// A gift: trial, demo, goodwill.
    Promotion,
}

/// Credits of one grant, on the move between ledgers or on hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Which grant.
    pub grant: GrantId,
    /// Where the grant came from.
    pub kind: GrantKind,
    /// When what is left of it ends; `None` is never.
    pub expires_at: Option<Timestamp>,
    /// How much of it.
    pub amount: Credits,
}

/// What a ledger has of one grant. Empty buckets are removed: the entries keep their history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// Which grant.
    pub grant: GrantId,
    /// Where it came from.
    pub kind: GrantKind,
    /// When what is left ends; `None` is never. Held credits outlive it until their hold closes.
    pub expires_at: Option<Timestamp>,
    /// Neither held nor gone.
    pub available: Credits,
    /// Set aside by open holds.
    pub held: Credits,
}

/// Credits set aside for one piece of work. Removed when it is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id: closed at most once, ever.
    pub id: HoldId,
    /// What is held, soonest expiry first.
    pub parts: Vec<Part>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it is released by itself: later than the longest ladder of retries of its work.
    pub expires_at: Timestamp,
    /// For what.
    pub reason: String,
}

impl Hold {
    /// How much is held.
    pub fn amount(&self) -> Credits {
        Credits(self.parts.iter().map(|part| part.amount.0).sum())
    }
}

/// Where credits can be. Every entry moves an amount from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LedgerAccount {
    /// Where grants come from: minus everything ever granted here.
    Source,
    /// Free to be spent.
    Available,
    /// Set aside by open holds.
    Held,
    /// Used by finished work.
    Spent,
    /// Ended unused.
    Expired,
    /// In another ledger: at a site's slice, or for a slice, the tenant.
    Elsewhere,
    /// What the house paid: minus its losses.
    House,
    /// Work that was paid by the house and lost.
    Lost,
}

/// What an entry books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntryKind {
    /// Credits arrive from outside.
    Grant,
    /// Credits are set aside.
    Hold,
    /// Held credits are spent.
    Settle,
    /// Held credits are free again.
    Release,
    /// Credits leave for another ledger.
    TransferOut,
    /// Credits arrive from another ledger.
    TransferIn,
    /// Credits ended unused.
    Expire,
    /// The house pays for lost work.
    HouseLoss,
}

/// One movement. Never changed, never removed: a correction is a new entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number in this ledger, from 1, without gaps.
    pub number: u64,
    /// When it was booked.
    pub at: Timestamp,
    /// What it books.
    pub kind: EntryKind,
    /// Where the amount comes from.
    pub from: LedgerAccount,
    /// Where it goes.
    pub to: LedgerAccount,
    /// Which grant moved; none for the house's own.
    pub grant: Option<GrantId>,
    /// Which hold it opens or closes.
    pub hold: Option<HoldId>,
    /// How much; always above zero.
    pub amount: Credits,
    /// The operation's key. All entries of one operation share it; it counts once.
    pub key: String,
    /// For what.
    pub reason: String,
    /// The person who caused it; none for the system.
    pub actor: Option<AccountId>,
    /// Available plus held after this entry.
    pub settled_after: Credits,
}

/// What an entity stores of its ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LedgerRecord {
    /// What is there of one grant.
    Bucket(Bucket),
    /// An open hold.
    Hold(Hold),
    /// A movement.
    Entry(Entry),
}

/// The key of a ledger's record: a kind byte and an id. The entity puts its own prefix before it.
pub type LedgerKey = Vec<u8>;

/// A change of a ledger's records. The entity applies them in order through its draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerChange {
    /// Write this record.
    Put(LedgerRecord),
    /// Remove the record of this key.
    Delete(LedgerKey),
}

/// How a hold was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// When.
    pub at: Timestamp,
    /// What was spent of it.
    pub settled: Credits,
    /// What became free again.
    pub released: Credits,
}

/// Why something is booked, and by whom. A plain text is a reason of the system's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memo {
    /// For what.
    pub reason: String,
    /// The person who caused it; none for the system.
    pub actor: Option<AccountId>,
}

impl Memo {
    /// A reason with the person behind it.
    pub fn by(actor: AccountId, reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), actor: Some(actor) }
    }
}

impl From<&str> for Memo {
    fn from(reason: &str) -> Self {
        Self { reason: reason.to_owned(), actor: None }
    }
}

impl From<&String> for Memo {
    fn from(reason: &String) -> Self {
        Self::from(reason.as_str())
    }
}

impl From<String> for Memo {
    fn from(reason: String) -> Self {
        Self { reason, actor: None }
    }
}
