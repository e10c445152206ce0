//! The command line of a grant.

use crate::store::StoreArguments;
use clap::{Args, ValueEnum};
use igny8_protocol_ids::TenantId;
use serde::{Deserialize, Serialize};

/// What kind of credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Of a paid period: ends with it.
    Plan,
    /// Bought on top: ends after a year.
    TopUp,
    /// A gift: does not end.
    Promotion,
}

#[derive(Args)]
pub(crate) struct GrantArguments {
    /// Which tenant.
    pub(crate) tenant: TenantId,
    /// How many credits.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=1_000_000_000))]
    pub(crate) credits: i64,
    /// The cause, which counts once: repeated with the same key, nothing more is granted.
    #[arg(long)]
    pub(crate) key: String,
    /// What kind of credits.
    #[arg(long, value_enum, default_value = "promotion")]
    pub(crate) kind: Kind,
    /// When what is left of them ends, such as 2027-01-31T00:00:00Z.
    #[arg(long, value_name = "TIME", required_if_eq("kind", "plan"))]
    pub(crate) expires: Option<jiff::Timestamp>,
    /// For the statement, in words.
    #[arg(long, default_value = "Granted by the operator")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) store: StoreArguments,
    /// Ends with one JSON object on the last line.
    #[arg(long)]
    pub(crate) json: bool,
}
