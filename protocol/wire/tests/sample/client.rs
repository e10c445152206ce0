//! What a client sends.

use super::{id, position};
use igny8_protocol_wire::{
    frame::{ClientFrame, SocketCommand},
    stream::StreamName,
};

pub(crate) fn frames() -> Vec<(&'static str, ClientFrame)> {
    let mut frames = subscriptions();
    frames.extend(documents());
    frames.extend(commands());
    frames.push((
        "client_hello",
        ClientFrame::Hello { versions: vec![1], client: "igny8-sdk/0.1.0".into() },
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
