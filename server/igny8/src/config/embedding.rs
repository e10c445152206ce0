//! Where the vectors of keywords come from.

use super::read::Reader;
use igny8_server_adapters_ai::{EmbedderConfig, OpenAiEmbedder, Reach};
use std::num::NonZeroU32;

const OPENAI: &str = "https://api.openai.com/v1";

/// Where the vectors of keywords come from.
#[derive(Clone, Debug)]
pub(crate) enum EmbeddingSettings {
    /// Computed here.
    Offline,
    /// From a provider that speaks OpenAI's protocol.
    Provider(EmbedderConfig),
}

impl EmbeddingSettings {
    pub(super) fn gather(reader: &mut Reader) -> Self {
        let (base_url, key) = (reader.text("embeddings_base_url"), reader.text("embeddings_key"));
        let wanted = "a number of dimensions above zero";
        let dimensions: Option<NonZeroU32> = reader.optional("embeddings_dimensions", wanted);
        let Some(model) = reader.text("embeddings_model") else {
            for name in ["embeddings_base_url", "embeddings_key", "embeddings_dimensions"] {
                if reader.text(name).is_some() {
                    reader.refuse(name, "it has no use without `embeddings_model`");
                }
            }
            return Self::Offline;
        };
        if base_url.is_none() && key.is_none() {
            reader.refuse("embeddings_key", format!("{OPENAI} wants a key"));
        }
        let config = EmbedderConfig {
            base_url: base_url.unwrap_or_else(|| OPENAI.to_owned()),
            key: key.map(Into::into),
            model,
            dimensions: dimensions.map(|length| length.get() as usize),
        };
        if let Err(error) = OpenAiEmbedder::new(config.clone(), &Reach::Anywhere) {
            reader.refuse("embeddings_base_url", error.to_string());
        }
        Self::Provider(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::Layers;

    fn read(pairs: &[(&str, &str)]) -> (EmbeddingSettings, Vec<String>) {
        let mut layers = Layers::default();
        let named = |(name, text): &(&str, &str)| {
            (format!("IGNY8_EMBEDDINGS_{}", name.to_uppercase()), (*text).to_owned())
        };
        layers.environment(pairs.iter().map(named));
        let mut reader = Reader::new(layers);
        let settings = EmbeddingSettings::gather(&mut reader);
        (settings, reader.into_problems().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn keywords_are_embedded_here_unless_a_model_is_named() {
        assert!(matches!(read(&[]).0, EmbeddingSettings::Offline));
        let pairs =
            [("model", "text-embedding-3-small"), ("key", "sk-secret"), ("dimensions", "256")];
        let (settings, problems) = read(&pairs);
        assert_eq!(problems, [""; 0]);
        assert!(!format!("{settings:?}").contains("sk-secret"));
        let EmbeddingSettings::Provider(config) = settings else { panic!("no provider") };
        assert_eq!((config.base_url.as_str(), config.dimensions), (OPENAI, Some(256)));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for (pairs, words) in [
            (&[("key", "sk-secret")][..], "no use without"),
            (&[("model", "m")], "wants a key"),
            (&[("model", "m"), ("base_url", "nowhere")], "not an address"),
            (
                &[("model", "m"), ("base_url", "http://127.0.0.1:1"), ("dimensions", "0")],
                "above zero",
            ),
        ] {
            let problems = read(pairs).1;
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains(words), "{problems:?}");
            assert!(!problems[0].contains("sk-secret"), "{problems:?}");
        }
    }
}
