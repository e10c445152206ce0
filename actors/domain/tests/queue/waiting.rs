//! Why a task waits, and when it will start.

use crate::stage::{Stage, user};
use igny8_actors_domain::Entity;
use igny8_actors_domain::lane::{Cap, Obstacle};
use igny8_actors_domain::site::{FailureClass, SiteCommand, SiteEffect, TaskStatus, Waiting};
use igny8_actors_domain::tenant::SiteMessage;
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

fn rest() -> Obstacle {
    Obstacle::Rest { model: "m".to_owned(), class: FailureClass::RateLimited }
}

#[test]
fn r6_a_task_that_met_a_cap_gives_its_credits_back_and_starts_by_itself_at_its_end() {
    let mut stage = Stage::rich();
    let before = stage.site.ledger().balance();
    stage.ideas(user(1), 0..1);
    let id = stage.hold_up_first(Obstacle::Cap(Cap::Day), 6 * 3_600);
    let task = stage.site.task(id).unwrap();
    let until = task.not_before.unwrap();
    assert_eq!((task.status, task.hold), (TaskStatus::Queued, None));
    let why = stage.site.waiting(task, stage.now);
    assert_eq!(why, Some(Waiting::Cap { cap: Cap::Day, until }));
    assert_eq!(stage.site.start_estimate(task, stage.now), Some(until));
    assert_eq!(stage.site.next_due(), Some(until), "nobody has to start it");
    assert_eq!(stage.site.ledger().balance(), before);
    stage.wait(Duration::from_hours(6) + Duration::from_millis(250));
    assert_eq!(stage.status(id), TaskStatus::Running);
    let task = stage.site.task(id).unwrap();
    assert_eq!((task.attempts, task.attempts_before), (2, 1), "no call, no attempt");
    stage.end_first();
    assert_eq!(stage.status(id), TaskStatus::Succeeded);
    assert_eq!(stage.site.task(id).unwrap().held_up, None);
}

#[test]
fn a_provider_s_rest_is_waited_for_as_often_as_it_takes_but_not_for_ever() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..1);
    for _ in 0..7 * 24 {
        let id = stage.hold_up_first(rest(), 3_600);
        let task = stage.site.task(id).unwrap();
        let (until, class) = (task.not_before.unwrap(), FailureClass::RateLimited);
        let why = Waiting::Rest { model: "m".to_owned(), class, until };
        assert_eq!(stage.site.waiting(task, stage.now), Some(why));
        stage.wait(Duration::from_secs(3_601));
    }
    let id = stage.hold_up_first(rest(), 3_600);
    let task = stage.site.task(id).unwrap();
    assert_eq!(task.status, TaskStatus::Dead, "a week is over");
    assert_eq!(task.failure.as_ref().unwrap().class, FailureClass::WaitedTooLong);
}

#[test]
fn what_an_attempt_meets_of_models_that_are_others_by_now_holds_it_up_no_more() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..1);
    stage.tell(SiteMessage::ModelsChanged);
    let id = stage.hold_up_first(Obstacle::Cap(Cap::Month), 24 * 3_600);
    assert_eq!(stage.site.task(id).unwrap().held_up, None);
    stage.wait(Duration::from_millis(250));
    assert_eq!(stage.status(id), TaskStatus::Running, "by the new cap");
    let id = stage.hold_up_first(Obstacle::Cap(Cap::Month), 24 * 3_600);
    let task = stage.site.task(id).unwrap();
    assert_eq!((task.status, task.attempts_before), (TaskStatus::Queued, 2));
    assert!(task.held_up.is_some(), "the new cap refuses as well");
}

#[test]
fn attempts_that_had_called_a_model_before_they_met_an_obstacle_are_counted() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..1);
    for _ in 0..4 {
        let (task, attempt) = stage.runs.remove(0);
        let mut outcome = stage.held_up(Obstacle::Cap(Cap::Month), 60);
        if let igny8_actors_domain::site::TaskOutcome::HeldUp { called, .. } = &mut outcome {
            *called = true;
        }
        let finish =
            SiteCommand::FinishTask { task, attempt, outcome, model: None, response: None };
        stage.act(user(1), finish).unwrap();
        stage.wait(Duration::from_secs(61));
    }
    let task = stage.site.tasks().next().unwrap();
    assert_eq!(task.status, TaskStatus::Failed, "it would spend for ever");
}

#[test]
fn r11_other_models_wake_what_they_held_up_some_at_a_time() {
    let mut stage = Stage::rich();
    for _ in 0..8 {
        stage.ideas(user(1), 0..40);
    }
    let mut held_up = 0;
    while !stage.runs.is_empty() {
        stage.hold_up_first(Obstacle::Cap(Cap::Month), 24 * 3_600);
        held_up += 1;
    }
    assert_eq!(held_up, stage.site.tasks().count());
    let waits = |stage: &Stage| {
        let tasks = stage.site.tasks().filter(|task| task.held_up.is_some());
        tasks.count()
    };
    stage.tell(SiteMessage::ModelsChanged);
    assert_eq!(waits(&stage), held_up - 256);
    assert!(stage.effects.contains(&SiteEffect::WakeHeldUp));
    stage.act(user(1), SiteCommand::WakeHeldUp).unwrap();
    assert_eq!(waits(&stage), 0);
    assert_eq!(stage.runs.len(), 4, "as many as there are places");
}
