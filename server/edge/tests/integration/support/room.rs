//! Rooms at their doors: tickets, and what a guest who knows nothing of Yjs says.

use super::{Answer, Server};
use http::StatusCode;
use igny8_protocol_ids::DocumentId;
use serde_json::{Value, json};

/// Text `a` by client 9 in the root `notes`: lib0, as Yjs writes it.
pub const A_NOTE: &[u8] = &[1, 1, 9, 0, 4, 1, 5, b'n', b'o', b't', b'e', b's', 1, b'a', 0];
/// What follows it: `b` after it, by the same client.
pub const ITS_END: &[u8] = &[1, 1, 9, 1, 0x84, 9, 0, 1, b'b', 0];

pub fn framed(head: &[u8], body: &[u8]) -> Vec<u8> {
    assert!(body.len() < 128, "one byte of length");
    [head, &[body.len() as u8], body].concat()
}

pub async fn ask(server: &Server, token: &str, body: Value) -> Answer {
    let ask = server.post("/api/auth/room-tickets").token(token).tenant(server.own.tenant);
    ask.json(body).await
}

/// A ticket for a free room.
pub async fn ticket(
    server: &Server,
    token: &str,
    room: &str,
    rights: &str,
) -> (String, DocumentId) {
    let create = rights == "write";
    let body = json!({
        "site": server.own.site, "kind": "free", "room": room, "rights": rights, "create": create
    });
    let answer = ask(server, token, body).await;
    assert_eq!(StatusCode::OK, answer.status, "{answer:?}");
    let answer = answer.json();
    assert_eq!(format!("/collab/{room}"), answer["path"]);
    let document = answer["document"].as_str().unwrap().parse().unwrap();
    (answer["ticket"].as_str().unwrap().to_owned(), document)
}
