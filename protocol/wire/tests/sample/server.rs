//! What a server sends.

use super::{id, position, view};
use igny8_protocol_ids::Credits;
use igny8_protocol_wire::{
    frame::ServerFrame,
    queue::{BudgetCap, WaitingView},
    stream::{StreamEvent, StreamName, StreamPosition, StreamSnapshot, TaskProgress},
};

pub(crate) fn frames() -> Vec<(&'static str, ServerFrame)> {
    let mut frames = connection();
    frames.extend(subscriptions());
    frames.extend(documents());
    frames.push(("server_events_site", events(StreamName::Site(id('2')), site_events())));
    frames
        .push(("server_events_automation", events(StreamName::Site(id('2')), automation_events())));
    frames.push(("server_events_queue", events(StreamName::Site(id('2')), queue_events())));
    frames.push(("server_events_models", events(StreamName::Site(id('2')), model_events())));
    frames.push(("server_events_tenant", events(StreamName::Tenant(id('1')), tenant_events())));
    let low = vec![StreamEvent::CreditsLow { level: Credits(50), left: Credits(49) }];
    frames.push(("server_events_credits_low", events(StreamName::Tenant(id('1')), low)));
    frames.push(("server_progress", progress()));
    frames
}

fn connection() -> Vec<(&'static str, ServerFrame)> {
    let stream = StreamName::Site(id('2'));
    vec![
        (
            "server_welcome",
            ServerFrame::Welcome {
                version: 1,
                server: "0.1.0".into(),
                heartbeat_seconds: 20,
                frame_bytes_max: 2_097_152,
            },
        ),
        ("server_pong", ServerFrame::Pong { nonce: u32::MAX }),
        ("server_closing", ServerFrame::Closing { retry_after_ms: 1_250 }),
        ("server_done", ServerFrame::Done { r#ref: 2, tasks: None }),
        ("server_done_queued", ServerFrame::Done { r#ref: 5, tasks: Some(vec![view::task()]) }),
        (
            "server_problem",
            ServerFrame::Problem {
                r#ref: Some(3),
                code: "rate_limited".into(),
                message: "Too many commands. Try again in a moment.".into(),
                retry_after_ms: Some(1500),
            },
        ),
        (
            "server_problem_bare",
            ServerFrame::Problem {
                r#ref: None,
                code: "internal".into(),
                message: "…".into(),
                retry_after_ms: None,
            },
        ),
        ("server_stream_closed", ServerFrame::StreamClosed { stream, reason: "resync".into() }),
    ]
}

fn subscriptions() -> Vec<(&'static str, ServerFrame)> {
    let subscribed = |r#ref, stream, snapshot| ServerFrame::Subscribed {
        r#ref,
        at: StreamPosition { stream, position: position() },
        snapshot,
    };
    let tenant = StreamSnapshot::Tenant {
        tenant: view::tenant(),
        sites: vec![view::site()],
        balance: view::balance(),
    };
    let site = StreamSnapshot::Site {
        site: view::site(),
        counts: view::counts(),
        tasks: vec![view::task()],
        batches: Vec::new(),
        pauses: Vec::new(),
        balance: view::balance(),
    };
    let busy_site = StreamSnapshot::Site {
        site: view::site(),
        counts: view::counts(),
        tasks: Vec::new(),
        batches: vec![view::batch()],
        pauses: vec![view::pause()],
        balance: view::balance(),
    };
    let document = StreamSnapshot::Document {
        update: vec![0, 0],
        state_vector: vec![1, 200, 3],
        writable: true,
        awareness: vec![],
    };
    vec![
        ("server_subscribed_resumed", subscribed(70_000, StreamName::Site(id('2')), None)),
        ("server_subscribed_tenant", subscribed(1, StreamName::Tenant(id('1')), Some(tenant))),
        ("server_subscribed_site", subscribed(5, StreamName::Site(id('2')), Some(site))),
        ("server_subscribed_site_queue", subscribed(5, StreamName::Site(id('2')), Some(busy_site))),
        (
            "server_subscribed_document",
            subscribed(200, StreamName::Document(id('3')), Some(document)),
        ),
    ]
}

fn documents() -> Vec<(&'static str, ServerFrame)> {
    let document = id('3');
    let refused = |code: &str, state_vector| ServerFrame::DocumentRefused {
        document,
        r#ref: 9,
        code: code.into(),
        message: "What happened and what to do.".into(),
        state_vector,
    };
    vec![
        (
            "server_document_update",
            ServerFrame::DocumentUpdate { document, position: position(), update: vec![1, 255] },
        ),
        (
            "server_document_synced",
            ServerFrame::DocumentSynced { document, update: vec![0, 0], state_vector: vec![0] },
        ),
        ("server_durable", ServerFrame::Durable { document, r#ref: 9, position: position() }),
        ("server_document_refused", refused("schema", None)),
        ("server_document_refused_gap", refused("gap", Some(vec![1, 2, 3]))),
        ("server_awareness", ServerFrame::Awareness { document, update: vec![1, 2] }),
        ("server_comments_changed", ServerFrame::CommentsChanged { document }),
    ]
}

fn events(stream: StreamName, events: Vec<StreamEvent>) -> ServerFrame {
    ServerFrame::Events { at: StreamPosition { stream, position: position() }, events }
}

fn site_events() -> Vec<StreamEvent> {
    vec![
        StreamEvent::KeywordsChanged { counts: view::counts() },
        StreamEvent::ClusterChanged { cluster: view::cluster() },
        StreamEvent::ClusterRemoved { id: id('5') },
        StreamEvent::IdeaChanged { idea: view::idea() },
        StreamEvent::IdeaRemoved { id: id('6') },
        StreamEvent::TaskChanged { task: view::task() },
        StreamEvent::DocumentChanged { document: view::document() },
        StreamEvent::CreditsChanged { balance: view::balance() },
        StreamEvent::SiteChanged { site: view::site() },
    ]
}

fn automation_events() -> Vec<StreamEvent> {
    vec![
        StreamEvent::ScheduleChanged { schedule: super::automation::schedule() },
        StreamEvent::ExecutionChanged { execution: Box::new(super::automation::execution()) },
        StreamEvent::TaskRemoved { id: id('4') },
    ]
}

fn queue_events() -> Vec<StreamEvent> {
    let reasons = [
        WaitingView::Paused { pause: view::pause() },
        WaitingView::Delayed { until: view::AT },
        WaitingView::Retry { code: "timeout".into(), until: view::AT },
        WaitingView::Credits { missing: Credits(3) },
        WaitingView::Places { taken: 20, places: 20 },
        WaitingView::Rate { free_at: view::AT },
        WaitingView::Turn { behind: 300 },
    ];
    let tasks = reasons.map(|why| StreamEvent::TaskChanged { task: view::waiting_task(why) });
    let mut events = Vec::from(tasks);
    events.push(StreamEvent::TaskRemoved { id: id('4') });
    events.push(StreamEvent::BatchChanged { batch: view::batch() });
    events.push(StreamEvent::PausesChanged { pauses: vec![view::pause()] });
    events.push(StreamEvent::QueueSettingsChanged { settings: view::queue_settings() });
    events
}

/// What models hold up.
fn model_events() -> Vec<StreamEvent> {
    let model = || "gpt-5".to_owned();
    let code = || "rate_limited".to_owned();
    let reasons = [
        WaitingView::Cap { cap: BudgetCap::Day, until: Some(view::AT) },
        WaitingView::Cap { cap: BudgetCap::Month, until: None },
        WaitingView::Rest { model: model(), code: code(), until: Some(view::AT) },
        WaitingView::ModelPlaces { model: model(), taken: 4, places: 4, by_site: false },
        WaitingView::ModelRate { model: model(), free_at: view::AT, by_site: true },
        WaitingView::ModelTurn { model: model(), behind: 5, of_others: 3 },
    ];
    reasons.map(|why| StreamEvent::TaskChanged { task: view::waiting_task(why) }).into()
}

fn tenant_events() -> Vec<StreamEvent> {
    vec![
        StreamEvent::TenantChanged { tenant: view::tenant() },
        StreamEvent::MemberChanged { member: view::member() },
    ]
}

fn progress() -> ServerFrame {
    // Both fractions are exact in 32 bits, so that JSON says the same number.
    let tasks = vec![
        TaskProgress { task: id('4'), stage: "writing".into(), fraction: 0.25, words: Some(320) },
        TaskProgress { task: id('7'), stage: "embedding".into(), fraction: 1.0, words: None },
    ];
    ServerFrame::Progress { site: id('2'), tasks }
}
