//! The events of Messages, as far as we read them. Unknown events and fields are ignored, as the
//! protocol asks.

use crate::answer::{Dialect, Step, Tally};
use igny8_actors_ports::{FinishReason, Usage};
use igny8_server_adapters_http::{Failure, ServerEvent, clean, from_event};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

/// Reads the events of one answer.
pub(super) struct Messages {
    key: Option<SecretString>,
    /// The answer is the input of a tool; text beside it is chatter.
    is_tool: bool,
    counts: Counts,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Message,
    },
    ContentBlockStart {
        content_block: Block,
    },
    ContentBlockDelta {
        delta: Block,
    },
    MessageDelta {
        delta: Ending,
        usage: Option<Counts>,
    },
    MessageStop,
    Error {
        error: Value,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Message {
    usage: Option<Counts>,
}

/// A block as it starts, or what is added to it.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    #[serde(alias = "text_delta")]
    Text {
        text: String,
    },
    #[serde(alias = "thinking_delta")]
    Thinking {
        thinking: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Ending {
    stop_reason: Option<String>,
    stop_details: Option<StopDetails>,
}

#[derive(Debug, Deserialize)]
struct StopDetails {
    explanation: Option<String>,
}

/// Tokens so far. Later figures replace earlier ones; what is left out stays.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Counts {
    input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    cache_read_input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct OutputDetails {
    thinking_tokens: Option<u64>,
}

impl Messages {
    pub(super) fn new(key: Option<SecretString>, is_tool: bool) -> Self {
        Self { key, is_tool, counts: Counts::default() }
    }

    fn take_block(&self, block: Block, tally: &mut Tally) -> Step {
        match block {
            Block::Text { text } if !self.is_tool => Step::Text(text),
            Block::InputJsonDelta { partial_json } if self.is_tool => Step::Text(partial_json),
            Block::Thinking { thinking } => {
                tally.thinking_bytes += thinking.len();
                Step::Nothing
            }
            _ => Step::Nothing,
        }
    }

    fn take_ending(&self, ending: Ending, tally: &mut Tally) {
        let Some(reason) = ending.stop_reason else { return };
        tally.finish = Some(match reason.as_str() {
            // `pause_turn` too is an answer that would go on.
            "max_tokens" | "model_context_window_exceeded" | "pause_turn" => FinishReason::Length,
            "refusal" => FinishReason::ContentFilter,
            _ => FinishReason::Stop,
        });
        let told = ending.stop_details.and_then(|details| details.explanation);
        tally.refusal = told.map(|words| clean(&words, self.key.as_ref()));
    }
}

impl Dialect for Messages {
    fn take(&mut self, event: &ServerEvent, tally: &mut Tally) -> Result<Step, Failure> {
        let event: Event = serde_json::from_str(&event.data).map_err(|error| {
            Failure::invalid(format!("an event of the stream is not what it should be: {error}"))
        })?;
        match event {
            Event::MessageStart { message } => {
                self.counts = self.counts.then(message.usage);
                Ok(Step::Nothing)
            }
            Event::ContentBlockStart { content_block: block }
            | Event::ContentBlockDelta { delta: block } => Ok(self.take_block(block, tally)),
            Event::MessageDelta { delta, usage } => {
                self.counts = self.counts.then(usage);
                self.take_ending(delta, tally);
                tally.usage = self.counts.usage(tally.thinking_estimate());
                Ok(Step::Nothing)
            }
            Event::MessageStop => Ok(Step::End),
            Event::Error { error } => Err(from_event(&error, self.key.as_ref())),
            Event::Other => Ok(Step::Nothing),
        }
    }
}

impl Counts {
    fn then(self, later: Option<Self>) -> Self {
        let Some(later) = later else { return self };
        Self {
            input_tokens: later.input_tokens.or(self.input_tokens),
            cache_creation_input_tokens: later
                .cache_creation_input_tokens
                .or(self.cache_creation_input_tokens),
            cache_read_input_tokens: later.cache_read_input_tokens.or(self.cache_read_input_tokens),
            output_tokens: later.output_tokens.or(self.output_tokens),
            output_tokens_details: later.output_tokens_details.or(self.output_tokens_details),
        }
    }

    /// The provider counts cached tokens beside the other ones sent, and thinking as part of the
    /// output; the port wants them the other way round.
    fn usage(self, thinking_estimate: u64) -> Option<Usage> {
        let output = self.output_tokens?;
        let cached_tokens = self.cache_read_input_tokens.unwrap_or(0);
        let written = self.cache_creation_input_tokens.unwrap_or(0);
        let told = self.output_tokens_details.and_then(|details| details.thinking_tokens);
        let thinking_tokens = told.unwrap_or(thinking_estimate).min(output);
        Some(Usage {
            input_tokens: self.input_tokens.unwrap_or(0) + cached_tokens + written,
            output_tokens: output - thinking_tokens,
            cached_tokens,
            thinking_tokens,
            cache_write_tokens: written,
            ..Usage::default()
        })
    }
}
