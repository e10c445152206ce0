//! Which lane a call takes: what fits, in the order of a policy.

use super::cost::ModelPrice;
use super::key::{LaneKey, LaneLimits};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// By what candidates are ordered. Equal ones keep the order in which they are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// As listed: the first that can, the others as fallbacks.
    #[default]
    Order,
    /// The cheapest for this call first; without a known price, last.
    Price,
    /// The fastest first word first; what was not measured yet is tried.
    Latency,
    /// What can do the most first: answers held to a schema where one is wanted, then room.
    Capability,
    /// By weight: the one with the least under way for its weight.
    Balance,
}

/// A candidate for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its lane.
    pub lane: LaneKey,
    /// What the lane bears until its provider says otherwise.
    pub limits: LaneLimits,
    /// What it costs, if that is known.
    pub price: Option<ModelPrice>,
    /// Tokens that it takes in and gives out at most, if that is known.
    pub context_tokens: Option<u64>,
    /// It can be held to a schema.
    pub json_schema: bool,
    /// Its share, for [`Policy::Balance`].
    pub weight: u32,
}

/// What a call needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Tokens to send, counted by a rule of thumb.
    pub input_tokens: u64,
    /// Tokens of the answer at most.
    pub output_tokens_max: u64,
    /// The answer has a schema.
    pub json_schema: bool,
}

impl Need {
    /// All tokens at most.
    pub const fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens_max)
    }
}

/// What is known of a lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneFacts {
    /// Milliseconds to the first word, on average; none before the first.
    pub latency_ms: Option<u64>,
    /// Calls under way.
    pub in_flight: u32,
    /// Calls so far.
    pub calls: u64,
}

/// The candidates with room for the call, by their places in the list, the best first.
pub fn order(
    policy: Policy,
    routes: &[Route],
    need: &Need,
    facts: impl Fn(&LaneKey) -> LaneFacts,
) -> Vec<usize> {
    let fits =
        |place: &usize| routes[*place].context_tokens.is_none_or(|most| need.tokens() <= most);
    let mut places: Vec<usize> = (0..routes.len()).filter(fits).collect();
    let cost = |route: &Route| {
        route
            .price
            .map_or(u64::MAX, |price| price.at_most(need.input_tokens, need.output_tokens_max))
    };
    match policy {
        Policy::Order => {}
        Policy::Price => places.sort_by_key(|place| cost(&routes[*place])),
        Policy::Latency => {
            places.sort_by_key(|place| facts(&routes[*place].lane).latency_ms.unwrap_or(0));
        }
        Policy::Capability => places.sort_by_key(|place| {
            let route = &routes[*place];
            Reverse((need.json_schema && route.json_schema, route.context_tokens.unwrap_or(0)))
        }),
        Policy::Balance => places.sort_by_key(|place| {
            let facts = facts(&routes[*place].lane);
            let share = |count: u64| count * 1_000 / u64::from(routes[*place].weight.max(1));
            (share(u64::from(facts.in_flight) + 1), share(facts.calls))
        }),
    }
    places
}
