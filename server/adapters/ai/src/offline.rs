//! The model of the development mode: no key, no network, and the same answer to the same request.
//! It writes English templates, not thoughts: its text shows how the product works, and is not
//! meant to be published.

mod answer;
mod article;
mod brief;
mod draw;
mod fault;
mod phrase;
mod rewrite;
mod speaker;
mod stream;
mod wording;

pub use fault::{Fault, FaultKind};

use brief::Brief;
use draw::Draw;
use igny8_actors_ports::{
    FailureClass, FinishReason, ModelCapabilities, ModelError, ModelProvider, ModelRequest,
    ModelStream, ResponseFormat, Usage,
};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use stream::{End, Script};

/// An article has about 900 words; at this speed people watch it for about 30 s.
pub const WORDS_PER_SECOND_DEFAULT: f32 = 30.0;

/// Letters that count as one token, as a rule of thumb for English.
const BYTES_PER_TOKEN: usize = 4;

/// How many requests with a `once` fault are remembered. When full, all are forgotten: at worst a
/// request fails once more than it was told to.
const FAILED_ONCE_MAX: usize = 10_000;

/// How the offline model behaves.
#[derive(Clone, Debug)]
pub struct OfflineModelOptions {
    /// Speed of the stream; 0 is as fast as possible.
    pub words_per_second: f32,
    /// Failures for every request, the first that applies. Beside them a prompt can ask for one
    /// with a marker such as `[fail:quota]` (see [`Fault::in_text`]), which comes first.
    pub faults: Vec<Fault>,
    /// Whether markers in prompts are obeyed.
    pub markers: bool,
    /// Ideas are as short as they can be and come at once: for measuring what is around the model.
    pub least: bool,
}

impl Default for OfflineModelOptions {
    fn default() -> Self {
        Self {
            words_per_second: WORDS_PER_SECOND_DEFAULT,
            faults: Vec::new(),
            markers: true,
            least: false,
        }
    }
}

/// A deterministic model: the text depends on model, system and prompt, and on nothing else. A
/// request's prefix is not looked at: the whole text is replayed and the caller verifies it.
#[derive(Debug)]
pub struct OfflineModel {
    options: OfflineModelOptions,
    failed_once: Mutex<HashSet<u64>>,
}

impl OfflineModel {
    /// A model with the given behaviour.
    pub fn new(options: OfflineModelOptions) -> Self {
        Self { options, failed_once: Mutex::new(HashSet::new()) }
    }

    fn fault(&self, request: &ModelRequest) -> Option<FaultKind> {
        let marked = if self.options.markers { Fault::in_text(&request.prompt) } else { None };
        let told = marked.into_iter().chain(self.options.faults.iter().copied());
        let mut failed = self.failed_once.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, fault) in told.enumerate() {
            let key = draw::fingerprint(&[
                &request.model,
                &request.system,
                &request.prompt,
                &index.to_string(),
            ]);
            if fault.once && failed.len() >= FAILED_ONCE_MAX {
                failed.clear();
            }
            if !fault.once || failed.insert(key) {
                return Some(fault.kind);
            }
        }
        None
    }
}

#[async_trait::async_trait]
impl ModelProvider for OfflineModel {
    fn capabilities(&self, _model: &str) -> ModelCapabilities {
        ModelCapabilities { deterministic: true, continuation: false, json_schema: true }
    }

    async fn generate(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        let fault = self.fault(&request);
        if let Some(kind) = fault.filter(|kind| kind.error_comes_before_the_stream()) {
            return Err(kind.error());
        }
        if self.options.least
            && fault.is_none()
            && let ResponseFormat::Json { name: "ideas", schema } = &request.format
        {
            let asked = [&*request.model, &request.system, &request.prompt];
            let text = answer::least_idea(schema, draw::fingerprint(&asked));
            let end = End::Done { reason: FinishReason::Stop, usage: usage(&request, &text) };
            return Ok(stream::at_once(text, end));
        }
        let script = script(&request, fault)?;
        Ok(stream::play(script, self.options.words_per_second, request.idle_timeout))
    }
}

