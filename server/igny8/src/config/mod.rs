//! The configuration: defaults < file < environment < flags, checked as a whole.
//! It does not start anything: `serve` does.

mod embedding;
mod image;
mod layer;
mod option;
mod provider;
mod read;
mod settings;
mod store;

pub(crate) use embedding::EmbeddingSettings;
pub(crate) use image::ImageSettings;
pub(crate) use layer::Layers;
pub(crate) use option::OPTIONS;
pub(crate) use settings::{LogFormat, PlatformAi, Settings};
pub(crate) use store::{CqlSettings, StoreEngine, StoreSettings};
