//! Unique keys: one task per key within a time.

use crate::stage::{Stage, cluster, user};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{FailureClass, Placement, SiteCommand, Task};
use std::time::Duration;

const WINDOW: Duration = Duration::from_hours(6);

fn keyed(key: &str) -> SiteCommand {
    SiteCommand::Place {
        placement: Placement { unique: Some((key.to_owned(), WINDOW)), ..Placement::default() },
        command: Box::new(SiteCommand::QueueIdeas { clusters: vec![cluster(0)], count: 2 }),
    }
}

fn queue(stage: &mut Stage, key: &str) -> Task {
    stage.queue(Origin::System, keyed(key)).remove(0)
}

#[test]
fn the_same_key_within_its_window_is_answered_with_the_same_task() {
    let mut stage = Stage::rich();
    let first = queue(&mut stage, "cron:1");
    assert_eq!(queue(&mut stage, "cron:1").id, first.id);
    stage.end_first();
    stage.wait(WINDOW - Duration::from_secs(1));
    assert_eq!(queue(&mut stage, "cron:1").id, first.id, "also after it succeeded");
    stage.wait(Duration::from_secs(1));
    assert_ne!(queue(&mut stage, "cron:1").id, first.id, "until the window ends");
    assert_eq!(stage.site.tasks().count(), 2);
}

#[test]
fn a_waiting_task_keeps_its_key_beyond_the_window() {
    let mut stage = Stage::new();
    let first = queue(&mut stage, "cron:1");
    stage.wait(WINDOW * 2);
    assert_eq!(queue(&mut stage, "cron:1").id, first.id);
}

#[test]
fn a_failed_task_keeps_nobody_out() {
    let mut stage = Stage::rich();
    let first = queue(&mut stage, "cron:1");
    stage.end(0, Some(FailureClass::Quota));
    assert_ne!(queue(&mut stage, "cron:1").id, first.id);
}

#[test]
fn another_key_is_another_task() {
    let mut stage = Stage::rich();
    let first = queue(&mut stage, "cron:1");
    // The same item by another key; without one, ideas asked for twice at once are made once.
    assert_ne!(queue(&mut stage, "cron:2").id, first.id);
}

#[test]
fn ideas_asked_for_twice_at_once_are_made_once() {
    let mut stage = Stage::rich();
    let ideas = SiteCommand::QueueIdeas { clusters: vec![cluster(0)], count: 2 };
    let first = stage.queue(user(1), ideas.clone())[0].id;
    assert_eq!(stage.queue(user(1), ideas.clone())[0].id, first);
    stage.end_first();
    assert_ne!(stage.queue(user(1), ideas)[0].id, first);
}
