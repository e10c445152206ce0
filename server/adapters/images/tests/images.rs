//! OpenAI's images and Runware against a server that speaks their published protocols.

#![allow(clippy::unwrap_used, reason = "every function here is part of a test")]

#[path = "../../http/tests/support/mod.rs"]
mod support;

use igny8_actors_ports::{
    FailureClass, GeneratedImage, ImageError, ImageProvider, ImageRequest, Usage,
};
use igny8_server_adapters_images::{
    OpenAiImages, OpenAiImagesConfig, PictureFormat, Reach, Runware, RunwareConfig, RunwareDelivery,
};
use serde_json::json;
use std::time::Duration;
use support::{Mood, Server, recorded};

const KEY: &str = "sk-test-KEY";
/// What the request's key becomes, as Runware's task.
const TASK: &str = "959e5489-d479-4e35-9738-47c4d20baec6";

fn openai_exchange(name: &str) -> Vec<u8> {
    let mut all = recorded(include_str!("exchange/openai.http"));
    all.remove(name).expect("the answer is in the file")
}

fn runware_exchange(name: &str, task: &str, host: &str) -> Vec<u8> {
    let text = include_str!("exchange/runware.http");
    let mut all = recorded(
        &text.replace("TASK\"", &format!("{task}\"")).replace("HOST/", &format!("{host}/")),
    );
    all.remove(name).expect("the answer is in the file")
}

fn openai(url: &str, model: &str) -> OpenAiImages {
    let config = OpenAiImagesConfig {
        base_url: format!("{url}/v1"),
        key: Some(KEY.to_owned().into()),
        model: model.to_owned(),
        quality: Some("low".to_owned()),
        format: PictureFormat::Png,
    };
    OpenAiImages::new(config, &Reach::Anywhere).unwrap()
}

fn runware(url: &str, delivery: RunwareDelivery) -> Runware {
    let config = RunwareConfig {
        base_url: format!("{url}/v1"),
        key: KEY.to_owned().into(),
        model: "runware:101@1".to_owned(),
        format: PictureFormat::Webp,
        delivery,
    };
    Runware::new(config, &Reach::Anywhere).unwrap()
}

fn request() -> ImageRequest {
    ImageRequest {
        model: "default".to_owned(),
        prompt: "A cup of tea".to_owned(),
        width: 1200,
        height: 675,
        idempotency_key: "site/7/0".to_owned(),
    }
}

async fn ask_openai(mood: Mood) -> Result<GeneratedImage, ImageError> {
    let server = Server::start(vec![mood]).await;
    openai(&server.url, "gpt-image-1").generate(request()).await
}

async fn ask_runware(name: &str) -> Result<GeneratedImage, ImageError> {
    let answer = runware_exchange(name, TASK, "files.example");
    let server = Server::start(vec![Mood::Pieces(answer, 9)]).await;
    runware(&server.url, RunwareDelivery::Inline).generate(request()).await
}

fn assert_error(name: &str, error: &ImageError, class: FailureClass, seconds: Option<u64>) {
    assert_eq!(error.class, class, "{name}: {error}");
    assert_eq!(error.retry_after, seconds.map(Duration::from_secs), "{name}");
    assert!(!format!("{error:?}").contains(KEY), "{name}: {error:?}");
}

#[tokio::test]
async fn openai_is_asked_in_the_published_shape() {
    let common = json!({"prompt": "A cup of tea", "n": 1, "quality": "low"});
    for (model, size, own) in [
        ("gpt-image-1", "1536x1024", json!({"output_format": "png"})),
        ("gpt-image-2", "2048x1152", json!({"output_format": "png"})),
        ("dall-e-3", "1792x1024", json!({"response_format": "b64_json"})),
    ] {
        let server = Server::start(vec![Mood::Say(openai_exchange("picture"))]).await;
        openai(&server.url, model).generate(request()).await.unwrap();
        let heard = server.heard_once().await;
        assert_eq!(heard.line, "POST /v1/images/generations HTTP/1.1");
        assert_eq!(heard.headers["authorization"], format!("Bearer {KEY}"));
        assert_eq!(heard.headers["idempotency-key"], "site/7/0");
        let mut expected = json!({"model": model, "size": size});
        for part in [&common, &own] {
            expected.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        }
        assert_eq!(heard.json(), expected);
    }
}

#[tokio::test]
async fn openai_picture_is_what_its_bytes_say_and_its_tokens_are_told() {
    let bytes = openai_exchange("picture");
    for mood in (0..20).map(|seed| Mood::Pieces(bytes.clone(), seed)) {
        let image = ask_openai(mood).await.unwrap();
        assert_eq!((image.media_type.as_str(), image.width, image.height), ("image/png", 3, 2));
        let usage = Usage { input_tokens: 50, output_tokens: 272, ..Usage::default() };
        assert_eq!(image.usage, usage);
    }
}

