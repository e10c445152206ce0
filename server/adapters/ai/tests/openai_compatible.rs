//! The OpenAI-compatible adapter against a server that speaks the published protocol. The
//! exchanges in `exchange/` are written by us from the published shapes.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]

use futures::StreamExt;
use igny8_actors_ports::{
    FailureClass, FinishReason, ModelError, ModelEvent, ModelProvider, ModelRequest,
    ResponseFormat, Usage,
};
use igny8_server_adapters_ai::{OpenAiCompatible, OpenAiConfig, TokenLimitField};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

const KEY: &str = "sk-test-KEY";

/// What the server does with a connection after the request has been read.
enum Then {
    Close,
    /// Keeps the connection open and silent.
    Hang,
}

/// A server for one request. Its handle gives the request as it arrived.
async fn server(pieces: Vec<Vec<u8>>, then: Then) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1", listener.local_addr().unwrap());
    let handle = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let request = read_request(&mut socket).await;
        for piece in pieces {
            // The client may have hung up already: some tests want just that.
            let _ = socket.write_all(&piece).await;
            let _ = socket.flush().await;
            tokio::task::yield_now().await;
        }
        if matches!(then, Then::Hang) {
            // Ends when the client gives up.
            let _ = socket.read(&mut [0]).await;
        }
        request
    });
    (address, handle)
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = socket.read(&mut buffer).await.unwrap();
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if count == 0 || body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

/// A file of `exchange/`, its head with the line ends of HTTP.
fn exchange(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/exchange/{name}.http", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap();
    format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")).into_bytes()
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
    let provider = OpenAiCompatible::new(config(base_url)).unwrap();
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
    let (url, _) = server(vec![exchange(name)], Then::Close).await;
    ask(&url, request()).await
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
async fn answer_is_the_same_however_the_network_cuts_it() {
    let bytes = exchange("article");
    for size in [1, 2, 7, 64] {
        let pieces = bytes.chunks(size).map(<[u8]>::to_vec).collect();
        let (url, _) = server(pieces, Then::Close).await;
        assert_eq!(ask(&url, request()).await.0, "## Tea\n\nGrün – 茶.", "pieces of {size}");
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
async fn silence_is_a_timeout_before_and_within_the_answer() {
    let begun = exchange("cut");
    for pieces in [vec![], vec![begun]] {
        let (url, _) = server(pieces, Then::Hang).await;
        let request = ModelRequest { idle_timeout: Duration::from_millis(200), ..request() };
        assert_eq!(ask(&url, request).await.1.unwrap_err().class, FailureClass::Timeout);
    }
}

#[tokio::test]
async fn server_that_is_not_there_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = ask(&url, request()).await.1.unwrap_err();
    assert_eq!(error.class, FailureClass::Unavailable);
    assert!(error.message.contains("refused"), "{}", error.message);
}

#[tokio::test]
async fn dropped_stream_hangs_up() {
    let (url, handle) = server(vec![exchange("cut")], Then::Hang).await;
    let provider = OpenAiCompatible::new(config(&url)).unwrap();
    let mut stream = provider.generate(request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    // The server ends only when its socket is closed by us; a hung test is the failure.
    tokio::time::timeout(Duration::from_secs(20), handle)
        .await
        .expect("the connection was closed")
        .unwrap();
}

#[tokio::test]
async fn answers_have_bounds() {
    let head =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".to_vec();
    let endless =
        std::iter::once(head.clone()).chain((0..40).map(|_| vec![b'x'; 64 << 10])).collect();
    let (url, _) = server(endless, Then::Close).await;
    assert_eq!(ask(&url, request()).await.1.unwrap_err().class, FailureClass::InvalidAnswer);

    let text = "y".repeat(64 << 10);
    let event =
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
    let long = std::iter::once(head).chain((0..80).map(|_| event.clone().into_bytes())).collect();
    let (url, _) = server(long, Then::Close).await;
    let (text, end) = ask(&url, request()).await;
    assert_eq!(end.unwrap_err().class, FailureClass::InvalidAnswer);
    assert!(text.len() <= 4 << 20, "{}", text.len());
}

/// Head and body of what arrives at the server.
async fn sent(config: OpenAiConfig, request: ModelRequest) -> (String, serde_json::Value) {
    let (url, handle) = server(vec![exchange("article")], Then::Close).await;
    let config = OpenAiConfig { base_url: url, ..config };
    let mut stream = OpenAiCompatible::new(config).unwrap().generate(request).await.unwrap();
    while stream.next().await.is_some() {}
    let arrived = handle.await.unwrap();
    let (head, body) = arrived.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn request_has_the_published_shape() {
    let schema = serde_json::json!({"type": "object", "additionalProperties": false, "required": ["a"],
        "properties": {"a": {"type": "string"}}});
    let format = ResponseFormat::Json { name: "ideas", schema: schema.clone() };
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
        ResponseFormat::Json { name: "ideas", schema: serde_json::json!({"type": "array"}) };
    let asked = ModelRequest { format, model: String::new(), ..request() };
    let (_, body) = sent(older, asked).await;
    assert!(body["messages"][0]["content"].as_str().unwrap().contains("{\"type\":\"array\"}"));
    assert_eq!((&body["max_tokens"], &body["model"]), (&2000.into(), &"m-default".into()));
    assert!(body.get("response_format").is_none() && body.get("max_completion_tokens").is_none());
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
        let head =
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
                .to_vec();
        let pieces = std::iter::once(head).chain(texts.iter().map(|text| event(text)));
        let pieces = pieces.chain([b"data: [DONE]\n\n".to_vec()]).collect();
        let (url, _) = server(pieces, Then::Close).await;
        let (text, end) =
            ask(&url, ModelRequest { prefix: Some(prefix.to_owned()), ..request() }).await;
        assert_eq!(text, expected);
        assert_eq!(end.unwrap().0, FinishReason::Stop);
    }
}
