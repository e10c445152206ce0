//! What a client sends.

use super::view::AT;
use super::{id, position};
use igny8_protocol_wire::{
    frame::{ClientFrame, SocketCommand},
    queue::{Placement, QueueWork},
    stream::StreamName,
    view::TaskKind,
};

pub(crate) fn frames() -> Vec<(&'static str, ClientFrame)> {
    let mut frames = subscriptions();
    frames.extend(documents());
    frames.extend(commands());
    frames.extend(queue_commands());
    frames.push((
        "client_hello",
        ClientFrame::Hello { versions: vec![1], client: "igny8-sdk/0.1.0".into(), packed: false },
    ));
    frames.push((
        "client_hello_packed",
        ClientFrame::Hello { versions: vec![1], client: "igny8-sdk/0.1.0".into(), packed: true },
    ));
    frames.push(("client_ping", ClientFrame::Ping { nonce: u32::MAX }));
    frames
}

fn subscriptions() -> Vec<(&'static str, ClientFrame)> {
    let tenant = StreamName::Tenant(id('1'));
    let site = StreamName::Site(id('2'));
    let document = StreamName::Document(id('3'));
    vec![
        (
            "client_subscribe_anew",
            ClientFrame::Subscribe { r#ref: 1, stream: tenant, position: None, state_vector: None },
        ),
        (
            "client_subscribe_resume",
            ClientFrame::Subscribe {
                r#ref: 70_000,
                stream: site,
                position: Some(position()),
                state_vector: None,
            },
        ),
        (
            "client_subscribe_document",
            ClientFrame::Subscribe {
                r#ref: 200,
                stream: document,
                position: None,
                state_vector: Some(vec![1, 2, 255]),
            },
        ),
        ("client_unsubscribe", ClientFrame::Unsubscribe { stream: document }),
    ]
}

fn documents() -> Vec<(&'static str, ClientFrame)> {
    let document = id('3');
    vec![
        (
            "client_document_update",
            ClientFrame::DocumentUpdate { document, r#ref: 9, update: vec![0, 1, 127, 128, 255] },
        ),
        ("client_document_sync", ClientFrame::DocumentSync { document, state_vector: vec![0] }),
        ("client_awareness", ClientFrame::Awareness { document, update: vec![] }),
    ]
}

fn commands() -> Vec<(&'static str, ClientFrame)> {
    let (site, task) = (id('2'), id('4'));
    vec![
        (
            "client_cancel_task",
            ClientFrame::Command { r#ref: 2, command: SocketCommand::CancelTask { site, task } },
        ),
        (
            "client_retry_task",
            ClientFrame::Command { r#ref: 3, command: SocketCommand::RetryTask { site, task } },
        ),
        (
            "client_stop_run",
            ClientFrame::Command { r#ref: 4, command: SocketCommand::StopRun { site, task } },
        ),
    ]
}

fn queue_commands() -> Vec<(&'static str, ClientFrame)> {
    use SocketCommand as C;
    let (site, task, batch) = (id('2'), id('4'), id('7'));
    let placement = Placement {
        priority: Some(75),
        not_before: Some(AT),
        unique_key: Some("autumn".into()),
        unique_seconds: Some(3_600),
    };
    let works = [
        QueueWork::Cluster {},
        QueueWork::Ideas { clusters: vec![id('5')], count: 3 },
        QueueWork::Draft { ideas: vec![id('6')], images: 1 },
        QueueWork::Image { document: id('3'), count: 2 },
        QueueWork::Reparse { document: id('3') },
    ];
    let names = [
        "client_queue_cluster",
        "client_queue_ideas",
        "client_queue_draft",
        "client_queue_image",
        "client_queue_reparse",
    ];
    let mut commands: Vec<(&'static str, C)> = Vec::new();
    for (name, work) in names.into_iter().zip(works) {
        let placement = Some(placement.clone()).filter(|_| name != "client_queue_cluster");
        commands.push((name, C::QueueWork { site, work, placement, idempotency_key: None }));
    }
    let keyed = C::QueueWork {
        site,
        work: QueueWork::Ideas { clusters: vec![id('5')], count: 1 },
        placement: None,
        idempotency_key: Some("0197".into()),
    };
    let not_before = Some(AT);
    commands.extend([
        ("client_queue_keyed", keyed),
        (
            "client_change_tasks",
            C::ChangeTasks { site, tasks: vec![task], priority: Some(100), not_before },
        ),
        ("client_pause_task", C::PauseTask { site, task, paused: true }),
        ("client_pause_batch", C::PauseBatch { site, batch, paused: true }),
        ("client_cancel_batch", C::CancelBatch { site, batch }),
        ("client_pause_queue", C::PauseQueue { site, kind: Some(TaskKind::Draft), paused: false }),
    ]);
    commands
        .into_iter()
        .map(|(name, command)| (name, ClientFrame::Command { r#ref: 5, command }))
        .collect()
}
