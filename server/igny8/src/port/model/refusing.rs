//! A model that says why it cannot be used.

use igny8_actors_ports::{
    Embedder, FailureClass, GeneratedImage, ImageError, ImageProvider, ImageRequest,
    ModelCapabilities, ModelError, ModelProvider, ModelRequest, ModelStream,
};
use igny8_actors_runtime::ModelChoice;
use std::sync::Arc;

/// The model's name in lanes.
const NONE: &str = "none";

/// Refuses each call, with the reason.
pub(crate) struct Refusing(String);

impl Refusing {
    /// For this reason.
    pub(crate) fn because(reason: &str) -> Arc<Self> {
        Arc::new(Self(reason.to_owned()))
    }

    fn error(&self) -> ModelError {
        let message = self.0.clone();
        ModelError { class: FailureClass::InvalidRequest, message, retry_after: None }
    }
}

/// A choice that only says why there is no other.
pub(in crate::port) fn refusing<P>(
    reason: &str,
    provider: impl FnOnce(Arc<Refusing>) -> P,
) -> ModelChoice<P> {
    ModelChoice { provider: provider(Refusing::because(reason)), model: NONE.to_owned() }
}

#[async_trait::async_trait]
impl ModelProvider for Refusing {
    fn capabilities(&self, _model: &str) -> ModelCapabilities {
        ModelCapabilities { deterministic: false, continuation: false, json_schema: false }
    }

    async fn generate(&self, _request: ModelRequest) -> Result<ModelStream, ModelError> {
        Err(self.error())
    }
}

#[async_trait::async_trait]
impl ImageProvider for Refusing {
    fn name(&self) -> &str {
        NONE
    }

    async fn generate(&self, _request: ImageRequest) -> Result<GeneratedImage, ImageError> {
        let ModelError { class, message, retry_after } = self.error();
        Err(ImageError { class, message, retry_after })
    }
}

#[async_trait::async_trait]
impl Embedder for Refusing {
    fn name(&self) -> &str {
        NONE
    }

    async fn embed(&self, _texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        Err(self.error())
    }
}
