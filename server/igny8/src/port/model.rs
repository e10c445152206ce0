//! Which model a tenant gets: the server's own, or the tenant's by the tenant's key.

use super::platform::{PlatformModels, none};
use igny8_actors_domain::lane::{LaneKey, LaneLimits, Route};
use igny8_actors_domain::tenant::{AiModelSettings, AiProvider, AiRoute, AiRouting, ModelKey};
use igny8_actors_ports::{
    FailureClass, GeneratedImage, ImageError, ImageProvider, ImageRequest, KeyRing,
    ModelCapabilities, ModelError, ModelProvider, ModelRequest, ModelStream, SealError, Sealed,
};
use igny8_actors_runtime::{Candidate, ModelChoice, ModelSource, model_key_place};
use igny8_protocol_ids::TenantId;
use igny8_server_adapters_ai::{
    Anthropic, AnthropicConfig, OpenAiCompatible, OpenAiConfig, Reach, StructuredAnswers,
    TokenLimitField,
};
use igny8_server_adapters_wordpress::{GuardedResolver, check_literal};
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Routes whose provider is kept ready: making one costs milliseconds. When full, all go.
const READY_MAX: usize = 1_024;
/// Where Anthropic's own service is.
const ANTHROPIC: &str = "https://api.anthropic.com/v1";

/// Gives each tenant its models.
pub(crate) struct ConfiguredModels {
    platform: PlatformModels,
    keys: Arc<dyn KeyRing>,
    allow_private: bool,
    /// By tenant and route: what the provider was made from, so that a change makes a new one.
    ready: Mutex<HashMap<(TenantId, String), (AiRoute, ModelChoice)>>,
}

impl ConfiguredModels {
    /// With the server's own models; `allow_private` lets tenants name addresses of this network.
    pub(crate) fn new(
        platform: PlatformModels,
        keys: Arc<dyn KeyRing>,
        allow_private: bool,
    ) -> Self {
        Self { platform, keys, allow_private, ready: Mutex::default() }
    }

    async fn own(&self, tenant: TenantId, route: &AiRoute) -> Result<ModelChoice, SealError> {
        // Opened each time: where the tenant's keys are gone, what was made with one goes too.
        let key = match &route.key {
            Some(key) => Some(self.open(tenant, key).await.inspect_err(|_| self.forget(tenant))?),
            None => None,
        };
        let place = (tenant, route.name.clone());
        if let Some((known, choice)) = self.ready.lock().get(&place)
            && known == route
        {
            return Ok(choice.clone());
        }
        let choice = self.connect(route, key).unwrap_or_else(|reason| refusing(&reason));
        let mut ready = self.ready.lock();
        if ready.len() >= READY_MAX {
            ready.clear();
        }
        ready.insert(place, (route.clone(), choice.clone()));
        Ok(choice)
    }

    /// Forgets what was made with a tenant's keys.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.ready.lock().retain(|(owner, _), _| *owner != tenant);
    }

    async fn open(&self, tenant: TenantId, key: &ModelKey) -> Result<SecretString, SealError> {
        let sealed = Sealed { key_id: key.sealed.key_id.clone(), bytes: key.sealed.bytes.clone() };
        let opened = self.keys.open(&model_key_place(tenant), &sealed).await?;
        let text = std::str::from_utf8(opened.expose_secret()).map_err(|_| SealError::Refused)?;
        Ok(text.into())
    }

    fn connect(&self, route: &AiRoute, key: Option<SecretString>) -> Result<ModelChoice, String> {
        let model = route.model.clone().ok_or_else(|| {
            "no model is named for your AI provider: enter one in the settings".to_owned()
        })?;
        let base_url = base_url(route);
        reqwest::Url::parse(&base_url)
            .map_err(|error| error.to_string())
            .and_then(|url| {
                check_literal(&url, self.allow_private).map_err(|error| error.to_string())
            })
            .map_err(|reason| {
                format!("the address of your AI provider cannot be used: {reason}")
            })?;
        let reach = Reach::Guarded(Arc::new(GuardedResolver { allow_private: self.allow_private }));
        let made = match route.provider {
            AiProvider::Anthropic => {
                let structured = match route.json_schema {
                    true => StructuredAnswers::OutputConfig,
                    false => StructuredAnswers::Words,
                };
                let model = model.clone();
                let config = AnthropicConfig { base_url, key, model, structured, prefill: false };
                Anthropic::new(config, &reach).map(|made| Arc::new(made) as Arc<dyn ModelProvider>)
            }
            AiProvider::OpenAiCompatible | AiProvider::Platform => {
                let config = OpenAiConfig {
                    token_limit_field: TokenLimitField::at(&base_url),
                    base_url,
                    key,
                    model: model.clone(),
                    organization: None,
                    // Told in words as well as by schema, so that servers without schemas do, too.
                    json_schema: route.json_schema,
                };
                OpenAiCompatible::new(config, &reach)
                    .map(|made| Arc::new(made) as Arc<dyn ModelProvider>)
            }
        };
        made.map(|provider| ModelChoice { provider, model }).map_err(|error| error.to_string())
    }

    async fn candidate(
        &self,
        tenant: TenantId,
        route: &AiRoute,
        limits: LaneLimits,
    ) -> Result<Candidate, SealError> {
        let choice = self.own(tenant, route).await?;
        let limits = LaneLimits {
            concurrency: route.concurrency.unwrap_or(limits.concurrency),
            requests_per_minute: route.requests_per_minute.or(limits.requests_per_minute),
            tokens_per_minute: route.tokens_per_minute.or(limits.tokens_per_minute),
        };
        let lane = LaneKey {
            provider: host(route),
            model: choice.model.clone(),
            owner: Some(tenant),
            key: fingerprint(route),
        };
        let route = Route {
            lane,
            limits,
            price: route.price.or_else(|| self.platform.price(&choice.model)),
            context_tokens: route.context_tokens,
            json_schema: route.json_schema,
            weight: route.weight,
        };
        Ok(Candidate { choice, route })
    }
}

