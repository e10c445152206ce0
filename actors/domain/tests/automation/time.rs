//! What is late, what overlaps, and clocks that go back.

use super::world::{HOUR, World, hour, monday};
use igny8_actors_domain::Entity;
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_domain::site::automation::{
    AutomationKind as K, CatchUp, ExecutionStatus as S, Overlap, ScheduleRules, Timing, Trigger,
};
use std::time::Duration;

/// Everything in the history: hour, status, trigger.
fn lines(world: &World, kind: K) -> Vec<(i64, S, Trigger)> {
    let line = |execution: &&igny8_actors_domain::site::automation::Execution| {
        (hour(execution), execution.status, execution.trigger)
    };
    world.history(kind).iter().map(line).collect()
}

/// Ten hours in which nothing could run, of a schedule for every hour.
fn after_ten_hours(catch_up: CatchUp, minutes: u32) -> World {
    let mut world = World::with_ideas(1);
    world.turn_on_with(K::Drafts, "0 * * * *", |rules| {
        rules.catch_up = catch_up;
        rules.catch_up_minutes = minutes;
    });
    world.sleep(10 * HOUR + Duration::from_mins(30));
    world
}

#[test]
fn without_catch_up_what_is_late_is_missed() {
    let mut world = after_ten_hours(CatchUp::None, 24 * 60);
    assert_eq!(lines(&world, K::Drafts), [(1, S::Skipped, Trigger::Schedule)]);
    assert!(world.last(K::Drafts).note.as_ref().unwrap().starts_with("Missed"));
    assert!(world.asking.is_empty());
    world.pass(HOUR);
    assert_eq!(lines(&world, K::Drafts)[1], (11, S::Running, Trigger::Schedule));
}

#[test]
fn catch_up_with_the_last_runs_one() {
    let mut world = after_ten_hours(CatchUp::Last, 24 * 60);
    let expected = [(1, S::Skipped, Trigger::Schedule), (10, S::Starting, Trigger::CatchUp)];
    assert_eq!(lines(&world, K::Drafts), expected);
    world.answer();
    assert_eq!(world.last(K::Drafts).picked.len(), 1);
}

#[test]
fn catch_up_with_all_runs_one_after_another_within_the_window() {
    let mut world = after_ten_hours(CatchUp::All, 3 * 60);
    let late = |hour, status| (hour, status, Trigger::CatchUp);
    let expected = [
        (1, S::Skipped, Trigger::Schedule),
        late(8, S::Starting),
        late(9, S::Waiting),
        late(10, S::Waiting),
    ];
    assert_eq!(lines(&world, K::Drafts), expected);
    for _ in 0..3 {
        world.answer();
        world.work();
    }
    let expected = [8, 9, 10].map(|hour| late(hour, S::Succeeded));
    assert_eq!(lines(&world, K::Drafts)[1..], expected);
}

#[test]
fn what_is_older_than_the_window_is_missed_whatever_the_rule() {
    let world = after_ten_hours(CatchUp::Last, 10);
    assert_eq!(lines(&world, K::Drafts), [(1, S::Skipped, Trigger::Schedule)]);
    // A year at rest costs one look back over the window.
    let mut world = World::with_ideas(1);
    world.turn_on(K::Drafts, "* * * * *");
    world.sleep(365 * 24 * HOUR);
    let last = world.last(K::Drafts);
    assert_eq!((last.id.at, last.trigger), (world.now, Trigger::Schedule));
    assert_eq!(world.history(K::Drafts).len(), 2);
    // A schedule that names few instants, none of them in the window, is done with at once.
    let mut world = World::with_ideas(1);
    world.turn_on_with(K::Drafts, "0 12 * * 3", |rules| rules.catch_up_minutes = 60);
    world.sleep(20 * 24 * HOUR);
    assert_eq!(lines(&world, K::Drafts), [(60, S::Skipped, Trigger::Schedule)]);
    assert!(world.site.next_due().unwrap() > world.now);
}

#[test]
fn a_start_a_moment_late_is_on_time() {
    let mut world = World::with_ideas(1);
    world.turn_on_with(K::Drafts, "0 * * * *", |rules| rules.catch_up = CatchUp::None);
    world.sleep(HOUR + Duration::from_mins(4));
    assert_eq!(lines(&world, K::Drafts), [(1, S::Starting, Trigger::Schedule)]);
}

