//! Any provider that speaks OpenAI's chat completions: streamed, with usage and JSON schemas.
//! Shapes: <https://platform.openai.com/docs/api-reference/chat>.

mod body;
mod limit;
mod wire;

pub use limit::TokenLimitField;

use crate::answer;
use crate::seam::Seam;
use igny8_actors_ports::{ModelCapabilities, ModelError, ModelProvider, ModelRequest, ModelStream};
use igny8_server_adapters_http::{
    Failure, Reach, SetupError, address, bearer, client, refused, send,
};
use limit::TokenLimit;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, Url};
use secrecy::SecretString;
use std::sync::Arc;

/// Headers in which providers look for the organisation to bill.
const ORGANIZATION: HeaderName = HeaderName::from_static("openai-organization");

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
    /// The name of the bound on tokens, until the provider refuses it.
    pub token_limit_field: TokenLimitField,
}

/// A provider behind chat completions.
#[derive(Clone, Debug)]
pub struct OpenAiCompatible {
    client: reqwest::Client,
    endpoint: Url,
    config: Arc<OpenAiConfig>,
    limit: Arc<TokenLimit>,
}

impl OpenAiCompatible {
    /// A provider from its settings. Does not talk to it yet.
    pub fn new(config: OpenAiConfig, reach: &Reach) -> Result<Self, SetupError> {
        let endpoint = address(&config.base_url, "/chat/completions")?;
        let headers = headers(config.key.as_ref(), config.organization.as_deref())?;
        let client = client(reach, headers)?;
        let limit = Arc::new(TokenLimit::new(config.token_limit_field));
        Ok(Self { client, endpoint, config: Arc::new(config), limit })
    }

    /// One request, under a name of the bound on tokens.
    async fn post(
        &self,
        request: &ModelRequest,
        limit: TokenLimitField,
        idempotency_key: &str,
    ) -> Result<Response, Failure> {
        let key = self.config.key.as_ref();
        let sending = self
            .client
            .post(self.endpoint.clone())
            .header(ACCEPT, "text/event-stream")
            .header("idempotency-key", header_safe(idempotency_key))
            .json(&body::body(&self.config, limit, request));
        let response = send(sending, request.idle_timeout, key).await?;
        match answer::streams(&response) {
            true => Ok(response),
            false => Err(refused(response, key).await),
        }
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
        let key = self.config.key.as_ref();
        let limit = self.limit.now();
        let response = match self.post(&request, limit, &request.idempotency_key).await {
            Ok(response) => response,
            Err(failure) => match self.limit.instead_of(limit, &failure) {
                // Another request needs another key: the first one's answer may be kept.
                Some(other) => {
                    let again = format!("{}:{}", request.idempotency_key, other.name());
                    self.post(&request, other, &again).await?
                }
                None => return Err(failure.into()),
            },
        };
        let dialect = wire::ChatCompletion { key: key.cloned() };
        let seam = Seam::behind(request.prefix.as_deref());
        Ok(answer::stream(response, dialect, seam, key.cloned(), &request))
    }
}

/// The headers of every call to such a provider, chat and embeddings alike.
pub(crate) fn headers(
    key: Option<&SecretString>,
    organization: Option<&str>,
) -> Result<HeaderMap, SetupError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = key {
        headers.insert(AUTHORIZATION, bearer(key)?);
    }
    if let Some(organization) = organization {
        let value =
            HeaderValue::from_str(organization).map_err(|_| SetupError::Header("organisation"))?;
        headers.insert(ORGANIZATION, value);
    }
    Ok(headers)
}

/// Our keys are plain; anything else is made so rather than refused by the HTTP client.
fn header_safe(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_graphic() { c } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_config_errors_never_show_the_key() {
        let config = |key: &str| OpenAiConfig {
            base_url: "https://x.example".to_owned(),
            key: Some(key.to_owned().into()),
            model: "m".to_owned(),
            organization: None,
            json_schema: true,
            token_limit_field: TokenLimitField::default(),
        };
        let provider = OpenAiCompatible::new(config("sk-very-secret"), &Reach::Anywhere).unwrap();
        assert!(!format!("{provider:?} {:?}", provider.config).contains("very-secret"));
        let error =
            OpenAiCompatible::new(config("sk-very-secret\nx"), &Reach::Anywhere).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("very-secret"));
    }
}
