//! Suggestions by REST: who may generate asks, who may edit decides, who may read sees them.

use crate::support::client::{Client, listen};
use crate::support::draft::Draft;
use crate::support::{Answer, Server};
use http::{Method, StatusCode};
use igny8_actors_domain::role::Role;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::stream::StreamName;
use serde_json::{Value, json};

const TEXT: &str = "Tea has a lot of kinds.";

async fn rewrite(draft: &Draft<'_>, token: &str, to: u32, instruction: Value) -> Answer {
    let blocks = draft.read("blocks", token).await;
    let key = &blocks["blocks"][0]["key"];
    let range = json!({"kind": "block", "index": 0, "key": key, "from": 4, "to": to});
    let body = json!({"range": range, "instruction": instruction});
    draft.ask(Method::POST, "suggestions", token, body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_an_editor_asks_and_decides_and_a_viewer_sees_it() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (_, viewer) = server.person("viewer", Role::Viewer).await;
    let draft = Draft::of(&server, &ada, TEXT).await;
    let mut client = Client::open(&server, address, &viewer, server.own.tenant).await;
    client.subscribe(1, StreamName::Document(draft.id.parse().unwrap())).await.unwrap();

    let refused = rewrite(&draft, &viewer, 22, json!({"kind": "improve"})).await;
    assert_eq!(StatusCode::FORBIDDEN, refused.status, "{refused:?}");
    let nothing = rewrite(&draft, &ada, 4, json!({"kind": "improve"})).await;
    assert_eq!(
        (StatusCode::UNPROCESSABLE_ENTITY, "range_outside".to_owned()),
        (nothing.status, nothing.code())
    );
    let empty = rewrite(&draft, &ada, 22, json!({"kind": "own", "words": " "})).await;
    assert_eq!(StatusCode::UNPROCESSABLE_ENTITY, empty.status, "{empty:?}");
    let queued = rewrite(&draft, &ada, 22, json!({"kind": "improve"})).await;
    assert_eq!(StatusCode::ACCEPTED, queued.status, "{queued:?}");
    let task = &queued.json()["tasks"][0];
    assert_eq!(("rewrite", 1), (task["kind"].as_str().unwrap(), task["price"].as_i64().unwrap()));

    client.until(|frame| matches!(frame, ServerFrame::CommentsChanged { .. }).then_some(())).await;
    let listed = draft.read("suggestions", &viewer).await;
    let one = &listed[0];
    assert_eq!((&task["id"], &json!("open")), (&one["id"], &one["state"]), "{listed}");
    assert_eq!(
        (&json!(["has a lot of kinds"]), &json!(["Has many kinds"])),
        (&one["before"], &one["after"])
    );
    let made = (&one["model"], &one["prompt"]);
    assert_eq!((&json!("offline"), &json!({"kind": "rewrite", "version": 0})), made);
    let id = one["id"].as_str().unwrap();
    let accept = format!("suggestions/{id}/accept");
    let by_viewer = draft.ask(Method::POST, &accept, &viewer, json!({})).await;
    assert_eq!(StatusCode::FORBIDDEN, by_viewer.status, "{by_viewer:?}");
    let accepted = draft.ask(Method::POST, &accept, &ada, json!({})).await;
    assert_eq!(json!("accepted"), accepted.json()["state"], "{accepted:?}");
    assert!(accepted.json()["decision"]["by"].is_string(), "{accepted:?}");
    let content = draft.read("content?format=text", &viewer).await;
    assert_eq!("Tea Has many kinds.", content["content"].as_str().unwrap().trim());
    let reject = format!("suggestions/{id}/reject");
    let late = draft.ask(Method::POST, &reject, &ada, json!({})).await;
    assert_eq!(
        (StatusCode::CONFLICT, "suggestion_accepted".to_owned()),
        (late.status, late.code())
    );
    let undone = draft.ask(Method::POST, &format!("runs/{id}/undo"), &ada, json!({})).await;
    assert_eq!(StatusCode::NO_CONTENT, undone.status, "{undone:?}");
    assert_eq!(json!("undone"), draft.read("suggestions", &ada).await[0]["state"]);
}
