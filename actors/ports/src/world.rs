//! Time and chance as arguments (R15), and text as vectors.

use igny8_protocol_ids::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Where chance comes from. Cryptographically strong outside of simulations.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// Turns texts into vectors of one length.
#[async_trait::async_trait]
pub trait Embedder: Send + Sync + 'static {
    /// The name that is recorded with a clustering run, so that it can be repeated.
    fn name(&self) -> &str;
    /// One vector per text, in order, each of length 1 (L2).
    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, crate::ModelError>;
}
