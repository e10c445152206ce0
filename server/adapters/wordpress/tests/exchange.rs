//! The exchange with a site that a test plays.
#![allow(clippy::unwrap_used)] // also outside of the test functions themselves

mod world;

use hmac::{Hmac, KeyInit, Mac};
use igny8_actors_ports::{PairRequest, PublishError, SitePublisher, SiteTarget};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;
use wiremock::matchers::{method, path, query_param};
use wiremock::{Match, Mock, MockServer, Request, ResponseTemplate};
use world::{image, post, publisher};

const SECRET: [u8; 32] = [7; 32];
const PATIENT: Duration = Duration::from_secs(30);
/// Short, for tests in which the site never answers.
const IMPATIENT: Duration = Duration::from_millis(300);
const POST_ID: &str = "0197aaaa-0000-7000-8000-000000000001";

fn target(url: &str) -> SiteTarget {
    SiteTarget { url: url.to_owned(), key_id: "wk_1".to_owned(), secret: SECRET.to_vec() }
}

/// Matches what the plugin would let in: signed by the secret, in time, with a new nonce.
struct SignedFor {
    route: &'static str,
    seen: Mutex<HashSet<String>>,
}

fn signed_for(route: &'static str) -> SignedFor {
    SignedFor { route, seen: Mutex::new(HashSet::new()) }
}

