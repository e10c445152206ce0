//! The server's own models: one or several, in the order of fallbacks.

use super::model::{Kind, refusing};
use crate::config::{ModelPrices, ProviderSettings};
use igny8_actors_domain::lane::{LaneKey, LaneLimits, ModelPrice, Route, list_price};
use igny8_actors_ports::ModelProvider;
use igny8_actors_runtime::{Candidate, ModelChoice};
use igny8_server_adapters_ai::SetupError;
use std::sync::Arc;

/// The provider's name in lanes and usage, where it has no name of its own.
const PLATFORM: &str = "platform";

/// One of the server's own models.
struct PlatformModel {
    choice: ModelChoice,
    /// Its provider, as its lane and its usage name it.
    provider: String,
    weight: u32,
    context_tokens: Option<u64>,
    requests_per_minute: Option<u64>,
    tokens_per_minute: Option<u64>,
    concurrency: Option<u32>,
}

/// The server's own models, and what all models cost by its operator's word.
#[derive(Default)]
pub(crate) struct PlatformModels {
    models: Vec<PlatformModel>,
    prices: ModelPrices,
    /// The model goes by whatever name a tenant gives it: the offline one.
    takes_any_name: bool,
}

impl PlatformModels {
    /// One model, with nothing special about it, that goes by any name.
    pub(crate) fn one(provider: Arc<dyn ModelProvider>, model: &str) -> Self {
        let model = PlatformModel {
            choice: ModelChoice { provider, model: model.to_owned() },
            provider: PLATFORM.to_owned(),
            weight: 1,
            context_tokens: None,
            requests_per_minute: None,
            tokens_per_minute: None,
            concurrency: None,
        };
        Self { models: vec![model], prices: ModelPrices::new(), takes_any_name: true }
    }

    /// All models of these providers.
    pub(crate) fn of(providers: &[ProviderSettings]) -> Result<Self, SetupError> {
        let mut models = Vec::new();
        for settings in providers {
            let provider = settings.connect()?;
            models.extend(settings.models.iter().map(|model| PlatformModel {
                choice: ModelChoice { provider: provider.clone(), model: model.clone() },
                provider: settings.name.clone(),
                weight: settings.weight,
                context_tokens: settings.context_tokens,
                requests_per_minute: settings.requests_per_minute,
                tokens_per_minute: settings.tokens_per_minute,
                concurrency: settings.concurrency,
            }));
        }
        Ok(Self { models, prices: ModelPrices::new(), takes_any_name: false })
    }

    /// With the operator's prices.
    pub(crate) fn with_prices(self, prices: ModelPrices) -> Self {
        Self { prices, ..self }
    }

    /// What a model costs: by the operator's word, else by the list.
    pub(crate) fn price(&self, model: &str) -> Option<ModelPrice> {
        self.prices.get(model).copied().or_else(|| list_price(model))
    }

    /// All models, or those of this name; one that says why there is none.
    pub(crate) fn candidates(&self, named: Option<&str>, limits: LaneLimits) -> Vec<Candidate> {
        let is_wanted = |model: &&PlatformModel| {
            self.takes_any_name || named.is_none_or(|name| name == model.choice.model)
        };
        let found: Vec<Candidate> = self
            .models
            .iter()
            .filter(is_wanted)
            .map(|model| self.candidate(model, named, limits))
            .collect();
        match (found.is_empty(), self.models.is_empty()) {
            (false, _) => found,
            (true, true) => vec![none(
                "this server has no AI model of its own: enter a provider and its key in the settings",
                limits,
            )],
            (true, false) => {
                let names = self.models.iter().map(|model| model.choice.model.as_str());
                let names = names.collect::<Vec<_>>().join(", ");
                let named = named.unwrap_or_default();
                let reason = format!("this server has no model {named:?}: choose one of {names}");
                vec![none(&reason, limits)]
            }
        }
    }

