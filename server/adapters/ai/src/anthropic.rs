//! Providers that speak Anthropic's Messages: streamed, with usage, thinking and JSON schemas.
//! Shapes: <https://platform.claude.com/docs/en/build-with-claude/streaming>.

mod body;
mod wire;

use crate::answer;
use crate::prompt;
use crate::seam::Seam;
use body::Form;
use igny8_actors_ports::{ModelCapabilities, ModelError, ModelProvider, ModelRequest, ModelStream};
use igny8_server_adapters_http::{Reach, SetupError, address, client, refused, send};
use reqwest::Url;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

const KEY: HeaderName = HeaderName::from_static("x-api-key");
const VERSION: HeaderName = HeaderName::from_static("anthropic-version");
/// What every server of this protocol speaks. Nothing that 2026-10-21 refuses is sent.
const VERSION_SPOKEN: HeaderValue = HeaderValue::from_static("2023-06-01");

/// How an answer in JSON is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StructuredAnswers {
    /// `output_config.format`: models from Claude 4.5 on.
    #[default]
    OutputConfig,
    /// One tool that must be used: older models, and compatible servers. Claude Fable 5.1 and
    /// Mythos 5.1 refuse a forced tool.
    ForcedTool,
    /// In words alone.
    Words,
}

/// Where the provider is and how it wants to be spoken to.
#[derive(Clone, Debug)]
pub struct AnthropicConfig {
    /// Such as `https://api.anthropic.com/v1`; `/messages` is added.
    pub base_url: String,
    /// The key.
    pub key: Option<SecretString>,
    /// The model for requests that name none.
    pub model: String,
    /// How an answer in JSON is asked for.
    pub structured: StructuredAnswers,
    /// The model takes its own begun answer as the last message and goes on from there. Claude
    /// models from 4.6 on refuse that: a second attempt then gets the text so far and a request
    /// to continue.
    pub prefill: bool,
}

/// A provider behind Messages.
#[derive(Clone, Debug)]
pub struct Anthropic {
    client: reqwest::Client,
    endpoint: Url,
    config: Arc<AnthropicConfig>,
}

impl Anthropic {
    /// A provider from its settings. Does not talk to it yet.
    pub fn new(config: AnthropicConfig, reach: &Reach) -> Result<Self, SetupError> {
        let endpoint = address(&config.base_url, "/messages")?;
        let mut headers = HeaderMap::from_iter([(VERSION, VERSION_SPOKEN)]);
        if let Some(key) = &config.key {
            let mut value = HeaderValue::from_str(key.expose_secret().trim())
                .map_err(|_| SetupError::Header("key"))?;
            value.set_sensitive(true);
            headers.insert(KEY, value);
        }
        let client = client(reach, headers)?;
        Ok(Self { client, endpoint, config: Arc::new(config) })
    }

    /// Where the answer joins the text of a lost attempt.
    fn seam(&self, request: &ModelRequest) -> Seam {
        match prompt::prefix(request) {
            Some(prefix) if self.config.prefill => Seam::behind_prefill(prefix),
            prefix => Seam::behind(prefix),
        }
    }
}

#[async_trait::async_trait]
impl ModelProvider for Anthropic {
    fn capabilities(&self, _model: &str) -> ModelCapabilities {
        ModelCapabilities {
            deterministic: false,
            continuation: self.config.prefill,
            json_schema: self.config.structured != StructuredAnswers::Words,
        }
    }

    async fn generate(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let key = self.config.key.as_ref();
        let form = Form::of(&self.config, &request);
        let sending = self
            .client
            .post(self.endpoint.clone())
            .header(ACCEPT, "text/event-stream")
            .json(&body::body(&self.config, &request, form));
        let response = send(sending, request.idle_timeout, key).await?;
        if !answer::streams(&response) {
            return Err(refused(response, key).await.into());
        }
        let dialect = wire::Messages::new(key.cloned(), form == Form::Tool);
        Ok(answer::stream(response, dialect, self.seam(&request), key.cloned(), &request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_config_errors_never_show_the_key() {
        let config = |key: &str| AnthropicConfig {
            base_url: "https://x.example/v1".to_owned(),
            key: Some(key.to_owned().into()),
            model: "m".to_owned(),
            structured: StructuredAnswers::default(),
            prefill: false,
        };
        let provider = Anthropic::new(config("sk-ant-secret"), &Reach::Anywhere).unwrap();
        assert!(!format!("{provider:?} {:?}", provider.config).contains("ant-secret"));
        let error = Anthropic::new(config("sk-ant-secret\nx"), &Reach::Anywhere).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ant-secret"));
    }
}
