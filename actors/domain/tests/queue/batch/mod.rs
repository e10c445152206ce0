//! Batches: many tasks steered as one.

mod rest;

use crate::stage::{CLUSTERS, Stage, cluster, user};
use igny8_actors_domain::site::{
    BatchStatus, BatchSummary, FailureClass, PauseReason, Placement, QueueScope, SiteCommand,
    SiteEvent, SiteReply, TaskStatus,
};
use igny8_protocol_ids::{BatchId, Credits};

fn begin(stage: &mut Stage, count: u8, stop_percent: Option<u8>) -> BatchId {
    let clusters = (0..count).map(|number| cluster(number % CLUSTERS)).collect();
    let command = SiteCommand::QueueBatch {
        title: "Many ideas".to_owned(),
        stop_percent,
        placement: Placement::default(),
        command: Box::new(SiteCommand::QueueIdeas { clusters, count: 1 }),
    };
    match stage.act(user(1), command).unwrap() {
        SiteReply::Batch(summary) => summary.batch.id,
        reply => panic!("no batch: {reply:?}"),
    }
}

fn summary(stage: &Stage, id: BatchId) -> BatchSummary {
    stage.site.batch_summary(id).unwrap()
}

fn finishes(stage: &Stage) -> usize {
    let ended = |event: &&SiteEvent| matches!(event, SiteEvent::Batch(summary) if summary.batch.status == BatchStatus::Finished);
    stage.events.iter().filter(ended).count()
}

#[test]
fn a_batch_counts_its_tasks_and_finishes_once() {
    let mut stage = Stage::rich();
    let batch = begin(&mut stage, 10, None);
    assert_eq!(summary(&stage, batch).counts.total(), 10);
    assert_eq!(summary(&stage, batch).batch.price, Credits(10));
    stage.end_many(9);
    assert_eq!(summary(&stage, batch).batch.status, BatchStatus::Open);
    stage.end_first();
    let ended = summary(&stage, batch);
    assert_eq!((ended.batch.status, ended.counts.succeeded), (BatchStatus::Finished, 10));
    assert_eq!(ended.batch.ended_at, Some(stage.now));
    assert_eq!(finishes(&stage), 1);
}

#[test]
fn a_batch_stops_when_too_much_fails_and_goes_on_when_resumed() {
    let mut stage = Stage::rich();
    let batch = begin(&mut stage, 20, Some(50));
    for _ in 0..5 {
        stage.end(0, Some(FailureClass::Quota));
    }
    let stopped = summary(&stage, batch).batch.paused.unwrap();
    assert_eq!(stopped.reason, PauseReason::ErrorRate);
    let starts = stage.starts.len();
    while !stage.runs.is_empty() {
        stage.end_first();
    }
    assert_eq!(stage.starts.len(), starts, "nothing starts while it is stopped");
    let resume = SiteCommand::PauseQueue { scope: QueueScope::Batch(batch), paused: false };
    stage.act(user(1), resume).unwrap();
    stage.end(0, Some(FailureClass::Quota));
    assert!(summary(&stage, batch).batch.paused.is_none(), "what failed before is forgiven");
    while !stage.runs.is_empty() {
        stage.end_first();
    }
    let counts = summary(&stage, batch).counts;
    assert_eq!((counts.failed, counts.total()), (6, 20));
    assert_eq!(summary(&stage, batch).batch.status, BatchStatus::Finished);
}

#[test]
fn a_cancelled_batch_ends_with_what_ran() {
    let mut stage = Stage::rich();
    let batch = begin(&mut stage, 20, None);
    stage.act(user(1), SiteCommand::CancelBatch { batch }).unwrap();
    let counts = summary(&stage, batch).counts;
    assert_eq!((counts.cancelled, counts.running), (16, 4));
    assert!(summary(&stage, batch).batch.ended_at.is_none());
    stage.end_many(4);
    let ended = summary(&stage, batch).batch;
    assert_eq!(ended.status, BatchStatus::Cancelled);
    assert!(ended.ended_at.is_some());
}

#[test]
fn a_paused_batch_lets_others_pass() {
    let mut stage = Stage::rich();
    let batch = begin(&mut stage, 20, None);
    let pause = |paused| SiteCommand::PauseQueue { scope: QueueScope::Batch(batch), paused };
    stage.act(user(1), pause(true)).unwrap();
    let single = stage.ideas(user(1), 30..31)[0].id;
    stage.end_first();
    assert_eq!(stage.status(single), TaskStatus::Running);
    assert_eq!(summary(&stage, batch).counts.queued, 16);
    stage.act(user(1), pause(false)).unwrap();
    assert_eq!(summary(&stage, batch).counts.running, 3);
    stage.end_many(4);
    assert_eq!(summary(&stage, batch).counts.running, 4);
}

#[test]
fn a_batch_takes_ten_thousand_and_a_request_one_hundred() {
    let mut stage = Stage::rich();
    let clusters: Vec<_> = std::iter::repeat_n(cluster(0), 10_001).collect();
    let ideas = |count: usize| {
        Box::new(SiteCommand::QueueIdeas { clusters: clusters[..count].to_vec(), count: 1 })
    };
    let batch = |command| SiteCommand::QueueBatch {
        title: "Many".to_owned(),
        stop_percent: None,
        placement: Placement::default(),
        command,
    };
    assert_eq!(stage.act(user(1), *ideas(101)).unwrap_err().code, "invalid_count");
    assert_eq!(stage.act(user(1), batch(ideas(10_001))).unwrap_err().code, "invalid_count");
    assert!(stage.site.batches().next().is_none(), "a refusal leaves no batch behind");
    stage.act(user(1), batch(ideas(10_000))).unwrap();
}
