//! Texts as vectors: computed here, or by a provider.

mod offline;
mod openai;

pub use offline::OfflineEmbedder;
pub use openai::{EmbedderConfig, OpenAiEmbedder};

/// The smallest squared length that is still a direction; below it a text has no features.
const LENGTH_SQUARED_MIN: f32 = 1e-12;

/// Scales to length 1; nothing where there is no direction.
fn unit_length(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let squared: f32 = vector.iter().map(|x| x * x).sum();
    if !squared.is_finite() || squared <= LENGTH_SQUARED_MIN {
        return None;
    }
    let length = squared.sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    Some(vector)
}
