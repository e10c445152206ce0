//! Models that write, and fail in every named way.

use super::gate::{Gate, Pulse};
use super::text;
use crate::chance::fold;
use crate::plan::ModelFault;
use crate::witness::Witness;
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use igny8_actors_domain::tenant::AiModelSettings;
use igny8_actors_ports::{
    FailureClass, FinishReason, GeneratedImage, ImageError, ImageProvider, ImageRequest,
    ModelCapabilities, ModelError, ModelEvent, ModelProvider, ModelRequest, ModelStream,
    ResponseFormat, SealError, Usage,
};
use igny8_actors_runtime::{ModelChoice, ModelSource};
use igny8_protocol_ids::TenantId;
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a piece: an article has about ten.
const PIECE_BYTES: usize = 40;

/// What the model has written: the prompt, and the whole text as its reader must have it.
#[derive(Default)]
pub(crate) struct ModelLog(Mutex<Vec<Written>>);

/// One answer of the model.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) prompt: String,
    /// The prefix that was handed in, and what was answered.
    pub(crate) text: String,
    /// True if its end was delivered.
    pub(crate) finished: bool,
}

impl ModelLog {
    /// All answers to prompts with this in it.
    pub(crate) fn about(&self, nonce: &str) -> Vec<Written> {
        self.0.lock().iter().filter(|written| written.prompt.contains(nonce)).cloned().collect()
    }
    fn begin(&self, prompt: &str, text: String) -> usize {
        let mut log = self.0.lock();
        log.push(Written { prompt: prompt.to_owned(), text, finished: false });
        log.len() - 1
    }
    fn finish(&self, place: usize) {
        self.0.lock()[place].finished = true;
    }
}

/// The model as a node has it.
pub(super) struct FakeModel {
    pub(super) gate: Arc<Gate>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) witness: Arc<Witness>,
    pub(super) log: Arc<ModelLog>,
    pub(super) is_deterministic: bool,
}

/// The only model there is.
pub(super) struct OneModel(pub(super) Arc<FakeModel>);

#[async_trait::async_trait]
impl ModelSource for OneModel {
    async fn text(&self, _: TenantId, _: &AiModelSettings) -> Result<ModelChoice, SealError> {
        Ok(ModelChoice { provider: self.0.clone(), model: "simulated".to_owned() })
    }
}

fn error(class: FailureClass, retry_after: Option<Duration>) -> ModelError {
    ModelError { class, message: format!("The plan says {class:?}."), retry_after }
}

/// The error with which a call ends at once.
fn refusal(fault: ModelFault) -> Option<ModelError> {
    use FailureClass as C;
    use ModelFault as M;
    Some(match fault {
        M::Timeout => error(C::Timeout, None),
        M::RateLimitedUntil => error(C::RateLimited, Some(Duration::from_secs(45))),
        M::RateLimited => error(C::RateLimited, None),
        M::Quota => error(C::Quota, None),
        M::Unauthorized => error(C::Unauthorized, None),
        M::ContextLength => error(C::ContextLength, None),
        M::Filtered => error(C::ContentFilter, None),
        M::Unavailable => error(C::Unavailable, None),
        M::FilteredLate | M::Cut | M::Broken | M::Invalid | M::Slow => return None,
    })
}

impl FakeModel {
    /// The whole text that the reader must have in the end; refuses a prefix that nobody wrote.
    fn whole(&self, request: &ModelRequest) -> String {
        let seed = fold(request.prompt.as_bytes());
        match &request.format {
            ResponseFormat::Markdown => {
                let Some(prefix) = &request.prefix else {
                    let attempt = if self.is_deterministic { 0 } else { self.gate.below(1 << 30) };
                    return text::article(seed ^ attempt);
                };
                let log = self.log.0.lock();
                // Whatever it was asked then: the voice may have changed since.
                let known = log.iter().rfind(|written| written.text.starts_with(prefix.as_str()));
                match known {
                    Some(written) => written.text.clone(),
                    None => {
                        let what = format!("the model never wrote the prefix {prefix:?}");
                        self.witness.violation("r9_run_text_is_the_model_s", what);
                        prefix.clone()
                    }
                }
            }
            ResponseFormat::Json { name: "cluster_names", .. } => text::cluster_names(),
            ResponseFormat::Json { name: "ideas", .. } => {
                text::ideas(seed ^ self.gate.below(1 << 40))
            }
            ResponseFormat::Json { name: "rewrite", .. } => text::rewrite(&request.prompt),
            ResponseFormat::Json { .. } => text::image_prompt(),
        }
    }
}

