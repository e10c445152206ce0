//! A tenant's routes to models, as its people set and try them.

use crate::failure::Failure;
use crate::tenant::TenantHandle;
use crate::worker::priced;
use futures::StreamExt;
use igny8_actors_domain::lane::{BudgetCaps, ModelUsage, Policy, UsageSum};
use igny8_actors_domain::site::FailureClass;
use igny8_actors_domain::tenant::{
    AiRoute, AiRouting, KeyChange, RoutingChange, TenantCommand, TenantReply,
};
use igny8_actors_domain::{Origin, Refusal};
use igny8_actors_ports::{ModelError, ModelEvent, ModelRequest, ResponseFormat, Usage};
use std::time::Duration;

/// Tokens of a test's answer: a word, after what a thinking model thinks about it.
const TEST_TOKENS_MAX: u32 = 512;
/// Characters of a test's answer that are shown.
const TEST_CHARS_MAX: usize = 200;
/// A whole test: somebody looks at a button meanwhile.
const TEST_TIME_MAX: Duration = Duration::from_secs(30);

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

/// What became of a test.
#[derive(Clone, Debug)]
pub struct RouteTest {
    /// The model that was asked.
    pub model: String,
    /// The beginning of its answer, or what went wrong.
    pub text: String,
    /// How what went wrong is treated; none if it answered.
    pub failure: Option<FailureClass>,
    /// Until the end.
    pub took: Duration,
    /// What it used.
    pub used: UsageSum,
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

    /// Asks one of the kept routes for a word. A rest of its lane does not hold it up, and an
    /// answer ends the rest.
    pub async fn test_route(&self, name: String) -> Result<RouteTest, Failure> {
        let world = &self.entity.world;
        let routing = self.read(igny8_actors_domain::tenant::Tenant::routing).await?;
        let route = routing.routes.into_iter().find(|route| route.name == name);
        let route = route.ok_or_else(|| Failure::not_found("model"))?;
        let alone =
            AiRouting { routes: vec![AiRoute { enabled: true, ..route }], ..AiRouting::default() };
        let candidates = world.models.candidates(self.id(), &alone, world.options.lanes).await?;
        let candidate = candidates.into_iter().next().ok_or_else(|| Failure::not_found("model"))?;
        let request = ModelRequest {
            model: candidate.choice.model.clone(),
            system: String::new(),
            prompt: "Answer with the one word: ready".to_owned(),
            prefix: None,
            output_tokens_max: TEST_TOKENS_MAX,
            format: ResponseFormat::Markdown,
            idempotency_key: format!("test:{:016x}", world.roll()),
            idle_timeout: TEST_TIME_MAX,
        };
        let began = world.now();
        let asked = answer(candidate.choice.provider.as_ref(), request);
        let end = tokio::time::timeout(TEST_TIME_MAX, asked).await.unwrap_or_else(|_| Err(slow()));
        let took = world.now().since(began);
        let (model, lane) = (candidate.choice.model, candidate.route.lane);
        let usage = end.as_ref().map(|(_, usage)| *usage).unwrap_or_default();
        let used = priced(&usage, candidate.route.price, end.is_err());
        let sum =
            ModelUsage { provider: lane.provider.clone(), model: lane.model.clone(), sum: used };
        self.command(Origin::System, None, TenantCommand::BookUse { used: sum }).await?;
        Ok(match end {
            Ok((text, _)) => {
                self.inner.lanes.revive(&lane);
                RouteTest { model, text, failure: None, took, used }
            }
            Err(error) => {
                let failure = Some(crate::worker::from_port(error.class));
                RouteTest { model, text: error.message, failure, took, used }
            }
        })
    }
}

async fn answer(
    provider: &dyn igny8_actors_ports::ModelProvider,
    request: ModelRequest,
) -> Result<(String, Usage), ModelError> {
    let mut stream = provider.generate(request).await?;
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        match event? {
            ModelEvent::Limits(_) => {}
            ModelEvent::Text(piece) => {
                let room = TEST_CHARS_MAX.saturating_sub(text.chars().count());
                text.extend(piece.chars().take(room));
            }
            ModelEvent::Done { usage, .. } => return Ok((text.trim().to_owned(), usage)),
        }
    }
    Err(crate::worker::cut())
}

fn slow() -> ModelError {
    ModelError {
        class: igny8_actors_ports::FailureClass::Timeout,
        message: format!("There was no whole answer within {} s.", TEST_TIME_MAX.as_secs()),
        retry_after: None,
    }
}