#[tokio::test]
async fn openai_failures_end_in_their_classes() {
    for (name, class, seconds) in [
        ("moderated", FailureClass::ContentFilter, None),
        ("policy", FailureClass::ContentFilter, None),
        ("rate_limited", FailureClass::RateLimited, Some(12)),
        ("quota", FailureClass::Quota, None),
        ("unauthorized", FailureClass::Unauthorized, None),
        ("unverified", FailureClass::Unauthorized, None),
        ("wrong_size", FailureClass::InvalidRequest, None),
        ("failed", FailureClass::Unavailable, None),
        ("nothing", FailureClass::InvalidAnswer, None),
        ("address_only", FailureClass::InvalidAnswer, None),
        ("page", FailureClass::InvalidAnswer, None),
        ("no_json", FailureClass::InvalidAnswer, None),
        ("cut_short_of_length", FailureClass::BrokenStream, None),
    ] {
        let error = ask_openai(Mood::Say(openai_exchange(name))).await.expect_err(name);
        assert_error(name, &error, class, seconds);
    }
    let none = ImageRequest { width: 0, ..request() };
    let error = openai("http://127.0.0.1:9", "gpt-image-1").generate(none).await.unwrap_err();
    assert_eq!(error.class, FailureClass::InvalidRequest);
}

#[tokio::test]
async fn answer_that_never_ends_is_cut_at_its_bound() {
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"data\":[{\"b64_json\":\"".to_vec();
    let server = Server::start(vec![Mood::Flood(head, vec![b'A'; 1 << 20], 1 << 30)]).await;
    let error = openai(&server.url, "m").generate(request()).await.unwrap_err();
    assert_eq!(error.class, FailureClass::InvalidAnswer);
    assert!(error.message.contains("more than"), "{error}");
    // The bound of 32 MiB, and what sockets hold on the way.
    assert!(server.heard_once().await.sent_bytes < 48 << 20);
}

#[tokio::test]
async fn runware_is_asked_in_the_published_shape() {
    let server = Server::start(vec![Mood::Say(runware_exchange("inline", TASK, ""))]).await;
    let _ = runware(&server.url, RunwareDelivery::Inline).generate(request()).await;
    let heard = server.heard_once().await;
    assert_eq!(heard.line, "POST /v1 HTTP/1.1");
    assert_eq!(heard.headers["authorization"], format!("Bearer {KEY}"));
    let expected = json!([{
        "taskType": "imageInference",
        "taskUUID": TASK,
        "model": "runware:101@1",
        "positivePrompt": "A cup of tea",
        "width": 1216,
        "height": 704,
        "numberResults": 1,
        "outputType": "base64Data",
        "outputFormat": "WEBP",
        "checkNSFW": true,
        "includeCost": true,
    }]);
    assert_eq!(heard.json(), expected);
}

#[tokio::test]
async fn runware_picture_of_our_task_is_taken_with_its_cost() {
    let image = ask_runware("inline").await.unwrap();
    assert_eq!((image.media_type.as_str(), image.width, image.height), ("image/png", 3, 2));
    assert_eq!(image.usage.cost_micros, Some(1_300));
}

#[tokio::test]
async fn runware_picture_is_fetched_without_the_key_and_from_allowed_hosts_alone() {
    let png = ask_runware("inline").await.unwrap().bytes;
    let file =
        [&b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\nconnection: close\r\n\r\n"[..], &png]
            .concat();
    let files = Server::start(vec![Mood::Say(file)]).await;
    let host = files.url.trim_start_matches("http://").to_owned();
    let answer = runware_exchange("address", TASK, &host);
    let server = Server::start(vec![Mood::Say(answer.clone()), Mood::Say(answer)]).await;
    let fetched = |hosts: &[&str]| RunwareDelivery::Fetched {
        hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
    };
    let image = runware(&server.url, fetched(&[&host])).generate(request()).await.unwrap();
    assert_eq!(image.bytes, png);
    let heard = files.heard_once().await;
    assert_eq!(heard.line, "GET /image/ii/77da2d99.png HTTP/1.1");
    assert!(!heard.headers.contains_key("authorization"));

    let error =
        runware(&server.url, fetched(&["im.runware.ai"])).generate(request()).await.unwrap_err();
    assert_eq!(error.class, FailureClass::InvalidAnswer);
    assert!(error.message.contains("not allowed"), "{error}");
    assert_eq!(server.heard().await[0].json()[0]["outputType"], "URL");
}

#[tokio::test]
async fn runware_failures_end_in_their_classes() {
    for (name, class, seconds) in [
        ("indecent", FailureClass::ContentFilter, None),
        ("other_task", FailureClass::InvalidAnswer, None),
        // An address that was not asked for is not followed.
        ("address", FailureClass::InvalidAnswer, None),
        ("failed_task", FailureClass::Timeout, None),
        ("unauthorized", FailureClass::Unauthorized, None),
        ("credits", FailureClass::Quota, None),
        ("rate_limited", FailureClass::RateLimited, Some(2)),
        ("wrong_size", FailureClass::InvalidRequest, None),
        ("unknown_model", FailureClass::InvalidRequest, None),
        ("moderated", FailureClass::ContentFilter, None),
        ("busy", FailureClass::Unavailable, None),
    ] {
        let error = ask_runware(name).await.expect_err(name);
        assert_error(name, &error, class, seconds);
    }
    let silent = ImageRequest { prompt: " ".to_owned(), ..request() };
    let provider = runware("http://127.0.0.1:9", RunwareDelivery::Inline);
    let error = provider.generate(silent).await.unwrap_err();
    assert_eq!(error.class, FailureClass::InvalidRequest);
}
