//! The embedder against a server that speaks the published protocol.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]

#[path = "../../http/tests/support/mod.rs"]
mod support;

use igny8_actors_ports::{Embedder, FailureClass, ModelError};
use igny8_server_adapters_ai::{EmbedderConfig, OpenAiEmbedder, Reach};
use serde_json::json;
use support::{Mood, Server, recorded};

const KEY: &str = "sk-test-KEY";

/// An answer of `exchange/embedding.http`.
fn exchange(name: &str) -> Vec<u8> {
    let mut all = recorded(include_str!("exchange/embedding.http"));
    all.remove(name).expect("the answer is in the file")
}

fn embedder(url: &str, dimensions: Option<usize>) -> OpenAiEmbedder {
    let config = EmbedderConfig {
        base_url: format!("{url}/v1"),
        key: Some(KEY.to_owned().into()),
        model: "e-1".to_owned(),
        dimensions,
    };
    OpenAiEmbedder::new(config, &Reach::Anywhere).unwrap()
}

fn texts(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("text {number}")).collect()
}

/// An answer with one vector per text, in this order.
fn answer(vectors: &[(usize, Vec<f32>)]) -> Vec<u8> {
    let data: Vec<_> = vectors
        .iter()
        .map(|(index, vector)| json!({"object": "embedding", "index": index, "embedding": vector}))
        .collect();
    let body = json!({"object": "list", "data": data, "model": "e-1"});
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{body}")
        .into_bytes()
}

async fn replay(bytes: Vec<u8>, count: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    let server = Server::start(vec![Mood::Pieces(bytes, 3)]).await;
    embedder(&server.url, None).embed(&texts(count)).await
}

#[tokio::test]
async fn request_has_the_published_shape_and_vectors_come_in_order_with_length_one() {
    let server = Server::start(vec![Mood::Say(exchange("two"))]).await;
    let embedder = embedder(&server.url, Some(2));
    assert_eq!(embedder.name(), "e-1 (2)");
    let vectors = embedder.embed(&["green tea".to_owned(), String::new()]).await.unwrap();
    assert_eq!(vectors, [vec![0.6, 0.8], vec![0.0, -1.0]]);
    let heard = server.heard_once().await;
    assert_eq!(heard.line, "POST /v1/embeddings HTTP/1.1");
    assert_eq!(heard.headers["authorization"], format!("Bearer {KEY}"));
    let expected = json!({"model": "e-1", "input": ["green tea", " "], "encoding_format": "float", "dimensions": 2});
    assert_eq!(heard.json(), expected);
}

#[tokio::test]
async fn many_texts_go_in_batches() {
    let batch = |count: usize| {
        Mood::Say(answer(
            &(0..count).map(|index| (index, vec![1.0, index as f32])).collect::<Vec<_>>(),
        ))
    };
    let server = Server::start(vec![batch(256), batch(44)]).await;
    let vectors = embedder(&server.url, None).embed(&texts(300)).await.unwrap();
    assert_eq!(vectors.len(), 300);
    assert_eq!(vectors[256], [1.0, 0.0]);
    let heard = server.heard().await;
    assert_eq!(heard[1].json()["input"][0], "text 256");
    assert!(embedder("http://127.0.0.1:9", None).embed(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn answers_that_do_not_fit_are_invalid() {
    let one = |vector: Vec<f32>| (0, vector);
    for (vectors, count, words) in [
        (vec![one(vec![1.0])], 2, "1 embeddings for 2 texts"),
        (vec![one(vec![1.0]), one(vec![1.0])], 2, "one twice"),
        (vec![one(vec![1.0]), (5, vec![1.0])], 2, "2 texts"),
        (vec![one(vec![1.0]), (1, vec![1.0]), (1, vec![2.0])], 2, "3 embeddings for 2"),
        (vec![one(vec![1.0]), (1, vec![1.0, 2.0])], 2, "2 numbers where 1"),
        (vec![one(vec![0.0, 0.0])], 1, "no direction"),
        (vec![one(vec![])], 1, "no direction"),
    ] {
        let error = replay(answer(&vectors), count).await.unwrap_err();
        assert_eq!(error.class, FailureClass::InvalidAnswer, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
    let error = replay(exchange("no_embeddings"), 1).await.unwrap_err();
    assert_eq!(error.class, FailureClass::InvalidAnswer);
}

#[tokio::test]
async fn length_of_the_vectors_must_not_change_between_calls() {
    let moods = [answer(&[(0, vec![1.0, 2.0])]), answer(&[(0, vec![1.0])])].map(Mood::Say);
    let server = Server::start(moods.to_vec()).await;
    let embedder = embedder(&server.url, None);
    embedder.embed(&texts(1)).await.unwrap();
    let error = embedder.embed(&texts(1)).await.unwrap_err();
    assert!(error.message.contains("1 numbers where 2"), "{error}");
}

#[tokio::test]
async fn each_failure_ends_in_its_class() {
    for (name, class) in [
        ("rate_limited", FailureClass::RateLimited),
        ("quota", FailureClass::Quota),
        ("too_long", FailureClass::ContextLength),
        ("unauthorized", FailureClass::Unauthorized),
        ("unavailable", FailureClass::Unavailable),
        ("cut_short_of_length", FailureClass::BrokenStream),
    ] {
        let error = replay(exchange(name), 1).await.unwrap_err();
        assert_eq!(error.class, class, "{name}: {error}");
        assert!(!format!("{error:?}").contains(KEY), "{error:?}");
    }
}

#[tokio::test]
async fn answer_that_never_ends_is_cut_at_its_bound() {
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    let flood = Mood::Flood(head, vec![b' '; 1 << 20], 1 << 30);
    let server = Server::start(vec![flood]).await;
    let error = embedder(&server.url, None).embed(&texts(1)).await.unwrap_err();
    assert!(error.message.contains("more than"), "{error}");
    // The bound, and what sockets hold on the way.
    assert!(server.heard_once().await.sent_bytes < 64 << 20);
    let promised = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", 1u64 << 40);
    let server = Server::start(vec![Mood::Hang(promised.into_bytes())]).await;
    let error = embedder(&server.url, None).embed(&texts(1)).await.unwrap_err();
    assert_eq!(error.class, FailureClass::InvalidAnswer);
}