    fn candidate(
        &self,
        model: &PlatformModel,
        named: Option<&str>,
        limits: LaneLimits,
    ) -> Candidate {
        let named = named.unwrap_or(&model.choice.model).to_owned();
        let choice = ModelChoice { provider: model.choice.provider.clone(), model: named };
        let lane = LaneKey {
            provider: model.provider.clone(),
            model: choice.model.clone(),
            owner: None,
            key: 0,
        };
        let limits = LaneLimits {
            concurrency: model.concurrency.unwrap_or(limits.concurrency),
            requests_per_minute: model.requests_per_minute.or(limits.requests_per_minute),
            tokens_per_minute: model.tokens_per_minute.or(limits.tokens_per_minute),
        };
        let route = Route {
            lane,
            limits,
            price: self.price(&choice.model),
            context_tokens: model.context_tokens,
            json_schema: choice.provider.capabilities(&choice.model).json_schema,
            weight: model.weight,
        };
        Candidate { choice, route }
    }
}

/// A candidate that only says why there is no other.
pub(super) fn none(reason: &str, limits: LaneLimits) -> Candidate {
    Candidate::platform(refusing(reason, Kind::refusing), limits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Layers, PlatformAi, Settings};

    fn models() -> PlatformModels {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("igny8.toml");
        let file = r#"
            [[ai_provider]]
            name = "claude"
            kind = "anthropic"
            models = ["claude-sonnet-5-5", "claude-haiku-5-5"]
            key = "k"
            weight = 3
            requests_per_minute = 50

            [[ai_provider]]
            name = "own"
            kind = "openai"
            base_url = "http://127.0.0.1:9/v1"
            models = ["llama", "claude-haiku-5-5"]
            json_schema = false
            context_tokens = 8192

            [[ai_price]]
            model = "llama"
            input = 0.25
            output = 2
        "#;
        std::fs::write(&path, file).unwrap();
        let mut layers = Layers::default();
        layers.file(&path);
        layers.environment([("IGNY8_DEVELOPMENT".to_owned(), "1".to_owned())]);
        let settings = Settings::read(layers).unwrap();
        let PlatformAi::Providers(providers) = &settings.ai else { panic!("no providers") };
        PlatformModels::of(providers).unwrap().with_prices(settings.prices)
    }

    fn lanes(candidates: &[Candidate]) -> Vec<(&str, &str)> {
        candidates.iter().map(|c| (&*c.route.lane.provider, &*c.route.lane.model)).collect()
    }

    #[test]
    fn each_model_of_each_provider_is_a_candidate_in_the_order_of_the_file() {
        let limits = LaneLimits { requests_per_minute: Some(60), ..LaneLimits::default() };
        let all = models().candidates(None, limits);
        let expected = [
            ("claude", "claude-sonnet-5-5"),
            ("claude", "claude-haiku-5-5"),
            ("own", "llama"),
            ("own", "claude-haiku-5-5"),
        ];
        assert_eq!(lanes(&all), expected);
        let (sonnet, llama) = (&all[0].route, &all[2].route);
        assert_eq!((sonnet.weight, sonnet.limits.requests_per_minute), (3, Some(50)));
        assert_eq!(llama.limits.requests_per_minute, Some(60));
        assert!(sonnet.json_schema && !llama.json_schema);
        assert_eq!((sonnet.context_tokens, llama.context_tokens), (None, Some(8192)));
        assert_eq!(sonnet.price.unwrap().output, 10_000_000, "by the list");
        assert_eq!(llama.price.unwrap().output, 2_000_000, "by the operator");
    }

    #[test]
    fn a_named_model_is_asked_wherever_it_is_and_an_unknown_one_nowhere() {
        let models = models();
        let limits = LaneLimits::default();
        let haiku = models.candidates(Some("claude-haiku-5-5"), limits);
        assert_eq!(lanes(&haiku), [("claude", "claude-haiku-5-5"), ("own", "claude-haiku-5-5")]);
        assert_eq!(lanes(&models.candidates(Some("gpt-5.5-pro"), limits)), [(PLATFORM, "none")]);
        assert_eq!(
            lanes(&PlatformModels::default().candidates(None, limits)),
            [(PLATFORM, "none")]
        );
    }
}
