//! Pauses, priorities and putting off.

use crate::stage::{Stage, cluster, document, user};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{
    PauseScope, Priority, QueueScope, SiteCommand, Task, TaskKind, TaskStatus, Waiting,
};
use igny8_actors_domain::tenant::SiteMessage;
use std::time::Duration;

fn pause(stage: &mut Stage, scope: QueueScope, paused: bool) {
    stage.act(user(1), SiteCommand::PauseQueue { scope, paused }).unwrap();
}

fn paused_by(stage: &Stage, task: &Task) -> Option<PauseScope> {
    match stage.site.waiting(stage.site.task(task.id).unwrap(), stage.now) {
        Some(Waiting::Paused { scope, .. }) => Some(scope),
        _ => None,
    }
}

#[test]
fn nothing_of_a_paused_site_starts_until_it_is_resumed() {
    let mut stage = Stage::rich();
    pause(&mut stage, QueueScope::Site, true);
    let task = stage.ideas(user(1), 0..1).remove(0);
    assert_eq!(stage.status(task.id), TaskStatus::Queued);
    assert_eq!(paused_by(&stage, &task), Some(PauseScope::Site));
    pause(&mut stage, QueueScope::Site, false);
    assert_eq!(stage.status(task.id), TaskStatus::Running);
}

#[test]
fn a_paused_kind_leaves_the_others_alone() {
    let mut stage = Stage::rich();
    pause(&mut stage, QueueScope::Kind(TaskKind::Ideas), true);
    let ideas = stage.ideas(user(1), 0..1).remove(0);
    let other = stage.queue(user(1), SiteCommand::QueueReparse { document: document(0) })[0].id;
    assert_eq!(stage.status(other), TaskStatus::Running);
    assert_eq!(paused_by(&stage, &ideas), Some(PauseScope::Kind(TaskKind::Ideas)));
}

#[test]
fn a_paused_task_lets_others_pass() {
    let mut stage = Stage::rich();
    let tasks = stage.ideas(user(1), 0..6);
    pause(&mut stage, QueueScope::Task(tasks[4].id), true);
    stage.end_first();
    assert_eq!(stage.status(tasks[4].id), TaskStatus::Queued);
    assert_eq!(stage.status(tasks[5].id), TaskStatus::Running);
    pause(&mut stage, QueueScope::Task(tasks[4].id), false);
    stage.end_first();
    assert_eq!(stage.status(tasks[4].id), TaskStatus::Running);
}

#[test]
fn a_running_task_cannot_be_paused() {
    let mut stage = Stage::rich();
    let task = stage.ideas(user(1), 0..1)[0].id;
    let pause = SiteCommand::PauseQueue { scope: QueueScope::Task(task), paused: true };
    assert_eq!(stage.act(user(1), pause).unwrap_err().code, "not_waiting");
}

#[test]
fn the_tenant_holds_its_sites_up_beside_their_own_pauses() {
    let mut stage = Stage::rich();
    pause(&mut stage, QueueScope::Site, true);
    stage.tell(SiteMessage::PauseQueue { by: None, since: Some(stage.now) });
    let task = stage.ideas(user(1), 0..1).remove(0);
    pause(&mut stage, QueueScope::Site, false);
    assert_eq!(paused_by(&stage, &task), Some(PauseScope::Tenant));
    stage.tell(SiteMessage::PauseQueue { by: None, since: None });
    assert_eq!(stage.status(task.id), TaskStatus::Running);
}

#[test]
fn a_paused_task_holds_no_credits() {
    let mut stage = Stage::rich();
    let task = stage.ideas(user(1), 0..1)[0].id;
    stage.end(0, Some(igny8_actors_domain::site::FailureClass::Unavailable));
    assert!(stage.site.task(task).unwrap().hold.is_some(), "kept for the next attempt");
    pause(&mut stage, QueueScope::Task(task), true);
    assert!(stage.site.task(task).unwrap().hold.is_none());
    assert_eq!(stage.site.ledger().balance().held.0, 0);
}

#[test]
fn the_highest_priority_goes_first_and_can_be_changed() {
    let mut stage = Stage::rich();
    let tasks = stage.ideas(user(1), 0..8);
    let change = SiteCommand::ChangeTasks {
        tasks: vec![tasks[7].id],
        priority: Some(Priority::URGENT),
        not_before: None,
    };
    stage.act(user(1), change).unwrap();
    stage.end_first();
    assert_eq!(stage.status(tasks[7].id), TaskStatus::Running);
    assert_eq!(stage.status(tasks[4].id), TaskStatus::Queued);
}

#[test]
fn a_task_that_is_put_off_waits_until_then() {
    let mut stage = Stage::rich();
    let until = stage.now.plus(Duration::from_hours(1));
    let tasks = stage.ideas(user(1), 0..5);
    let change = SiteCommand::ChangeTasks {
        tasks: vec![tasks[4].id],
        priority: None,
        not_before: Some(until),
    };
    stage.act(user(1), change).unwrap();
    stage.end_first();
    let task = stage.site.task(tasks[4].id).unwrap();
    assert_eq!(stage.site.waiting(task, stage.now), Some(Waiting::Delayed { until }));
    assert_eq!(stage.site.start_estimate(task, stage.now), Some(until));
    stage.wait(Duration::from_hours(1));
    assert_eq!(stage.status(tasks[4].id), TaskStatus::Running);
}

#[test]
fn work_can_be_queued_for_later() {
    let mut stage = Stage::rich();
    let at = stage.now.plus(Duration::from_mins(30));
    let placement = igny8_actors_domain::site::Placement {
        not_before: Some(at),
        ..igny8_actors_domain::site::Placement::default()
    };
    let command = Box::new(SiteCommand::QueueIdeas { clusters: vec![cluster(0)], count: 2 });
    let task = stage.queue(Origin::System, SiteCommand::Place { placement, command })[0].id;
    assert_eq!(stage.status(task), TaskStatus::Queued);
    stage.wait(Duration::from_mins(30));
    assert_eq!(stage.status(task), TaskStatus::Running);
}
