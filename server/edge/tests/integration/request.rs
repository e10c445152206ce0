//! What holds for every request: problems, limits, idempotency, pages, imports.

use crate::support::Server;
use http::{Method, StatusCode};
use igny8_server_edge::LimitSettings;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_a_problem_with_the_requests_id() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let documents = server.url(server.own, "writer", "documents");
    let post = || server.post(&documents).token(&ada);
    let cases = [
        (server.get("/api/nowhere").send().await, 404, "not_found"),
        (server.ask(Method::DELETE, "/version").send().await, 405, "method_not_allowed"),
        (server.get("/api").send().await, 404, "not_found"),
        (post().header("content-type", "application/json").body("{").await, 400, "json"),
        (post().header("content-type", "text/plain").body("{}").await, 415, "media_type"),
        (post().json(json!({})).await, 422, "invalid"),
        (post().json(json!({"title": "x".repeat(2_000_000)})).await, 413, "too_large"),
        (server.get(&format!("{documents}?limit=many")).token(&ada).send().await, 400, "query"),
        (server.get(&format!("{documents}?cursor=%25")).token(&ada).send().await, 400, "cursor"),
        (server.get("/ws").send().await, 426, "upgrade_required"),
    ];
    for (answer, status, code) in cases {
        let body = answer.json();
        assert_eq!(
            (status, code),
            (answer.status.as_u16(), body["code"].as_str().unwrap_or_default()),
            "{answer:?}"
        );
        assert_eq!("application/problem+json", answer.headers["content-type"]);
        assert_eq!(body["request_id"], answer.headers["x-request-id"].to_str().unwrap());
        assert_eq!(u64::from(status), body["status"]);
    }
    let named = server.get("/livez").header("x-request-id", "trace-12345678").send().await;
    assert_eq!("trace-12345678", named.headers["x-request-id"]);
    assert_eq!("nosniff", named.headers["x-content-type-options"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_and_the_document_are_open() {
    let server = Server::start().await;
    assert_eq!(StatusCode::OK, server.get("/livez").send().await.status);
    assert_eq!(StatusCode::OK, server.get("/readyz").send().await.status);
    assert_eq!(true, server.get("/version").send().await.json()["development"]);
    assert_eq!("3.1.0", server.get("/api/openapi.json").send().await.json()["openapi"]);
    server.shutdown.cancel();
    assert_eq!("shutting_down", server.get("/readyz").send().await.code());
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_a_full_limit_says_when_to_come_back() {
    let few = NonZeroU32::new(3).unwrap();
    let server =
        Server::with_limits(LimitSettings { tenant_reads: few, ..LimitSettings::development() })
            .await;
    let (ada, eve) = (server.ada().await, server.eve().await);
    let read = |token| server.get("/api/settings/sites").token(token).send();
    let mut remaining = Vec::new();
    for _ in 0..3 {
        let answer = read(&ada).await;
        assert_eq!(StatusCode::OK, answer.status);
        remaining.push(answer.headers["ratelimit-remaining"].to_str().unwrap().to_owned());
    }
    assert_eq!(["2", "1", "0"].map(str::to_owned).to_vec(), remaining);
    let refused = read(&ada).await;
    assert_eq!(
        (StatusCode::TOO_MANY_REQUESTS, "rate_limited".to_owned()),
        (refused.status, refused.code())
    );
    assert!(refused.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() >= 1);
    assert_eq!(StatusCode::OK, read(&eve).await.status, "another tenant is not concerned");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_counted_by_address() {
    let few = NonZeroU32::new(2).unwrap();
    let server =
        Server::with_limits(LimitSettings { address: few, ..LimitSettings::development() }).await;
    let guess = || {
        server
            .post("/api/auth/login")
            .json(json!({"email": "ada@example.test", "password": "guessed!"}))
    };
    assert_eq!(StatusCode::UNAUTHORIZED, guess().await.status);
    assert_eq!(StatusCode::UNAUTHORIZED, guess().await.status);
    assert_eq!(StatusCode::TOO_MANY_REQUESTS, guess().await.status);
    assert_eq!(StatusCode::OK, server.get("/livez").send().await.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_the_same_key_is_done_once() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let path = server.url(server.own, "writer", "documents");
    let make = |key: &'static str, title: &'static str| {
        server.post(&path).token(&ada).header("idempotency-key", key).json(json!({"title": title}))
    };
    let (first, second) = (make("k1", "A").await.json(), make("k1", "A").await.json());
    assert_eq!(first["id"], second["id"]);
    assert_ne!(first["id"], make("k2", "A").await.json()["id"]);
    let reused = make("k1", "B").await;
    assert!(reused.status.is_client_error(), "{reused:?}");
    assert_eq!(2, server.get(&path).token(&ada).send().await.json()["total"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_walked_by_cursor() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let file = (0..25).map(|n| format!("keyword number {n}\n")).collect::<String>();
    let imports = server.url(server.own, "planner", "imports");
    let report = server.post(&imports).token(&ada).body(file).await.json();
    assert_eq!(
        (json!(25), json!(0)),
        (report["added"].clone(), report["rejected"].clone()),
        "{report}"
    );
    let keywords = server.url(server.own, "planner", "keywords");
    let (mut cursor, mut seen) = (String::new(), BTreeSet::new());
    loop {
        let page = server
            .get(&format!("{keywords}?limit=10&cursor={cursor}"))
            .token(&ada)
            .send()
            .await
            .json();
        assert_eq!(25, page["total"]);
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "an item came twice");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(25, seen.len());
    let found = server
        .get(&format!("{keywords}?search=NUMBER%2012&status=new"))
        .token(&ada)
        .send()
        .await
        .json();
    assert_eq!(1, found["total"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_merged_row_by_row() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let imports = server.url(server.own, "planner", "imports");
    let first = "keyword,volume\ncold brew,100\nespresso,10\n";
    let mapped = format!("{imports}?mapping=0:keyword,1:volume");
    assert_eq!(2, server.post(&mapped).token(&ada).body(first).await.json()["added"]);
    let second = "keyword,volume\nlatte,1\nCold  Brew,200\nlatte,2\n,5\n";
    let report = server.post(&mapped).token(&ada).body(second).await.json();
    assert_eq!(
        (1, 2, 1),
        (number(&report, "added"), number(&report, "merged"), number(&report, "rejected")),
        "{report}"
    );
    assert_eq!(
        json!([{"row": 3, "into": "cold brew"}, {"row": 4, "into": "latte"}]),
        report["merged_rows"]
    );
    assert_eq!(5, number(&report["rejected_rows"][0], "row"));
    let wrong = server.post(&format!("{imports}?mapping=0:colour")).token(&ada).body(first).await;
    assert_eq!("mapping", wrong.json()["errors"][0]["field"]);
}

fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().unwrap_or(u64::MAX)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_file_is_ever_a_500() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let corpus =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../actors/domain/tests/import-corpus");
    let mut files: Vec<Vec<u8>> = std::fs::read_dir(corpus)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    files.push(format!("keyword\n\"{}\"\n", "x".repeat(1_000_000)).into_bytes());
    files.push(vec![0; 1_000]);
    assert!(files.len() > 20, "the corpus is there");
    for file in files {
        for rest in ["imports/preview", "imports"] {
            let path = server.url(server.own, "planner", rest);
            let answer = server.post(&path).token(&ada).body(file.clone()).await;
            assert!(!answer.status.is_server_error(), "{rest}: {answer:?}");
            assert!(
                answer.status == StatusCode::OK
                    || !answer.json()["detail"].as_str().unwrap().is_empty()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r6_a_quote_is_what_the_run_costs() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let file = (0..31).map(|n| format!("best coffee grinder {n}\n")).collect::<String>();
    server.post(&server.url(server.own, "planner", "imports")).token(&ada).body(file).await;
    let quote = server
        .post(&server.url(server.own, "planner", "quote"))
        .token(&ada)
        .json(json!({"kind": "cluster"}))
        .await;
    assert_eq!(
        (2, 600, 31),
        (
            number(&quote.json(), "price"),
            number(&quote.json(), "available"),
            number(&quote.json(), "items")
        )
    );
    let queued = server
        .post(&server.url(server.own, "planner", "cluster"))
        .token(&ada)
        .json(json!({}))
        .await;
    assert_eq!(StatusCode::ACCEPTED, queued.status, "{:?}", queued.json());
    assert_eq!(2, number(&queued.json()["tasks"][0], "price"));
    let balance = server.get("/api/billing/balance").token(&ada).send().await.json();
    assert_eq!(600, number(&balance["total"], "granted"), "{balance}");
}
