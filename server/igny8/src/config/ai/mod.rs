//! The server's own models: the offline one, or providers in the order of fallbacks.

mod price;

pub(crate) use price::ModelPrices;
pub(super) use price::prices;

use super::read::Reader;
use igny8_actors_ports::ModelProvider;
use igny8_server_adapters_ai::{
    Anthropic, AnthropicConfig, OpenAiCompatible, OpenAiConfig, Reach, SetupError,
    StructuredAnswers, TokenLimitField,
};
use secrecy::SecretString;
use std::sync::Arc;

/// An article of 900 words takes half a minute: long enough to watch it being written.
const OFFLINE_WORDS_PER_SECOND: f32 = 30.0;
/// The server's models, over all providers: each is a lane on every node.
const MODELS_MAX: usize = 32;
/// The name of the provider that the plain options describe.
const PLAIN: &str = "default";

/// Where the server's own models come from.
#[derive(Clone, Debug)]
pub(crate) enum PlatformAi {
    /// The deterministic model of the development mode.
    Offline {
        /// Speed; 0 is as fast as possible.
        words_per_second: f32,
        /// Ideas as short as they can be: for measuring.
        least: bool,
    },
    /// Providers, in the order of fallbacks. At least one.
    Providers(Vec<ProviderSettings>),
    /// None: tenants bring their own.
    None,
}

/// A provider of the server's own models.
#[derive(Clone, Debug)]
pub(crate) struct ProviderSettings {
    pub(crate) name: String,
    pub(crate) protocol: Protocol,
    /// Its models, in the order of fallbacks. At least one.
    pub(crate) models: Vec<String>,
    /// Its share where calls are balanced.
    pub(crate) weight: u32,
    pub(crate) context_tokens: Option<u64>,
    pub(crate) requests_per_minute: Option<u64>,
    pub(crate) tokens_per_minute: Option<u64>,
    pub(crate) concurrency: Option<u32>,
}

/// How a provider is spoken to.
#[derive(Clone, Debug)]
pub(crate) enum Protocol {
    /// OpenAI's chat completions.
    OpenAi(OpenAiConfig),
    /// Anthropic's Messages.
    Anthropic(AnthropicConfig),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    OpenAi,
    Anthropic,
}

impl std::str::FromStr for Kind {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "openai" => Ok(Self::OpenAi),
            "anthropic" => Ok(Self::Anthropic),
            _ => Err(()),
        }
    }
}

impl Kind {
    /// The maker's own address; it wants a key.
    fn base_url(self) -> &'static str {
        match self {
            Self::OpenAi => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com/v1",
        }
    }
}

impl ProviderSettings {
    /// The provider. Nothing is sent yet.
    pub(crate) fn connect(&self) -> Result<Arc<dyn ModelProvider>, SetupError> {
        Ok(match &self.protocol {
            Protocol::OpenAi(config) => {
                Arc::new(OpenAiCompatible::new(config.clone(), &Reach::Anywhere)?)
            }
            Protocol::Anthropic(config) => {
                Arc::new(Anthropic::new(config.clone(), &Reach::Anywhere)?)
            }
        })
    }
}

impl PlatformAi {
    pub(super) fn gather(reader: &mut Reader, development: bool) -> Self {
        let wanted = "a speed in words per second";
        let words_per_second =
            reader.value("offline_words_per_second", OFFLINE_WORDS_PER_SECOND, wanted);
        if !words_per_second.is_finite() || words_per_second < 0.0 {
            reader.refuse("offline_words_per_second", "a speed is 0 or more");
        }
        let least = reader.flag("offline_least", false);
        let mut providers: Vec<ProviderSettings> = plain(reader).into_iter().collect();
        let mut keys = reader.take_provider_keys();
        providers.extend(reader.entries("ai_provider", |entry| {
            let name = entry.text("name").unwrap_or_default();
            let key = keys.remove(&name.to_lowercase().replace('-', "_"));
            listed(entry, name, key.map(|key| key.text.into()))
        }));
        for (name, key) in keys {
            reader.refuse_at(key.place, format!("no [[ai_provider]] has the name {name:?}"));
        }
        check_as_a_whole(reader, &providers);
        match providers {
            providers if !providers.is_empty() => Self::Providers(providers),
            _ if development => Self::Offline { words_per_second, least },
            _ => Self::None,
        }
    }
}

