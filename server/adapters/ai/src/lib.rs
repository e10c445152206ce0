//! Language models and embeddings behind the ports: an offline model that needs no key and no
//! network, an OpenAI-compatible client, an offline embedder.
//! It does not choose a model, retry, price or store anything: the runtime's lanes and the domain do.

pub mod embed;
pub mod offline;
pub mod openai;

pub use embed::OfflineEmbedder;
pub use offline::{Fault, FaultKind, OfflineModel, OfflineModelOptions};
pub use openai::{ConfigError, OpenAiCompatible, OpenAiConfig, TokenLimitField};