/// The whole answer and its end, cut as the failure says.
fn script(request: &ModelRequest, fault: Option<FaultKind>) -> Result<Script, ModelError> {
    let mut text = answer_text(request)?;
    let mut reason = FinishReason::Stop;
    let bytes_max = (request.output_tokens_max as usize).saturating_mul(BYTES_PER_TOKEN);
    if text.len() > bytes_max {
        text.truncate(text.floor_char_boundary(bytes_max));
        reason = FinishReason::Length;
    }
    let cut =
        |text: &mut String, part: usize| text.truncate(text.floor_char_boundary(text.len() / part));
    let failure = match fault {
        Some(kind @ FaultKind::BrokenStream) => {
            cut(&mut text, 2);
            Some(End::Failed(kind.error()))
        }
        Some(FaultKind::InvalidAnswer) if matches!(request.format, ResponseFormat::Json { .. }) => {
            cut(&mut text, 2);
            None
        }
        Some(kind @ FaultKind::InvalidAnswer) => {
            cut(&mut text, 4);
            Some(End::Failed(kind.error()))
        }
        Some(kind @ FaultKind::Timeout) => {
            text.clear();
            Some(End::Stalled(kind.error()))
        }
        _ => None,
    };
    let usage = usage(request, &text);
    Ok(Script { end: failure.unwrap_or(End::Done { reason, usage }), text })
}

fn usage(request: &ModelRequest, text: &str) -> Usage {
    Usage {
        input_tokens: tokens(request.system.len() + request.prompt.len()),
        output_tokens: tokens(text.len()),
        ..Usage::default()
    }
}

fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(BYTES_PER_TOKEN) as u64
}