fn check_as_a_whole(reader: &mut Reader, providers: &[ProviderSettings]) {
    let models = providers.iter().map(|provider| provider.models.len()).sum::<usize>();
    if models > MODELS_MAX {
        let message = format!("{models} models are too many: {MODELS_MAX} at most");
        reader.refuse_at("`ai_provider`".to_owned(), message);
    }
    for (index, provider) in providers.iter().enumerate() {
        if providers[..index].iter().any(|other| other.name == provider.name) {
            let message = format!("two providers have the name {:?}", provider.name);
            reader.refuse_at("`ai_provider`".to_owned(), message);
        }
    }
}

/// The provider of the plain options, if they name one.
fn plain(reader: &mut Reader) -> Option<ProviderSettings> {
    let (kind, base_url) = (reader.text("ai_kind"), reader.text("ai_base_url"));
    if kind.is_none() && base_url.is_none() {
        for name in ["ai_model", "ai_key", "ai_organization"] {
            if reader.text(name).is_some() {
                reader.refuse(name, "it has no use without `ai_kind` or `ai_base_url`");
            }
        }
        return None;
    }
    let kind = reader.value("ai_kind", Kind::OpenAi, "`openai` or `anthropic`");
    let model = reader.text("ai_model").filter(|model| !model.trim().is_empty());
    if model.is_none() {
        reader.refuse("ai_model", "name the model to ask for at the provider");
    }
    let json_schema = reader.flag("ai_json_schema", true);
    let key = reader.text("ai_key").map(Into::into);
    let model = model.unwrap_or_default();
    let common = Common { base_url, key, model: model.clone() };
    let protocol = match kind {
        Kind::OpenAi => Protocol::OpenAi(OpenAiConfig {
            organization: reader.text("ai_organization"),
            json_schema,
            token_limit_field: TokenLimitField::default(),
            ..common.openai(reader, "ai_key")
        }),
        Kind::Anthropic => {
            let structured = match json_schema {
                true => StructuredAnswers::default(),
                false => StructuredAnswers::Words,
            };
            Protocol::Anthropic(AnthropicConfig {
                structured,
                ..common.anthropic(reader, "ai_key")
            })
        }
    };
    let provider = ProviderSettings {
        name: PLAIN.to_owned(),
        protocol,
        models: vec![model],
        weight: 1,
        context_tokens: None,
        requests_per_minute: None,
        tokens_per_minute: None,
        concurrency: None,
    };
    check(reader, "ai_base_url", &provider);
    Some(provider)
}

/// What providers of both kinds have.
struct Common {
    base_url: Option<String>,
    key: Option<SecretString>,
    model: String,
}

impl Common {
    /// The maker's own address needs a key, others may do without.
    fn base_url(&self, reader: &mut Reader, kind: Kind, key_name: &'static str) -> String {
        if self.base_url.is_none() && self.key.is_none() {
            reader.refuse(key_name, format!("{} wants a key", kind.base_url()));
        }
        self.base_url.clone().unwrap_or_else(|| kind.base_url().to_owned())
    }

    fn openai(self, reader: &mut Reader, key_name: &'static str) -> OpenAiConfig {
        OpenAiConfig {
            base_url: self.base_url(reader, Kind::OpenAi, key_name),
            key: self.key,
            model: self.model,
            organization: None,
            json_schema: true,
            token_limit_field: TokenLimitField::default(),
        }
    }

    fn anthropic(self, reader: &mut Reader, key_name: &'static str) -> AnthropicConfig {
        AnthropicConfig {
            base_url: self.base_url(reader, Kind::Anthropic, key_name),
            key: self.key,
            model: self.model,
            structured: StructuredAnswers::default(),
            prefill: false,
        }
    }
}

