//! Any provider that speaks OpenAI's chat completions: streamed, with usage and JSON schemas.
//! Shapes: <https://platform.openai.com/docs/api-reference/chat>.

mod answer;
mod body;
mod call;
mod refusal;
mod seam;
mod wire;

use igny8_actors_ports::{ModelCapabilities, ModelError, ModelProvider, ModelRequest, ModelStream};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::time::Duration;

/// A provider that does not take a connection within this is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Headers in which providers look for the organisation to bill.
const ORGANIZATION: HeaderName = HeaderName::from_static("openai-organization");

/// Under which name the provider knows the bound on an answer's tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenLimitField {
    /// `max_completion_tokens`: OpenAI's newer models refuse the other.
    #[default]
    MaxCompletionTokens,
    /// `max_tokens`: what older compatible servers understand.
    MaxTokens,
}

/// Where the provider is and how it wants to be spoken to.
#[derive(Clone, Debug)]
pub struct OpenAiConfig {
    /// Such as `https://api.openai.com/v1`; `/chat/completions` is added.
    pub base_url: String,
    /// The key; local servers need none.
    pub key: Option<SecretString>,
    /// The model for requests that name none.
    pub model: String,
    /// The organisation to bill.
    pub organization: Option<String>,
    /// Whether the provider can be held to a JSON schema; otherwise it is told in words.
    pub json_schema: bool,
    /// The name of the bound on tokens.
    pub token_limit_field: TokenLimitField,
}

/// Why settings cannot be used. Never holds the key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The address is not one.
    #[error("the base URL cannot be used: {0}")]
    BaseUrl(String),
    /// The key or the organisation has signs that do not fit a header.
    #[error(
        "the {0} has characters that cannot be sent: copy it again, without spaces and line breaks"
    )]
    Header(&'static str),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    Client(String),
}

/// A provider behind chat completions.
#[derive(Clone, Debug)]
pub struct OpenAiCompatible {
    client: reqwest::Client,
    endpoint: reqwest::Url,
    config: Arc<OpenAiConfig>,
}

impl OpenAiCompatible {
    /// A provider from its settings. Does not talk to it yet.
    pub fn new(config: OpenAiConfig) -> Result<Self, ConfigError> {
        Self::with_client(config, reqwest::Client::builder())
    }

    /// A provider whose address a user has entered: the resolver decides which addresses may be
    /// called, at connect time. Numbers in the URL never reach a resolver: check them before.
    pub fn guarded(
        config: OpenAiConfig,
        resolver: Arc<dyn reqwest::dns::Resolve>,
    ) -> Result<Self, ConfigError> {
        // A proxy would connect in our place, past the check of addresses.
        Self::with_client(config, reqwest::Client::builder().no_proxy().dns_resolver(resolver))
    }

    fn with_client(
        config: OpenAiConfig,
        client: reqwest::ClientBuilder,
    ) -> Result<Self, ConfigError> {
        let endpoint = endpoint(&config.base_url)?;
        let client = client
            .connect_timeout(CONNECT_TIMEOUT)
            // Not followed: it would carry prompt and key to an address that nobody entered.
            .redirect(reqwest::redirect::Policy::none())
            .default_headers(headers(&config)?)
            .build()
            .map_err(|error| ConfigError::Client(error.without_url().to_string()))?;
        Ok(Self { client, endpoint, config: Arc::new(config) })
    }
}

#[async_trait::async_trait]
impl ModelProvider for OpenAiCompatible {
    fn capabilities(&self, _model: &str) -> ModelCapabilities {
        // The protocol cannot take up a broken stream: a second attempt gets the text so far.
        ModelCapabilities {
            deterministic: false,
            continuation: false,
            json_schema: self.config.json_schema,
        }
    }

    async fn generate(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let response = call::start(&self.client, &self.endpoint, &self.config, &request).await?;
        Ok(answer::stream(response, self.config.key.clone(), &request))
    }
}

fn endpoint(base_url: &str) -> Result<reqwest::Url, ConfigError> {
    let refuse = |reason: &str| Err(ConfigError::BaseUrl(reason.to_owned()));
    let text = format!("{}/chat/completions", base_url.trim().trim_end_matches('/'));
    let Ok(url) = reqwest::Url::parse(&text) else {
        return refuse("it is not an address such as https://api.openai.com/v1");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return refuse("it must begin with https:// or http://");
    }
    // Addresses are logged and shown, so that nothing secret may be in them.
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return refuse("it must have no user, password, query or fragment");
    }
    Ok(url)
}

fn headers(config: &OpenAiConfig) -> Result<HeaderMap, ConfigError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = &config.key {
        let text = format!("Bearer {}", key.expose_secret().trim());
        let mut value = HeaderValue::from_str(&text).map_err(|_| ConfigError::Header("key"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    if let Some(organization) = &config.organization {
        let value =
            HeaderValue::from_str(organization).map_err(|_| ConfigError::Header("organisation"))?;
        headers.insert(ORGANIZATION, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(base_url: &str, key: &str) -> OpenAiConfig {
        OpenAiConfig {
            base_url: base_url.to_owned(),
            key: Some(key.to_owned().into()),
            model: "m".to_owned(),
            organization: None,
            json_schema: true,
            token_limit_field: TokenLimitField::default(),
        }
    }

    #[test]
    fn base_url_must_be_plain_http() {
        for good in
            ["https://api.example.com/v1", "http://127.0.0.1:8080/v1/", " https://x.example "]
        {
            assert!(endpoint(good).unwrap().path().ends_with("/chat/completions"), "{good}");
        }
        for bad in [
            "",
            "api.example.com",
            "file:///etc/passwd",
            "https://user:pw@x.example",
            "https://x.example?k=1",
        ] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_and_config_errors_never_show_the_key() {
        let key = "sk-very-secret";
        let provider = OpenAiCompatible::new(config("https://x.example", key)).unwrap();
        assert!(!format!("{provider:?} {:?}", provider.config).contains("very-secret"));
        let error =
            OpenAiCompatible::new(config("https://x.example", "sk-very-secret\nx")).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("very-secret"));
    }
}
