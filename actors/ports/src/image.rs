//! Image models.

use crate::{FailureClass, ModelError, Usage};
use bytes::Bytes;
use std::time::Duration;

/// One image to make.
#[derive(Clone, Debug)]
pub struct ImageRequest {
    /// The model's name at its provider.
    pub model: String,
    /// What it should show.
    pub prompt: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The outbox key of the effect.
    pub idempotency_key: String,
}

/// An image that was made.
#[derive(Clone, Debug)]
pub struct GeneratedImage {
    /// The file.
    pub bytes: Bytes,
    /// Such as `image/png`.
    pub media_type: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// What it used, where the provider tells.
    pub usage: Usage,
}

/// Why there is no image. Shown to users.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ImageError {
    /// How to treat it.
    pub class: FailureClass,
    /// What happened and what to do.
    pub message: String,
    /// When the provider says to come back.
    pub retry_after: Option<Duration>,
}

impl From<ImageError> for ModelError {
    fn from(error: ImageError) -> Self {
        let ImageError { class, message, retry_after } = error;
        Self { class, message, retry_after }
    }
}

/// An image model behind a provider.
#[async_trait::async_trait]
pub trait ImageProvider: Send + Sync + 'static {
    /// The model that is used where a request names none: its lane and its use have this name.
    fn name(&self) -> &str;
    /// Makes one image.
    async fn generate(&self, request: ImageRequest) -> Result<GeneratedImage, ImageError>;
}
