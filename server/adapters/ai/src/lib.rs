//! Language models and embeddings behind the ports: an offline model that needs no key and no
//! network, clients of OpenAI-compatible providers and of Anthropic, embedders.
//! It does not choose a model, retry, price or store anything: the runtime's lanes and the domain do.

mod answer;
mod anthropic;
mod embed;
pub mod offline;
mod openai;
mod prompt;
mod schema;
mod seam;

pub use anthropic::{Anthropic, AnthropicConfig, StructuredAnswers};
pub use embed::{EmbedderConfig, OfflineEmbedder, OpenAiEmbedder};
pub use igny8_server_adapters_http::{Reach, SetupError};
pub use offline::{Fault, FaultKind, OfflineModel, OfflineModelOptions};
pub use openai::{OpenAiCompatible, OpenAiConfig, TokenLimitField};
