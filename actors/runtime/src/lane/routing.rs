//! A tenant's routes to models, as its people set them.

use crate::failure::Failure;
use crate::tenant::TenantHandle;
use igny8_actors_domain::lane::{BudgetCaps, Policy};
use igny8_actors_domain::tenant::{
    AiRoute, AiRouting, KeyChange, RoutingChange, TenantCommand, TenantReply,
};
use igny8_actors_domain::{Origin, Refusal};

/// A route with its key as a person entered it.
pub struct RouteText {
    /// The route; the key in it does not count.
    pub route: AiRoute,
    /// None keeps the one that is there, empty removes it.
    pub key: Option<String>,
}

/// All routes, as a person entered them.
pub struct RoutingText {
    /// The models, in the order of fallbacks.
    pub routes: Vec<RouteText>,
    /// By what one is chosen.
    pub policy: Policy,
    /// What calls may cost.
    pub budget: BudgetCaps,
    /// The same question gets the answer that is known already.
    pub reuse_answers: bool,
}

impl TenantHandle {
    /// Sets all routes. Keys are sealed before anything else happens to them.
    pub async fn set_routing(
        &self,
        origin: Origin,
        text: RoutingText,
    ) -> Result<AiRouting, Failure> {
        let mut routes = Vec::with_capacity(text.routes.len());
        for RouteText { route, key } in text.routes {
            routes.push((route, self.key_change(key).await?));
        }
        let RoutingText { policy, budget, reuse_answers, .. } = text;
        let change = RoutingChange { routes, policy, budget, reuse_answers };
        match self.command(origin, None, TenantCommand::SetRouting(change)).await? {
            TenantReply::Routing(routing) => Ok(routing),
            _ => Err(Failure::Refused(Refusal::not_found("tenant"))),
        }
    }

    /// What is asked for a key, with the secret sealed.
    pub(crate) async fn key_change(&self, key: Option<String>) -> Result<KeyChange, Failure> {
        Ok(match key {
            None => KeyChange::Keep,
            Some(secret) if secret.is_empty() => KeyChange::Remove,
            Some(secret) => KeyChange::Replace(self.seal_key(&secret).await?),
        })
    }
}
