//! What a ledger stores, and in what words it books.

use super::counterpart::Counterpart;
use super::entry::Entry;
use super::filing::{Filed, FiledPage, KnownGrant};
use super::price;
use igny8_protocol_ids::{Credits, GrantId, HoldId, TaskId, Timestamp};
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
    /// The task whose work it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// The price list that says how much.
    #[serde(default = "price::first_version")]
    pub price_list: u32,
}

impl Hold {
    /// How much is held.
    pub fn amount(&self) -> Credits {
        Credits(self.parts.iter().map(|part| part.amount.0).sum())
    }
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
    /// What the filed entries come to.
    Filed(Filed),
    /// Where some of them lie.
    Page(FiledPage),
    /// A grant among them.
    Known(KnownGrant),
    /// How far the transfers are.
    Counterpart(Counterpart),
}

impl LedgerRecord {
    /// True if the balance may be another by it.
    pub const fn moves_credits(&self) -> bool {
        matches!(self, Self::Entry(_))
    }
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
