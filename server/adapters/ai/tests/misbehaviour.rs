//! Providers that misbehave in every way a network and a server can: the class, the words, an end
//! within the patience, and no more bytes taken than the bounds allow.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]

#[path = "../../http/tests/support/mod.rs"]
mod support;

use futures::StreamExt;
use igny8_actors_ports::{
    FailureClass, FinishReason, ModelError, ModelEvent, ModelProvider, ModelRequest, ResponseFormat,
};
use igny8_server_adapters_ai::{
    Anthropic, AnthropicConfig, OpenAiCompatible, OpenAiConfig, Reach, StructuredAnswers,
    TokenLimitField,
};
use std::time::Duration;
use support::{Mood, Server, stream_head};

/// Short, for silence that is waited out.
const PATIENCE: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug)]
enum Kind {
    OpenAi,
    Anthropic,
}

const KINDS: [Kind; 2] = [Kind::OpenAi, Kind::Anthropic];

impl Kind {
    fn provider(self, url: &str) -> Box<dyn ModelProvider> {
        let (base_url, model) = (format!("{url}/v1"), "m".to_owned());
        match self {
            Self::OpenAi => {
                let config = OpenAiConfig {
                    base_url,
                    key: None,
                    model,
                    organization: None,
                    json_schema: true,
                    token_limit_field: TokenLimitField::default(),
                };
                Box::new(OpenAiCompatible::new(config, &Reach::Anywhere).unwrap())
            }
            Self::Anthropic => {
                let config = AnthropicConfig {
                    base_url,
                    key: None,
                    model,
                    structured: StructuredAnswers::default(),
                    prefill: false,
                };
                Box::new(Anthropic::new(config, &Reach::Anywhere).unwrap())
            }
        }
    }

    /// An event with this text.
    fn text(self, text: &str) -> Vec<u8> {
        let data = match self {
            Self::OpenAi => {
                serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]})
            }
            Self::Anthropic => serde_json::json!({"type": "content_block_delta", "index": 0,
                "delta": {"type": "text_delta", "text": text}}),
        };
        format!("data: {data}\n\n").into_bytes()
    }

    /// The events of a good end.
    fn end(self) -> &'static [u8] {
        match self {
            Self::OpenAi => {
                b"data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
            }
            Self::Anthropic => {
                b"data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}}\n\ndata: {\"type\":\"message_stop\"}\n\n"
            }
        }
    }
}

type Outcome = (String, Result<FinishReason, ModelError>);

async fn ask(kind: Kind, url: &str, patience: Duration) -> Outcome {
    let request = ModelRequest {
        model: String::new(),
        system: String::new(),
        prompt: "Tea".to_owned(),
        prefix: None,
        output_tokens_max: 100,
        format: ResponseFormat::Markdown,
        idempotency_key: "site/7/0".to_owned(),
        idle_timeout: patience,
    };
    let mut text = String::new();
    let mut stream = match kind.provider(url).generate(request).await {
        Ok(stream) => stream,
        Err(error) => return (text, Err(error)),
    };
    while let Some(event) = stream.next().await {
        match event {
            Ok(ModelEvent::Text(piece)) => text.push_str(&piece),
            Ok(ModelEvent::Limits(_)) => {}
            Ok(ModelEvent::Done { reason, .. }) => return (text, Ok(reason)),
            Err(error) => return (text, Err(error)),
        }
    }
    panic!("a stream ends with an end or an error");
}

async fn meet(kind: Kind, mood: Mood) -> Outcome {
    let server = Server::start(vec![mood]).await;
    ask(kind, &server.url, Duration::from_secs(30)).await
}

fn streamed(parts: &[&[u8]]) -> Vec<u8> {
    [&stream_head()[..], &parts.concat()].concat()
}

#[tokio::test]
async fn silence_is_a_timeout_before_the_head_in_the_head_and_in_the_answer() {
    for kind in KINDS {
        let begun = streamed(&[&kind.text("Half"), b"data: {"]);
        for (said, text) in [(vec![], ""), (b"HTTP/1.1 200".to_vec(), ""), (begun, "Half")] {
            let server = Server::start(vec![Mood::Hang(said)]).await;
            let (heard, end) = ask(kind, &server.url, PATIENCE).await;
            let error = end.unwrap_err();
            assert_eq!((error.class, heard.as_str()), (FailureClass::Timeout, text), "{kind:?}");
            assert!(error.message.contains("sent nothing for 0.2 s"), "{error}");
            // The connection is closed: the server hears it.
            server.heard_once().await;
        }
    }
}

#[tokio::test]
async fn cut_and_garbled_answers_have_their_classes_and_keep_the_text_before() {
    use FailureClass::{BrokenStream, InvalidAnswer, Unavailable};
    for kind in KINDS {
        let half = kind.text("Half");
        let in_event = [&half[..half.len() - 9]].concat();
        let letters = [&half[..], b"data: \xe8\x8c\n\n"].concat();
        let cases: [(&str, Vec<u8>, FailureClass, &str); 9] = [
            ("nothing", vec![], Unavailable, ""),
            ("noise", b"\x00\x01\x02 what?\r\n\r\n".to_vec(), Unavailable, ""),
            ("no events", streamed(&[]), BrokenStream, ""),
            ("cut between events", streamed(&[&half]), BrokenStream, "Half"),
            ("cut in an event", streamed(&[&half, &in_event]), BrokenStream, "Half"),
            ("half a letter", streamed(&[&letters]), InvalidAnswer, "Half"),
            ("no JSON", streamed(&[&half, b"data: <html>\n\n"]), InvalidAnswer, "Half"),
            ("other JSON", streamed(&[&half, b"data: [1]\n\n"]), InvalidAnswer, "Half"),
            ("end without text", streamed(&[kind.end()]), InvalidAnswer, ""),
        ];
        for (name, bytes, class, text) in cases {
            for mood in [Mood::Say(bytes.clone()), Mood::Pieces(bytes, 11)] {
                let (heard, end) = meet(kind, mood).await;
                let error = end.expect_err(name);
                assert_eq!(error.class, class, "{kind:?}, {name}: {error}");
                assert_eq!(heard, text, "{kind:?}, {name}");
            }
        }
    }
}

