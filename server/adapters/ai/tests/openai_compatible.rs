//! The OpenAI-compatible adapter against a server that speaks the published protocol. The
//! exchanges in `exchange/` are written by us from the published shapes.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]

#[path = "../../http/tests/support/mod.rs"]
mod support;

use futures::StreamExt;
use igny8_actors_ports::{
    FailureClass, FinishReason, ModelError, ModelEvent, ModelProvider, ModelRequest,
    ResponseFormat, Usage,
};
use igny8_server_adapters_ai::{OpenAiCompatible, OpenAiConfig, Reach, TokenLimitField};
use std::time::Duration;
use support::{Mood, Server, recorded, stream_head};

const KEY: &str = "sk-test-KEY";

/// An answer of `exchange/openai.http`.
fn exchange(name: &str) -> Vec<u8> {
    let mut all = recorded(include_str!("exchange/openai.http"));
    all.remove(name).expect("the answer is in the file")
}

fn config(base_url: &str) -> OpenAiConfig {
    OpenAiConfig {
        base_url: base_url.to_owned(),
        key: Some(KEY.to_owned().into()),
        model: "m-default".to_owned(),
        organization: Some("org-1".to_owned()),
        json_schema: true,
        token_limit_field: TokenLimitField::default(),
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

type Outcome = (String, Result<(FinishReason, Usage), ModelError>);

async fn ask(base_url: &str, request: ModelRequest) -> Outcome {
    let provider = OpenAiCompatible::new(config(base_url), &Reach::Anywhere).unwrap();
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
    ask(&server.url, request()).await
}

#[tokio::test]
async fn answer_is_streamed_with_its_usage() {
    let (text, end) = replay("article").await;
    assert_eq!(text, "## Tea\n\nGrün – 茶.");
    let usage = Usage {
        input_tokens: 120,
        output_tokens: 30,
        cached_tokens: 64,
        thinking_tokens: 20,
        ..Usage::default()
    };
    assert_eq!(end, Ok((FinishReason::Stop, usage)));
}

#[tokio::test]
async fn limits_of_the_provider_come_before_the_text() {
    let server = Server::start(vec![Mood::Say(exchange("article"))]).await;
    let provider = OpenAiCompatible::new(config(&server.url), &Reach::Anywhere).unwrap();
    let first = provider.generate(request()).await.unwrap().next().await.unwrap();
    let Ok(ModelEvent::Limits(limits)) = first else { panic!("{first:?}") };
    assert_eq!((limits.requests.limit, limits.requests.remaining), (Some(60), Some(59)));
    assert_eq!(limits.tokens.reset, Some(Duration::from_secs(360)));
}

#[tokio::test]
async fn gateway_tells_what_it_bills() {
    let (text, end) = replay("gateway").await;
    let usage = end.unwrap().1;
    assert_eq!((text.as_str(), usage.cost_micros), ("Tea", Some(1_300)));
    assert_eq!((usage.cache_write_tokens, usage.estimated), (8, false));
}

#[tokio::test]
async fn answer_is_the_same_however_the_network_cuts_it() {
    let bytes = exchange("article");
    let drip = std::iter::once(Mood::Drip(bytes.clone()));
    for mood in drip.chain((0..40).map(|seed| Mood::Pieces(bytes.clone(), seed))) {
        let server = Server::start(vec![mood.clone()]).await;
        let (text, end) = ask(&server.url, request()).await;
        assert_eq!(text, "## Tea\n\nGrün – 茶.", "{mood:?}");
        assert_eq!(end.unwrap().1.thinking_tokens, 20);
    }
}

#[tokio::test]
async fn answer_without_usage_and_end_mark_is_counted_by_us() {
    let (text, end) = replay("length").await;
    let (reason, usage) = end.unwrap();
    assert_eq!((text.as_str(), reason), ("12345678", FinishReason::Length));
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.estimated), (6, 2, true));
}

