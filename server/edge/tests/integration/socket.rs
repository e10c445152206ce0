//! The socket: greeting, streams, rights on every message, and its ends.

use crate::support::client::{Client, Heard, listen, ticket};
use crate::support::{PASSWORD, Server, Shifted};
use futures::FutureExt;
use http::{Method, StatusCode};
use igny8_actors_domain::Origin;
use igny8_actors_domain::role::{Action, Role, allows};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_protocol_ids::{BatchId, DocumentId, SiteId, TaskId};
use igny8_protocol_wire::close;
use igny8_protocol_wire::codec::encode;
use igny8_protocol_wire::frame::{ClientFrame, ServerFrame, SocketCommand};
use igny8_protocol_wire::queue::QueueWork;
use igny8_protocol_wire::stream::{StreamEvent, StreamName, StreamSnapshot};
use igny8_protocol_wire::view::TaskView;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// An empty Yjs update (v1): no structs, no deletions.
const EMPTY_UPDATE: [u8; 2] = [0, 0];

async fn document(server: &Server, token: &str) -> DocumentId {
    let path = server.url(server.own, "writer", "documents");
    let made =
        server.post(&path).token(token).tenant(server.own.tenant).json(json!({"title": "A"})).await;
    assert_eq!(StatusCode::CREATED, made.status);
    made.json()["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_opens_one_socket_once() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let ticket = ticket(&server, &ada, server.own.tenant).await;
    let mut first = Client::dial(address, &ticket, None).await.unwrap();
    first
        .send(&ClientFrame::Hello { versions: vec![1], client: "test".to_owned(), packed: false })
        .await;
    assert!(matches!(first.hear().await, Heard::Frame(ServerFrame::Welcome { .. })));
    let mut second = Client::dial(address, &ticket, None).await.unwrap();
    assert_eq!(close::TICKET.code, second.closed().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_pages_open_no_sockets() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let ticket = ticket(&server, &ada, server.own.tenant).await;
    assert!(Client::dial(address, &ticket, Some("https://evil.example")).await.is_err());
    let own = format!("http://{address}");
    assert!(Client::dial(address, &ticket, Some(&own)).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_protocol_closes_by_name() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let hello = |versions| {
        Message::Binary(
            encode(&ClientFrame::Hello { versions, client: String::new(), packed: false })
                .unwrap()
                .into(),
        )
    };
    let cases = [
        (vec![hello(vec![99])], close::VERSION),
        (vec![Message::Binary(vec![0xc1].into())], close::MALFORMED),
        (
            vec![Message::Binary(encode(&ClientFrame::Ping { nonce: 1 }).unwrap().into())],
            close::MALFORMED,
        ),
        (vec![hello(vec![1]), hello(vec![1])], close::MALFORMED),
        (vec![hello(vec![1]), Message::Text("hi".into())], close::MALFORMED),
        (vec![hello(vec![1]), Message::Binary(vec![0; 1_500_000].into())], close::TOO_LARGE),
    ];
    for (messages, expected) in cases {
        let ticket = ticket(&server, &ada, server.own.tenant).await;
        let mut client = Client::dial(address, &ticket, None).await.unwrap();
        for message in messages {
            client.raw(message).await;
        }
        assert_eq!(expected.code, client.closed().await, "{}", expected.name);
    }
}

/// What is larger than the transport reads at all cannot be waited for: the line is cut while it is
/// still being sent, so that the close frame may be lost with it. Nobody else notices.
#[tokio::test(flavor = "multi_thread")]
async fn r11_a_message_beyond_the_transport_is_cut_off() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let mut client = Client::open(&server, address, &ada, server.own.tenant).await;
    drop(client.try_raw(Message::Binary(vec![0; 8_000_000].into())).await);
    let code = client.closed().await;
    assert!(code == close::TOO_LARGE.code || code == 1006, "closed by {code}");
    drop(Client::open(&server, address, &ada, server.own.tenant).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_streams_begin_with_a_snapshot_and_resume_exactly() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let mut client = Client::open(&server, address, &ada, server.own.tenant).await;
    let site = StreamName::Site(server.own.site);
    let ServerFrame::Subscribed { at, snapshot: Some(StreamSnapshot::Site { .. }), .. } =
        client.subscribe(1, site).await.unwrap()
    else {
        panic!("no snapshot of the site")
    };
    let tenant = client.subscribe(2, StreamName::Tenant(server.own.tenant)).await.unwrap();
    let ServerFrame::Subscribed {
        snapshot: Some(StreamSnapshot::Tenant { balance, sites, .. }),
        ..
    } = tenant
    else {
        panic!("no snapshot of the tenant")
    };
    assert_eq!((600, 1), (balance.available.0, sites.len()));
    let made = document(&server, &ada).await;
    let heard = client
        .until(|frame| match frame {
            ServerFrame::Events { at, events } if at.stream == site => Some((at, events)),
            _ => None,
        })
        .await;
    assert!(
        matches!(&heard.1[..], [StreamEvent::DocumentChanged { document }] if document.id == made),
        "{heard:?}"
    );
    let mut later = Client::open(&server, address, &ada, server.own.tenant).await;
    later
        .send(&ClientFrame::Subscribe {
            r#ref: 7,
            stream: site,
            position: Some(at.position),
            state_vector: None,
        })
        .await;
    let Heard::Frame(ServerFrame::Subscribed { snapshot: None, at: from, .. }) = later.hear().await
    else {
        panic!("not resumed exactly")
    };
    assert_eq!(at.position, from.position);
    let Heard::Frame(ServerFrame::Events { at, events }) = later.hear().await else {
        panic!("nothing was missed")
    };
    assert_eq!((heard.0, heard.1), (at, events));
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_streams_of_others_do_not_exist() {
    let server = Server::start().await;
    let (address, ada, eve) = (listen(&server).await, server.ada().await, server.eve().await);
    let made = document(&server, &ada).await;
    let mut client = Client::open(&server, address, &eve, server.other.tenant).await;
    let names = [
        StreamName::Tenant(server.own.tenant),
        StreamName::Site(server.own.site),
        StreamName::Document(made),
    ];
    for (r#ref, name) in (1..).zip(names) {
        assert_eq!(Err("not_found".to_owned()), client.subscribe(r#ref, name).await, "{name:?}");
    }
    assert_eq!(Some("not_open".to_owned()), client.edit(made, 1, EMPTY_UPDATE.to_vec()).await);
}

fn queue_work(site: SiteId, work: QueueWork) -> SocketCommand {
    SocketCommand::QueueWork { site, work, placement: None, idempotency_key: None }
}

/// Every command of the socket, and the right of its REST route.
fn commands(server: &Server, task: TaskId, elsewhere: bool) -> Vec<(SocketCommand, Action)> {
    let site = if elsewhere { server.other.site } else { server.own.site };
    let batch = BatchId::from_uuid(task.uuid());
    let work = QueueWork::Reparse { document: DocumentId::from_uuid(task.uuid()) };
    let change =
        SocketCommand::ChangeTasks { site, tasks: vec![task], priority: None, not_before: None };
    vec![
        (SocketCommand::CancelTask { site, task }, Action::ControlTasks),
        (SocketCommand::RetryTask { site, task }, Action::ControlTasks),
        (SocketCommand::StopRun { site, task }, Action::ControlTasks),
        (change, Action::ControlTasks),
        (SocketCommand::PauseTask { site, task, paused: true }, Action::ControlTasks),
        (SocketCommand::PauseBatch { site, batch, paused: true }, Action::ControlTasks),
        (SocketCommand::CancelBatch { site, batch }, Action::ControlTasks),
        (queue_work(site, work), Action::GenerateContent),
    ]
}

async fn outcome(client: &mut Client, r#ref: u32, command: SocketCommand) -> (String, String) {
    // A new variant is added to `commands` above.
    match command {
        SocketCommand::CancelTask { .. }
        | SocketCommand::RetryTask { .. }
        | SocketCommand::StopRun { .. }
        | SocketCommand::ChangeTasks { .. }
        | SocketCommand::PauseTask { .. }
        | SocketCommand::PauseBatch { .. }
        | SocketCommand::CancelBatch { .. }
        | SocketCommand::QueueWork { .. }
        // Names nothing that could be missing: its right is checked below.
        | SocketCommand::PauseQueue { .. } => {}
    }
    client.send(&ClientFrame::Command { r#ref, command }).await;
    client
        .until(|frame| match frame {
            ServerFrame::Done { r#ref: of, .. } if of == r#ref => {
                Some(("done".to_owned(), String::new()))
            }
            ServerFrame::Problem { r#ref: Some(of), code, message, .. } if of == r#ref => {
                Some((code, message))
            }
            _ => None,
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_every_command_for_every_role() {
    let server = Server::start().await;
    let address = listen(&server).await;
    let task = TaskId::from_uuid(uuid::Uuid::from_u128(5));
    for role in [Role::Owner, Role::Admin, Role::Editor, Role::Viewer] {
        let token = match role {
            Role::Owner => server.ada().await,
            _ => server.person(&format!("{role:?}").to_lowercase(), role).await.1,
        };
        let mut client = Client::open(&server, address, &token, server.own.tenant).await;
        for (r#ref, (command, action)) in (1..).zip(commands(&server, task, false)) {
            let (code, message) = outcome(&mut client, r#ref, command.clone()).await;
            let expected = if allows(role, action) { "not_found" } else { "forbidden" };
            assert_eq!(expected, code, "{command:?} as {role:?}: {message}");
            // The right was there: it is the task that is not.
            let things = ["task", "batch", "document"];
            let named = things.iter().any(|thing| message.contains(thing));
            assert!(expected == "forbidden" || named, "{message}");
        }
        let site = server.own.site;
        let pause = SocketCommand::PauseQueue { site, kind: None, paused: false };
        let (code, _) = outcome(&mut client, 30, pause).await;
        let expected = if allows(role, Action::ControlTasks) { "done" } else { "forbidden" };
        assert_eq!(expected, code, "pausing as {role:?}");
        for (r#ref, (command, _)) in (10..).zip(commands(&server, task, true)) {
            let (code, message) = outcome(&mut client, r#ref, command.clone()).await;
            assert_eq!("not_found", code, "{command:?} as {role:?}");
            assert!(message.contains("site"), "{message}");
        }
    }
}

/// Queues what is not clustered yet: the tasks, or the code of the refusal.
async fn queue(
    client: &mut Client,
    r#ref: u32,
    site: SiteId,
    (work, key): (QueueWork, Option<&str>),
) -> Result<Vec<TaskView>, String> {
    let idempotency_key = key.map(str::to_owned);
    let command = SocketCommand::QueueWork { site, work, placement: None, idempotency_key };
    client.send(&ClientFrame::Command { r#ref, command }).await;
    client
        .until(|frame| match frame {
            ServerFrame::Done { r#ref: of, tasks } if of == r#ref => {
                Some(Ok(tasks.expect("what queues answers with tasks")))
            }
            ServerFrame::Problem { r#ref: Some(of), code, .. } if of == r#ref => Some(Err(code)),
            _ => None,
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_work_queued_over_the_socket_counts_once_and_is_answered_as_by_rest() {
    let server = Server::start().await;
    let (address, ada, site) = (listen(&server).await, server.ada().await, server.own.site);
    let ask = |rest| server.post(&server.url(server.own, "planner", rest)).token(&ada);
    let file = "Keyword\nespresso beans\nespresso machine\nespresso cup\n";
    let imported = ask("imports").header("content-type", "text/csv").body(file).await;
    assert_eq!(StatusCode::OK, imported.status, "{:?}", imported.json());
    let mut client = Client::open(&server, address, &ada, server.own.tenant).await;
    let cluster = || QueueWork::Cluster {};
    let first = queue(&mut client, 1, site, (cluster(), Some("k"))).await.unwrap();
    let [task] = &first[..] else { panic!("{first:?}") };
    // The line was lost before the answer: the same is sent again.
    let mut again = Client::open(&server, address, &ada, server.own.tenant).await;
    let second = queue(&mut again, 1, site, (cluster(), Some("k"))).await.unwrap();
    let ids = |tasks: &[TaskView]| tasks.iter().map(|task| task.id).collect::<Vec<_>>();
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(
        1,
        server.platform.site(server.own.tenant, site).read(|s| s.tasks().count()).await.unwrap()
    );
    let other = QueueWork::Reparse { document: DocumentId::from_uuid(task.id.uuid()) };
    let reused = queue(&mut client, 2, site, (other, Some("k"))).await;
    assert_eq!(Err("idempotency_key_reused".to_owned()), reused);
    let long = "k".repeat(129);
    for key in ["", long.as_str(), "k\u{e9}"] {
        let refused = queue(&mut client, 3, site, (cluster(), Some(key))).await;
        assert_eq!(Err("idempotency_key".to_owned()), refused, "{key:?}");
    }
    // Without a key it is asked anew, at both doors.
    let by_socket = queue(&mut client, 4, site, (cluster(), None)).await.unwrap_err();
    let by_rest = ask("cluster").json(json!({})).await;
    assert_eq!(StatusCode::CONFLICT, by_rest.status);
    let expected = ["already_clustering", "nothing_to_cluster"];
    assert!(expected.contains(&&*by_socket) && expected.contains(&&*by_rest.code()), "{by_socket}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_viewers_read_documents_and_change_none() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let (_, viewer) = server.person("viewer", Role::Viewer).await;
    let made = document(&server, &ada).await;
    for (token, may) in [(&ada, true), (&viewer, false)] {
        let mut client = Client::open(&server, address, token, server.own.tenant).await;
        let opened = client.subscribe(1, StreamName::Document(made)).await.unwrap();
        let ServerFrame::Subscribed {
            snapshot: Some(StreamSnapshot::Document { writable, .. }),
            ..
        } = opened
        else {
            panic!("no state of the document")
        };
        assert_eq!(may, writable);
        let refused = client.edit(made, 4, EMPTY_UPDATE.to_vec()).await;
        assert_eq!((!may).then(|| "read_only".to_owned()), refused);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_frames_come_packed_to_who_asks_for_it() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let made = document(&server, &ada).await;
    let path = server.url(server.own, "writer", &format!("documents/{made}/blocks"));
    let markdown = "Tea has a lot of kinds.\n\n".repeat(1_000);
    let edit = json!({"op": "insert", "after": null, "markdown": markdown});
    let patch = server.ask(Method::PATCH, &path).tenant(server.own.tenant).token(&ada);
    assert_eq!(StatusCode::OK, patch.json(json!({"edits": [edit]})).await.status);
    let mut states = Vec::new();
    for packed in [false, true, true] {
        let ticket = ticket(&server, &ada, server.own.tenant).await;
        let client = Client::dial(address, &ticket, None).await.unwrap();
        let mut client = client.greeted(packed).await;
        let opened = client.subscribe(1, StreamName::Document(made)).await.unwrap();
        let ServerFrame::Subscribed {
            snapshot: Some(StreamSnapshot::Document { update, .. }), ..
        } = opened
        else {
            panic!("no state of the document")
        };
        assert_eq!(packed, client.packed_bytes > 0);
        assert!(client.packed_bytes < update.len() / 4);
        let before = client.packed_bytes;
        let sync = ClientFrame::DocumentSync { document: made, state_vector: vec![0] };
        client.send(&sync).await;
        let synced = client.until(|frame| match frame {
            ServerFrame::DocumentSynced { update, .. } => Some(update),
            _ => None,
        });
        assert_eq!(update, synced.await);
        assert_eq!(packed, client.packed_bytes > before);
        states.push(update);
    }
    assert!(states[0] == states[1] && states[0] == states[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_a_changed_role_reaches_open_sockets() {
    let server = Server::start().await;
    let (address, tenant) = (listen(&server).await, server.own.tenant);
    let ada = server.ada().await;
    let (account, editor) = server.person("editor", Role::Editor).await;
    let made = document(&server, &ada).await;
    let mut client = Client::open(&server, address, &editor, tenant).await;
    client.subscribe(1, StreamName::Document(made)).await.unwrap();
    let change = |command| async {
        server.platform.tenant(tenant).command(Origin::System, None, command).await.unwrap();
    };
    change(TenantCommand::ChangeRole { account, role: Role::Viewer }).await;
    let closed = client.until(|frame| match frame {
        ServerFrame::StreamClosed { reason, .. } => Some(reason),
        _ => None,
    });
    let reason = timeout(Duration::from_secs(2), closed).await;
    assert_eq!("resync", reason.expect("within two seconds"));
    let again = client.subscribe(2, StreamName::Document(made)).await.unwrap();
    let ServerFrame::Subscribed {
        snapshot: Some(StreamSnapshot::Document { writable: false, .. }),
        ..
    } = again
    else {
        panic!("still writable")
    };
    change(TenantCommand::RemoveMember { account }).await;
    let ended = timeout(Duration::from_secs(2), client.closed()).await;
    assert_eq!(close::REVOKED.code, ended.expect("within two seconds"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_tells_each_socket_when_to_come_back() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(Client::open(&server, address, &ada, server.own.tenant).await);
    }
    clients[0].send(&ClientFrame::Ping { nonce: 5 }).await;
    assert!(matches!(clients[0].hear().await, Heard::Frame(ServerFrame::Pong { nonce: 5 })));
    // Who has not said hello is told nothing that comes before its welcome.
    let ticket = ticket(&server, &ada, server.own.tenant).await;
    let mut silent = Client::dial(address, &ticket, None).await.unwrap();
    server.shutdown.cancel();
    for client in &mut clients {
        let Heard::Frame(ServerFrame::Closing { retry_after_ms }) = client.hear().await else {
            panic!("it was not told when to come back")
        };
        assert!((100..=10_000).contains(&retry_after_ms), "{retry_after_ms}");
        assert_eq!(close::SERVICE_RESTART.code, client.closed().await);
    }
    assert!(
        matches!(silent.hear().await, Heard::Closed(code) if code == close::SERVICE_RESTART.code)
    );
    let ended = timeout(Duration::from_secs(20), server.state.sockets_ended()).await;
    ended.expect("no socket is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_sent_away_sees_the_end_of_the_line_at_once() {
    let server = Server::start().await;
    let (address, ada) = (listen(&server).await, server.ada().await);
    let mut client = Client::open(&server, address, &ada, server.own.tenant).await;
    server.shutdown.cancel();
    assert_eq!(close::SERVICE_RESTART.code, client.closed().await);
    // Nothing more comes, though the client has not let go, and the server waits for that.
    assert_eq!(1006, client.closed().await);
    assert!(server.state.sockets_ended().now_or_never().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn r13_a_socket_outlives_its_access_token_and_ends_with_its_login() {
    let clock = Arc::new(Shifted::default());
    let server = Server::at(clock.clone()).await;
    let (address, ada, tenant) = (listen(&server).await, server.ada().await, server.own.tenant);
    let (account, elsewhere) = server.person("editor", Role::Editor).await;
    let body = json!({"email": "editor@example.test", "password": PASSWORD});
    let login = server.post("/api/auth/login").json(body).await.json();
    let token = login["access_token"].as_str().unwrap();
    let made = document(&server, &ada).await;
    let mut client = Client::open(&server, address, token, tenant).await;
    client.subscribe(1, StreamName::Document(made)).await.unwrap();
    let mut other = Client::open(&server, address, &elsewhere, tenant).await;
    let over = login["expires_in"].as_i64().unwrap() * 1_000 + 1;
    clock.0.fetch_add(over, Ordering::SeqCst);
    let refused = server.get("/api/auth/me").token(token).send().await;
    assert_eq!((StatusCode::UNAUTHORIZED, "token".to_owned()), (refused.status, refused.code()));
    assert_eq!(None, client.edit(made, 1, EMPTY_UPDATE.to_vec()).await);
    // It is looked at again, because of the role, and found to be well.
    let change = TenantCommand::ChangeRole { account, role: Role::Viewer };
    server.platform.tenant(tenant).command(Origin::System, None, change).await.unwrap();
    client.until(|frame| matches!(frame, ServerFrame::StreamClosed { .. }).then_some(())).await;
    client.subscribe(2, StreamName::Document(made)).await.unwrap();
    let out = json!({"refresh_token": login["refresh_token"]});
    let out = server.post("/api/auth/logout").json(out).await;
    assert_eq!(StatusCode::NO_CONTENT, out.status);
    let ended = timeout(Duration::from_secs(2), client.closed()).await;
    assert_eq!(close::REVOKED.code, ended.expect("within two seconds"));
    // The same person is here by another login.
    other.send(&ClientFrame::Ping { nonce: 6 }).await;
    assert!(matches!(other.hear().await, Heard::Frame(ServerFrame::Pong { nonce: 6 })));
}
