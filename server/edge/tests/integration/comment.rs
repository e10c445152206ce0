//! Comments by REST: who reads may comment; mentions are members; the open socket is told.

use crate::support::client::{Client, listen};
use crate::support::draft::Draft;
use crate::support::{Answer, Server};
use http::{Method, StatusCode};
use igny8_actors_domain::role::Role;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::stream::StreamName;
use serde_json::{Value, json};

const TEXT: &str = "Tea is made of leaves.";
const THREAD: &str = "0193b1c0-0000-7000-8000-000000000001";
const FIRST: &str = "0193b1c0-0000-7000-8000-000000000011";
const SECOND: &str = "0193b1c0-0000-7000-8000-000000000012";

async fn begin(draft: &Draft<'_>, token: &str, mentions: Value) -> Answer {
    let blocks = draft.read("blocks", token).await;
    let block = &blocks["blocks"][0];
    assert_eq!(TEXT, block["text"]);
    let body = json!({
        "id": THREAD,
        "range": {"kind": "block", "index": 0, "key": block["key"], "from": 7, "to": 11},
        "comment": {"id": FIRST, "text": "Why?", "mentions": mentions},
    });
    draft.ask(Method::POST, "threads", token, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_a_viewer_comments_and_changes_neither_the_text_nor_what_others_said() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let (_, viewer) = server.person("viewer", Role::Viewer).await;
    let draft = Draft::of(&server, &ada, TEXT).await;
    let made = begin(&draft, &viewer, json!([])).await;
    assert_eq!(StatusCode::CREATED, made.status, "{made:?}");
    assert_eq!(
        ("made", true),
        (made.json()["quote"].as_str().unwrap(), made.json()["anchored"] == true)
    );
    let content = draft.read("content?format=json", &viewer).await;
    assert!(content["content"].as_str().unwrap().contains(THREAD), "{content}");
    let html = draft.read("content?format=html", &viewer).await;
    assert_eq!("<p>Tea is made of leaves.</p>", html["content"].as_str().unwrap().trim());

    let reply = json!({"id": SECOND, "text": "So."});
    let replied = draft.ask(Method::POST, &format!("threads/{THREAD}/comments"), &ada, reply).await;
    assert_eq!(StatusCode::CREATED, replied.status, "{replied:?}");
    let second = format!("threads/{THREAD}/comments/{SECOND}");
    let by_viewer = draft.ask(Method::DELETE, &second, &viewer, json!({})).await;
    assert_eq!(
        (StatusCode::FORBIDDEN, "forbidden".to_owned()),
        (by_viewer.status, by_viewer.code())
    );
    let first = format!("threads/{THREAD}/comments/{FIRST}");
    let by_ada = draft.ask(Method::PATCH, &first, &ada, json!({"text": "Mine."})).await;
    assert_eq!(StatusCode::FORBIDDEN, by_ada.status, "{by_ada:?}");
    let resolve = format!("threads/{THREAD}/resolve");
    let resolved = draft.ask(Method::POST, &resolve, &viewer, json!({})).await;
    assert!(resolved.json()["resolved"]["by"].is_string(), "{resolved:?}");
    let reopen = format!("threads/{THREAD}/reopen");
    let reopened = draft.ask(Method::POST, &reopen, &ada, json!({})).await;
    assert!(reopened.json()["resolved"].is_null(), "{reopened:?}");
    let moderated = draft.ask(Method::DELETE, &first, &ada, json!({})).await;
    assert!(moderated.json()["comments"][0]["deleted_at"].is_number(), "{moderated:?}");
    let gone = draft.ask(Method::DELETE, &format!("threads/{THREAD}"), &ada, json!({})).await;
    assert_eq!(StatusCode::NO_CONTENT, gone.status, "{gone:?}");
    assert_eq!(json!([]), draft.read("threads", &viewer).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_are_mentioned() {
    let server = Server::start().await;
    let ada = server.ada().await;
    let (account, _) = server.person("viewer", Role::Viewer).await;
    let draft = Draft::of(&server, &ada, TEXT).await;
    let stranger = begin(&draft, &ada, json!([account, THREAD])).await;
    assert_eq!(
        (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()),
        (stranger.status, stranger.code())
    );
    assert_eq!(json!([]), draft.read("threads", &ada).await);
    let member = begin(&draft, &ada, json!([account])).await;
    assert_eq!(json!([account]), member.json()["comments"][0]["mentions"], "{member:?}");
    let base64 = json!({"kind": "positions", "from": "!", "to": "!"});
    let body = json!({"id": SECOND, "range": base64, "comment": {"id": SECOND, "text": "So."}});
    let refused = draft.ask(Method::POST, "threads", &ada, body).await;
    assert_eq!(StatusCode::UNPROCESSABLE_ENTITY, refused.status, "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_socket_is_told_of_comments() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let draft = Draft::of(&server, &ada, TEXT).await;
    let document = draft.id.parse().unwrap();
    let mut client = Client::open(&server, address, &ada, server.own.tenant).await;
    client.subscribe(1, StreamName::Document(document)).await.unwrap();
    begin(&draft, &ada, json!([])).await;
    let told = client.until(|frame| match frame {
        ServerFrame::CommentsChanged { document } => Some(document),
        _ => None,
    });
    assert_eq!(document, told.await);
}
