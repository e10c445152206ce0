//! The configuration: defaults < file < environment < flags, checked as a whole.
//! It does not start anything: `serve` does.

mod layer;
mod option;
mod read;
mod settings;
mod store;

pub(crate) use layer::Layers;
pub(crate) use option::OPTIONS;
pub(crate) use settings::{LogFormat, PlatformAi, Settings};
pub(crate) use store::{CqlSettings, StoreEngine, StoreSettings};