#[tokio::test]
async fn each_failure_ends_in_its_class() {
    let cases = [
        ("rate_limited", FailureClass::RateLimited, Some(7)),
        ("quota_429", FailureClass::Quota, None),
        ("quota_400", FailureClass::Quota, None),
        ("quota_402", FailureClass::Quota, None),
        ("unauthorized", FailureClass::Unauthorized, None),
        ("context_length", FailureClass::ContextLength, None),
        ("unknown_model", FailureClass::InvalidRequest, None),
        ("unavailable", FailureClass::Unavailable, Some(30)),
        ("redirect", FailureClass::InvalidRequest, None),
        ("not_a_stream", FailureClass::InvalidAnswer, None),
        ("error_with_200", FailureClass::Unavailable, None),
        ("cut", FailureClass::BrokenStream, None),
        ("cut_short_of_length", FailureClass::BrokenStream, None),
        ("malformed", FailureClass::InvalidAnswer, None),
        ("empty", FailureClass::InvalidAnswer, None),
        ("filtered", FailureClass::ContentFilter, None),
        ("refused", FailureClass::ContentFilter, None),
        ("error_in_stream", FailureClass::Unavailable, None),
        ("gateway_failed", FailureClass::Unavailable, None),
    ];
    for (name, class, seconds) in cases {
        let error = replay(name).await.1.expect_err(name);
        assert_eq!(error.class, class, "{name}: {error}");
        assert_eq!(error.retry_after, seconds.map(Duration::from_secs), "{name}");
    }
}

#[tokio::test]
async fn text_before_a_cut_is_delivered() {
    assert_eq!(replay("cut").await.0, "Half of");
    assert_eq!(replay("cut_short_of_length").await.0, "Half of");
}

#[tokio::test]
async fn no_error_shows_the_key() {
    let names = ["unauthorized", "quota_429", "cut", "malformed", "unavailable"];
    for name in names {
        let error = replay(name).await.1.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(KEY), "{name}: {error:?}");
    }
    let error = replay("unauthorized").await.1.unwrap_err();
    assert!(error.message.contains("[key]"), "{}", error.message);
}

#[tokio::test]
async fn server_that_is_not_there_is_unavailable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = ask(&url, request()).await.1.unwrap_err();
    assert_eq!(error.class, FailureClass::Unavailable);
    assert!(error.message.contains("refused"), "{}", error.message);
}