fn base_url(route: &AiRoute) -> String {
    match (&route.base_url, route.provider) {
        (Some(url), _) => url.clone(),
        (None, AiProvider::Anthropic) => ANTHROPIC.to_owned(),
        (None, _) => String::new(),
    }
}

/// The service, as its lane and its usage name it.
fn host(route: &AiRoute) -> String {
    let host = reqwest::Url::parse(&base_url(route)).ok();
    let host = host.and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| route.name.clone())
}

/// Tells keys apart in this process. From the sealed form: it says nothing of the secret.
fn fingerprint(route: &AiRoute) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    route.key.as_ref().map(|key| &key.sealed.bytes).hash(&mut hasher);
    hasher.finish()
}

#[async_trait::async_trait]
impl ModelSource for ConfiguredModels {
    async fn text(
        &self,
        tenant: TenantId,
        settings: &AiModelSettings,
    ) -> Result<ModelChoice, SealError> {
        let AiModelSettings { provider, base_url, model, key } = settings.clone();
        match provider {
            AiProvider::Platform => {
                let found = self.platform.candidates(model.as_deref(), LaneLimits::OPEN);
                let first = found.into_iter().next().map(|candidate| candidate.choice);
                Ok(first.unwrap_or_else(|| refusing("this server has no AI model")))
            }
            _ => {
                let plain = AiRoute::plain("default", provider);
                self.own(tenant, &AiRoute { base_url, model, key, ..plain }).await
            }
        }
    }

    async fn candidates(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        limits: LaneLimits,
    ) -> Result<Vec<Candidate>, SealError> {
        let mut found = Vec::with_capacity(routing.routes.len());
        for route in routing.routes.iter().filter(|route| route.enabled) {
            match route.provider {
                AiProvider::Platform => {
                    found.extend(self.platform.candidates(route.model.as_deref(), limits));
                }
                _ => found.push(self.candidate(tenant, route, limits).await?),
            }
        }
        if found.is_empty() {
            found.push(none("none of your models is switched on: see the settings", limits));
        }
        Ok(found)
    }
}

/// A model that says why it cannot be used.
struct Refusing(String);

pub(super) fn refusing(reason: &str) -> ModelChoice {
    ModelChoice { provider: Arc::new(Refusing(reason.to_owned())), model: "none".to_owned() }
}

#[async_trait::async_trait]
impl ModelProvider for Refusing {
    fn capabilities(&self, _model: &str) -> ModelCapabilities {
        ModelCapabilities { deterministic: false, continuation: false, json_schema: false }
    }

    async fn generate(&self, _request: ModelRequest) -> Result<ModelStream, ModelError> {
        let message = self.0.clone();
        Err(ModelError { class: FailureClass::InvalidRequest, message, retry_after: None })
    }
}

/// Where the server has no image model.
pub(crate) struct NoImages;

#[async_trait::async_trait]
impl ImageProvider for NoImages {
    fn name(&self) -> &str {
        "none"
    }

