//! The stream of an answer: events in, pieces of text and one end out.

use super::seam::Seam;
use super::wire::{Choice, Chunk};
use super::{call, refusal};
use bytes::Bytes;
use eventsource_stream::{EventStream, EventStreamError, Eventsource};
use futures::StreamExt;
use futures::stream::BoxStream;
use igny8_actors_ports::{
    FailureClass, FinishReason, ModelError, ModelEvent, ModelRequest, ModelStream, Usage,
};
use reqwest::Response;
use secrecy::SecretString;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Text of one answer, in bytes: far above any article, far below what would hurt.
const TEXT_BYTES_MAX: usize = 4 << 20;
/// Bytes that may arrive without completing an event: the parser keeps them in memory.
const EVENT_BYTES_MAX: usize = 1 << 20;
/// A whole answer. Keep-alive comments count as life, so that the idle timeout alone would let a
/// stuck provider hold a task for ever.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30 * 60);
/// For providers that do not count: a rule of thumb.
const BYTES_PER_TOKEN: usize = 4;

type Bounded = BoxStream<'static, Result<Bytes, ModelError>>;

struct Answer {
    events: EventStream<Bounded>,
    /// Bytes since the last whole event.
    unparsed: Arc<AtomicUsize>,
    key: Option<SecretString>,
    sent_bytes: usize,
    is_continuation: bool,
    seam: Seam,
    text_bytes: usize,
    finish: Option<FinishReason>,
    usage: Option<Usage>,
    /// The provider has said all; what the seam held back may still be passed on.
    is_complete: bool,
    is_over: bool,
}

/// Reads an answer whose head has arrived. Ends with `Done` or one error.
pub(super) fn stream(
    response: Response,
    key: Option<SecretString>,
    request: &ModelRequest,
) -> ModelStream {
    let unparsed = Arc::new(AtomicUsize::new(0));
    let bytes = bounded(response, request.idle_timeout, unparsed.clone(), key.clone());
    let answer = Answer {
        events: bytes.eventsource(),
        unparsed,
        key,
        sent_bytes: request.system.len() + request.prompt.len(),
        is_continuation: request.prefix.as_deref().is_some_and(|prefix| !prefix.is_empty()),
        seam: Seam::behind(request.prefix.as_deref()),
        text_bytes: 0,
        finish: None,
        usage: None,
        is_complete: false,
        is_over: false,
    };
    futures::stream::unfold(answer, |mut answer| async move {
        let event = answer.next().await?;
        answer.is_over |= matches!(event, Err(_) | Ok(ModelEvent::Done { .. }));
        Some((event, answer))
    })
    .boxed()
}

/// The response's bytes under the bounds on silence, time and unfinished events.
fn bounded(
    response: Response,
    idle: Duration,
    unparsed: Arc<AtomicUsize>,
    key: Option<SecretString>,
) -> Bounded {
    let until = Instant::now() + ANSWER_TIME_MAX;
    let source = (response.bytes_stream(), unparsed, key);
    futures::stream::unfold(Some(source), move |source| async move {
        let (mut chunks, unparsed, key) = source?;
        let patience = idle.min(until.saturating_duration_since(Instant::now()));
        let failure = match tokio::time::timeout(patience, chunks.next()).await {
            Ok(Some(Ok(chunk))) => {
                let held = unparsed.fetch_add(chunk.len(), Ordering::Relaxed) + chunk.len();
                if held <= EVENT_BYTES_MAX {
                    return Some((Ok(chunk), Some((chunks, unparsed, key))));
                }
                invalid(format!("an event of the stream has more than {EVENT_BYTES_MAX} bytes"))
            }
            Ok(Some(Err(error))) => broken(&refusal::clean(&call::root_cause(error), key.as_ref())),
            Ok(None) => return None,
            Err(_) => call::timed_out(patience),
        };
        Some((Err(failure), None))
    })
    .boxed()
}