#[tokio::test]
async fn dropped_stream_hangs_up() {
    let server = Server::start(vec![Mood::Hang(exchange("cut"))]).await;
    let provider = OpenAiCompatible::new(config(&server.url), &Reach::Anywhere).unwrap();
    let mut stream = provider.generate(request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    // The server ends only when its socket is closed by us; a hung test is the failure.
    server.heard_once().await;
}

/// What arrives at the server: its head as one text in small letters, and its body.
async fn sent(config: OpenAiConfig, request: ModelRequest) -> (String, serde_json::Value) {
    let server = Server::start(vec![Mood::Say(exchange("article"))]).await;
    let config = OpenAiConfig { base_url: format!("{}/v1", server.url), ..config };
    let provider = OpenAiCompatible::new(config, &Reach::Anywhere).unwrap();
    let mut stream = provider.generate(request).await.unwrap();
    while stream.next().await.is_some() {}
    let heard = server.heard_once().await;
    let headers = heard.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    let head = format!("{}\n{}", heard.line, headers.collect::<String>()).to_lowercase();
    (head, heard.json())
}

#[tokio::test]
async fn request_has_the_published_shape() {
    let schema = serde_json::json!({"type": "object", "additionalProperties": false, "required": ["a"],
        "properties": {"a": {"type": "string"}}});
    let format = ResponseFormat::Json { name: "ideas", schema: schema.clone().into() };
    let (head, body) = sent(config(""), ModelRequest { format, ..request() }).await;
    assert!(head.starts_with("post /v1/chat/completions "), "{head}");
    for header in [
        "authorization: bearer sk-test-key",
        "openai-organization: org-1",
        "idempotency-key: site/7/0",
    ] {
        assert!(head.contains(header), "{header} is missing in {head}");
    }
    let expected = serde_json::json!({
        "model": "m-1",
        "messages": [
            {"role": "system", "content": "Write well."},
            {"role": "user", "content": "Title: Tea"},
        ],
        "stream": true,
        "stream_options": {"include_usage": true},
        "max_completion_tokens": 2000,
        "response_format": {"type": "json_schema",
            "json_schema": {"name": "ideas", "schema": schema, "strict": true}},
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn older_servers_get_the_schema_in_words_and_the_older_field() {
    let older = OpenAiConfig {
        json_schema: false,
        token_limit_field: TokenLimitField::MaxTokens,
        ..config("")
    };
    let format =
        ResponseFormat::Json { name: "ideas", schema: serde_json::json!({"type": "array"}).into() };
    let asked = ModelRequest { format, model: String::new(), ..request() };
    let (_, body) = sent(older, asked).await;
    assert!(body["messages"][0]["content"].as_str().unwrap().contains("{\"type\":\"array\"}"));
    assert_eq!((&body["max_tokens"], &body["model"]), (&2000.into(), &"m-default".into()));
    assert!(body.get("response_format").is_none() && body.get("max_completion_tokens").is_none());
}

/// Two calls by one provider of a service that refuses a name of the bound: the names it was told.
async fn told(field: TokenLimitField, refusal: &str) -> Vec<&'static str> {
    let answer = || Mood::Say(exchange("article"));
    let server = Server::start(vec![Mood::Say(exchange(refusal)), answer(), answer()]).await;
    let config = OpenAiConfig { token_limit_field: field, ..config(&server.url) };
    let provider = OpenAiCompatible::new(config, &Reach::Anywhere).unwrap();
    for _ in 0..2 {
        let events: Vec<_> = provider.generate(request()).await.unwrap().collect().await;
        assert!(matches!(events.last(), Some(Ok(ModelEvent::Done { .. }))), "{events:?}");
    }
    let heard = server.heard().await;
    assert_ne!(heard[0].headers["idempotency-key"], heard[1].headers["idempotency-key"]);
    let names = heard.iter().map(|heard| {
        let body = heard.json();
        let known = ["max_tokens", "max_completion_tokens"];
        let names: Vec<_> = known.into_iter().filter(|name| body.get(name).is_some()).collect();
        assert_eq!(names.len(), 1, "one bound, under one name");
        names[0]
    });
    names.collect()
}

#[tokio::test]
async fn a_name_of_the_bound_that_a_service_refuses_is_changed_once_and_for_all() {
    let (old, new) = ("max_tokens", "max_completion_tokens");
    let names = told(TokenLimitField::MaxTokens, "max_tokens_refused").await;
    assert_eq!(names, [old, new, new]);
    let names = told(TokenLimitField::MaxCompletionTokens, "max_completion_tokens_refused").await;
    assert_eq!(names, [new, old, old]);
}

#[tokio::test]
async fn a_refusal_for_another_reason_is_not_asked_again() {
    let server = Server::start(vec![Mood::Say(exchange("max_tokens_refused"))]).await;
    let (_, end) = ask(&server.url, request()).await;
    assert_eq!(end.unwrap_err().class, FailureClass::InvalidRequest, "it was not told that name");
    server.heard_once().await;
}

#[tokio::test]
async fn r9_second_attempt_continues_the_text_of_the_lost_one() {
    let (_, body) =
        sent(config(""), ModelRequest { prefix: Some("## Tea\n\nGr".to_owned()), ..request() })
            .await;
    let roles: Vec<_> =
        body["messages"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert_eq!(body["messages"][2]["content"], "## Tea\n\nGr");
    assert!(body["messages"][3]["content"].as_str().unwrap().contains("Continue"));
}

#[tokio::test]
async fn r9_second_attempt_does_not_repeat_the_end_of_the_lost_one() {
    let event = |text: &str| {
        let chunk = serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]});
        format!("data: {chunk}\n\n").into_bytes()
    };
    let prefix = "Pour the water slowly over the leaves";
    let cases: [(&[&str], &str); 3] = [
        (&["the water slowly over ", "the leaves", " and wait."], " and wait."),
        (&[" and wait."], " and wait."),
        (&["Pour the water slowly"], "Pour the water slowly"),
    ];
    for (texts, expected) in cases {
        let events = texts.iter().flat_map(|text| event(text));
        let bytes = stream_head().into_iter().chain(events).chain(*b"data: [DONE]\n\n");
        let server = Server::start(vec![Mood::Say(bytes.collect())]).await;
        let (text, end) =
            ask(&server.url, ModelRequest { prefix: Some(prefix.to_owned()), ..request() }).await;
        assert_eq!(text, expected);
        assert_eq!(end.unwrap().0, FinishReason::Stop);
    }
}
