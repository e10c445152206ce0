//! `/api/billing`.

use crate::view::BalanceView;
use igny8_protocol_ids::{Credits, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// `GET balance`: the tenant's part plus all slices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Balance {
    /// The whole.
    pub total: BalanceView,
    /// Where it is.
    pub sites: Vec<SiteBalance>,
}

/// The slice of a site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct SiteBalance {
    /// Which site.
    pub site: SiteId,
    /// Its slice.
    pub balance: BalanceView,
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
    /// `grant`, `hold`, `settle`, `release`, `transfer_out`, `transfer_in`, `expire`.
    pub kind: String,
    /// How many credits moved.
    pub amount: Credits,
    /// From which account of the ledger.
    pub from: String,
    /// To which account of the ledger.
    pub to: String,
    /// For what, in words.
    pub reason: String,
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
    /// One publication.
    pub publish: Credits,
}
