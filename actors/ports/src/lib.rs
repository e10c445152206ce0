//! What the actors ask of the world, as traits: models, images, sites to publish to, time, chance,
//! secrets, passwords and heavy computing.
//! It does not talk to anybody: `server/adapters` does, and the simulation plays the parts in tests.

mod access;
mod compute;
mod image;
mod model;
mod publisher;
mod world;

pub use access::{KeyRing, PasswordError, PasswordHash, SealError, Sealed, SecretPlace};
pub use compute::{Compute, ComputeError};
pub use image::{GeneratedImage, ImageError, ImageProvider, ImageRequest};
pub use model::{
    FailureClass, FinishReason, ModelCapabilities, ModelError, ModelEvent, ModelProvider,
    ModelRequest, ModelStream, RateHint, RateHints, ResponseFormat, Usage,
};
pub use publisher::{
    PairRequest, Pairing, PostStatus, PublishError, PublishImage, PublishPost, PublishedPost,
    SiteInfo, SitePublisher, SiteTarget, UploadedImage,
};
pub use world::{Clock, Embedder, Entropy};
