//! What waits or runs for too long; rates; attempts.

use crate::stage::{Stage, user};
use igny8_actors_domain::Entity;
use igny8_actors_domain::site::{
    FailureClass, KindSettings, QueueScope, QueueSettings, Rate, SiteCommand, SiteEffect,
    SiteReply, TaskKind, TaskOutcome, TaskStatus, Waiting,
};
use std::time::Duration;

fn set(stage: &mut Stage, change: impl FnOnce(&mut QueueSettings)) {
    let mut settings = stage.site.queue_settings().clone();
    change(&mut settings);
    stage.act(user(1), SiteCommand::SetQueue { settings }).unwrap();
}

fn set_ideas(stage: &mut Stage, change: impl FnOnce(&mut KindSettings)) {
    set(stage, |settings| {
        let mut kind = settings.kind(TaskKind::Ideas);
        change(&mut kind);
        settings.kinds.insert(TaskKind::Ideas, kind);
    });
}

#[test]
fn an_attempt_that_runs_too_long_is_given_up_and_its_late_answer_is_stale() {
    let mut stage = Stage::rich();
    set_ideas(&mut stage, |kind| kind.run_seconds = 60);
    let task = stage.ideas(user(1), 0..1)[0].id;
    stage.wait(Duration::from_secs(59));
    assert_eq!(stage.status(task), TaskStatus::Running);
    stage.wait(Duration::from_secs(1));
    let failed = stage.site.task(task).unwrap();
    assert_eq!(failed.failure.as_ref().unwrap().class, FailureClass::Timeout);
    assert_eq!(failed.status, TaskStatus::Queued, "it is tried again");
    assert!(stage.effects.contains(&SiteEffect::StopTask { task, attempt: Some(1) }));
    let late = SiteCommand::FinishTask {
        task,
        attempt: 1,
        outcome: TaskOutcome::Ideas { ideas: Vec::new() },
        model: None,
        response: None,
    };
    assert_eq!(stage.act(user(1), late).unwrap(), SiteReply::Stale);
}

#[test]
fn attempts_are_a_setting() {
    let mut stage = Stage::rich();
    set_ideas(&mut stage, |kind| kind.attempts = 1);
    let task = stage.ideas(user(1), 0..1)[0].id;
    stage.end(0, Some(FailureClass::Timeout));
    assert_eq!(stage.status(task), TaskStatus::Dead);
}

#[test]
fn a_task_that_could_start_and_waits_too_long_is_dead_with_its_reason() {
    let mut stage = Stage::new();
    set(&mut stage, |settings| settings.waiting_hours = 2);
    let task = stage.ideas(user(1), 0..1)[0].id;
    stage.wait(Duration::from_hours(2));
    let dead = stage.site.task(task).unwrap();
    assert_eq!(dead.status, TaskStatus::Dead);
    let failure = dead.failure.as_ref().unwrap();
    assert_eq!(failure.class, FailureClass::WaitedTooLong);
    assert!(failure.message.contains("credits were missing"), "{}", failure.message);
}

#[test]
fn a_paused_task_may_wait_for_ever() {
    let mut stage = Stage::rich();
    let pause = SiteCommand::PauseQueue { scope: QueueScope::Site, paused: true };
    stage.act(user(1), pause).unwrap();
    let task = stage.ideas(user(1), 0..1)[0].id;
    for _ in 0..5 {
        stage.wait(Duration::from_hours(7 * 24));
    }
    assert_eq!(stage.status(task), TaskStatus::Queued);
}

#[test]
fn a_rate_bounds_starts_and_says_when_the_next_is_free() {
    let mut stage = Stage::rich();
    let rate = Rate { per_minute: 6, burst: 2 };
    set_ideas(&mut stage, |kind| kind.rate = Some(rate));
    let tasks = stage.ideas(user(1), 0..4);
    assert_eq!(stage.starts.len(), 2, "the burst");
    let waiting = stage.site.task(tasks[2].id).unwrap();
    let free_at = stage.now.plus(Duration::from_secs(10));
    assert_eq!(stage.site.waiting(waiting, stage.now), Some(Waiting::Rate { free_at }));
    assert_eq!(stage.site.next_due(), Some(free_at));
    stage.wait(Duration::from_secs(10));
    assert_eq!(stage.starts.len(), 3);
    stage.wait(Duration::from_secs(9));
    assert_eq!(stage.starts.len(), 3);
    stage.wait(Duration::from_secs(1));
    assert_eq!(stage.starts.len(), 4);
}

#[test]
fn a_rate_without_credits_is_no_reason_to_wake() {
    let mut stage = Stage::new();
    set_ideas(&mut stage, |kind| kind.rate = Some(Rate { per_minute: 6, burst: 1 }));
    stage.ideas(user(1), 0..4);
    assert!(stage.site.next_due().unwrap() > stage.now.plus(Duration::from_hours(1)));
}

#[test]
fn the_places_of_a_site_bound_all_kinds_together() {
    let mut stage = Stage::rich();
    set(&mut stage, |settings| settings.places = 2);
    stage.ideas(user(1), 0..4);
    assert_eq!(stage.starts.len(), 2);
}

#[test]
fn settings_out_of_bounds_are_refused() {
    let mut stage = Stage::rich();
    for wrong in [
        QueueSettings { places: 0, ..QueueSettings::default() },
        QueueSettings { waiting_hours: 721, ..QueueSettings::default() },
        QueueSettings { kept_tasks: 99, ..QueueSettings::default() },
        QueueSettings { rate: Some(Rate { per_minute: 0, burst: 1 }), ..QueueSettings::default() },
        QueueSettings {
            kinds: [(
                TaskKind::Cluster,
                KindSettings { places: 2, ..KindSettings::of(TaskKind::Cluster) },
            )]
            .into(),
            ..QueueSettings::default()
        },
    ] {
        let refused = stage.act(user(1), SiteCommand::SetQueue { settings: wrong }).unwrap_err();
        assert_eq!(refused.code, "queue_setting");
    }
}

#[test]
fn a_hold_that_ended_while_its_task_was_held_up_is_taken_anew() {
    let mut stage = Stage::rich();
    let task = stage.ideas(user(1), 0..1)[0].id;
    stage.end(0, Some(FailureClass::Unavailable));
    let pause = SiteCommand::PauseQueue { scope: QueueScope::Site, paused: true };
    stage.act(user(1), pause.clone()).unwrap();
    stage.wait(Duration::from_hours(25));
    assert!(stage.site.task(task).unwrap().hold.is_none());
    let resume = SiteCommand::PauseQueue { scope: QueueScope::Site, paused: false };
    stage.act(user(1), resume).unwrap();
    assert_eq!(stage.status(task), TaskStatus::Running);
    stage.end_first();
    assert_eq!(stage.status(task), TaskStatus::Succeeded);
}
