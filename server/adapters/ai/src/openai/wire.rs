//! The events of chat completions, as far as we read them. Unknown fields are ignored.

use crate::answer::{Dialect, Step, Tally};
use igny8_actors_ports::{FailureClass, FinishReason, Usage};
use igny8_server_adapters_http::{Failure, ServerEvent, clean, from_event, micros};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

/// Reads the events of one answer.
pub(super) struct ChatCompletion {
    pub(super) key: Option<SecretString>,
}

/// One event of a stream.
#[derive(Debug, Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<UsageBlock>,
    /// Some providers tell errors inside a stream.
    error: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    delta: Option<Delta>,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
    /// What the model thinks, where a compatible provider shows it; some say it twice.
    reasoning_content: Option<String>,
    reasoning: Option<String>,
}

#[derive(Debug, Deserialize)]
struct UsageBlock {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    /// In US dollars, where a gateway says what it bills (OpenRouter).
    cost: Option<f64>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Debug, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct CompletionDetails {
    reasoning_tokens: Option<u64>,
}

impl Dialect for ChatCompletion {
    fn take(&mut self, event: &ServerEvent, tally: &mut Tally) -> Result<Step, Failure> {
        if event.data.trim() == "[DONE]" {
            return Ok(Step::End);
        }
        let chunk: Chunk = serde_json::from_str(&event.data).map_err(|error| {
            Failure::invalid(format!("an event of the stream is not what it should be: {error}"))
        })?;
        if let Some(error) = chunk.error.filter(|error| !error.is_null()) {
            return Err(from_event(&error, self.key.as_ref()));
        }
        if let Some(usage) = chunk.usage {
            tally.usage = Some(usage.into());
        }
        match chunk.choices.into_iter().find(|choice| choice.index == 0) {
            Some(choice) => self.take_choice(choice, tally),
            None => Ok(Step::Nothing),
        }
    }
}

impl ChatCompletion {
    fn take_choice(&self, choice: Choice, tally: &mut Tally) -> Result<Step, Failure> {
        let delta = choice.delta.unwrap_or_default();
        match choice.finish_reason.as_deref() {
            None => {}
            Some("length") => tally.finish = Some(FinishReason::Length),
            Some("content_filter") => tally.finish = Some(FinishReason::ContentFilter),
            // Gateways say so when the provider behind them failed half way.
            Some("error") => {
                let message = "the provider failed in the middle of its answer";
                return Err(Failure::new(FailureClass::Unavailable, message));
            }
            Some(_) => tally.finish = Some(FinishReason::Stop),
        }
        if let Some(refused) = delta.refusal.filter(|refused| !refused.is_empty()) {
            let words = clean(&refused, self.key.as_ref());
            let message = format!("the model refuses: {words}");
            return Err(Failure::new(FailureClass::ContentFilter, message));
        }
        let thinking = delta.reasoning_content.or(delta.reasoning);
        tally.thinking_bytes += thinking.map_or(0, |text| text.len());
        Ok(delta.content.map_or(Step::Nothing, Step::Text))
    }
}

impl From<UsageBlock> for Usage {
    /// The provider counts thinking as part of the completion, and cached tokens as part of the
    /// prompt; the port wants output without thinking.
    fn from(block: UsageBlock) -> Self {
        let thinking = block.completion_tokens_details.and_then(|details| details.reasoning_tokens);
        let thinking_tokens = thinking.unwrap_or(0).min(block.completion_tokens);
        let prompt = block.prompt_tokens_details.as_ref();
        let cached = prompt.and_then(|details| details.cached_tokens).unwrap_or(0);
        let written = prompt.and_then(|details| details.cache_write_tokens).unwrap_or(0);
        Self {
            input_tokens: block.prompt_tokens,
            output_tokens: block.completion_tokens - thinking_tokens,
            cached_tokens: cached.min(block.prompt_tokens),
            thinking_tokens,
            cache_write_tokens: written.min(block.prompt_tokens),
            cost_micros: block.cost.and_then(micros),
            ..Self::default()
        }
    }
}
