//! The embedder of the development mode. The arithmetic is the domain's: it is handed in, because
//! an adapter must not know the domain.

use super::unit_length;
use igny8_actors_ports::{Embedder, FailureClass, ModelError};

/// The name that a clustering run records. Changes when the vectors of the same text change.
const NAME: &str = "offline-hashed-1";

/// How many texts are embedded before other work of the thread gets its turn.
const YIELD_EVERY: usize = 256;

type Arithmetic = Box<dyn Fn(&str) -> Vec<f32> + Send + Sync>;

/// Turns texts into vectors with a function, without network or model.
pub struct OfflineEmbedder {
    arithmetic: Arithmetic,
}

impl OfflineEmbedder {
    /// An embedder that computes each vector with the given function.
    pub fn new(arithmetic: impl Fn(&str) -> Vec<f32> + Send + Sync + 'static) -> Self {
        Self { arithmetic: Box::new(arithmetic) }
    }
}

impl std::fmt::Debug for OfflineEmbedder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OfflineEmbedder({NAME})")
    }
}

#[async_trait::async_trait]
impl Embedder for OfflineEmbedder {
    fn name(&self) -> &str {
        NAME
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut vectors: Vec<Vec<f32>> = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            if index % YIELD_EVERY == YIELD_EVERY - 1 {
                tokio::task::yield_now().await;
            }
            let vector = (self.arithmetic)(text);
            let length = vector.len();
            let vector = unit_length(vector).unwrap_or_else(|| first_axis(length));
            if vectors.first().is_some_and(|first| first.len() != vector.len()) {
                return Err(unequal_lengths());
            }
            vectors.push(vector);
        }
        Ok(vectors)
    }
}

/// A text without features gets the first axis, so that the promise of the port (length 1) holds
/// for every input.
fn first_axis(length: usize) -> Vec<f32> {
    (0..length).map(|index| if index == 0 { 1.0 } else { 0.0 }).collect()
}

fn unequal_lengths() -> ModelError {
    ModelError {
        class: FailureClass::InvalidAnswer,
        message: "the embedder gave vectors of different lengths".to_owned(),
        retry_after: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn embeddings_keep_the_order_and_have_length_one() {
        let embedder = OfflineEmbedder::new(|text: &str| vec![text.len() as f32, 3.0, 0.0]);
        let texts = vec!["ab".to_owned(), "abcd".to_owned()];
        let vectors = embedder.embed(&texts).await.unwrap();
        assert!(vectors[0][0] < vectors[1][0]);
        for vector in &vectors {
            let length: f32 = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
            assert!((length - 1.0).abs() < 1e-5, "{length}");
        }
    }

    #[tokio::test]
    async fn embedding_of_a_text_without_features_has_length_one() {
        let embedder = OfflineEmbedder::new(|_: &str| vec![0.0; 4]);
        let vectors = embedder.embed(&["".to_owned()]).await.unwrap();
        assert_eq!(vectors, vec![vec![1.0, 0.0, 0.0, 0.0]]);
    }

    #[tokio::test]
    async fn embedding_lengths_that_differ_are_an_invalid_answer() {
        let embedder = OfflineEmbedder::new(|text: &str| vec![1.0; text.len()]);
        let error = embedder.embed(&["a".to_owned(), "ab".to_owned()]).await.unwrap_err();
        assert_eq!(error.class, FailureClass::InvalidAnswer);
    }
}