fn answer_text(request: &ModelRequest) -> Result<String, ModelError> {
    let brief = Brief::read(&request.prompt);
    let draw = Draw::new(&[&request.model, &request.system, &request.prompt]);
    match &request.format {
        ResponseFormat::Markdown => Ok(article::compose(&brief, draw)),
        ResponseFormat::Json { name: "rewrite", .. } => {
            Ok(rewrite::rewrite(&request.prompt, draw).to_string())
        }
        ResponseFormat::Json { name, schema } => answer::json(name, schema, &brief, draw)
            .map(|value| value.to_string())
            .ok_or_else(|| ModelError {
                class: FailureClass::InvalidRequest,
                message: format!("the offline model cannot make an answer for the schema {name:?}"),
                retry_after: None,
            }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::StreamExt;
    use igny8_actors_ports::ModelEvent;
    use std::time::Duration;

    fn request(prompt: &str) -> ModelRequest {
        ModelRequest {
            model: "offline".to_owned(),
            system: "Write.".to_owned(),
            prompt: format!("Task: article\nTitle: {prompt}"),
            prefix: None,
            output_tokens_max: 8192,
            format: ResponseFormat::Markdown,
            idempotency_key: "site/1/0".to_owned(),
            idle_timeout: Duration::from_secs(60),
        }
    }

    fn model() -> OfflineModel {
        OfflineModel::new(OfflineModelOptions { words_per_second: 0.0, ..Default::default() })
    }

    /// The text, and how it ended.
    async fn answer(
        model: &OfflineModel,
        request: ModelRequest,
    ) -> (String, Result<FinishReason, ModelError>) {
        let mut stream = match model.generate(request).await {
            Ok(stream) => stream,
            Err(error) => return (String::new(), Err(error)),
        };
        let mut text = String::new();
        while let Some(event) = stream.next().await {
            match event {
                Ok(ModelEvent::Text(piece)) => {
                    assert!(!piece.is_empty(), "a piece has text");
                    text.push_str(&piece);
                }
                Ok(ModelEvent::Limits(_)) => {}
                Ok(ModelEvent::Done { reason, .. }) => {
                    assert!(stream.next().await.is_none(), "nothing follows the end");
                    return (text, Ok(reason));
                }
                Err(error) => return (text, Err(error)),
            }
        }
        panic!("the stream ended without an end");
    }

    #[tokio::test]
    async fn r9_replay_gives_the_same_text_whatever_prefix_and_key() {
        let (text, end) = answer(&model(), request("Tea")).await;
        assert_eq!(end, Ok(FinishReason::Stop));
        let mut again = request("Tea");
        again.prefix = Some(text[..100].to_owned());
        again.idempotency_key = "other".to_owned();
        assert_eq!(answer(&model(), again).await.0, text);
        assert_ne!(answer(&model(), request("Coffee")).await.0, text);
    }

    #[tokio::test]
    async fn pieces_of_other_scripts_are_whole_letters() {
        let (text, _) = answer(&model(), request("緑茶\nKeywords: 緑茶; grüner Tee")).await;
        assert!(text.contains("緑茶") && text.contains("grüner Tee"));
    }

    #[tokio::test]
    async fn speed_does_not_change_the_text() {
        let options = OfflineModelOptions { words_per_second: 1e6, ..Default::default() };
        let fast = answer(&OfflineModel::new(options), request("Tea")).await;
        assert_eq!(fast, answer(&model(), request("Tea")).await);
    }

    #[tokio::test]
    async fn each_named_failure_ends_in_its_class() {
        let cases = [
            ("timeout", FailureClass::Timeout),
            ("rate_limited:2", FailureClass::RateLimited),
            ("quota", FailureClass::Quota),
            ("unauthorized", FailureClass::Unauthorized),
            ("broken_stream", FailureClass::BrokenStream),
            ("invalid_answer", FailureClass::InvalidAnswer),
            ("server", FailureClass::Unavailable),
            ("context_length", FailureClass::ContextLength),
            ("content_filter", FailureClass::ContentFilter),
        ];
        for (name, class) in cases {
            let (_, end) = answer(&model(), request(&format!("Tea [fail:{name}]"))).await;
            let error = end.unwrap_err();
            assert_eq!(error.class, class, "{name}");
            let waits = (name == "rate_limited:2").then(|| Duration::from_secs(2));
            assert_eq!(error.retry_after, waits);
        }
    }

    #[tokio::test]
    async fn broken_stream_has_half_of_the_text() {
        let (whole, _) = answer(&model(), request("Tea [fail:nothing]")).await;
        let (half, end) = answer(&model(), request("Tea [fail:broken_stream]")).await;
        assert_eq!(end.unwrap_err().class, FailureClass::BrokenStream);
        assert!(half.len() > whole.len() / 4 && !half.is_empty());
    }

    #[tokio::test]
    async fn failure_marked_once_fails_the_first_attempt_at_each_request_only() {
        let model = model();
        for title in ["Tea [fail:server:once]", "Milk [fail:server:once]"] {
            assert!(answer(&model, request(title)).await.1.is_err(), "{title}");
            assert!(answer(&model, request(title)).await.1.is_ok(), "{title}");
        }
    }

    #[tokio::test]
    async fn failures_come_from_options_too_and_markers_can_be_ignored() {
        let faults = vec![Fault { kind: FaultKind::Quota, once: false }];
        let options = OfflineModelOptions {
            words_per_second: 0.0,
            faults,
            markers: true,
            ..Default::default()
        };
        let (_, end) = answer(&OfflineModel::new(options), request("Tea")).await;
        assert_eq!(end.unwrap_err().class, FailureClass::Quota);
        let options =
            OfflineModelOptions { words_per_second: 0.0, markers: false, ..Default::default() };
        assert!(answer(&OfflineModel::new(options), request("Tea [fail:quota]")).await.1.is_ok());
    }

    #[tokio::test]
    async fn invalid_answer_to_a_schema_is_text_that_is_not_json() {
        let mut asked = request("Tea [fail:invalid_answer]");
        asked.format = ResponseFormat::Json { name: "ideas", schema: Default::default() };
        let (text, end) = answer(&model(), asked).await;
        assert_eq!(end, Ok(FinishReason::Stop));
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_err(), "{text}");
    }

    #[tokio::test]
    async fn least_ideas_are_one_each_and_differ_by_request() {
        let options =
            OfflineModelOptions { words_per_second: 0.0, least: true, ..Default::default() };
        let model = OfflineModel::new(options);
        let mut titles = std::collections::BTreeSet::new();
        for prompt in ["Tea", "Tea", "Coffee"] {
            let mut asked = request(prompt);
            let schema = serde_json::json!({"properties": {"intent": {"enum": ["known"]}}});
            asked.format = ResponseFormat::Json { name: "ideas", schema: schema.into() };
            let (text, end) = answer(&model, asked).await;
            assert_eq!(end, Ok(FinishReason::Stop));
            let idea = &serde_json::from_str::<serde_json::Value>(&text).unwrap()["ideas"][0];
            assert_eq!(idea["intent"], "known");
            titles.insert(idea["title"].to_string());
        }
        assert_eq!(titles.len(), 2, "the same request has the same answer, another another");
    }

    #[tokio::test]
    async fn answer_stops_at_the_bound_on_tokens() {
        let mut asked = request("Tea");
        asked.output_tokens_max = 10;
        let (text, end) = answer(&model(), asked).await;
        assert_eq!(end, Ok(FinishReason::Length));
        assert!(text.len() <= 40);
    }
}