#[test]
fn overlap_skips_or_waits_for_one() {
    for (overlap, expected) in [
        (Overlap::Skip, [S::Running, S::Skipped, S::Skipped]),
        (Overlap::Queue, [S::Running, S::Waiting, S::Skipped]),
    ] {
        let mut world = World::with_ideas(1);
        world.turn_on_with(K::Drafts, "0 * * * *", |rules| rules.overlap = overlap);
        world.pass(3 * HOUR);
        let statuses: Vec<S> =
            world.history(K::Drafts).iter().map(|execution| execution.status).collect();
        assert_eq!(statuses, expected);
        assert!(world.last(K::Drafts).note.as_ref().unwrap().contains("01:00 +00:00"));
        world.work();
        world.answer();
        let second = world.history(K::Drafts)[1].status;
        assert_eq!(second, if overlap == Overlap::Skip { S::Skipped } else { S::Succeeded });
    }
}

#[test]
fn a_schedule_that_is_changed_while_one_runs_leaves_that_one_alone() {
    let mut world = World::with_ideas(1);
    world.turn_on_with(K::Drafts, "0 * * * *", |rules| rules.overlap = Overlap::Queue);
    world.pass(2 * HOUR);
    assert_eq!(world.last(K::Drafts).status, S::Waiting);
    // Off: what waits is dropped, what runs ends by itself.
    let rules = ScheduleRules::of(K::Drafts);
    let timing = Timing::new("0 * * * *", "UTC");
    world.give(SiteCommand::SetSchedule { kind: K::Drafts, enabled: false, timing, rules });
    assert_eq!(world.last(K::Drafts).status, S::Skipped);
    assert!(world.site.schedule(K::Drafts).next.is_none());
    world.work();
    assert_eq!(world.history(K::Drafts)[0].status, S::Succeeded);
    // On again with another time: what lies before that is not caught up with.
    world.now = world.now.plus(12 * HOUR);
    world.turn_on(K::Drafts, "30 * * * *");
    assert_eq!(world.site.next_due(), Some(monday().plus(14 * HOUR + HOUR / 2)));
    world.give(SiteCommand::Tick);
    assert_eq!(world.history(K::Drafts).len(), 2);
}

#[test]
fn a_clock_that_goes_back_repeats_nothing() {
    let mut world = World::with_ideas(1);
    world.turn_on(K::Drafts, "0 * * * *");
    world.pass(5 * HOUR);
    world.work();
    let before = world.history(K::Drafts).len();
    // A little: the hour that was decided is not decided again.
    world.now = monday().plus(4 * HOUR + Duration::from_mins(30));
    world.pass(Duration::from_mins(50));
    assert_eq!(world.history(K::Drafts).len(), before);
    // By far: time goes on there, and what the history knows is not done again.
    world.now = monday().plus(2 * HOUR + Duration::from_mins(30));
    world.give(SiteCommand::Tick);
    world.pass(3 * HOUR);
    assert_eq!(world.history(K::Drafts).len(), before);
    world.pass(HOUR);
    assert_eq!(hour(world.last(K::Drafts)), 6);
}

#[test]
fn a_clock_that_was_years_ahead_does_not_stop_a_schedule() {
    let mut world = World::with_ideas(1);
    world.turn_on(K::Drafts, "0 * * * *");
    world.sleep(10 * 365 * 24 * HOUR);
    world.answer();
    world.now = monday().plus(HOUR / 2);
    world.give(SiteCommand::Tick);
    assert_eq!(world.site.next_due(), Some(monday().plus(HOUR)));
}

#[test]
fn daylight_saving_runs_a_daily_job_once_a_day() {
    let mut world = World::new();
    // 2026-03-29 has no 01:30 in London, 2026-10-25 has it twice.
    world.now = monday().plus(26 * 24 * HOUR);
    let rules = ScheduleRules { jitter_seconds: 0, ..ScheduleRules::of(K::CleanUp) };
    let timing = Timing::new("30 1 * * *", "Europe/London");
    world.give(SiteCommand::SetSchedule { kind: K::CleanUp, enabled: true, timing, rules });
    let mut at = Vec::new();
    for _ in 0..240 {
        world.pass(24 * HOUR);
        at.push(world.last(K::CleanUp).id.at);
    }
    at.dedup();
    assert_eq!(at.len(), 240);
}