    async fn generate(&self, _request: ImageRequest) -> Result<GeneratedImage, ImageError> {
        let message = "this server has no image model: write without images".to_owned();
        Err(ImageError { class: FailureClass::InvalidRequest, message, retry_after: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Ring;
    use igny8_actors_domain::secret::SealedSecret;
    use igny8_actors_ports::ResponseFormat;
    use igny8_protocol_ids::Timestamp;
    use std::time::Duration;

    /// The ring comes along: it keeps the store's folder.
    fn models(allow_private: bool) -> (ConfiguredModels, Ring) {
        let ring = Ring::new();
        (ConfiguredModels::new(PlatformModels::default(), ring.ring.clone(), allow_private), ring)
    }

    fn tenant(byte: u8) -> TenantId {
        TenantId::new(Timestamp::from_millis(1), [byte; 10])
    }

    fn own(base_url: &str) -> AiModelSettings {
        AiModelSettings {
            provider: AiProvider::OpenAiCompatible,
            base_url: Some(base_url.to_owned()),
            model: Some("m".to_owned()),
            key: None,
        }
    }

    async fn error(choice: ModelChoice) -> ModelError {
        let request = ModelRequest {
            model: choice.model,
            system: String::new(),
            prompt: String::new(),
            prefix: None,
            output_tokens_max: 10,
            format: ResponseFormat::Markdown,
            idempotency_key: "k".to_owned(),
            idle_timeout: Duration::from_secs(5),
        };
        choice.provider.generate(request).await.err().expect("there is nothing to talk to")
    }

    #[tokio::test]
    async fn private_addresses_are_refused_as_numbers_and_as_names() {
        for url in ["http://127.0.0.1:9/v1", "http://169.254.169.254/", "http://localhost:9/v1"] {
            let choice = models(false).0.text(tenant(1), &own(url)).await.unwrap();
            let message = error(choice).await.message;
            assert!(message.contains("private network") || url.contains("localhost"), "{message}");
        }
        // Port 9 has nobody: where private networks are allowed the call itself is tried.
        let choice = models(true).0.text(tenant(1), &own("http://127.0.0.1:9/v1")).await.unwrap();
        assert_eq!(error(choice).await.class, FailureClass::Unavailable);
    }

    #[tokio::test]
    async fn server_without_a_model_says_what_to_do() {
        let choice = models(false).0.text(tenant(1), &AiModelSettings::default()).await.unwrap();
        assert!(error(choice).await.message.contains("settings"));
    }

    #[tokio::test]
    async fn key_of_another_tenant_does_not_open_and_a_destroyed_one_no_more() {
        let (models, ring) = models(false);
        let sealed = models.keys.seal(&model_key_place(tenant(1)), b"sk-1").await.unwrap();
        let sealed = SealedSecret { key_id: sealed.key_id, bytes: sealed.bytes };
        let key = Some(ModelKey { sealed, hint: String::new() });
        let settings = AiModelSettings { key, ..own("https://api.example.com/v1") };
        assert!(models.text(tenant(1), &settings).await.is_ok());
        assert!(models.text(tenant(2), &settings).await.is_err());
        ring.ring.shelf().destroy(tenant(1)).await.unwrap();
        ring.ring.forget(tenant(1));
        assert!(models.text(tenant(1), &settings).await.is_err());
        assert!(models.ready.lock().is_empty());
    }

    #[tokio::test]
    async fn each_route_has_its_own_lane_and_a_new_key_a_new_one() {
        let (models, _ring) = models(false);
        let sealed = |byte| ModelKey {
            sealed: SealedSecret { key_id: "k".to_owned(), bytes: vec![byte] },
            hint: String::new(),
        };
        let plain = AiRoute::plain("a", AiProvider::Anthropic);
        let named = AiRoute { model: Some("claude-sonnet-4-5".to_owned()), ..plain };
        let off = AiRoute { enabled: false, ..named.clone() };
        let server = AiRoute::plain("s", AiProvider::Platform);
        let routing =
            AiRouting { routes: vec![named.clone(), off, server], ..AiRouting::default() };
        let found = models.candidates(tenant(1), &routing, LaneLimits::default()).await.unwrap();
        let lanes: Vec<_> = found.iter().map(|found| found.route.lane.clone()).collect();
        assert_eq!(lanes.len(), 2);
        assert_eq!((&*lanes[0].provider, lanes[0].owner), ("api.anthropic.com", Some(tenant(1))));
        assert_eq!((&*lanes[1].provider, lanes[1].owner), ("platform", None));
        assert_eq!(found[0].route.price.unwrap().output, 15_000_000);
        let keyed = |byte| fingerprint(&AiRoute { key: Some(sealed(byte)), ..named.clone() });
        assert!(keyed(1) != keyed(2) && keyed(1) == keyed(1));
    }
}
