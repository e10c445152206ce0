//! The door of HocuspocusProvider: many documents on one socket, each with its ticket, its rights and
//! its end; and what a provider counts.

use crate::support::Server;
use crate::support::client::listen;
use crate::support::room::{A_NOTE, ITS_END, framed, ticket};
use futures::{SinkExt, StreamExt};
use http::{Method, StatusCode};
use igny8_actors_domain::role::Role;
use igny8_protocol_wire::close;
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PATIENCE: Duration = Duration::from_secs(20);
/// Both notes of client 9, as one edit.
const BOTH: &[u8] =
    &[1, 2, 9, 0, 4, 1, 5, b'n', b'o', b't', b'e', b's', 1, b'a', 0x84, 9, 0, 1, b'b', 0];
const PING: &[u8] = &[9];
const PONG: &[u8] = &[10];
const DURABLE: &[u8] = &[8, 1];
const NOT_TAKEN: &[u8] = &[8, 0];

/// A client that knows the framing and nothing of Yjs.
struct Guest {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Guest {
    /// Opens a socket; the server asks at once whether somebody is there.
    async fn dial(address: SocketAddr) -> Self {
        let (socket, _) = connect_async(format!("ws://{address}/collab")).await.unwrap();
        let mut guest = Self { socket };
        assert_eq!(Ok(PING.to_vec()), guest.next().await);
        guest
    }
    async fn say(&mut self, bytes: Vec<u8>) {
        self.socket.send(Message::Binary(bytes.into())).await.unwrap();
    }
    async fn tell(&mut self, name: &str, message: &[u8]) {
        self.say([framed(&[], name.as_bytes()), message.to_vec()].concat()).await;
    }
    async fn show(&mut self, name: &str, ticket: &str) {
        let length = [(ticket.len() & 0x7f) as u8 | 0x80, (ticket.len() >> 7) as u8];
        let version = framed(&[], b"4.8.0");
        self.tell(name, &[&[2, 0][..], &length, ticket.as_bytes(), &version].concat()).await;
    }
    /// Opens a document and answers what it is asked, as somebody who has nothing.
    async fn join(&mut self, name: &str, ticket: &str, scope: &str) {
        self.show(name, ticket).await;
        self.tell(name, &framed(&[0, 0], &[0])).await;
        assert_eq!(framed(&[2, 2], scope.as_bytes()), self.hear(name).await);
        assert!(self.hear(name).await.starts_with(&[0, 1]), "what it lacks");
        assert!(self.hear(name).await.starts_with(&[0, 0]), "what the server has");
        assert!(self.hear(name).await.starts_with(&[1]), "who is here");
        self.tell(name, &framed(&[0, 1], &[0, 0])).await;
        assert_eq!(DURABLE, self.hear(name).await);
    }
    async fn next(&mut self) -> Result<Vec<u8>, (u16, String)> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("something is heard in time") {
                Some(Ok(Message::Binary(bytes))) => return Ok(bytes.to_vec()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err((1006, String::new())),
            }
        }
    }
    /// The next message about a document; there is none about another.
    async fn hear(&mut self, name: &str) -> Vec<u8> {
        let heard = self.next().await.expect("the socket goes on");
        let head = framed(&[], name.as_bytes());
        let rest = heard.strip_prefix(&head[..]);
        rest.unwrap_or_else(|| panic!("of another document than {name}: {heard:?}")).to_vec()
    }
    /// That nothing more waits: who is here is told after all else.
    async fn hears_nothing(&mut self, name: &str) {
        self.tell(name, &[3]).await;
        assert_eq!(framed(&[1], &[0]), self.hear(name).await);
    }
    /// A document is over: for tickets, and for presence.
    async fn is_over(&mut self, name: &str, reason: &str) {
        assert_eq!(framed(&[2, 1], reason.as_bytes()), self.hear(name).await);
        assert_eq!(framed(&[7], reason.as_bytes()), self.hear(name).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_counts_before_its_ticket() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (board, _) = ticket(&server, &ada, "board", "write").await;
    let mut guest = Guest::dial(address).await;
    guest.tell("board", &framed(&[0, 2], A_NOTE)).await;
    guest.tell("board", &framed(&[1], &[1, 9, 1, 2, b'{', b'}'])).await;
    for (ticket, reason) in [
        ("no ticket", "ticket: the ticket is not one of ours"),
        (&ada, "ticket: the ticket is not one of ours"),
    ] {
        guest.show("board", ticket).await;
        assert_eq!(framed(&[2, 1], reason.as_bytes()), guest.hear("board").await);
    }
    guest.show("other", &board).await;
    let reason = b"ticket: the ticket is for another room";
    assert_eq!(framed(&[2, 1], reason), guest.hear("other").await);
    guest.show("board", &board).await;
    guest.tell("board", &framed(&[0, 0], &[0])).await;
    assert_eq!(framed(&[2, 2], b"read-write"), guest.hear("board").await);
    assert_eq!(framed(&[0, 1], &[0, 0]), guest.hear("board").await, "nothing was written");
    assert_eq!(framed(&[0, 0], &[0]), guest.hear("board").await);
    assert_eq!(framed(&[1], &[0]), guest.hear("board").await, "nobody is here");
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_an_edit_is_acknowledged_when_it_is_durable_and_one_of_before_with_all_others() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (board, _) = ticket(&server, &ada, "board", "write").await;
    let mut guest = Guest::dial(address).await;
    guest.show("board", &board).await;
    // It has the first note, which it made while it was away: a provider sends it by itself, too,
    // but forgot to count it when it said what it has.
    guest.tell("board", &framed(&[0, 0], &[1, 9, 1])).await;
    guest.tell("board", &framed(&[0, 2], A_NOTE)).await;
    // This one was made since, and is counted.
    guest.tell("board", &framed(&[0, 2], ITS_END)).await;
    guest.say(PONG.to_vec()).await;
    assert_eq!(framed(&[2, 2], b"read-write"), guest.hear("board").await);
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(guest.hear("board").await);
    }
    assert_eq!(1, heard.iter().filter(|message| *message == DURABLE).count(), "{heard:?}");
    guest.tell("board", &framed(&[0, 1], BOTH)).await;
    assert_eq!(DURABLE, guest.hear("board").await);
    guest.hears_nothing("board").await;
    // From now on every message is answered, also one with nothing new.
    guest.tell("board", &framed(&[0, 2], A_NOTE)).await;
    assert_eq!(DURABLE, guest.hear("board").await);
    guest.hears_nothing("board").await;
    let mut late = Guest::dial(address).await;
    late.show("board", &board).await;
    late.tell("board", &framed(&[0, 0], &[0])).await;
    assert_eq!(framed(&[2, 2], b"read-write"), late.hear("board").await);
    assert!(late.hear("board").await.windows(2).any(|pair| pair == b"ab"));
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_a_gap_is_asked_for_and_acknowledged_with_the_answer() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (board, _) = ticket(&server, &ada, "board", "write").await;
    let mut guest = Guest::dial(address).await;
    guest.say(PONG.to_vec()).await;
    guest.join("board", &board, "read-write").await;
    guest.tell("board", &framed(&[0, 2], ITS_END)).await;
    assert_eq!(framed(&[0, 0], &[0]), guest.hear("board").await, "what we have: nothing");
    guest.hears_nothing("board").await;
    guest.tell("board", &framed(&[0, 1], BOTH)).await;
    assert_eq!(DURABLE, guest.hear("board").await);
    guest.hears_nothing("board").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_is_told_of_each_edit_that_it_was_not_taken() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (write, _) = ticket(&server, &ada, "board", "write").await;
    let (read, _) = ticket(&server, &ada, "board", "read").await;
    let mut guest = Guest::dial(address).await;
    guest.say(PONG.to_vec()).await;
    guest.join("board", &read, "readonly").await;
    guest.tell("board", &framed(&[0, 2], A_NOTE)).await;
    assert_eq!(NOT_TAKEN, guest.hear("board").await);
    guest.tell("board", &framed(&[0, 1], A_NOTE)).await;
    assert_eq!(NOT_TAKEN, guest.hear("board").await);
    // Another ticket for the same document may have other rights: it is opened again, in place.
    let nothing = (framed(&[0, 1], &[0, 0]), framed(&[0, 0], &[0]));
    assert_eq!(nothing, opened_again(&mut guest, &write, "read-write").await);
    guest.tell("board", &framed(&[0, 2], A_NOTE)).await;
    assert_eq!(DURABLE, guest.hear("board").await);
}

/// Opens a document again, in place, with a ticket that may do something else: what the client
/// lacks, and what the server has.
async fn opened_again(guest: &mut Guest, ticket: &str, scope: &str) -> (Vec<u8>, Vec<u8>) {
    guest.show("board", ticket).await;
    assert_eq!(framed(&[2, 2], scope.as_bytes()), guest.hear("board").await);
    assert_eq!([3], guest.hear("board").await[..], "say who you are");
    let (lacks, has) = (guest.hear("board").await, guest.hear("board").await);
    assert!(lacks.starts_with(&[0, 1]) && has.starts_with(&[0, 0]));
    assert_eq!(framed(&[1], &[0]), guest.hear("board").await);
    (lacks, has)
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_an_edit_of_a_reader_is_acknowledged_once_it_may_write() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (write, _) = ticket(&server, &ada, "board", "write").await;
    let (read, _) = ticket(&server, &ada, "board", "read").await;
    let mut guest = Guest::dial(address).await;
    guest.say(PONG.to_vec()).await;
    guest.join("board", &read, "readonly").await;
    guest.tell("board", &framed(&[0, 2], A_NOTE)).await;
    assert_eq!(NOT_TAKEN, guest.hear("board").await);
    guest.hears_nothing("board").await;
    // The provider still counts it, and it comes with its answer to what the server has.
    opened_again(&mut guest, &write, "read-write").await;
    guest.tell("board", &framed(&[0, 1], A_NOTE)).await;
    assert_eq!(DURABLE, guest.hear("board").await);
    guest.hears_nothing("board").await;
    // What it counted as a writer, too, if it may only read when that is durable.
    opened_again(&mut guest, &read, "readonly").await;
    guest.tell("board", &framed(&[0, 2], A_NOTE)).await;
    assert_eq!(NOT_TAKEN, guest.hear("board").await);
    guest.tell("board", &framed(&[0, 1], A_NOTE)).await;
    assert_eq!(DURABLE, guest.hear("board").await, "it is held");
    guest.hears_nothing("board").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_a_socket_has_a_bounded_number_of_documents_and_names() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (board, _) = ticket(&server, &ada, "board", "write").await;
    let mut guest = Guest::dial(address).await;
    guest.join("board", &board, "read-write").await;
    for index in 1..128 {
        guest.tell(&format!("pending-{index}"), &[0, 0, 1, 0]).await;
    }
    guest.tell("one-more", &[0, 0, 1, 0]).await;
    let reason = b"One socket has 128 documents at most: open another, or close some.";
    assert_eq!(framed(&[2, 1], reason), guest.hear("one-more").await);
    // Who closes one has room for another, and those that are open go on.
    guest.tell("pending-7", &[7]).await;
    guest.show("one-more", &board).await;
    let reason = b"ticket: the ticket is for another room";
    assert_eq!(framed(&[2, 1], reason), guest.hear("one-more").await);
    guest.tell("board", &framed(&[0, 2], A_NOTE)).await;
    assert_eq!(DURABLE, guest.hear("board").await);
    // What applications say to one another is nobody's here; what is no message ends the socket.
    guest.tell("board", &framed(&[5], b"hello")).await;
    guest.say(PING.to_vec()).await;
    assert_eq!(Ok(PONG.to_vec()), guest.next().await);
    guest.say([&[0x81, 0x02][..], &[b'n'; 257], &[0, 0, 1, 0]].concat()).await;
    let malformed = (close::MALFORMED.code, "malformed: a message could not be read".to_owned());
    assert_eq!(Err(malformed), guest.next().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_a_changed_role_ends_its_own_documents_alone() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (account, editor) = server.person("editor", Role::Editor).await;
    let (own, _) = ticket(&server, &ada, "own", "write").await;
    let (lent, _) = ticket(&server, &ada, "lent", "write").await;
    drop(lent);
    let (lent, _) = ticket(&server, &editor, "lent", "write").await;
    let mut guest = Guest::dial(address).await;
    guest.say(PONG.to_vec()).await;
    guest.join("own", &own, "read-write").await;
    guest.join("lent", &lent, "read-write").await;
    let path = format!("/api/auth/members/{account}");
    let changed = server.ask(Method::PATCH, &path).token(&ada).json(json!({"role": "viewer"}));
    assert_eq!(StatusCode::OK, changed.await.status);
    let reason = "revoked: your role changed: get a new ticket";
    timeout(Duration::from_secs(2), guest.is_over("lent", reason)).await.expect("in two seconds");
    guest.tell("own", &framed(&[0, 2], A_NOTE)).await;
    assert_eq!(DURABLE, guest.hear("own").await);
    // The old ticket is worthless, a new one opens the document on the same socket.
    guest.show("lent", &lent).await;
    assert_eq!(framed(&[2, 1], reason.as_bytes()), guest.hear("lent").await);
    let (read, _) = ticket(&server, &editor, "lent", "read").await;
    guest.show("lent", &read).await;
    assert_eq!(framed(&[2, 2], b"readonly"), guest.hear("lent").await);
}
