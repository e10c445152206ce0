//! `/api/billing`.

use crate::view::BalanceView;
use igny8_protocol_ids::{AccountId, Credits, GrantId, SiteId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

/// `GET balance`: the tenant's part plus all slices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Balance {
    /// The whole.
    pub total: BalanceView,
    /// Where it is.
    pub sites: Vec<SiteBalance>,
    /// What is left of each grant, wherever it is: the soonest to end first.
    pub buckets: Vec<BucketView>,
}

/// What is left of a grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct BucketView {
    /// Which grant.
    pub grant: GrantId,
    /// `plan`, `top_up` or `promotion`.
    pub kind: String,
    /// When what is left of it ends; absent: never.
    pub expires_at: Option<Timestamp>,
    /// Free to be spent.
    pub available: Credits,
    /// Set aside for running work.
    pub held: Credits,
}

/// The slice of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct SiteBalance {
    /// Which site.
    pub site: SiteId,
    /// Its slice.
    pub balance: BalanceView,
}

/// `GET ledger`: a part of the statement, the newest line first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Statement {
    /// The lines. May be fewer than asked for, or none, although there are more.
    pub items: Vec<LedgerEntryView>,
    /// Opaque; absent at the end.
    pub next_cursor: Option<String>,
    /// How many lines there are in all; absent where a filter leaves some out.
    #[ts(type = "number | null")]
    pub total: Option<u64>,
}

/// Which lines of the statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, TS)]
#[into_params(parameter_in = Query)]
pub struct StatementQuery {
    /// From the part before.
    pub cursor: Option<String>,
    /// At most 200; 50 if absent. Not for the CSV, which has all.
    pub limit: Option<u32>,
    /// Only entries of these kinds, with commas between them.
    pub kind: Option<String>,
    /// Only entries at this time (milliseconds since 1970, UTC) or later.
    pub from: Option<Timestamp>,
    /// Only entries before this time.
    pub until: Option<Timestamp>,
    /// Only entries about this task's work.
    pub task: Option<TaskId>,
    /// Only entries that this person caused.
    pub actor: Option<AccountId>,
    /// Only entries of this site's slice.
    pub site: Option<SiteId>,
    /// Only entries whose reason contains this, ignoring case.
    pub search: Option<String>,
}

/// `GET` and `PUT low-levels`: below which levels of credits the tenant is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct LowLevels {
    /// The highest first.
    pub levels: Vec<LowLevelView>,
}

/// A level of credits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct LowLevelView {
    /// How many.
    pub credits: Credits,
    /// True while fewer are left: told, and told again after there were more.
    pub is_below: bool,
}

/// `PUT low-levels`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeLowLevels {
    /// At most five; none is never.
    pub levels: Vec<Credits>,
}

/// One line of the statement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct LedgerEntryView {
    /// Its number in its ledger, from 1.
    #[ts(type = "number")]
    pub number: u64,
    /// Of which site; absent: the tenant's own.
    pub site: Option<SiteId>,
    /// When.
    pub at: Timestamp,
    /// `grant`, `hold`, `settle`, `release`, `transfer_out`, `transfer_in`, `expire`, `house_loss`.
    pub kind: String,
    /// How many credits moved.
    pub amount: Credits,
    /// From which account of the ledger.
    pub from: String,
    /// To which account of the ledger.
    pub to: String,
    /// For what, in words.
    pub reason: String,
    /// Which task's work it pays.
    pub task: Option<TaskId>,
    /// The person who caused it; absent: the system.
    pub actor: Option<AccountId>,
    /// The price list that was in force.
    pub price_list: u32,
    /// Available plus held of its ledger after it.
    pub settled_after: Credits,
    /// The key under which it counts once.
    pub key: String,
}

/// `GET prices`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct PriceList {
    /// Grows with each change.
    pub version: u32,
    /// Keywords clustered for one credit; a request is rounded up.
    pub keywords_per_credit: u32,
    /// One idea.
    pub idea: Credits,
    /// One article.
    pub article: Credits,
    /// One image.
    pub image: Credits,
    /// One reparse.
    pub reparse: Credits,
    /// One selection rewritten.
    pub rewrite: Credits,
    /// One publication.
    pub publish: Credits,
}
