//! The door of rooms: tickets that count again and again, y-protocols, and the same document as on
//! our own socket.

use crate::support::client::{Client, listen};
use crate::support::room::{A_NOTE, ITS_END, ask, framed, ticket};
use crate::support::{self, Server};
use futures::{SinkExt, StreamExt};
use http::{Method, StatusCode};
use igny8_actors_domain::role::Role;
use igny8_protocol_wire::close;
use igny8_protocol_wire::frame::ServerFrame;
use igny8_protocol_wire::stream::{StreamName, StreamSnapshot};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(20);

/// A client that knows the framing and nothing of Yjs.
struct Guest {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Said(Vec<u8>),
    Closed(u16, String),
}

impl Guest {
    async fn dial(address: SocketAddr, room: &str, ticket: &str) -> Result<Self, Box<Error>> {
        Self::dial_from(address, room, ticket, None).await
    }
    async fn dial_from(
        address: SocketAddr,
        room: &str,
        ticket: &str,
        origin: Option<&str>,
    ) -> Result<Self, Box<Error>> {
        let url = format!("ws://{address}/collab/{room}?ticket={ticket}");
        let mut request = url.into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await.map_err(Box::new)?;
        Ok(Self { socket })
    }
    /// Joins, and skips what it is greeted with.
    async fn join(address: SocketAddr, room: &str, ticket: &str) -> Self {
        let mut guest = Self::dial(address, room, ticket).await.unwrap();
        guest.say(framed(&[0, 0], &[0])).await;
        let first = guest.hear().await;
        assert!(matches!(&first, Heard::Said(bytes) if bytes.starts_with(&[0, 1])), "{first:?}");
        while !matches!(guest.hear().await, Heard::Said(bytes) if bytes[0] == 1) {}
        guest
    }
    async fn say(&mut self, bytes: Vec<u8>) {
        self.socket.send(Message::Binary(bytes.into())).await.unwrap();
    }
    async fn edit(&mut self, update: &[u8]) {
        self.say(framed(&[0, 2], update)).await;
    }
    async fn hear(&mut self) -> Heard {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("something is heard in time") {
                Some(Ok(Message::Binary(bytes))) => return Heard::Said(bytes.to_vec()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Heard::Closed(frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Heard::Closed(1006, String::new()),
            }
        }
    }
    async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Heard::Closed(code, reason) = self.hear().await {
                return (code, reason);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_made_once_and_its_ticket_counts_again_and_again() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (one, two) = tokio::join!(
        ticket(&server, &ada, "board", "write"),
        ticket(&server, &ada, "board", "write")
    );
    assert_eq!(one.1, two.1, "two clients at once make one document");
    for _ in 0..2 {
        drop(Guest::join(address, "board", &one.0).await);
    }
    let path = server.url(server.own, "writer", "free-documents");
    let listed = server.get(&path).token(&ada).send().await.json();
    assert_eq!(
        (Some(1), "board"),
        (listed["total"].as_u64(), listed["items"][0]["name"].as_str().unwrap())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_for_a_room_is_refused_precisely() {
    let server = Server::start().await;
    let (_, viewer) = server.person("viewer", Role::Viewer).await;
    let ada = server.ada().await;
    let site = server.own.site;
    let free = |room: &str, more: Value| {
        let mut body = json!({"site": site, "kind": "free", "room": room, "rights": "read"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let nothing = json!({});
    for (token, body, status, code) in [
        (&ada, free("missing", nothing.clone()), 404, "not_found"),
        (&ada, free("a/b", json!({"create": true})), 422, "invalid_room"),
        (&ada, free("..", json!({"create": true})), 422, "invalid_room"),
        (&ada, free(&"x".repeat(129), json!({"create": true})), 422, "invalid_room"),
        (&ada, free("a", json!({"create": true, "ttl_seconds": 0})), 422, "invalid"),
        (&ada, free("a", json!({"create": true, "ttl_seconds": 604_801})), 422, "invalid"),
        (&ada, free("a", json!({"kind": "article", "create": true})), 422, "invalid"),
        (&ada, free("a", json!({"kind": "article"})), 404, "not_found"),
        (&viewer, free("a", json!({"create": true})), 403, "forbidden"),
        (&viewer, free("a", json!({"rights": "write"})), 403, "forbidden"),
    ] {
        let answer = ask(&server, token, body.clone()).await;
        assert_eq!((status, code), (answer.status.as_u16(), answer.code().as_str()), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_opens_to_its_own_ticket_alone() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (board, _) = ticket(&server, &ada, "board", "write").await;
    let body = json!({
        "site": server.own.site, "kind": "free", "room": "board", "rights": "read", "ttl_seconds": 1
    });
    let short = ask(&server, &ada, body).await.json()["ticket"].as_str().unwrap().to_owned();
    // An open socket ends with its ticket, and the ticket opens no other.
    let mut guest = Guest::dial(address, "board", &short).await.unwrap();
    let over = (close::TICKET.code, "ticket: the ticket is over: get a new one".to_owned());
    assert_eq!(over, guest.closed().await);
    let mut late = Guest::dial(address, "board", &short).await.unwrap();
    assert_eq!(over, late.closed().await);
    for (room, ticket, reason) in [
        ("other", board.as_str(), "ticket: the ticket is for another room"),
        ("board", &board[1..], "ticket: the ticket is not one of ours"),
        ("board", &ada, "ticket: the ticket is not one of ours"),
    ] {
        let mut guest = Guest::dial(address, room, ticket).await.unwrap();
        assert_eq!((close::TICKET.code, reason.to_owned()), guest.closed().await);
    }
    let evil = Guest::dial_from(address, "board", &board, Some("https://evil.example")).await;
    assert!(evil.is_err());
    let own = format!("http://{address}");
    assert!(Guest::dial_from(address, "board", &board, Some(&own)).await.is_ok());
    assert!(connect_async(format!("ws://{address}/collab/board")).await.is_err(), "no ticket");
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_guests_and_our_own_socket_meet_in_one_document() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (ticket, document) = ticket(&server, &ada, "board", "write").await;
    let mut own = Client::open(&server, address, &ada, server.own.tenant).await;
    own.subscribe(1, StreamName::Document(document)).await.unwrap();
    let mut writer = Guest::join(address, "board", &ticket).await;
    let mut reader = Guest::join(address, "board", &ticket).await;
    writer.edit(A_NOTE).await;
    assert_eq!(Heard::Said(framed(&[0, 2], A_NOTE)), reader.hear().await);
    let seen = own.until(|frame| match frame {
        ServerFrame::DocumentUpdate { update, .. } => Some(update),
        _ => None,
    });
    assert_eq!(A_NOTE, seen.await);
    // Back the other way, and who is where.
    assert_eq!(None, own.edit(document, 1, ITS_END.to_vec()).await);
    assert_eq!(Heard::Said(framed(&[0, 2], ITS_END)), reader.hear().await);
    let present = [1, 9, 1, 2, b'{', b'}'];
    writer.say(framed(&[1], &present)).await;
    assert_eq!(Heard::Said(framed(&[1], &present)), reader.hear().await);
    // What a guest repeats of others is nobody's word.
    reader.say(framed(&[1], &present)).await;
    reader.say(vec![3]).await;
    assert_eq!(Heard::Said(framed(&[1], &present)), reader.hear().await);
    // Who comes later gets all of it, from the same bytes.
    let mut late = Guest::dial(address, "board", &ticket).await.unwrap();
    late.say(framed(&[0, 0], &[0])).await;
    let Heard::Said(whole) = late.hear().await else { panic!("closed") };
    assert!(whole.starts_with(&[0, 1]) && whole.windows(2).any(|pair| pair == b"ab"), "{whole:?}");
    drop(writer);
    let gone = [1, 9, 2, 4, b'n', b'u', b'l', b'l'];
    assert_eq!(Heard::Said(framed(&[1], &gone)), reader.hear().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_a_gap_is_asked_for_and_poison_ends_its_sender_alone() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (ticket, _) = ticket(&server, &ada, "board", "write").await;
    let mut writer = Guest::join(address, "board", &ticket).await;
    let mut reader = Guest::join(address, "board", &ticket).await;
    writer.edit(ITS_END).await;
    assert_eq!(Heard::Said(framed(&[0, 0], &[0])), writer.hear().await, "what we have: nothing");
    writer.say(framed(&[0, 1], A_NOTE)).await;
    assert_eq!(Heard::Said(framed(&[0, 2], A_NOTE)), reader.hear().await);
    let mut bad = Guest::join(address, "board", &ticket).await;
    bad.edit(&[0xff; 30]).await;
    let Heard::Said(why) = bad.hear().await else { panic!("no reason") };
    assert!(why.starts_with(&[2, 0]), "{why:?}");
    assert_eq!(close::REFUSED.code, bad.closed().await.0);
    writer.edit(ITS_END).await;
    assert_eq!(Heard::Said(framed(&[0, 2], ITS_END)), reader.hear().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_an_article_keeps_its_schema_at_this_door() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let path = server.url(server.own, "writer", "documents");
    let made = server.post(&path).token(&ada).json(json!({"title": "A"})).await.json();
    let room = made["id"].as_str().unwrap();
    let body = json!({"site": server.own.site, "kind": "article", "room": room, "rights": "write"});
    let ticket = ask(&server, &ada, body).await.json()["ticket"].as_str().unwrap().to_owned();
    let mut guest = Guest::join(address, room, &ticket).await;
    guest.edit(A_NOTE).await;
    let Heard::Said(why) = guest.hear().await else { panic!("no reason") };
    assert!(String::from_utf8_lossy(&why).contains("no root named notes"), "{why:?}");
    assert_eq!(close::REFUSED.code, guest.closed().await.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_hears_that_it_writes_for_nobody() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (write, document) = ticket(&server, &ada, "board", "write").await;
    let (_, viewer) = server.person("viewer", Role::Viewer).await;
    let (read, of) = ticket(&server, &viewer, "board", "read").await;
    assert_eq!(document, of);
    let mut reader = Guest::join(address, "board", &read).await;
    reader.edit(A_NOTE).await;
    let Heard::Said(denied) = reader.hear().await else { panic!("closed") };
    assert!(denied.starts_with(&[2, 0]), "{denied:?}");
    let mut writer = Guest::dial(address, "board", &write).await.unwrap();
    writer.say(framed(&[0, 0], &[0])).await;
    assert_eq!(Heard::Said(framed(&[0, 1], &[0, 0])), writer.hear().await, "nothing was written");
    writer.edit(A_NOTE).await;
    assert_eq!(Heard::Said(framed(&[0, 2], A_NOTE)), reader.hear().await, "it goes on reading");
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_a_changed_role_ends_tickets_and_their_sockets() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (account, editor) = server.person("editor", Role::Editor).await;
    let (ticket, _) = ticket(&server, &editor, "board", "write").await;
    let mut guest = Guest::join(address, "board", &ticket).await;
    let path = format!("/api/auth/members/{account}");
    let change = async |role: &str| {
        let body = json!({"role": role});
        let changed = server.ask(Method::PATCH, &path).token(&ada).json(body).await;
        assert_eq!(StatusCode::OK, changed.status, "{changed:?}");
    };
    change("viewer").await;
    let ended = (close::REVOKED.code, "revoked: your role changed: get a new ticket".to_owned());
    let heard = timeout(Duration::from_secs(2), guest.closed()).await;
    assert_eq!(ended, heard.expect("within two seconds"));
    change("editor").await;
    let mut again = Guest::dial(address, "board", &ticket).await.unwrap();
    assert_eq!(ended, again.closed().await, "it stays worthless");
    let (fresh, _) = support::room::ticket(&server, &editor, "board", "write").await;
    let mut guest = Guest::join(address, "board", &fresh).await;
    server.ask(Method::DELETE, &path).token(&ada).send().await;
    let heard = timeout(Duration::from_secs(2), guest.closed()).await;
    assert_eq!(close::REVOKED.code, heard.expect("within two seconds").0);
    let mut again = Guest::dial(address, "board", &fresh).await.unwrap();
    assert_eq!(close::REVOKED.code, again.closed().await.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_room_ends_its_sockets_and_its_tickets() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (ticket, document) = ticket(&server, &ada, "board", "write").await;
    let mut own = Client::open(&server, address, &ada, server.own.tenant).await;
    let joined = own.subscribe(1, StreamName::Document(document)).await.unwrap();
    let ServerFrame::Subscribed { snapshot: Some(StreamSnapshot::Document { update, .. }), .. } =
        joined
    else {
        panic!("no document: {joined:?}")
    };
    assert_eq!(vec![0, 0], update, "nothing is seeded");
    let mut guest = Guest::join(address, "board", &ticket).await;
    guest.edit(A_NOTE).await;
    let path = server.url(server.own, "writer", &format!("free-documents/{document}"));
    let deleted = server.ask(Method::DELETE, &path).token(&ada).send().await;
    assert_eq!(StatusCode::NO_CONTENT, deleted.status);
    let gone = (close::NOT_FOUND.code, "not_found: the room was deleted".to_owned());
    assert_eq!(gone, guest.closed().await);
    let closed = |frame| matches!(frame, ServerFrame::StreamClosed { .. }).then_some(());
    own.until(closed).await;
    assert_eq!("not_found", own.subscribe(2, StreamName::Document(document)).await.unwrap_err());
    // A new room of the same name is another document, and the old ticket is not for it.
    let (_, other) = support::room::ticket(&server, &ada, "board", "write").await;
    assert_ne!(document, other);
    let mut again = Guest::dial(address, "board", &ticket).await.unwrap();
    assert_eq!(gone, again.closed().await);
    let again = server.ask(Method::DELETE, &path).token(&ada).send().await;
    assert_eq!(StatusCode::NOT_FOUND, again.status);
}