impl Answer {
    async fn next(&mut self) -> Option<Result<ModelEvent, ModelError>> {
        while !self.is_over {
            if self.is_complete {
                return Some(self.end());
            }
            let event = self.events.next().await;
            self.unparsed.store(0, Ordering::Relaxed);
            match event {
                Some(Ok(event)) if event.data.trim() == "[DONE]" => {
                    self.finish.get_or_insert(FinishReason::Stop);
                    return Some(self.complete());
                }
                Some(Ok(event)) => match self.take(&event.data) {
                    Ok(Some(text)) => return Some(Ok(ModelEvent::Text(text))),
                    Ok(None) => {}
                    Err(error) => return Some(Err(error)),
                },
                // Once the model has finished, only the count of tokens can be lost.
                Some(Err(_)) | None if self.finish.is_some() => return Some(self.complete()),
                Some(Err(EventStreamError::Transport(error))) => return Some(Err(error)),
                Some(Err(error)) => {
                    return Some(Err(invalid(format!("the stream cannot be read: {error}"))));
                }
                None => return Some(Err(broken("the connection was closed"))),
            }
        }
        None
    }

    /// Takes in one event; gives its text, if it has any.
    fn take(&mut self, data: &str) -> Result<Option<String>, ModelError> {
        let chunk: Chunk = serde_json::from_str(data).map_err(|error| {
            invalid(format!("an event of the stream is not what it should be: {error}"))
        })?;
        if let Some(error) = chunk.error.filter(|error| !error.is_null()) {
            return Err(refusal::from_event(&error, self.key.as_ref()));
        }
        if let Some(usage) = chunk.usage {
            self.usage = Some(usage.into());
        }
        match chunk.choices.into_iter().find(|choice| choice.index == 0) {
            Some(choice) => self.take_choice(choice),
            None => Ok(None),
        }
    }

    fn take_choice(&mut self, choice: Choice) -> Result<Option<String>, ModelError> {
        if let Some(reason) = choice.finish_reason {
            self.finish = Some(match reason.as_str() {
                "length" => FinishReason::Length,
                "content_filter" => FinishReason::ContentFilter,
                _ => FinishReason::Stop,
            });
        }
        if let Some(refused) = choice.delta.refusal.filter(|refused| !refused.is_empty()) {
            let words = refusal::clean(&refused, self.key.as_ref());
            return Err(error(FailureClass::ContentFilter, format!("the model refuses: {words}")));
        }
        let text = choice.delta.content.filter(|text| !text.is_empty());
        self.text_bytes += text.as_ref().map_or(0, String::len);
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(invalid(format!("the answer has more than {TEXT_BYTES_MAX} bytes")));
        }
        Ok(text.map(|text| self.seam.pass(text)).filter(|text| !text.is_empty()))
    }

    /// The last text, if the seam held one back; otherwise the end.
    fn complete(&mut self) -> Result<ModelEvent, ModelError> {
        self.is_complete = true;
        match self.seam.close() {
            text if text.is_empty() => self.end(),
            text => Ok(ModelEvent::Text(text)),
        }
    }

    fn end(&mut self) -> Result<ModelEvent, ModelError> {
        let reason = self.finish.take().unwrap_or(FinishReason::Stop);
        if self.text_bytes == 0 && reason == FinishReason::ContentFilter {
            let message = "the provider's filter refused the request";
            return Err(error(FailureClass::ContentFilter, message.to_owned()));
        }
        if self.text_bytes == 0 && !self.is_continuation {
            return Err(invalid("the answer is empty".to_owned()));
        }
        let tokens = |bytes: usize| bytes.div_ceil(BYTES_PER_TOKEN) as u64;
        let usage = self.usage.unwrap_or_else(|| Usage {
            input_tokens: tokens(self.sent_bytes),
            output_tokens: tokens(self.text_bytes),
            estimated: true,
            ..Usage::default()
        });
        Ok(ModelEvent::Done { reason, usage })
    }
}

fn broken(reason: &str) -> ModelError {
    error(FailureClass::BrokenStream, format!("the answer was cut before its end: {reason}"))
}

fn invalid(message: String) -> ModelError {
    error(FailureClass::InvalidAnswer, message)
}

fn error(class: FailureClass, message: String) -> ModelError {
    ModelError { class, message, retry_after: None }
}