/// An entry of the list. A key from the environment comes before one in the file.
fn listed(entry: &mut Reader, name: String, key: Option<SecretString>) -> ProviderSettings {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 40 || !name.chars().all(is_name) || name == PLAIN {
        let message =
            format!("a name has 1 to 40 letters, digits and dashes, and is not {PLAIN:?}");
        entry.refuse("name", message);
    }
    let kind: Option<Kind> = entry.optional("kind", "`openai` or `anthropic`");
    if entry.text("kind").is_none() {
        entry.refuse("kind", "say how it is spoken to: `openai` or `anthropic`");
    }
    let models: Vec<String> = entry.list("models", "a model");
    if models.is_empty() {
        entry.refuse("models", "name the models to ask for there, such as [\"gpt-5\"]");
    }
    let key = key.or_else(|| entry.text("key").map(Into::into));
    let model = models.first().cloned().unwrap_or_default();
    let common = Common { base_url: entry.text("base_url"), key, model };
    let protocol = match kind.unwrap_or(Kind::OpenAi) {
        Kind::OpenAi => Protocol::OpenAi(openai(entry, common)),
        Kind::Anthropic => Protocol::Anthropic(anthropic(entry, common)),
    };
    let count = "a whole number above zero";
    let above_zero = |number: std::num::NonZeroU64| number.get();
    let provider = ProviderSettings {
        name,
        protocol,
        models,
        weight: entry.value("weight", 1, "a whole number"),
        context_tokens: entry.optional("context_tokens", count).map(above_zero),
        requests_per_minute: entry.optional("requests_per_minute", count).map(above_zero),
        tokens_per_minute: entry.optional("tokens_per_minute", count).map(above_zero),
        concurrency: entry.optional("concurrency", count).map(std::num::NonZeroU32::get),
    };
    check(entry, "base_url", &provider);
    provider
}

fn openai(entry: &mut Reader, common: Common) -> OpenAiConfig {
    for name in ["structured", "prefill"] {
        if entry.text(name).is_some() {
            entry.refuse(name, "only Anthropic's protocol knows it");
        }
    }
    let token_limit_field = match entry.text("token_limit").as_deref() {
        None | Some("max_completion_tokens") => TokenLimitField::MaxCompletionTokens,
        Some("max_tokens") => TokenLimitField::MaxTokens,
        Some(other) => {
            let message = format!("{other:?} is neither `max_completion_tokens` nor `max_tokens`");
            entry.refuse("token_limit", message);
            TokenLimitField::default()
        }
    };
    OpenAiConfig {
        organization: entry.text("organization"),
        json_schema: entry.flag("json_schema", true),
        token_limit_field,
        ..common.openai(entry, "key")
    }
}

fn anthropic(entry: &mut Reader, common: Common) -> AnthropicConfig {
    for name in ["organization", "json_schema", "token_limit"] {
        if entry.text(name).is_some() {
            entry.refuse(name, "only OpenAI's protocol knows it");
        }
    }
    let structured = match entry.text("structured").as_deref() {
        None | Some("output_config") => StructuredAnswers::OutputConfig,
        Some("tool") => StructuredAnswers::ForcedTool,
        Some("words") => StructuredAnswers::Words,
        Some(other) => {
            let message = format!("{other:?} is none of `output_config`, `tool` and `words`");
            entry.refuse("structured", message);
            StructuredAnswers::default()
        }
    };
    let prefill = entry.flag("prefill", false);
    AnthropicConfig { structured, prefill, ..common.anthropic(entry, "key") }
}

/// Whether a provider can be made of it; the reason never holds the key.
fn check(reader: &mut Reader, name: &'static str, provider: &ProviderSettings) {
    if let Err(error) = provider.connect() {
        reader.refuse(name, error.to_string());
    }
}

#[cfg(test)]
mod test;
