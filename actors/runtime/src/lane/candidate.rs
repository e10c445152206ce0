//! A model that could answer a call: who is asked, and by which lane.

use crate::world::ModelChoice;
use igny8_actors_domain::lane::{LaneKey, LaneLimits, Route, list_price};

/// A candidate for a call.
#[derive(Clone)]
pub struct Candidate {
    /// Who is asked, and for which model.
    pub choice: ModelChoice,
    /// By which lane, and what is known of it.
    pub route: Route,
}

impl Candidate {
    /// The server's own model, by the lane that all tenants share, at its list price.
    pub fn platform(choice: ModelChoice, limits: LaneLimits) -> Self {
        let lane = LaneKey {
            provider: "platform".to_owned(),
            model: choice.model.clone(),
            owner: None,
            key: 0,
        };
        let json_schema = choice.provider.capabilities(&choice.model).json_schema;
        let price = list_price(&choice.model);
        let route = Route { lane, limits, price, context_tokens: None, json_schema, weight: 1 };
        Self { choice, route }
    }
}