#[async_trait::async_trait]
impl ModelProvider for FakeModel {
    fn capabilities(&self, _: &str) -> ModelCapabilities {
        ModelCapabilities {
            deterministic: self.is_deterministic,
            continuation: !self.is_deterministic,
            json_schema: true,
        }
    }

    async fn generate(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        self.witness.called(&request.idempotency_key);
        let pass = self.gate.model(&self.pulse).await;
        self.gate.leave(&self.pulse, &pass).await;
        if let Some(error) = pass.fault.and_then(refusal) {
            if error.class == FailureClass::Timeout {
                tokio::time::sleep(request.idle_timeout).await;
                self.pulse.alive().await;
            }
            return Err(error);
        }
        let whole = match pass.fault {
            Some(ModelFault::Invalid) if request.format == ResponseFormat::Markdown => {
                request.prefix.clone().unwrap_or_default()
            }
            Some(ModelFault::Invalid) => "Sure! Here it is".to_owned(),
            _ => self.whole(&request),
        };
        let place = self.log.begin(&request.prompt, whole.clone());
        let skipped = request.prefix.as_ref().map_or(0, String::len);
        Ok(self.pour(whole[skipped..].to_owned(), pass.fault, place))
    }
}

impl FakeModel {
    fn pour(&self, text: String, fault: Option<ModelFault>, place: usize) -> ModelStream {
        let mut events: Vec<Result<ModelEvent, ModelError>> = text
            .as_bytes()
            .chunks(PIECE_BYTES)
            .map(|piece| Ok(ModelEvent::Text(String::from_utf8_lossy(piece).into_owned())))
            .collect();
        let done = |reason| Ok(ModelEvent::Done { reason, usage: Usage::default() });
        match fault {
            Some(ModelFault::Cut) => events.truncate(events.len() / 2),
            Some(ModelFault::Broken) => {
                events.truncate(events.len() / 2);
                events.push(Err(error(FailureClass::BrokenStream, None)));
            }
            Some(ModelFault::FilteredLate) => {
                events.truncate(events.len() / 2);
                events.push(done(FinishReason::ContentFilter));
            }
            _ => events.push(done(FinishReason::Stop)),
        }
        let pause = match fault {
            Some(ModelFault::Slow) => Duration::from_secs(4),
            _ => Duration::from_millis(20 + self.gate.below(60)),
        };
        let (pulse, log) = (self.pulse.clone(), self.log.clone());
        stream::iter(events)
            .then(move |event| {
                let (pulse, log) = (pulse.clone(), log.clone());
                async move {
                    tokio::time::sleep(pause).await;
                    pulse.alive().await;
                    if matches!(event, Ok(ModelEvent::Done { reason: FinishReason::Stop, .. })) {
                        log.finish(place);
                    }
                    event
                }
            })
            .boxed()
    }
}

/// Images: some bytes that follow from the prompt.
pub(super) struct FakeImages {
    pub(super) gate: Arc<Gate>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) witness: Arc<Witness>,
}

#[async_trait::async_trait]
impl ImageProvider for FakeImages {
    fn name(&self) -> &str {
        "simulated pictures"
    }

    async fn generate(&self, request: ImageRequest) -> Result<GeneratedImage, ImageError> {
        self.witness.called(&request.idempotency_key);
        let pass = self.gate.image(&self.pulse).await;
        self.gate.leave(&self.pulse, &pass).await;
        if let Some(ModelError { class, message, retry_after }) = pass.fault.and_then(refusal) {
            return Err(ImageError { class, message, retry_after });
        }
        Ok(GeneratedImage {
            bytes: Bytes::from(request.idempotency_key),
            media_type: "image/png".to_owned(),
            width: request.width,
            height: request.height,
            usage: Default::default(),
        })
    }
}
