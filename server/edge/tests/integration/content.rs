//! Whole texts handed in by REST: in three forms, as an edit that leaves what stays.

use crate::support::draft::Draft;
use crate::support::{Answer, Server};
use http::{Method, StatusCode};
use igny8_actors_domain::role::Role;
use serde_json::{Value, json};

/// A draft and who asks.
struct Asked<'s> {
    draft: Draft<'s>,
    token: String,
}

impl<'s> Asked<'s> {
    async fn new(server: &'s Server, body: Value) -> Self {
        let token = server.ada().await;
        Self { draft: Draft::new(server, &token, body).await, token }
    }
    async fn put(&self, form: &str, text: &str, over: Option<&str>) -> Answer {
        self.draft.put(&self.token, form, text, over).await
    }
    async fn read(&self, rest: &str) -> Value {
        self.draft.read(rest, &self.token).await
    }
    async fn text(&self) -> String {
        let read = self.read("content?format=markdown").await;
        read["content"].as_str().unwrap().trim().to_owned()
    }
}

const HTML: &str = "<h2>Tea</h2><p>Made of <b>leaves</b>.</p><script>x()</script>";

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_put_in_each_form_and_once() {
    let server = Server::start().await;
    let draft = Asked::new(&server, json!({"title": "A"})).await;
    let put = draft.put("text/html; charset=utf-8", HTML, None).await;
    assert_eq!(StatusCode::OK, put.status, "{put:?}");
    assert_eq!((true, &Value::Null), (put.json()["changed"] == true, &put.json()["kept"]));
    assert_eq!("## Tea\n\nMade of **leaves**.", draft.text().await);
    let again = draft.put("text/html", HTML, None).await.json();
    assert_eq!((false, &put.json()["revision"]), (again["changed"] == true, &again["revision"]));
    let put = draft.put("text/markdown", "## Tea\n\nMade of old **leaves**.\n", None).await.json();
    assert_eq!("before_replace", put["kept"]["cause"], "{put}");
    assert_eq!(1, draft.read("versions").await.as_array().unwrap().len());
    let json = json!({"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "J"}]}]});
    draft.put("application/json", &json.to_string(), None).await;
    assert_eq!("J", draft.text().await);
    let authors = draft.read("authors").await;
    let author = authors["spans"][0]["author"].as_u64().unwrap() as usize;
    assert_eq!("account", authors["authors"][author]["kind"], "{authors}");
    draft.put("text/html", "", None).await;
    assert_eq!("", draft.text().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_was_made_from_another_one_is_not_put() {
    let server = Server::start().await;
    let draft = Asked::new(&server, json!({"title": "A"})).await;
    let first = draft.put("text/markdown", "One.", None).await.json()["revision"].clone();
    let first = format!("\"{}\"", first.as_str().unwrap());
    assert_eq!(StatusCode::OK, draft.put("text/markdown", "Two.", Some(&first)).await.status);
    let stale = draft.put("text/markdown", "Three.", Some(&first)).await;
    assert_eq!(
        (StatusCode::PRECONDITION_FAILED, "content_changed".into()),
        (stale.status, stale.code())
    );
    assert_eq!("Two.", draft.text().await);
    let revision = draft.read("content").await["revision"].clone();
    assert!(stale.json()["detail"].as_str().unwrap().contains(revision.as_str().unwrap()));
    assert_eq!(StatusCode::OK, draft.put("text/markdown", "Three.", Some("*")).await.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_article_is_refused_and_nothing_is_lost() {
    let server = Server::start().await;
    let draft = Asked::new(&server, json!({"title": "A"})).await;
    draft.put("text/markdown", "One.", None).await;
    let video = json!({"type": "doc", "content": [{"type": "video"}]}).to_string();
    let deep = "<div>".repeat(1_000);
    let large = "a".repeat(1_100_000);
    for (form, text, status, why) in [
        ("application/json", video.as_str(), StatusCode::UNPROCESSABLE_ENTITY, "video"),
        ("application/json", "{", StatusCode::UNPROCESSABLE_ENTITY, "JSON"),
        ("text/html", &deep, StatusCode::UNPROCESSABLE_ENTITY, "nested"),
        ("text/plain", "One", StatusCode::UNSUPPORTED_MEDIA_TYPE, "text/html"),
        ("text/markdown", &large, StatusCode::PAYLOAD_TOO_LARGE, "larger"),
    ] {
        let refused = draft.put(form, text, None).await;
        assert_eq!(status, refused.status, "{form}: {refused:?}");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(why), "{detail}");
    }
    assert_eq!("One.", draft.text().await);
    assert!(draft.read("versions").await.as_array().unwrap().is_empty());
    let (_, viewer) = server.person("viewer", Role::Viewer).await;
    let refused = draft.draft.put(&viewer, "text/markdown", "Two.", None).await;
    assert_eq!(StatusCode::FORBIDDEN, refused.status, "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_stay_on_the_words_that_stay() {
    let server = Server::start().await;
    let draft = Asked::new(&server, json!({"title": "A"})).await;
    draft.put("text/markdown", "Tea is made of leaves.\n\nLast.", None).await;
    let key = draft.read("blocks").await["blocks"][0]["key"].clone();
    let begin = json!({
        "id": "0193b1c0-0000-7000-8000-000000000001",
        "range": {"kind": "block", "index": 0, "key": key, "from": 7, "to": 11},
        "comment": {"id": "0193b1c0-0000-7000-8000-000000000011", "text": "Why?"},
    });
    let begun = draft.draft.ask(Method::POST, "threads", &draft.token, begin).await;
    assert_eq!(StatusCode::CREATED, begun.status, "{begun:?}");
    draft
        .put("text/html", "<p>New.</p><p>Green tea is made of old leaves.</p><p>Last.</p>", None)
        .await;
    let threads = draft.read("threads").await;
    assert_eq!(
        (true, "made"),
        (threads[0]["anchored"] == true, threads[0]["quote"].as_str().unwrap())
    );
}

/// Of two things in one millisecond nobody can say which was first.
fn next_moment() {
    let now = || std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    let begun = now();
    while now() == begun {
        std::hint::spin_loop();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_read_page_by_page() {
    let server = Server::start().await;
    let draft = Asked::new(&server, json!({"title": "A"})).await;
    draft.put("text/markdown", "One.", None).await;
    next_moment();
    let status = server.ask(Method::PATCH, &draft.draft.path).token(&draft.token);
    status.json(json!({"status": "in_review"})).await;
    next_moment();
    draft.put("text/markdown", "Two.", None).await;
    let whole = draft.read("activity").await;
    let what = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(["replaced", "moved", "replaced", "created"], what(&whole)[..]);
    let entry = &whole["items"][1];
    assert_eq!(
        ("in_review", "Ada"),
        (entry["status"].as_str().unwrap(), entry["by"]["name"].as_str().unwrap())
    );
    let first = draft.read("activity?limit=3").await;
    assert_eq!(["replaced", "moved", "replaced"], what(&first)[..]);
    let next = first["next"].as_str().unwrap();
    let last = draft.read(&format!("activity?limit=3&before={next}")).await;
    assert_eq!((vec!["created".to_owned()], &Value::Null), (what(&last), &last["next"]));
    for wrong in ["activity?limit=0", "activity?before=x"] {
        let path = format!("{}/{wrong}", draft.draft.path);
        let answer = server.get(&path).token(&draft.token).send().await;
        assert_eq!(StatusCode::UNPROCESSABLE_ENTITY, answer.status, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_begins_with_a_text() {
    let server = Server::start().await;
    let draft = Asked::new(&server, json!({"title": "A", "content": HTML})).await;
    assert_eq!("## Tea\n\nMade of **leaves**.", draft.text().await);
    let body = json!({"title": "B", "content": "*one*", "format": "markdown"});
    let (token, documents) = (server.ada().await, server.url(server.own, "writer", "documents"));
    let make =
        || server.post(&documents).token(&token).header("idempotency-key", "k").json(body.clone());
    let id = make().await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("{documents}/{id}");
    let made =
        Asked { draft: Draft { server: &server, path, id: id.clone() }, token: token.clone() };
    made.put("text/markdown", "Another.", None).await;
    assert_eq!(id.as_str(), make().await.json()["id"], "the same request");
    assert_eq!("Another.", made.text().await, "what stands there stays");
    let refused = server
        .post(&documents)
        .token(&token)
        .json(json!({"title": "C", "content": "a", "format": "blocks"}))
        .await;
    assert_eq!(StatusCode::UNPROCESSABLE_ENTITY, refused.status);
    assert_eq!(
        2,
        server.get(&documents).token(&token).send().await.json()["total"],
        "nothing was made"
    );
}
