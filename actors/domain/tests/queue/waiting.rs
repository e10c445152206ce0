//! Why a task waits, and when it will start.

use crate::stage::{Stage, user};
use igny8_actors_domain::site::{FailureClass, Waiting};
use igny8_protocol_ids::Credits;
use std::time::Duration;

#[test]
fn missing_credits_are_counted() {
    let mut stage = Stage::new();
    let tasks = stage.ideas(user(1), 0..1);
    let why = stage.site.waiting(&tasks[0], stage.now);
    assert_eq!(why, Some(Waiting::Credits { missing: Credits(1) }));
    assert_eq!(stage.site.start_estimate(&tasks[0], stage.now), None, "it depends on somebody");
}

#[test]
fn a_retry_names_what_failed_and_until_when() {
    let mut stage = Stage::rich();
    let task = stage.ideas(user(1), 0..1)[0].id;
    stage.end(0, Some(FailureClass::RateLimited));
    let task = stage.site.task(task).unwrap();
    let until = task.not_before.unwrap();
    let class = FailureClass::RateLimited;
    assert_eq!(stage.site.waiting(task, stage.now), Some(Waiting::Retry { class, until }));
}

#[test]
fn places_and_turns_are_counted() {
    let mut stage = Stage::rich();
    let tasks = stage.ideas(user(1), 0..8);
    let why = |number: usize| stage.site.waiting(&tasks[number], stage.now);
    assert_eq!(why(3), None, "it runs");
    assert_eq!(why(4), Some(Waiting::Places { taken: 4, places: 4 }));
    assert_eq!(why(5), Some(Waiting::Turn { behind: 1 }));
    assert_eq!(why(7), Some(Waiting::Turn { behind: 3 }));
}

#[test]
fn of_another_user_only_as_many_turns_count_as_they_get_before() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..30);
    let mine = stage.ideas(user(2), 30..32);
    let why = |number: usize| stage.site.waiting(&mine[number], stage.now);
    assert_eq!(why(0), Some(Waiting::Turn { behind: 1 }));
    assert_eq!(why(1), Some(Waiting::Turn { behind: 3 }));
}

#[test]
fn the_estimate_follows_from_the_average_and_the_places() {
    let mut stage = Stage::rich();
    let tasks = stage.ideas(user(1), 0..12);
    assert_eq!(stage.site.start_estimate(&tasks[4], stage.now), None, "nothing is known yet");
    stage.now = stage.now.plus(Duration::from_secs(40));
    stage.end_many(4);
    let task = stage.site.task(tasks[8].id).unwrap();
    // Four places, forty seconds each: one of them is free every ten seconds.
    let estimate = stage.site.start_estimate(task, stage.now).unwrap();
    assert_eq!(estimate.since(stage.now), Duration::from_secs(10));
    let last = stage.site.task(tasks[11].id).unwrap();
    let estimate = stage.site.start_estimate(last, stage.now).unwrap();
    assert_eq!(estimate.since(stage.now), Duration::from_secs(40));
}
