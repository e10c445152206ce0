//! A test of one of a tenant's routes: the smallest call of its kind, by its own key.

use crate::failure::Failure;
use crate::tenant::TenantHandle;
use crate::worker::{estimated, priced};
use crate::world::{EmbeddingModel, ImageModel, ModelChoice};
use futures::StreamExt;
use futures::future::BoxFuture;
use igny8_actors_domain::Origin;
use igny8_actors_domain::lane::{ModelUsage, Route, UsageSum};
use igny8_actors_domain::site::FailureClass;
use igny8_actors_domain::tenant::{AiCapability, AiRoute, AiRouting, Tenant, TenantCommand};
use igny8_actors_ports::{
    ImageRequest, ModelError, ModelEvent, ModelRequest, ResponseFormat, Usage,
};
use std::time::Duration;

/// Tokens of a test's answer: a word, after what a thinking model thinks about it.
const TOKENS_MAX: u32 = 512;
/// Characters of a test's answer that are shown.
const CHARS_MAX: usize = 200;
/// A whole test: somebody looks at a button meanwhile.
const TIME_MAX: Duration = Duration::from_secs(30);
/// Of a picture: published times reach two minutes.
const PICTURE_TIME_MAX: Duration = Duration::from_mins(2);
/// Sides of a test's picture, in pixels: providers draw their smallest.
const SIDE: u32 = 256;
/// What a test's picture shows.
const PICTURE: &str = "A grey circle on white";
/// What a test's vector is of.
const TEXT: &str = "ready";

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

/// A call that is to be made, by which route.
struct Trial {
    model: String,
    route: Route,
    time_max: Duration,
    call: BoxFuture<'static, Result<(String, Usage), ModelError>>,
}

impl TenantHandle {
    /// Asks one of the kept routes for a word, a picture or a vector. A rest of its lane does not
    /// hold it up, and an answer ends the rest.
    pub async fn test_route(&self, name: String) -> Result<RouteTest, Failure> {
        let world = &self.entity.world;
        let routing = self.read(Tenant::routing).await?;
        let route = routing.routes.into_iter().find(|route| route.name == name);
        let route = route.ok_or_else(|| Failure::not_found("model"))?;
        let Trial { model, route, time_max, call } = self.trial(route).await?;
        let began = world.now();
        let end =
            tokio::time::timeout(time_max, call).await.unwrap_or_else(|_| Err(slow(time_max)));
        let took = world.now().since(began);
        let usage = end.as_ref().map(|(_, usage)| *usage).unwrap_or_default();
        let used = priced(&usage, route.price, end.is_err());
        let lane = route.lane;
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

    async fn trial(&self, route: AiRoute) -> Result<Trial, Failure> {
        let world = &self.entity.world;
        let key = format!("test:{:016x}", world.roll());
        let capability = route.capability;
        let alone =
            AiRouting { routes: vec![AiRoute { enabled: true, ..route }], ..AiRouting::default() };
        let missing = || Failure::not_found("model");
        match capability {
            AiCapability::Text => {
                let found = world.models.candidates(self.id(), &alone, world.options.lanes).await?;
                let first = found.into_iter().next().ok_or_else(missing)?;
                let (model, route) = (first.choice.model.clone(), first.route);
                let call = Box::pin(word(first.choice, key));
                Ok(Trial { model, route, time_max: TIME_MAX, call })
            }
            AiCapability::Picture => {
                let found = world.image_models(self.id(), &alone).await?;
                let first = found.into_iter().next().ok_or_else(missing)?;
                let (model, route) = (first.choice.model.clone(), first.route);
                let call = Box::pin(picture(first.choice, key));
                Ok(Trial { model, route, time_max: PICTURE_TIME_MAX, call })
            }
            AiCapability::Embedding => {
                let found = world.embedding_models(self.id(), &alone).await?;
                let first = found.into_iter().next().ok_or_else(missing)?;
                let (model, route) = (first.choice.model.clone(), first.route);
                let call = Box::pin(vector(first.choice));
                Ok(Trial { model, route, time_max: TIME_MAX, call })
            }
        }
    }
}

async fn word(choice: ModelChoice, key: String) -> Result<(String, Usage), ModelError> {
    let request = ModelRequest {
        model: choice.model,
        system: String::new(),
        prompt: "Answer with the one word: ready".to_owned(),
        prefix: None,
        output_tokens_max: TOKENS_MAX,
        format: ResponseFormat::Markdown,
        idempotency_key: key,
        idle_timeout: TIME_MAX,
    };
    let mut stream = choice.provider.generate(request).await?;
    let mut text = String::new();
    while let Some(event) = stream.next().await {
        match event? {
            ModelEvent::Limits(_) => {}
            ModelEvent::Text(piece) => {
                let room = CHARS_MAX.saturating_sub(text.chars().count());
                text.extend(piece.chars().take(room));
            }
            ModelEvent::Done { usage, .. } => return Ok((text.trim().to_owned(), usage)),
        }
    }
    Err(crate::worker::cut())
}

async fn picture(
    choice: ModelChoice<ImageModel>,
    key: String,
) -> Result<(String, Usage), ModelError> {
    let request = ImageRequest {
        model: "default".to_owned(),
        prompt: PICTURE.to_owned(),
        width: SIDE,
        height: SIDE,
        idempotency_key: key,
    };
    let made = choice.provider.generate(request).await?;
    let usage = Some(made.usage).filter(|usage| *usage != Usage::default());
    let text = format!("a picture of {} × {} pixels", made.width, made.height);
    Ok((text, usage.unwrap_or_else(|| estimated(PICTURE.len(), 0))))
}

async fn vector(choice: ModelChoice<EmbeddingModel>) -> Result<(String, Usage), ModelError> {
    let vectors = choice.provider.embed(&[TEXT.to_owned()]).await?;
    let length = vectors.first().map_or(0, Vec::len);
    Ok((format!("a vector of {length} numbers"), estimated(TEXT.len(), 0)))
}

fn slow(time_max: Duration) -> ModelError {
    ModelError {
        class: igny8_actors_ports::FailureClass::Timeout,
        message: format!("There was no whole answer within {} s.", time_max.as_secs()),
        retry_after: None,
    }
}
