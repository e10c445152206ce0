//! Which model a tenant gets: the server's own, or the tenant's by the tenant's key.

use igny8_actors_domain::tenant::{AiModelSettings, AiProvider, ModelKey};
use igny8_actors_ports::{
    FailureClass, GeneratedImage, ImageError, ImageProvider, ImageRequest, KeyRing,
    ModelCapabilities, ModelError, ModelProvider, ModelRequest, ModelStream, SealError, Sealed,
};
use igny8_actors_runtime::{ModelChoice, ModelSource, model_key_place};
use igny8_protocol_ids::TenantId;
use igny8_server_adapters_ai::{OpenAiCompatible, OpenAiConfig, Reach, TokenLimitField};
use igny8_server_adapters_wordpress::{GuardedResolver, check_literal};
use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashMap;
use std::sync::Arc;

/// Tenants whose provider is kept ready: making one costs milliseconds. When full, all go.
const READY_MAX: usize = 256;

/// The server's own model.
#[derive(Clone)]
pub(crate) enum PlatformModel {
    /// A provider, and the model for tenants that name none.
    Provider(Arc<dyn ModelProvider>, String),
    /// The server has none: tenants bring their own.
    None,
}

/// Gives each tenant its model.
pub(crate) struct ConfiguredModels {
    platform: PlatformModel,
    keys: Arc<dyn KeyRing>,
    allow_private: bool,
    /// By tenant: the settings from which the provider was made, so that a change makes a new one.
    ready: Mutex<HashMap<TenantId, (AiModelSettings, ModelChoice)>>,
}

impl ConfiguredModels {
    /// With the server's own model; `allow_private` lets tenants name addresses of this network.
    pub(crate) fn new(
        platform: PlatformModel,
        keys: Arc<dyn KeyRing>,
        allow_private: bool,
    ) -> Self {
        Self { platform, keys, allow_private, ready: Mutex::default() }
    }

    fn platform(&self, settings: &AiModelSettings) -> ModelChoice {
        match &self.platform {
            PlatformModel::Provider(provider, model) => ModelChoice {
                provider: provider.clone(),
                model: settings.model.clone().unwrap_or_else(|| model.clone()),
            },
            PlatformModel::None => refusing(
                "this server has no AI model of its own: enter a provider and its key in the settings",
            ),
        }
    }

    async fn own(
        &self,
        tenant: TenantId,
        settings: &AiModelSettings,
    ) -> Result<ModelChoice, SealError> {
        // Opened each time: where the tenant's keys are gone, what was made with one goes too.
        let key = match &settings.key {
            Some(key) => Some(self.open(tenant, key).await.inspect_err(|_| self.forget(tenant))?),
            None => None,
        };
        if let Some((known, choice)) = self.ready.lock().get(&tenant)
            && known == settings
        {
            return Ok(choice.clone());
        }
        let choice = self.connect(settings, key);
        let mut ready = self.ready.lock();
        if ready.len() >= READY_MAX {
            ready.clear();
        }
        ready.insert(tenant, (settings.clone(), choice.clone()));
        Ok(choice)
    }

    /// Forgets what was made with a tenant's key.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.ready.lock().remove(&tenant);
    }

    async fn open(&self, tenant: TenantId, key: &ModelKey) -> Result<SecretString, SealError> {
        let sealed = Sealed { key_id: key.sealed.key_id.clone(), bytes: key.sealed.bytes.clone() };
        let opened = self.keys.open(&model_key_place(tenant), &sealed).await?;
        let text = std::str::from_utf8(opened.expose_secret()).map_err(|_| SealError::Refused)?;
        Ok(text.into())
    }

    fn connect(&self, settings: &AiModelSettings, key: Option<SecretString>) -> ModelChoice {
        let Some(model) = settings.model.clone() else {
            return refusing("no model is named for your AI provider: enter one in the settings");
        };
        let base_url = settings.base_url.clone().unwrap_or_default();
        let literal =
            reqwest::Url::parse(&base_url).map_err(|error| error.to_string()).and_then(|url| {
                check_literal(&url, self.allow_private).map_err(|error| error.to_string())
            });
        if let Err(reason) = literal {
            return refusing(&format!("the address of your AI provider cannot be used: {reason}"));
        }
        let config = OpenAiConfig {
            base_url,
            key,
            model: model.clone(),
            organization: None,
            // Told in words as well as by schema, so that servers without schemas do, too.
            json_schema: false,
            token_limit_field: TokenLimitField::MaxTokens,
        };
        let guard = GuardedResolver { allow_private: self.allow_private };
        match OpenAiCompatible::new(config, &Reach::Guarded(Arc::new(guard))) {
            Ok(provider) => ModelChoice { provider: Arc::new(provider), model },
            Err(error) => refusing(&error.to_string()),
        }
    }
}

#[async_trait::async_trait]
impl ModelSource for ConfiguredModels {
    async fn text(
        &self,
        tenant: TenantId,
        settings: &AiModelSettings,
    ) -> Result<ModelChoice, SealError> {
        match settings.provider {
            AiProvider::Platform => Ok(self.platform(settings)),
            AiProvider::OpenAiCompatible => self.own(tenant, settings).await,
        }
    }
}

/// A model that says why it cannot be used.
struct Refusing(String);

fn refusing(reason: &str) -> ModelChoice {
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
        (ConfiguredModels::new(PlatformModel::None, ring.ring.clone(), allow_private), ring)
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
}
