//! A model that could answer a call: who is asked, and by which lane.

use crate::world::ModelChoice;
use igny8_actors_domain::lane::{LaneKey, LaneLimits, Route, list_price};
use igny8_actors_ports::ModelProvider;
use std::sync::Arc;

/// A candidate for a call: for a text where nothing else is said.
#[derive(Clone)]
pub struct Candidate<P = Arc<dyn ModelProvider>> {
    /// Who is asked, and for which model.
    pub choice: ModelChoice<P>,
    /// By which lane, and what is known of it.
    pub route: Route,
}

impl<P> Candidate<P> {
    /// The server's own model, by the lane that all tenants share, at its list price.
    pub fn shared(choice: ModelChoice<P>, limits: LaneLimits) -> Self {
        let lane = LaneKey {
            provider: "platform".to_owned(),
            model: choice.model.clone(),
            owner: None,
            key: 0,
        };
        let price = list_price(&choice.model);
        let route =
            Route { lane, limits, price, context_tokens: None, json_schema: false, weight: 1 };
        Self { choice, route }
    }
}

impl Candidate {
    /// The server's own model for texts.
    pub fn platform(choice: ModelChoice, limits: LaneLimits) -> Self {
        let json_schema = choice.provider.capabilities(&choice.model).json_schema;
        let mut candidate = Self::shared(choice, limits);
        candidate.route.json_schema = json_schema;
        candidate
    }
}
