//! A tenant's own routes, connected: which adapter speaks to which provider, for what.

use super::refusing::Refusing;
use igny8_actors_domain::tenant::{AiCapability, AiProvider, AiRoute};
use igny8_actors_ports::ModelProvider;
use igny8_actors_runtime::{EmbeddingModel, ImageModel, ModelChoice};
use igny8_protocol_ids::TenantId;
use igny8_server_adapters_ai::{
    Anthropic, AnthropicConfig, EmbedderConfig, OpenAiCompatible, OpenAiConfig, OpenAiEmbedder,
    Reach, SetupError, StructuredAnswers, TokenLimitField,
};
use igny8_server_adapters_images::{
    OpenAiImages, OpenAiImagesConfig, PictureFormat, Runware, RunwareConfig, RunwareDelivery,
};
use igny8_server_adapters_wordpress::{GuardedResolver, check_literal};
use parking_lot::Mutex;
use secrecy::SecretString;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Routes whose provider is kept ready: making one costs milliseconds. When full, all go.
const READY_MAX: usize = 1_024;
/// Where Anthropic's own service is.
const ANTHROPIC: &str = "https://api.anthropic.com/v1";
/// Where Runware's is.
const RUNWARE: &str = "https://api.runware.ai/v1";

/// What a route leads to.
pub(in crate::port) struct Target<'a> {
    route: &'a AiRoute,
    base_url: String,
    model: String,
    key: Option<SecretString>,
    reach: Reach,
}

/// A kind of provider to which a route can lead.
pub(in crate::port) trait Kind: Clone + Send + Sync {
    /// What it is asked for.
    const CAPABILITY: AiCapability;
    /// The adapter. Nothing is sent yet; none if there is none for this provider.
    fn connect(target: Target<'_>) -> Result<Option<Self>, SetupError>;
    /// One that says why there is no other.
    fn refusing(why: Arc<Refusing>) -> Self;
}

impl Kind for Arc<dyn ModelProvider> {
    const CAPABILITY: AiCapability = AiCapability::Text;

    fn connect(target: Target<'_>) -> Result<Option<Self>, SetupError> {
        let Target { route, base_url, model, key, reach } = target;
        Ok(Some(match route.provider {
            AiProvider::Anthropic => {
                let structured = match route.json_schema {
                    true => StructuredAnswers::OutputConfig,
                    false => StructuredAnswers::Words,
                };
                let config = AnthropicConfig { base_url, key, model, structured, prefill: false };
                Arc::new(Anthropic::new(config, &reach)?)
            }
            AiProvider::OpenAiCompatible => {
                let config = OpenAiConfig {
                    token_limit_field: TokenLimitField::at(&base_url),
                    base_url,
                    key,
                    model,
                    organization: None,
                    // Told in words as well as by schema, so that servers without schemas do, too.
                    json_schema: route.json_schema,
                };
                Arc::new(OpenAiCompatible::new(config, &reach)?)
            }
            AiProvider::Platform | AiProvider::Runware => return Ok(None),
        }))
    }

    fn refusing(why: Arc<Refusing>) -> Self {
        why
    }
}

impl Kind for ImageModel {
    const CAPABILITY: AiCapability = AiCapability::Picture;

    fn connect(target: Target<'_>) -> Result<Option<Self>, SetupError> {
        let Target { route, base_url, model, key, reach } = target;
        let format = PictureFormat::default();
        Ok(Some(match (route.provider, key) {
            (AiProvider::OpenAiCompatible, key) => {
                let config = OpenAiImagesConfig { base_url, key, model, quality: None, format };
                Arc::new(OpenAiImages::new(config, &reach)?)
            }
            (AiProvider::Runware, Some(key)) => {
                let delivery = RunwareDelivery::Inline;
                let config = RunwareConfig { base_url, key, model, format, delivery };
                Arc::new(Runware::new(config, &reach)?)
            }
            _ => return Ok(None),
        }))
    }