impl Match for SignedFor {
    fn matches(&self, request: &Request) -> bool {
        let header = |name: &str| {
            request.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
        };
        let body = hex::encode(Sha256::digest(&request.body));
        let nonce = header("x-igny8-nonce");
        let mut text = format!(
            "{}\n/igny8/v1/{}\n{}\n{nonce}\n{body}",
            request.method,
            self.route,
            header("x-igny8-timestamp")
        );
        if request.headers.contains_key("x-igny8-meta") {
            text = format!("{text}\n{}", header("x-igny8-meta"));
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(&SECRET).unwrap();
        mac.update(text.as_bytes());
        header("x-igny8-key") == "wk_1"
            && hex::encode(mac.finalize().into_bytes()) == header("x-igny8-signature")
            && nonce.len() == 32
            && self.seen.lock().unwrap().insert(nonce)
    }
}

fn stored(revision: u64) -> Value {
    json!({"post_id": 5, "revision": revision, "permalink": "http://s.test/p", "status": "publish",
        "modified_gmt": "2026-11-22T08:00:00Z", "repeated": false, "created": true})
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

async fn answers(server: &MockServer, route: &'static str, answer: ResponseTemplate) {
    Mock::given(path(format!("/wp-json/igny8/v1/{route}")))
        .and(signed_for(route))
        .respond_with(answer)
        .mount(server)
        .await;
}

fn never() -> ResponseTemplate {
    ResponseTemplate::new(200).set_delay(Duration::from_secs(60))
}

async fn bodies(server: &MockServer, route: &str) -> Vec<Value> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .filter(|request| request.url.path().ends_with(route))
        .map(|request| serde_json::from_slice(&request.body).unwrap())
        .collect()
}

#[tokio::test]
async fn publishes_images_first_and_then_the_article() {
    let server = MockServer::start().await;
    answers(
        &server,
        "upload-image",
        ok(&json!({"attachment_id": 9, "url": "http://s.test/a.png"})),
    )
    .await;
    answers(&server, "import-content", ok(&stored(2))).await;
    let mut post = post(POST_ID, 2);
    post.images = vec![image("cover")];
    post.expected_modified_gmt = Some("2026-11-22 07:00:00".to_owned());

    let published = publisher(true, PATIENT).publish(&target(&server.uri()), post).await.unwrap();

    assert_eq!((published.post_id, published.repeated), (5, false));
    assert_eq!(published.modified_gmt, "2026-11-22 08:00:00");
    let body = &bodies(&server, "import-content").await[0];
    assert!(body["content"].as_str().unwrap().contains("src=\"http://s.test/a.png\""));
    assert_eq!(body["featured_media_id"], 9);
    assert_eq!(body["external_id"], POST_ID);
    assert_eq!(body["epoch"], 3);
    assert_eq!(body["expected_modified_gmt"], "2026-11-22 07:00:00");
    assert_eq!(body["seo"]["focus_keyword"], "apples");
}

#[tokio::test]
async fn an_article_whose_answer_is_lost_is_looked_up() {
    let server = MockServer::start().await;
    answers(&server, "import-content", never()).await;
    let mut found = stored(2);
    found["found"] = json!(true);
    found["repeated"] = json!(true);
    answers(&server, "lookup", ok(&found)).await;
    let published =
        publisher(true, IMPATIENT).publish(&target(&server.uri()), post(POST_ID, 2)).await.unwrap();
    assert!(published.repeated);
    assert_eq!(bodies(&server, "lookup").await[0]["external_id"], POST_ID);
}

#[tokio::test]
async fn an_older_revision_at_the_site_is_not_taken_for_ours() {
    let server = MockServer::start().await;
    answers(&server, "import-content", never()).await;
    let mut found = stored(1);
    found["found"] = json!(true);
    answers(&server, "lookup", ok(&found)).await;
    let outcome =
        publisher(true, IMPATIENT).publish(&target(&server.uri()), post(POST_ID, 2)).await;
    assert!(matches!(outcome, Err(PublishError::Unreachable { .. })), "{outcome:?}");
}

#[tokio::test]
async fn an_image_whose_answer_is_lost_is_looked_up() {
    let server = MockServer::start().await;
    answers(&server, "upload-image", never()).await;
    let found = json!({"found": true, "attachment_id": 9, "url": "http://s.test/a.png"});
    answers(&server, "lookup", ok(&found)).await;
    answers(&server, "import-content", ok(&stored(1))).await;
    let mut post = post(POST_ID, 1);
    post.images = vec![image("cover")];
    publisher(true, IMPATIENT).publish(&target(&server.uri()), post).await.unwrap();
    assert_eq!(bodies(&server, "import-content").await[0]["featured_media_id"], 9);
}

#[tokio::test]
async fn a_refused_image_stops_the_article() {
    let server = MockServer::start().await;
    let refusal = json!({"code": "igny8_image_type", "message": "No."});
    answers(&server, "upload-image", ResponseTemplate::new(415).set_body_json(refusal)).await;
    let mut post = post(POST_ID, 1);
    post.images = vec![image("cover")];
    let outcome = publisher(true, PATIENT).publish(&target(&server.uri()), post).await;
    assert!(matches!(outcome, Err(PublishError::Refused { .. })), "{outcome:?}");
    assert!(bodies(&server, "import-content").await.is_empty());
}

#[tokio::test]
async fn an_image_address_that_is_none_never_enters_the_article() {
    let server = MockServer::start().await;
    answers(
        &server,
        "upload-image",
        ok(&json!({"attachment_id": 9, "url": "javascript:alert(1)"})),
    )
    .await;
    let mut post = post(POST_ID, 1);
    post.images = vec![image("cover")];
    let outcome = publisher(true, PATIENT).publish(&target(&server.uri()), post).await;
    assert!(matches!(outcome, Err(PublishError::Refused { .. })), "{outcome:?}");
}

#[tokio::test]
async fn retry_after_is_handed_on() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(503).insert_header("Retry-After", "17");
    answers(&server, "import-content", busy).await;
    match publisher(true, PATIENT).publish(&target(&server.uri()), post(POST_ID, 1)).await {
        Err(PublishError::Unreachable { retry_after, .. }) => {
            assert_eq!(retry_after, Some(Duration::from_secs(17)));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn plain_permalinks_are_reached_by_query() {
    let server = MockServer::start().await;
    let site = json!({"name": "Plain", "url": server.uri(), "wordpress": "6.8", "plugin": "0.1.0",
        "timezone": "UTC", "seo_plugin": "none"});
    Mock::given(method("GET"))
        .and(path("/blog/"))
        .and(query_param("rest_route", "/igny8/v1/status"))
        .and(signed_for("status"))
        .respond_with(ok(&json!({"site": site})))
        .mount(&server)
        .await;
    let info =
        publisher(true, PATIENT).status(&target(&format!("{}/blog", server.uri()))).await.unwrap();
    assert_eq!((info.name.as_str(), info.seo_plugin), ("Plain", None));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let server = MockServer::start().await;
    let away =
        ResponseTemplate::new(301).insert_header("Location", "http://169.254.169.254/latest?a=b");
    answers(&server, "status", away).await;
    match publisher(true, PATIENT).status(&target(&server.uri())).await {
        Err(PublishError::Address { reason }) => {
            assert!(reason.contains("169.254.169.254/latest:"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn private_networks_are_refused_by_number_and_by_name() {
    let server = MockServer::start().await;
    let by_name = server.uri().replace("127.0.0.1", "localhost");
    for url in
        [server.uri(), by_name, "http://[::1]:9/".to_owned(), "http://169.254.169.254".to_owned()]
    {
        let outcome = publisher(false, PATIENT).status(&target(&url)).await;
        assert!(matches!(outcome, Err(PublishError::Address { .. })), "{url} {outcome:?}");
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let server = MockServer::start().await;
    let endless = ResponseTemplate::new(200).set_body_bytes(vec![b' '; 21 * 1024 * 1024]);
    answers(&server, "status", endless).await;
    match publisher(true, PATIENT).status(&target(&server.uri())).await {
        Err(PublishError::Unreachable { reason, .. }) => {
            assert!(reason.contains("too large"), "{reason}")
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_site_that_is_down_is_unreachable() {
    // A port that was free a moment ago; wiremock's own servers live on after their test.
    let url = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let outcome = publisher(true, PATIENT).status(&target(&url)).await;
    assert!(matches!(outcome, Err(PublishError::Unreachable { .. })), "{outcome:?}");
    let page = MockServer::start().await;
    answers(&page, "status", ResponseTemplate::new(200).set_body_string("<html>Soon back</html>"))
        .await;
    match publisher(true, PATIENT).status(&target(&page.uri())).await {
        Err(PublishError::Unreachable { reason, .. }) => {
            assert!(reason.contains("web page"), "{reason}")
        }
        other => panic!("{other:?}"),
    }
}

fn pair_request(url: String) -> PairRequest {
    PairRequest {
        url,
        code: "ABCDE-FGHJK".to_owned(),
        tenant_name: "Acme".to_owned(),
        site_id: "site".to_owned(),
    }
}

#[tokio::test]
async fn pairing_stays_on_the_host_that_answered() {
    for (own, expected) in [("http://elsewhere.test", ""), ("SERVER/blog", "/blog")] {
        let server = MockServer::start().await;
        let own = own.replace("SERVER", &server.uri());
        let site = json!({"name": "S", "url": own, "wordpress": "6.8", "plugin": "0.1.0",
            "timezone": "UTC", "seo_plugin": "yoast"});
        let secret = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
        Mock::given(path("/wp-json/igny8/v1/pair"))
            .respond_with(ok(&json!({"key_id": "wk_1", "secret": secret, "site": site})))
            .mount(&server)
            .await;
        let pairing =
            publisher(true, PATIENT).pair(pair_request(server.uri() + "/wp-admin/")).await.unwrap();
        assert_eq!(pairing.secret, SECRET);
        assert_eq!(pairing.url, format!("{}{expected}", server.uri()));
        assert_eq!(pairing.site.seo_plugin.as_deref(), Some("yoast"));
    }
}

#[tokio::test]
async fn a_secret_that_is_too_short_is_refused() {
    let server = MockServer::start().await;
    let site = json!({"name": "S", "url": server.uri(), "wordpress": "6.8", "plugin": "0.1.0",
        "timezone": "UTC", "seo_plugin": "none"});
    Mock::given(path("/wp-json/igny8/v1/pair"))
        .respond_with(ok(&json!({"key_id": "wk_1", "secret": "BwcH", "site": site})))
        .mount(&server)
        .await;
    let outcome = publisher(true, PATIENT).pair(pair_request(server.uri())).await;
    assert!(matches!(outcome.map(|_| ()), Err(PublishError::Refused { .. })));
}
