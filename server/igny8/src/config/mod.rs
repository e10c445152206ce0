//! The configuration: defaults < file < environment < flags, checked as a whole.
//! It does not start anything: `serve` does.

mod ai;
mod embedding;
mod image;
mod layer;
mod option;
mod read;
mod settings;
mod store;

pub(crate) use ai::{ModelPrices, PlatformAi, ProviderSettings};
pub(crate) use embedding::EmbeddingSettings;
pub(crate) use image::ImageSettings;
pub(crate) use layer::Layers;
pub(crate) use option::{OPTIONS, TABLES};
pub(crate) use settings::{LogFormat, Settings};
pub(crate) use store::{CqlSettings, StoreEngine, StoreSettings};