    fn refusing(why: Arc<Refusing>) -> Self {
        why
    }
}

impl Kind for EmbeddingModel {
    const CAPABILITY: AiCapability = AiCapability::Embedding;

    fn connect(target: Target<'_>) -> Result<Option<Self>, SetupError> {
        let Target { route, base_url, model, key, reach } = target;
        Ok(match route.provider {
            AiProvider::OpenAiCompatible => {
                let config = EmbedderConfig { base_url, key, model, dimensions: None };
                Some(Arc::new(OpenAiEmbedder::new(config, &reach)?))
            }
            _ => None,
        })
    }

    fn refusing(why: Arc<Refusing>) -> Self {
        why
    }
}

/// The provider of a route, or why there is none, for the person who set it.
pub(super) fn connect<P: Kind>(
    route: &AiRoute,
    key: Option<SecretString>,
    allow_private: bool,
) -> Result<ModelChoice<P>, String> {
    let model = route.model.clone().ok_or_else(|| {
        "no model is named for your AI provider: enter one in the settings".to_owned()
    })?;
    let base_url = base_url(route);
    reqwest::Url::parse(&base_url)
        .map_err(|error| error.to_string())
        .and_then(|url| check_literal(&url, allow_private).map_err(|error| error.to_string()))
        .map_err(|reason| format!("the address of your AI provider cannot be used: {reason}"))?;
    let reach = Reach::Guarded(Arc::new(GuardedResolver { allow_private }));
    let target = Target { route, base_url, model: model.clone(), key, reach };
    let provider = P::connect(target).map_err(|error| error.to_string())?;
    let provider = provider.ok_or_else(|| {
        let (name, wanted) = (route.provider.words(), P::CAPABILITY.words());
        format!("{name} cannot be asked for {wanted} as it is set up: see the settings")
    })?;
    Ok(ModelChoice { provider, model })
}

fn base_url(route: &AiRoute) -> String {
    match (&route.base_url, route.provider) {
        (Some(url), _) => url.clone(),
        (None, AiProvider::Anthropic) => ANTHROPIC.to_owned(),
        (None, AiProvider::Runware) => RUNWARE.to_owned(),
        (None, _) => String::new(),
    }
}

/// The service, as its lane and its usage name it.
pub(super) fn host(route: &AiRoute) -> String {
    let host = reqwest::Url::parse(&base_url(route)).ok();
    let host = host.and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| route.name.clone())
}

/// Tells keys apart in this process. From the sealed form: it says nothing of the secret.
pub(super) fn fingerprint(route: &AiRoute) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    route.key.as_ref().map(|key| &key.sealed.bytes).hash(&mut hasher);
    hasher.finish()
}

/// What a route led to, with the route itself, so that a change makes a new one.
type Made<P> = (AiRoute, ModelChoice<P>);

/// What is kept ready of one kind, by tenant and route.
pub(super) struct Ready<P>(Mutex<HashMap<(TenantId, String), Made<P>>>);

impl<P> Default for Ready<P> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<P: Kind> Ready<P> {
    /// What this route leads to.
    pub(super) fn get(
        &self,
        tenant: TenantId,
        route: &AiRoute,
        make: impl FnOnce() -> ModelChoice<P>,
    ) -> ModelChoice<P> {
        let place = (tenant, route.name.clone());
        if let Some((known, choice)) = self.0.lock().get(&place)
            && known == route
        {
            return choice.clone();
        }
        let choice = make();
        let mut ready = self.0.lock();
        if ready.len() >= READY_MAX {
            ready.clear();
        }
        ready.insert(place, (route.clone(), choice.clone()));
        choice
    }

    /// Forgets what was made with a tenant's keys.
    pub(super) fn forget(&self, tenant: TenantId) {
        self.0.lock().retain(|(owner, _), _| *owner != tenant);
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }
}
