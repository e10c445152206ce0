//! Any provider that speaks OpenAI's embeddings.
//! Shapes and limits: <https://platform.openai.com/docs/api-reference/embeddings>.

use super::unit_length;
use crate::openai::headers;
use igny8_actors_ports::{Embedder, ModelError};
use igny8_server_adapters_http::{
    Failure, Reach, SetupError, address, body, client, refused, send,
};
use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Texts of one request. The protocol allows 2,048; fewer keep the answer small (256 vectors of
/// 3,072 numbers are 17 MiB of digits).
const TEXTS_MAX: usize = 256;
/// Bytes of one request's texts. The protocol allows 300,000 tokens, and no token has less than
/// a byte.
const TEXT_BYTES_MAX: usize = 300_000;
/// Bytes of one answer: what `TEXTS_MAX` vectors need, with room for longer digits.
const ANSWER_BYTES_MAX: usize = 48 << 20;
/// The port gives no patience: a provider that sends nothing for so long has failed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Where the provider is and what it embeds with.
#[derive(Clone, Debug)]
pub struct EmbedderConfig {
    /// Such as `https://api.openai.com/v1`; `/embeddings` is added.
    pub base_url: String,
    /// The key; local servers need none.
    pub key: Option<SecretString>,
    /// The model.
    pub model: String,
    /// The length of the vectors, for models that can shorten them.
    pub dimensions: Option<usize>,
}

/// An embedder behind a provider.
#[derive(Debug)]
pub struct OpenAiEmbedder {
    client: reqwest::Client,
    endpoint: Url,
    config: EmbedderConfig,
    name: String,
    /// The length of the vectors seen so far; 0 before the first.
    length: AtomicUsize,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: usize,
    embedding: Vec<f32>,
}

impl OpenAiEmbedder {
    /// An embedder from its settings. Does not talk to the provider yet.
    pub fn new(config: EmbedderConfig, reach: &Reach) -> Result<Self, SetupError> {
        let endpoint = address(&config.base_url, "/embeddings")?;
        let client = client(reach, headers(config.key.as_ref(), None)?)?;
        let name = match config.dimensions {
            Some(length) => format!("{} ({length})", config.model),
            None => config.model.clone(),
        };
        let length = AtomicUsize::new(config.dimensions.unwrap_or(0));
        Ok(Self { client, endpoint, config, name, length })
    }

    async fn embed_batch(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        let key = self.config.key.as_ref();
        let sending = self.client.post(self.endpoint.clone()).json(&self.request(texts));
        let response = send(sending, IDLE_TIMEOUT, key).await?;
        if !response.status().is_success() {
            return Err(refused(response, key).await);
        }
        let bytes = body(response, ANSWER_BYTES_MAX, IDLE_TIMEOUT, key).await?;
        let answer: Answer = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::invalid(format!("the embeddings are not what they should be: {error}"))
        })?;
        let mut vectors = in_order(answer, texts.len())?;
        for vector in &mut vectors {
            self.check_length(vector.len())?;
            *vector = unit_length(std::mem::take(vector))
                .ok_or_else(|| Failure::invalid("an embedding has no direction"))?;
        }
        Ok(vectors)
    }

    fn request(&self, texts: &[String]) -> Value {
        // An empty text is refused by the protocol; a space says as little.
        let texts = texts.iter().map(|text| if text.is_empty() { " " } else { text.as_str() });
        let mut request = Map::new();
        request.insert("model".to_owned(), json!(self.config.model));
        request.insert("input".to_owned(), texts.collect());
        request.insert("encoding_format".to_owned(), json!("float"));
        if let Some(length) = self.config.dimensions {
            request.insert("dimensions".to_owned(), json!(length));
        }
        Value::Object(request)
    }

    /// Vectors of different lengths cannot be compared, whichever call they come from.
    fn check_length(&self, length: usize) -> Result<(), Failure> {
        let known = self.length.compare_exchange(0, length, Ordering::Relaxed, Ordering::Relaxed);
        match known {
            Err(known) if known != length => Err(Failure::invalid(format!(
                "the embeddings have {length} numbers where {known} were expected"
            ))),
            _ => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl Embedder for OpenAiEmbedder {
    fn name(&self) -> &str {
        &self.name
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut vectors = Vec::with_capacity(texts.len());
        let mut rest = texts;
        while !rest.is_empty() {
            let (batch, behind) = rest.split_at(batch_length(rest));
            vectors.extend(self.embed_batch(batch).await?);
            rest = behind;
        }
        Ok(vectors)
    }
}

/// How many of the first texts fit into one request; one always goes.
fn batch_length(texts: &[String]) -> usize {
    let mut bytes = 0;
    let fitting = texts.iter().take(TEXTS_MAX).take_while(|text| {
        bytes += text.len();
        bytes <= TEXT_BYTES_MAX
    });
    fitting.count().max(1)
}

/// Each text has exactly one vector; the provider says which, in any order.
fn in_order(answer: Answer, count: usize) -> Result<Vec<Vec<f32>>, Failure> {
    let told = answer.data.len();
    let mut vectors = vec![None; count];
    for item in answer.data {
        if let Some(place) = vectors.get_mut(item.index) {
            *place = Some(item.embedding);
        }
    }
    match vectors.into_iter().collect::<Option<Vec<_>>>() {
        Some(vectors) if told == count => Ok(vectors),
        _ => Err(Failure::invalid(format!(
            "the provider gave {told} embeddings for {count} texts, or one twice"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_keep_the_bounds_on_texts_and_bytes() {
        assert_eq!(batch_length(&vec!["a".to_owned(); 1000]), TEXTS_MAX);
        assert_eq!(batch_length(&vec!["a".repeat(100_000); 5]), 3);
        assert_eq!(batch_length(&vec!["a".repeat(400_000); 5]), 1);
        assert_eq!(batch_length(&["a".to_owned()]), 1);
    }
}
