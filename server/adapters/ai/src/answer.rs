//! The stream of an answer, whatever the protocol: events in, pieces of text and one end out.

use crate::seam::Seam;
use futures::StreamExt;
use igny8_actors_ports::{
    FailureClass, FinishReason, ModelError, ModelEvent, ModelRequest, ModelStream, RateHints, Usage,
};
use igny8_server_adapters_http::{
    ByteStream, EventParser, Failure, ServerEvent, SseError, bounded, pace,
};
use reqwest::Response;
use reqwest::header::CONTENT_TYPE;
use secrecy::SecretString;
use std::collections::VecDeque;

/// Text of one answer, in bytes: far above any article, far below what would hurt.
const TEXT_BYTES_MAX: usize = 4 << 20;
/// For providers that do not count: a rule of thumb.
const BYTES_PER_TOKEN: usize = 4;

/// How one protocol is read.
pub(crate) trait Dialect: Send + 'static {
    /// Takes one event in. What it says about the end and about tokens goes into the tally.
    fn take(&mut self, event: &ServerEvent, tally: &mut Tally) -> Result<Step, Failure>;
}

/// What an event brings.
pub(crate) enum Step {
    /// More text.
    Text(String),
    /// Nothing to pass on.
    Nothing,
    /// The provider has said all.
    End,
}

/// What the events have said so far, beside the text.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Why the model stopped; once it is there, a lost connection loses no text.
    pub(crate) finish: Option<FinishReason>,
    /// Tokens as the provider counts them.
    pub(crate) usage: Option<Usage>,
    /// Thinking that was sent along, for providers that do not count it.
    pub(crate) thinking_bytes: usize,
    /// Why the model refuses, in its provider's words.
    pub(crate) refusal: Option<String>,
}

impl Tally {
    /// Thinking tokens by the rule of thumb.
    pub(crate) fn thinking_estimate(&self) -> u64 {
        tokens(self.thinking_bytes)
    }
}

/// True for the head of an answer that streams. Some servers name no type.
pub(crate) fn streams(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    response.status() == reqwest::StatusCode::OK
        && kind.is_none_or(|kind| kind.starts_with("text/event-stream"))
}

struct Answer<D> {
    /// What the head said of the provider's limits, until it is passed on.
    limits: Option<RateHints>,
    bytes: ByteStream,
    parser: EventParser,
    events: VecDeque<ServerEvent>,
    /// Found while reading; the events before it are passed on first.
    unreadable: Option<SseError>,
    dialect: D,
    tally: Tally,
    seam: Seam,
    sent_bytes: usize,
    is_continuation: bool,
    text_bytes: usize,
    /// The provider has said all; what the seam held back may still be passed on.
    is_complete: bool,
    is_over: bool,
}

/// Reads an answer whose head has arrived. Ends with `Done` or one error.
pub(crate) fn stream<D: Dialect>(
    response: Response,
    dialect: D,
    seam: Seam,
    key: Option<SecretString>,
    request: &ModelRequest,
) -> ModelStream {
    let answer = Answer {
        limits: Some(pace(response.headers())).filter(|hints| !hints.is_empty()),
        bytes: bounded(response, request.idle_timeout, key),
        parser: EventParser::default(),
        events: VecDeque::new(),
        unreadable: None,
        dialect,
        tally: Tally::default(),
        seam,
        sent_bytes: request.system.len() + request.prompt.len(),
        is_continuation: request.prefix.as_deref().is_some_and(|prefix| !prefix.is_empty()),
        text_bytes: 0,
        is_complete: false,
        is_over: false,
    };
    futures::stream::unfold(answer, |mut answer| async move {
        let event = answer.next().await?;
        answer.is_over |= matches!(event, Err(_) | Ok(ModelEvent::Done { .. }));
        Some((event.map_err(ModelError::from), answer))
    })
    .boxed()
}

impl<D: Dialect> Answer<D> {
    async fn next(&mut self) -> Option<Result<ModelEvent, Failure>> {
        if let Some(limits) = self.limits.take() {
            return Some(Ok(ModelEvent::Limits(limits)));
        }
        while !self.is_over {
            if self.is_complete {
                return Some(self.end());
            }
            if let Some(event) = self.events.pop_front() {
                match self.take(&event) {
                    Ok(Step::Text(text)) if text.is_empty() => {}
                    Ok(Step::Text(text)) => return Some(Ok(ModelEvent::Text(text))),
                    Ok(Step::Nothing) => {}
                    Ok(Step::End) => return Some(self.complete()),
                    Err(failure) => return Some(Err(failure)),
                }
            } else if let Err(failure) = self.read().await {
                // Once the model has finished, only the count of tokens can be lost.
                return Some(match self.tally.finish {
                    Some(_) => self.complete(),
                    None => Err(failure),
                });
            }
        }
        None
    }

    /// Reads until there are events.
    async fn read(&mut self) -> Result<(), Failure> {
        if let Some(error) = self.unreadable.take() {
            return Err(Failure::invalid(error.to_string()));
        }
        let chunk = self
            .bytes
            .next()
            .await
            .unwrap_or_else(|| Err(Failure::broken("the connection was closed")))?;
        self.unreadable = self.parser.feed(&chunk, &mut self.events).err();
        Ok(())
    }

    fn take(&mut self, event: &ServerEvent) -> Result<Step, Failure> {
        let step = self.dialect.take(event, &mut self.tally)?;
        let Step::Text(text) = step else { return Ok(step) };
        self.text_bytes += text.len();
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(Failure::invalid(format!(
                "the answer has more than {TEXT_BYTES_MAX} bytes"
            )));
        }
        Ok(Step::Text(self.seam.pass(text)))
    }

    /// The last text, if the seam held one back; otherwise the end.
    fn complete(&mut self) -> Result<ModelEvent, Failure> {
        self.is_complete = true;
        match self.seam.close() {
            text if text.is_empty() => self.end(),
            text => Ok(ModelEvent::Text(text)),
        }
    }

    fn end(&mut self) -> Result<ModelEvent, Failure> {
        let reason = self.tally.finish.take().unwrap_or(FinishReason::Stop);
        if self.text_bytes == 0 && !self.is_continuation {
            return Err(self.why_empty(reason));
        }
        let usage = self.tally.usage.unwrap_or_else(|| Usage {
            input_tokens: tokens(self.sent_bytes),
            output_tokens: tokens(self.text_bytes),
            thinking_tokens: self.tally.thinking_estimate(),
            estimated: true,
            ..Usage::default()
        });
        Ok(ModelEvent::Done { reason, usage })
    }

    fn why_empty(&mut self, reason: FinishReason) -> Failure {
        match (reason, self.tally.refusal.take()) {
            (_, Some(words)) => {
                Failure::new(FailureClass::ContentFilter, format!("the model refuses: {words}"))
            }
            (FinishReason::ContentFilter, None) => {
                let message = "the provider's filter refused the request";
                Failure::new(FailureClass::ContentFilter, message)
            }
            (FinishReason::Length, None) => Failure::invalid(
                "the model used up its tokens before it wrote anything: it thinks too long for this task",
            ),
            (FinishReason::Stop, None) => Failure::invalid("the answer is empty"),
        }
    }
}

fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(BYTES_PER_TOKEN) as u64
}
