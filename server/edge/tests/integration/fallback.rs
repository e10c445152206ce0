//! The line of clients whose WebSockets are cut: the same frames, as events and requests.

use crate::support::client::{Client, listen, ticket};
use crate::support::fallback::{Line, Said, framed, open, told};
use crate::support::room::{A_NOTE, ITS_END};
use crate::support::{self, PASSWORD, Server};
use futures::FutureExt;
use igny8_actors_domain::Origin;
use igny8_actors_domain::role::Role;
use igny8_actors_domain::tenant::TenantCommand;
use igny8_protocol_ids::DocumentId;
use igny8_protocol_wire::close;
use igny8_protocol_wire::frame::{ClientFrame, ServerFrame};
use igny8_protocol_wire::stream::{StreamName, StreamSnapshot};
use igny8_server_edge::LimitSettings;
use reqwest::Client as Http;
use serde_json::json;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;
use tokio::time::{interval, timeout};

fn ping(nonce: u32) -> ClientFrame {
    ClientFrame::Ping { nonce }
}

fn pong(frame: ServerFrame) -> Option<u32> {
    match frame {
        ServerFrame::Pong { nonce } => Some(nonce),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r7_a_line_of_events_edits_durably_and_meets_sockets() {
    let server = Server::start().await;
    let (address, ada, tenant) = (listen(&server).await, server.ada().await, server.own.tenant);
    let (_, document) = support::room::ticket(&server, &ada, "board", "write").await;
    let mut line = Line::open(&server, address, &ada, tenant).await;
    let header = |name: &str| line.answer().headers()[name].to_str().unwrap().to_owned();
    let names = ["content-type", "cache-control", "x-accel-buffering"];
    assert_eq!(["text/event-stream", "no-store", "no"], names.map(header).each_ref().map(|s| &**s));
    let mut socket = Client::open(&server, address, &ada, tenant).await;
    socket.subscribe(1, StreamName::Document(document)).await.unwrap();
    let subscribe = |r#ref, stream| ClientFrame::Subscribe {
        r#ref,
        stream,
        position: None,
        state_vector: None,
    };
    let (site, board) = (StreamName::Site(server.own.site), StreamName::Document(document));
    line.send(&[subscribe(1, site), subscribe(2, board)]).await;
    for expected in 1..=2 {
        let of = line.until(|frame| match frame {
            ServerFrame::Subscribed { r#ref, snapshot: Some(_), .. } => Some(r#ref),
            _ => None,
        });
        assert_eq!(expected, of.await);
    }
    let edit = |r#ref, update: &[u8]| ClientFrame::DocumentUpdate {
        document,
        r#ref,
        update: update.to_vec(),
    };
    line.send(&[edit(1, A_NOTE)]).await;
    line.until(|frame| matches!(frame, ServerFrame::Durable { r#ref: 1, .. }).then_some(())).await;
    let heard = |frame| match frame {
        ServerFrame::DocumentUpdate { update, .. } => Some(update),
        _ => None,
    };
    assert_eq!(A_NOTE, socket.until(heard).await);
    assert_eq!(None, socket.edit(document, 1, ITS_END.to_vec()).await);
    assert_eq!(ITS_END, line.until(heard).await);
    // Lost, and back: by state vector, as on a socket.
    drop(line);
    let mut line = Line::open(&server, address, &ada, tenant).await;
    let known = ClientFrame::Subscribe {
        r#ref: 7,
        stream: board,
        position: None,
        state_vector: Some(vec![1, 9, 1]),
    };
    line.send(&[known]).await;
    let missed = line.until(|frame| match frame {
        ServerFrame::Subscribed {
            snapshot: Some(StreamSnapshot::Document { update, .. }), ..
        } => Some(update),
        _ => None,
    });
    assert_eq!(ITS_END, missed.await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_counts_once_and_in_its_order() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let mut line = Line::open(&server, address, &ada, server.own.tenant).await;
    let own = line.token.clone();
    let post = async |number, nonces: &[u32]| {
        let frames: Vec<_> = nonces.iter().copied().map(ping).collect();
        line.post(Some(&own), number, framed(&frames)).await
    };
    assert_eq!((409, "out_of_order".to_owned()), post(3, &[7]).await);
    assert_eq!(204, post(2, &[4, 5]).await.0);
    assert_eq!(204, post(2, &[4, 5]).await.0, "its answer was lost");
    assert_eq!(204, post(1, &[9]).await.0, "long ago");
    assert_eq!(204, post(3, &[6]).await.0);
    for number in ["", "0", "-1", "x"] {
        let ask = Http::new().post(&line.url).bearer_auth(&own).header("x-igny8-number", number);
        assert_eq!((400, "number".to_owned()), told(ask.send().await.unwrap()).await, "{number}");
    }
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.push(line.until(pong).await);
    }
    assert_eq!(vec![4, 5, 6], heard);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_opened_by_our_own_pages_with_a_ticket_that_counts_once() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let bare = Http::new().post(format!("http://{address}/ws/fallback")).send().await.unwrap();
    assert_eq!((401, "ticket".to_owned()), told(bare).await);
    let ticket = ticket(&server, &ada, server.own.tenant).await;
    let foreign = open(address, &ticket).header("origin", "https://evil.example").send().await;
    assert_eq!((403, "origin".to_owned()), told(foreign.unwrap()).await);
    let own = open(address, &ticket).header("origin", format!("http://{address}")).send().await;
    assert_eq!(200, own.unwrap().status());
    let mut again = Line::dial(address, &ticket, &ada).await;
    assert_eq!(close::TICKET.code, again.closed().await);
    let mut line = Line::open(&server, address, &ada, server.own.tenant).await;
    let ask = Http::new().post(&line.url).bearer_auth(&ada).header("x-igny8-number", 2);
    let foreign = ask.header("origin", "https://evil.example").body(framed(&[ping(1)]));
    assert_eq!((403, "origin".to_owned()), told(foreign.send().await.unwrap()).await);
    line.send(&[ping(2)]).await;
    assert_eq!(2, line.until(pong).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_a_line_takes_requests_of_its_own_login_alone() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let mut line = Line::open(&server, address, &ada, server.own.tenant).await;
    let (eve, elsewhere) = (server.eve().await, server.ada().await);
    for (token, expected) in [
        (Some(eve.as_str()), (404, "not_found")),
        (Some(elsewhere.as_str()), (404, "not_found")),
        (Some("nonsense"), (401, "token")),
        (None, (401, "signed_out")),
    ] {
        let (status, code) = line.post(token, 2, framed(&[ping(1)])).await;
        assert_eq!(expected, (status, &*code), "{token:?}");
    }
    line.send(&[ping(2)]).await;
    assert_eq!(2, line.until(pong).await);
    let url = std::mem::replace(&mut line.url, format!("http://{address}/ws/fallback/other"));
    assert_eq!(404, line.post(Some(&ada), 3, framed(&[ping(3)])).await.0);
    line.url = url;
    // It ends with its answer.
    let url = line.url.clone();
    drop(line);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        let ask = Http::new().post(&url).bearer_auth(&ada).header("x-igny8-number", 1);
        let (status, _) = told(ask.body(framed(&[ping(1)])).send().await.unwrap()).await;
        if status == 404 {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "it goes on: {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_requests_to_lines_that_are_none_are_counted_by_address() {
    let few = 10;
    let settings =
        LimitSettings { address: NonZeroU32::new(few).unwrap(), ..LimitSettings::development() };
    let server = Server::with_limits(settings).await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let mut line = Line::open(&server, address, &ada, server.own.tenant).await;
    let url = std::mem::replace(&mut line.url, format!("http://{address}/ws/fallback/other"));
    let mut statuses = Vec::new();
    for _ in 0..=few {
        statuses.push(line.post(Some(&ada), 1, framed(&[ping(1)])).await);
    }
    assert_eq!((404, "not_found".to_owned()), statuses[0]);
    assert_eq!(Some(&(429, "rate_limited".to_owned())), statuses.last());
    line.url = url;
    line.send(&[ping(2)]).await;
    assert_eq!(2, line.until(pong).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_what_is_no_request_ends_the_line_by_name() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let large = [&1_400_000_u32.to_be_bytes()[..], &vec![0; 1_400_000]].concat();
    let unreadable = [0, 0, 0, 1, 0xc1].to_vec();
    for (body, answer, end) in [
        (large, (413, "too_large"), close::TOO_LARGE),
        (vec![0; 2_200_000], (413, "too_large"), close::TOO_LARGE),
        (vec![0, 0, 0, 9, 1], (400, "malformed"), close::MALFORMED),
        (Vec::new(), (400, "malformed"), close::MALFORMED),
        // The request is one; its frame is none.
        (unreadable, (204, ""), close::MALFORMED),
    ] {
        let mut line = Line::open(&server, address, &ada, server.own.tenant).await;
        let (status, code) = line.next(body).await;
        assert_eq!(answer, (status, &*code));
        assert_eq!(end.code, line.closed().await, "{}", end.name);
    }
}

/// Has a line told far more than what an outbox and the network between take.
async fn flooded(server: &Server, address: SocketAddr, token: &str, document: DocumentId) -> Line {
    const SYNCS: usize = 30;
    const REQUESTS: usize = 4;
    let mut line = Line::open(server, address, token, server.own.tenant).await;
    let subscribe = ClientFrame::Subscribe {
        r#ref: 1,
        stream: StreamName::Document(document),
        position: None,
        state_vector: None,
    };
    let sync = ClientFrame::DocumentSync { document, state_vector: vec![0] };
    line.send(&[subscribe]).await;
    for _ in 0..REQUESTS {
        line.send(&vec![sync.clone(); SYNCS]).await;
    }
    // When the second is there, what came before the first has been answered.
    for nonce in 0..2 {
        line.send(&[ping(nonce)]).await;
    }
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn r11_who_reads_too_slowly_is_cut_off_and_has_a_place_until_its_answer_is_gone() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let documents = server.url(server.own, "writer", "documents");
    let content = "Tea has a lot of kinds.\n\n".repeat(20_000);
    let body = json!({"title": "A", "content": content, "format": "markdown"});
    let made = server.post(&documents).token(&ada).tenant(server.own.tenant).json(body).await;
    assert_eq!(http::StatusCode::CREATED, made.status, "{made:?}");
    let document = made.json()["id"].as_str().unwrap().parse().unwrap();
    let mut line = flooded(&server, address, &ada, document).await;
    // Only now it is read.
    assert_eq!(close::SLOW_READER.code, line.closed().await);

    let mut line = flooded(&server, address, &ada, document).await;
    let mut looks = interval(Duration::from_millis(200));
    let over = async {
        while line.next(framed(&[ping(9)])).await.0 != 404 {
            looks.tick().await;
        }
    };
    timeout(Duration::from_secs(60), over).await.expect("the line ends");
    assert!(server.state.sockets_ended().now_or_never().is_none());
    drop(line);
    let ended = timeout(Duration::from_secs(20), server.state.sockets_ended()).await;
    ended.expect("no place is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_a_lost_right_or_login_ends_a_line_of_events() {
    let server = Server::start().await;
    let (address, tenant) = (listen(&server).await, server.own.tenant);
    let (account, editor) = server.person("editor", Role::Editor).await;
    let body = json!({"email": "editor@example.test", "password": PASSWORD});
    let login = server.post("/api/auth/login").json(body).await.json();
    let token = login["access_token"].as_str().unwrap();
    let mut one = Line::open(&server, address, token, tenant).await;
    let mut other = Line::open(&server, address, &editor, tenant).await;
    server.post("/api/auth/logout").json(json!({"refresh_token": login["refresh_token"]})).await;
    let ended = timeout(Duration::from_secs(2), one.closed()).await;
    assert_eq!(close::REVOKED.code, ended.expect("within two seconds"));
    other.send(&[ping(1)]).await;
    assert_eq!(1, other.until(pong).await);
    let remove = TenantCommand::RemoveMember { account };
    server.platform.tenant(tenant).command(Origin::System, None, remove).await.unwrap();
    let ended = timeout(Duration::from_secs(2), other.closed()).await;
    assert_eq!(close::REVOKED.code, ended.expect("within two seconds"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_ends_lines_of_events_too() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let mut line = Line::open(&server, address, &ada, server.own.tenant).await;
    server.shutdown.cancel();
    let Said::Frame(ServerFrame::Closing { retry_after_ms }) = line.hear().await else {
        panic!("it was not told when to come back")
    };
    assert!((100..=10_000).contains(&retry_after_ms), "{retry_after_ms}");
    assert_eq!(close::SERVICE_RESTART.code, line.closed().await);
    let ended = timeout(Duration::from_secs(20), server.state.sockets_ended()).await;
    ended.expect("no line is left");
}
