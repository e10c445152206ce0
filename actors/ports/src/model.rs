//! Language models, streamed.

use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// What a model can do: decides how a lost attempt is taken up again (R9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelCapabilities {
    /// The same request gives the same text: a lost attempt is replayed and its prefix verified.
    pub deterministic: bool,
    /// The provider continues a stream that broke, given the text so far.
    pub continuation: bool,
    /// The provider can be held to a JSON schema.
    pub json_schema: bool,
}

/// In which form the answer is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResponseFormat {
    /// Markdown.
    Markdown,
    /// JSON that fits a schema.
    Json {
        /// A short name for the schema.
        name: &'static str,
        /// The JSON schema.
        schema: Arc<serde_json::Value>,
    },
}

/// One call to a model.
#[derive(Clone, Debug)]
pub struct ModelRequest {
    /// The model's name at its provider.
    pub model: String,
    /// Instructions of the pipeline: voice, rules, form.
    pub system: String,
    /// What is asked. Imported text inside is fenced as data by the caller.
    pub prompt: String,
    /// The text that an earlier, lost attempt had delivered; the answer continues it.
    pub prefix: Option<String>,
    /// Upper bound for the answer, in tokens.
    pub output_tokens_max: u32,
    /// The form of the answer.
    pub format: ResponseFormat,
    /// The outbox key of the effect, for providers that know idempotency keys.
    pub idempotency_key: String,
    /// Give up when nothing arrived for so long.
    pub idle_timeout: Duration,
}

/// What a call used, as the provider counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens sent, all of them: the cached ones below are among them.
    pub input_tokens: u64,
    /// Tokens received, without thinking.
    pub output_tokens: u64,
    /// Tokens sent that the provider had cached.
    pub cached_tokens: u64,
    /// Tokens that the model spent on thinking.
    pub thinking_tokens: u64,
    /// Tokens sent that the provider has put into its cache, where it bills that apart.
    #[serde(default)]
    pub cache_write_tokens: u64,
    /// What the provider itself says that it cost, in millionths of a US dollar.
    #[serde(default)]
    pub cost_micros: Option<u64>,
    /// Counted here, by a rule of thumb, because the provider did not tell.
    #[serde(default)]
    pub estimated: bool,
}

/// One of a provider's limits, as the headers of its answer tell it. What they leave out is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateHint {
    /// How much the window allows.
    pub limit: Option<u64>,
    /// How much of it is left.
    pub remaining: Option<u64>,
    /// When the window is full again, from the answer's arrival.
    pub reset: Option<Duration>,
}

/// What a provider says of its limits with an answer, for this model and this key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateHints {
    /// Calls.
    pub requests: RateHint,
    /// Tokens, sent and received together.
    pub tokens: RateHint,
}

impl RateHints {
    /// True if nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Why a stream ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FinishReason {
    /// The model was done.
    Stop,
    /// The bound on tokens was reached.
    Length,
    /// The provider's filter ended it.
    ContentFilter,
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelEvent {
    /// What the provider said of its limits: before any text, where it said something.
    Limits(RateHints),
    /// More text.
    Text(String),
    /// The end. A stream without it was cut.
    Done {
        /// Why.
        reason: FinishReason,
        /// What it used.
        usage: Usage,
    },
}

/// How the queue treats a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FailureClass {
    /// No answer, or nothing for too long.
    Timeout,
    /// 429: wait as long as it says.
    RateLimited,
    /// 400/402 "out of budget": the provider cools down.
    Quota,
    /// The key is refused: a person must act.
    Unauthorized,
    /// The request does not fit the model's context.
    ContextLength,
    /// The provider's filter refused.
    ContentFilter,
    /// The provider failed (5xx) or could not be reached.
    Unavailable,
    /// The stream was cut before its end.
    BrokenStream,
    /// The answer is not what was asked for (not JSON, wrong schema, empty).
    InvalidAnswer,
    /// The request itself is wrong: trying again cannot help.
    InvalidRequest,
}

/// Why a model gave no (whole) answer. Holds no secret: it is shown to users.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// How to treat it.
    pub class: FailureClass,
    /// What happened and what to do, in the provider's words where it gave any.
    pub message: String,
    /// When the provider says to come back.
    pub retry_after: Option<Duration>,
}

/// An answer on its way.
pub type ModelStream = BoxStream<'static, Result<ModelEvent, ModelError>>;

/// A language model behind a provider.
#[async_trait::async_trait]
pub trait ModelProvider: Send + Sync + 'static {
    /// What this provider's model can do.
    fn capabilities(&self, model: &str) -> ModelCapabilities;
    /// Starts an answer. Dropping the stream cancels the call.
    async fn generate(&self, request: ModelRequest) -> Result<ModelStream, ModelError>;
}
