//! The server's own provider of models, as it is spoken to.

use super::settings::PlatformAi;
use igny8_actors_ports::ModelProvider;
use igny8_server_adapters_ai::{
    Anthropic, AnthropicConfig, OpenAiCompatible, OpenAiConfig, Reach, SetupError,
    StructuredAnswers, TokenLimitField,
};
use std::sync::Arc;

/// The protocol of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProviderKind {
    /// OpenAI's chat completions.
    OpenAi,
    /// Anthropic's Messages.
    Anthropic,
}

impl std::str::FromStr for ProviderKind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "openai" => Ok(Self::OpenAi),
            "anthropic" => Ok(Self::Anthropic),
            _ => Err(()),
        }
    }
}

impl ProviderKind {
    /// The maker's own address, for whoever names the protocol and no address.
    pub(super) fn base_url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com/v1",
        }
    }
}

impl PlatformAi {
    /// The provider, if it is one that is talked to, and the model there. Nothing is sent yet; an
    /// error never holds the key.
    pub(crate) fn connect(&self) -> Result<Option<(Arc<dyn ModelProvider>, String)>, SetupError> {
        let Self::Provider { kind, base_url, model, organization, json_schema, key } = self else {
            return Ok(None);
        };
        let (base_url, key) = (base_url.clone(), key.clone());
        let provider: Arc<dyn ModelProvider> = match kind {
            ProviderKind::OpenAi => {
                let config = OpenAiConfig {
                    base_url,
                    key,
                    model: model.clone(),
                    organization: organization.clone(),
                    json_schema: *json_schema,
                    token_limit_field: TokenLimitField::default(),
                };
                Arc::new(OpenAiCompatible::new(config, &Reach::Anywhere)?)
            }
            ProviderKind::Anthropic => {
                let structured = match json_schema {
                    true => StructuredAnswers::OutputConfig,
                    false => StructuredAnswers::Words,
                };
                let model = model.clone();
                let config = AnthropicConfig { base_url, key, model, structured, prefill: false };
                Arc::new(Anthropic::new(config, &Reach::Anywhere)?)
            }
        };
        Ok(Some((provider, model.clone())))
    }
}
