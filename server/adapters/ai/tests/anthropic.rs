//! The Anthropic adapter against a server that speaks the published protocol.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]

#[path = "../../http/tests/support/mod.rs"]
mod support;

use futures::StreamExt;
use igny8_actors_ports::{
    FailureClass, FinishReason, ModelError, ModelEvent, ModelProvider, ModelRequest,
    ResponseFormat, Usage,
};
use igny8_server_adapters_ai::{Anthropic, AnthropicConfig, Reach, StructuredAnswers};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Heard, Mood, Server, recorded, stream_head};

const KEY: &str = "sk-test-KEY";

/// An answer of `exchange/anthropic.http`.
fn exchange(name: &str) -> Vec<u8> {
    let mut all = recorded(include_str!("exchange/anthropic.http"));
    all.remove(name).expect("the answer is in the file")
}

fn config() -> AnthropicConfig {
    AnthropicConfig {
        base_url: String::new(),
        key: Some(KEY.to_owned().into()),
        model: "m-default".to_owned(),
        structured: StructuredAnswers::OutputConfig,
        prefill: false,
    }
}

fn request() -> ModelRequest {
    ModelRequest {
        model: "m-1".to_owned(),
        system: "Write well.".to_owned(),
        prompt: "Title: Tea".to_owned(),
        prefix: None,
        output_tokens_max: 2000,
        format: ResponseFormat::Markdown,
        idempotency_key: "site/7/0".to_owned(),
        idle_timeout: Duration::from_secs(30),
    }
}

fn ideas() -> (Value, ResponseFormat) {
    let schema = json!({"type": "object", "additionalProperties": false, "required": ["a"],
        "properties": {"a": {"type": "string"}}});
    (schema.clone(), ResponseFormat::Json { name: "ideas", schema: schema.into() })
}

type Outcome = (String, Result<(FinishReason, Usage), ModelError>);

async fn ask(url: &str, config: AnthropicConfig, request: ModelRequest) -> Outcome {
    let config = AnthropicConfig { base_url: format!("{url}/v1"), ..config };
    let provider = Anthropic::new(config, &Reach::Anywhere).unwrap();
    let mut text = String::new();
    let mut stream = match provider.generate(request).await {
        Ok(stream) => stream,
        Err(error) => return (text, Err(error)),
    };
    loop {
        match stream.next().await.expect("a stream ends with an end or an error") {
            Ok(ModelEvent::Text(piece)) => text.push_str(&piece),
            Ok(ModelEvent::Limits(_)) => {}
            Ok(ModelEvent::Done { reason, usage }) => {
                assert!(stream.next().await.is_none(), "nothing follows the end");
                return (text, Ok((reason, usage)));
            }
            Err(error) => {
                assert!(stream.next().await.is_none(), "nothing follows an error");
                return (text, Err(error));
            }
        }
    }
}

async fn replay(name: &str) -> Outcome {
    let server = Server::start(vec![Mood::Say(exchange(name))]).await;
    ask(&server.url, config(), request()).await
}

/// What arrives at the server.
async fn sent(config: AnthropicConfig, request: ModelRequest) -> Heard {
    let server = Server::start(vec![Mood::Say(exchange("article"))]).await;
    let _ = ask(&server.url, config, request).await;
    server.heard_once().await
}

#[tokio::test]
async fn answer_is_streamed_without_its_thinking_and_with_its_usage() {
    let (text, end) = replay("article").await;
    assert_eq!(text, "## Tea\n\nGrün – 茶.");
    let usage = Usage {
        input_tokens: 100,
        output_tokens: 30,
        cached_tokens: 70,
        thinking_tokens: 20,
        cache_write_tokens: 5,
        ..Usage::default()
    };
    assert_eq!(end, Ok((FinishReason::Stop, usage)));
}