#[tokio::test]
async fn wrong_types_and_errors_with_status_200_are_told() {
    let say = |kind: &str, body: &str| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n{body}")
            .into_bytes()
    };
    for kind in KINDS {
        for (bytes, class, words) in [
            (say("text/html", "<p>Hello</p>"), FailureClass::InvalidAnswer, "wrong form"),
            (
                say("application/json", "{\"choices\":[]}"),
                FailureClass::InvalidAnswer,
                "wrong form",
            ),
            (
                say(
                    "application/json",
                    "{\"error\":{\"message\":\"Provider returned error\",\"code\":502}}",
                ),
                FailureClass::Unavailable,
                "Provider returned error",
            ),
            (
                say(
                    "application/json",
                    "{\"type\":\"error\",\"error\":{\"type\":\"insufficient_quota\",\"message\":\"Pay\"}}",
                ),
                FailureClass::Quota,
                "Pay",
            ),
        ] {
            let error = meet(kind, Mood::Say(bytes)).await.1.unwrap_err();
            assert_eq!(error.class, class, "{kind:?}: {error}");
            assert!(error.message.contains(words), "{kind:?}: {error}");
        }
    }
}

#[tokio::test]
async fn rate_limits_are_told_with_and_without_a_time() {
    for kind in KINDS {
        for (header, seconds) in [("retry-after: 7\r\n", Some(7)), ("", None)] {
            let head =
                format!("HTTP/1.1 429 Too Many Requests\r\n{header}connection: close\r\n\r\n");
            let error = meet(kind, Mood::Say(head.into_bytes())).await.1.unwrap_err();
            assert_eq!(error.class, FailureClass::RateLimited, "{kind:?}");
            assert_eq!(error.retry_after, seconds.map(Duration::from_secs), "{kind:?}");
        }
        // A refusal whose body never comes: the status says enough, once the body's patience is over.
        let head =
            b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 9\r\nconnection: close\r\n\r\n{";
        let error = meet(kind, Mood::Say(head.to_vec())).await.1.unwrap_err();
        assert_eq!(error.class, FailureClass::RateLimited, "{kind:?}");
    }
}

#[tokio::test]
async fn slow_drip_and_doubled_ends_are_a_good_answer() {
    for kind in KINDS {
        let comment = b": keep-alive\n\n";
        let whole =
            streamed(&[&kind.text("Tea"), comment, &kind.text(" – 茶"), kind.end(), kind.end()]);
        for mood in [Mood::Drip(whole.clone()), Mood::Say(whole.clone()), Mood::Hang(whole)] {
            let (text, end) = meet(kind, mood).await;
            assert_eq!(text, "Tea – 茶", "{kind:?}");
            assert_eq!(end.unwrap(), FinishReason::Stop, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn floods_are_cut_at_their_bounds() {
    /// What sockets and the client's buffers hold on the way.
    const ON_THE_WAY: usize = 16 << 20;
    for kind in KINDS {
        // One line without an end, one event of endless lines, text without an end.
        let line = (vec![b'x'; 64 << 10], 1 << 20, "an event of the stream has more than");
        let event =
            (b"data: 0123456789\n".repeat(4096), 2 << 20, "an event of the stream has more than");
        let text = (kind.text(&"y".repeat(64 << 10)), 5 << 20, "the answer has more than");
        for (unit, bytes_max, words) in [line, event, text] {
            let server = Server::start(vec![Mood::Flood(stream_head(), unit, 1 << 30)]).await;
            let (heard, end) = ask(kind, &server.url, Duration::from_secs(30)).await;
            let error = end.unwrap_err();
            assert_eq!(error.class, FailureClass::InvalidAnswer, "{kind:?}");
            assert!(error.message.contains(words), "{kind:?}: {error}");
            assert!(heard.len() <= 4 << 20, "{kind:?}: {}", heard.len());
            let sent = server.heard_once().await.sent_bytes;
            assert!(sent < bytes_max + ON_THE_WAY, "{kind:?}: {sent} bytes for {words:?}");
        }
        // The body of a refusal.
        let head = b"HTTP/1.1 500 Oops\r\nconnection: close\r\n\r\n".to_vec();
        let server = Server::start(vec![Mood::Flood(head, vec![b'z'; 64 << 10], 1 << 30)]).await;
        let error = ask(kind, &server.url, Duration::from_secs(30)).await.1.unwrap_err();
        assert_eq!(error.class, FailureClass::Unavailable, "{kind:?}");
        assert!(server.heard_once().await.sent_bytes < ON_THE_WAY, "{kind:?}");
    }
}
