//! The shapes of chat completions, as far as we read them. Unknown fields are ignored.

use serde::Deserialize;
use serde_json::Value;

/// One event of a stream.
#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    #[serde(default)]
    pub(super) choices: Vec<Choice>,
    pub(super) usage: Option<UsageBlock>,
    /// Some providers tell errors inside a stream.
    pub(super) error: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    pub(super) index: u32,
    #[serde(default)]
    pub(super) delta: Delta,
    pub(super) finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Delta {
    pub(super) content: Option<String>,
    pub(super) refusal: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct UsageBlock {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Debug, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
}

impl From<UsageBlock> for igny8_actors_ports::Usage {
    /// The provider counts thinking as part of the completion, and cached tokens as part of the
    /// prompt; the port wants output without thinking.
    fn from(block: UsageBlock) -> Self {
        let thinking = block.completion_tokens_details.and_then(|details| details.reasoning_tokens);
        let thinking_tokens = thinking.unwrap_or(0).min(block.completion_tokens);
        let cached = block.prompt_tokens_details.and_then(|details| details.cached_tokens);
        Self {
            input_tokens: block.prompt_tokens,
            output_tokens: block.completion_tokens - thinking_tokens,
            cached_tokens: cached.unwrap_or(0).min(block.prompt_tokens),
            thinking_tokens,
            ..Self::default()
        }
    }
}