#[tokio::test]
async fn limits_of_the_provider_come_before_the_text() {
    let server = Server::start(vec![Mood::Say(exchange("article"))]).await;
    let config = AnthropicConfig { base_url: format!("{}/v1", server.url), ..config() };
    let provider = Anthropic::new(config, &Reach::Anywhere).unwrap();
    let first = provider.generate(request()).await.unwrap().next().await.unwrap();
    let Ok(ModelEvent::Limits(limits)) = first else { panic!("{first:?}") };
    assert_eq!((limits.requests.limit, limits.requests.remaining), (Some(50), Some(49)));
    assert_eq!(limits.requests.reset, Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn answer_is_the_same_however_the_network_cuts_it() {
    let bytes = exchange("article");
    let drip = std::iter::once(Mood::Drip(bytes.clone()));
    for mood in drip.chain((0..40).map(|seed| Mood::Pieces(bytes.clone(), seed))) {
        let server = Server::start(vec![mood.clone()]).await;
        let (text, end) = ask(&server.url, config(), request()).await;
        assert_eq!(text, "## Tea\n\nGrün – 茶.", "{mood:?}");
        assert_eq!(end.unwrap().1.thinking_tokens, 20);
    }
}

#[tokio::test]
async fn thinking_that_is_not_counted_is_estimated_and_a_lost_end_loses_nothing() {
    let (text, end) = replay("thinking_uncounted").await;
    let (reason, usage) = end.unwrap();
    assert_eq!((text.as_str(), reason), ("Tea", FinishReason::Length));
    assert_eq!((usage.thinking_tokens, usage.output_tokens), (4, 2));
}

#[tokio::test]
async fn answers_that_end_early_say_why() {
    for (name, reason) in
        [("context_filled", FinishReason::Length), ("refused_later", FinishReason::ContentFilter)]
    {
        let (text, end) = replay(name).await;
        assert_eq!((text.as_str(), end.unwrap().0), ("Half", reason), "{name}");
    }
}

#[tokio::test]
async fn each_failure_ends_in_its_class() {
    let cases = [
        ("rate_limited", FailureClass::RateLimited, Some(14), "rate limit of 50 requests"),
        ("overloaded", FailureClass::Unavailable, None, "(529): Overloaded"),
        ("overloaded_in_stream", FailureClass::Unavailable, None, "Overloaded"),
        ("unauthorized", FailureClass::Unauthorized, None, "invalid x-api-key [key]"),
        ("billing", FailureClass::Quota, None, "payment information"),
        ("credit_400", FailureClass::Quota, None, "credit balance is too low"),
        ("spend_limit_400", FailureClass::Quota, None, "regain access on 2026-12-01"),
        ("too_long", FailureClass::ContextLength, None, "210000 tokens"),
        ("too_large", FailureClass::ContextLength, None, "maximum size"),
        ("unknown_model", FailureClass::InvalidRequest, None, "model: m-9"),
        ("no_prefill", FailureClass::InvalidRequest, None, "prefill"),
        ("refused", FailureClass::ContentFilter, None, "This could do harm, [key]"),
        ("cut", FailureClass::BrokenStream, None, "cut before its end"),
        ("empty", FailureClass::InvalidAnswer, None, "empty"),
        ("thought_too_long", FailureClass::InvalidAnswer, None, "thinks too long"),
        ("malformed", FailureClass::InvalidAnswer, None, "not what it should be"),
    ];
    for (name, class, seconds, words) in cases {
        let error = replay(name).await.1.expect_err(name);
        assert_eq!(error.class, class, "{name}: {error}");
        assert_eq!(error.retry_after, seconds.map(Duration::from_secs), "{name}");
        assert!(error.message.contains(words), "{name}: {error}");
        assert!(!format!("{error:?}").contains(KEY), "{name}: {error:?}");
    }
    assert_eq!(replay("cut").await.0, "Half of");
}

#[tokio::test]
async fn request_has_the_published_shape() {
    let heard = sent(config(), request()).await;
    assert_eq!(heard.line, "POST /v1/messages HTTP/1.1");
    for (name, value) in [
        ("x-api-key", KEY),
        ("anthropic-version", "2023-06-01"),
        ("content-type", "application/json"),
    ] {
        assert_eq!(heard.headers[name], value);
    }
    assert!(!heard.headers.contains_key("authorization"));
    let expected = json!({
        "model": "m-1",
        "max_tokens": 2000,
        "stream": true,
        "system": "Write well.",
        "messages": [{"role": "user", "content": "Title: Tea"}],
    });
    assert_eq!(heard.json(), expected);
}

#[tokio::test]
async fn structured_answers_are_asked_for_by_schema_by_tool_or_in_words() {
    let (schema, format) = ideas();
    let asked = ModelRequest { format, model: String::new(), ..request() };
    let body = sent(config(), asked.clone()).await.json();
    assert_eq!(body["model"], "m-default");
    let wanted = json!({"format": {"type": "json_schema", "schema": schema}});
    assert_eq!(body["output_config"], wanted);

    let tool = AnthropicConfig { structured: StructuredAnswers::ForcedTool, ..config() };
    let body = sent(tool, asked.clone()).await.json();
    assert_eq!(body["tools"][0]["name"], "ideas");
    assert_eq!(body["tools"][0]["input_schema"], schema);
    assert_eq!(body["tool_choice"], json!({"type": "tool", "name": "ideas"}));
    assert!(body.get("output_config").is_none());

    let words = AnthropicConfig { structured: StructuredAnswers::Words, ..config() };
    let body = sent(words, asked.clone()).await.json();
    assert!(body["system"].as_str().unwrap().contains(&schema.to_string()), "{body}");
    assert!(body.get("output_config").is_none() && body.get("tools").is_none());

    // A schema that leaves objects open would be refused.
    let open = ResponseFormat::Json { name: "open", schema: json!({"type": "object"}).into() };
    let body = sent(config(), ModelRequest { format: open, ..asked }).await.json();
    assert!(body.get("output_config").is_none());
    assert!(body["system"].as_str().unwrap().contains("{\"type\":\"object\"}"));
}

#[tokio::test]
async fn input_of_the_forced_tool_is_the_answer() {
    let server = Server::start(vec![Mood::Pieces(exchange("tool"), 5)]).await;
    let tool = AnthropicConfig { structured: StructuredAnswers::ForcedTool, ..config() };
    let (text, end) = ask(&server.url, tool, ModelRequest { format: ideas().1, ..request() }).await;
    assert_eq!(text, "{\"a\": \"tea\"}");
    assert_eq!(end.unwrap().0, FinishReason::Stop);
}

#[tokio::test]
async fn r9_second_attempt_continues_the_text_of_the_lost_one() {
    let lost = ModelRequest { prefix: Some("## Tea\n\nGrün \n".to_owned()), ..request() };
    let body = sent(config(), lost.clone()).await.json();
    let roles: Vec<&str> =
        body["messages"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);

    // Where the model takes its own begun answer, that is the last message, without white space
    // at its end; what the model says again of it is not passed on.
    let prefill = AnthropicConfig { prefill: true, ..config() };
    let body = sent(prefill.clone(), lost.clone()).await.json();
    assert_eq!(body["messages"][1], json!({"role": "assistant", "content": "## Tea\n\nGrün"}));
    assert_eq!(body["messages"].as_array().unwrap().len(), 2);

    let event = |text: &str| {
        let delta = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
        format!("event: content_block_delta\ndata: {delta}\n\n")
    };
    let end = "data: {\"type\":\"message_stop\"}\n\n";
    let answer = format!("{}{}{end}", event(" "), event("\nand wait."));
    let server =
        Server::start(vec![Mood::Say([stream_head(), answer.into_bytes()].concat())]).await;
    assert_eq!(ask(&server.url, prefill, lost).await.0, "and wait.");
}

#[tokio::test]
async fn r9_structured_answer_that_was_lost_is_continued_as_text() {
    let lost = ModelRequest { prefix: Some("{\"a\":".to_owned()), format: ideas().1, ..request() };
    let body = sent(config(), lost).await.json();
    assert!(body.get("output_config").is_none());
    assert!(body["system"].as_str().unwrap().contains("JSON"));
}
