//! An entry: one movement of an amount from one account of the ledger to another.

use super::filing::FiledPage;
use super::price;
use igny8_protocol_ids::{AccountId, Credits, GrantId, HoldId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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

impl LedgerAccount {
    /// How many there are.
    pub(super) const COUNT: usize = Self::ALL.len();
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Source,
        Self::Available,
        Self::Held,
        Self::Spent,
        Self::Expired,
        Self::Elsewhere,
        Self::House,
        Self::Lost,
    ];
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

impl EntryKind {
    /// All kinds, in the order of their marks.
    pub const ALL: [Self; 8] = [
        Self::Grant,
        Self::Hold,
        Self::Settle,
        Self::Release,
        Self::TransferOut,
        Self::TransferIn,
        Self::Expire,
        Self::HouseLoss,
    ];

    /// From which account to which an entry of this kind moves its amount.
    pub const fn accounts(self) -> (LedgerAccount, LedgerAccount) {
        use LedgerAccount as A;
        match self {
            Self::Grant => (A::Source, A::Available),
            Self::Hold => (A::Available, A::Held),
            Self::Settle => (A::Held, A::Spent),
            Self::Release => (A::Held, A::Available),
            Self::TransferOut => (A::Available, A::Elsewhere),
            Self::TransferIn => (A::Elsewhere, A::Available),
            Self::Expire => (A::Available, A::Expired),
            Self::HouseLoss => (A::House, A::Lost),
        }
    }

    /// A bit of its own: a page says by such bits which kinds it has.
    pub const fn mark(self) -> u16 {
        1 << self as u16
    }
}

/// One movement. Never changed; a correction is a new entry. From which account to which follows
/// from the kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number in this ledger, from 1, without gaps.
    pub number: u64,
    /// When it was booked; never before the entry before it.
    pub at: Timestamp,
    /// What it books.
    pub kind: EntryKind,
    /// Which grant moved; none for the house's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<GrantId>,
    /// Which hold it opens or closes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldId>,
    /// Which task's work it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskId>,
    /// How much; always above zero.
    pub amount: Credits,
    /// The operation's own key; empty where [`Entry::key`] follows from the hold.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) key: String,
    /// For what.
    pub reason: String,
    /// The person who caused it; none for the system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<AccountId>,
    /// The price list that was in force.
    #[serde(default = "price::first_version")]
    pub price_list: u32,
    /// Available plus held after this entry.
    pub settled_after: Credits,
}

impl Entry {
    /// The operation's key. All entries of one operation share it; it counts once.
    pub fn key(&self) -> Cow<'_, str> {
        match self.hold {
            Some(hold) if self.kind == EntryKind::Hold => Cow::Owned(format!("hold:{hold}")),
            Some(hold) => Cow::Owned(format!("close:{hold}")),
            None => Cow::Borrowed(&self.key),
        }
    }
    /// Where the amount comes from.
    pub const fn from(&self) -> LedgerAccount {
        self.kind.accounts().0
    }
    /// Where it goes.
    pub const fn to(&self) -> LedgerAccount {
        self.kind.accounts().1
    }
    /// What it does to available plus held.
    pub(super) fn settles(&self) -> i64 {
        let own =
            |account| i64::from(matches!(account, LedgerAccount::Available | LedgerAccount::Held));
        (own(self.to()) - own(self.from())) * self.amount.0
    }
    /// True if both were booked by one operation.
    pub(super) fn is_of_one_operation(&self, other: &Self) -> bool {
        let is_opening = |entry: &Self| entry.kind == EntryKind::Hold;
        self.hold == other.hold && self.key == other.key && is_opening(self) == is_opening(other)
    }
}

/// Which entries of a statement are wanted; what is not named is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// The marks of the wanted kinds; 0 is all.
    pub kinds: u16,
    /// Booked at this time or later.
    pub from: Option<Timestamp>,
    /// Booked before this time.
    pub until: Option<Timestamp>,
    /// About this task's work.
    pub task: Option<TaskId>,
    /// Caused by this person.
    pub actor: Option<AccountId>,
    /// In the reason, in small letters.
    pub reason: Option<String>,
}

impl EntryFilter {
    /// True for an entry that is wanted.
    pub fn fits(&self, entry: &Entry) -> bool {
        (self.kinds == 0 || self.kinds & entry.kind.mark() != 0)
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
            && self.task.is_none_or(|task| entry.task == Some(task))
            && self.actor.is_none_or(|actor| entry.actor == Some(actor))
            && self.reason.as_ref().is_none_or(|text| entry.reason.to_lowercase().contains(text))
    }
    /// False for a page that certainly has no entry that is wanted.
    pub fn may_fit(&self, page: &FiledPage) -> bool {
        (self.kinds == 0 || self.kinds & page.kinds != 0)
            && self.from.is_none_or(|from| page.until >= from)
            && self.until.is_none_or(|until| page.from < until)
    }
    /// True if every entry is wanted.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// Why something is booked, and by whom. A plain text is a reason of the system's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memo {
    /// For what.
    pub reason: String,
    /// The person who caused it; none for the system.
    pub actor: Option<AccountId>,
    /// The task whose work it pays.
    pub task: Option<TaskId>,
    /// The price list that was in force.
    pub price_list: u32,
}

impl Memo {
    /// A reason with the person behind it.
    pub fn by(actor: AccountId, reason: impl Into<String>) -> Self {
        Self { actor: Some(actor), ..Self::from(reason.into()) }
    }
    /// The same about a task's work.
    pub fn of(self, task: TaskId, price_list: u32) -> Self {
        Self { task: Some(task), price_list, ..self }
    }
}

impl From<&str> for Memo {
    fn from(reason: &str) -> Self {
        Self::from(reason.to_owned())
    }
}

impl From<String> for Memo {
    fn from(reason: String) -> Self {
        Self { reason, actor: None, task: None, price_list: price::PRICE_LIST_VERSION }
    }
}
