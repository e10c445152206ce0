//! Plans: what a tenant has bought, and how far it reaches.

use igny8_protocol_ids::Credits;
use serde::{Deserialize, Serialize};

/// A plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Plan {
    /// To try it out.
    Trial,
    /// For one person.
    Starter,
    /// For a team.
    Pro,
    /// For an agency with clients.
    Agency,
    /// By contract.
    Enterprise,
    /// A tenant that the server makes for itself, to be shown around in.
    Demo,
}

/// How far a plan reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanLimits {
    /// Credits of each paid period.
    pub credits: Credits,
    /// Members, the owner included.
    pub members: usize,
    /// Sites.
    pub sites: usize,
    /// Price of a month in US cents; none where it is not sold by list.
    pub price_cents: Option<u32>,
}

impl Plan {
    /// All plans, the smallest first.
    pub const ALL: [Self; 6] =
        [Self::Trial, Self::Starter, Self::Pro, Self::Agency, Self::Enterprise, Self::Demo];

    /// Its weight where tenants take turns at a lane to a model.
    pub const fn weight(self) -> u32 {
        match self {
            Self::Trial | Self::Demo | Self::Starter => 1,
            Self::Pro => 2,
            Self::Agency => 4,
            Self::Enterprise => 8,
        }
    }

    /// How far it reaches. Enterprise is bounded too, at what one tenant's actor is tested with.
    pub const fn limits(self) -> PlanLimits {
        let (credits, members, sites, price_cents) = match self {
            Self::Trial => (25, 1, 1, Some(100)),
            Self::Starter => (200, 3, 3, Some(3_900)),
            Self::Pro => (600, 5, 5, Some(8_900)),
            Self::Agency => (2_000, 15, 10, Some(19_900)),
            Self::Enterprise => (0, 1_000, 500, None),
            Self::Demo => (0, 25, 25, None),
        };
        PlanLimits { credits: Credits(credits), members, sites, price_cents }
    }
}
