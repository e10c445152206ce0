//! Automation through a site's commands: when it runs, what it takes, what the history says.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bound;
mod random;
mod time;
mod world;

use igny8_actors_domain::site::automation::{
    AutomationKind as K, ExecutionStatus as S, PickOutcome, Preset, Trigger,
};
use igny8_actors_domain::site::{SiteCommand, SiteEffect, SiteReply, TaskStatus};
use igny8_actors_domain::{Context, Dice, Origin, decide};
use igny8_protocol_ids::Credits;
use world::{HOUR, World, account, monday};

#[test]
fn a_schedule_takes_what_the_button_takes_and_ends_with_its_tasks() {
    let mut world = World::with_ideas(3);
    world.turn_on(K::Drafts, "0 */3 * * *");
    world.pass(3 * HOUR);
    let execution = world.last(K::Drafts);
    assert_eq!((execution.trigger, execution.status), (Trigger::Schedule, S::Running));
    assert_eq!((execution.picked.len(), execution.price), (3, Credits(9)));
    let task = world.site.task(execution.picked[0].task.unwrap()).unwrap();
    assert_eq!((task.status, task.price, task.created_by), (TaskStatus::Running, Credits(3), None));
    world.work();
    let execution = world.last(K::Drafts);
    assert_eq!((execution.status, execution.spent), (S::Succeeded, Credits(9)));
    let done = |pick: &igny8_actors_domain::site::automation::Pick| {
        pick.outcome == Some(PickOutcome::Succeeded)
    };
    assert!(execution.picked.iter().all(done) && execution.ended_at == Some(world.now));
    // Nothing is left: the next one says so.
    world.pass(3 * HOUR);
    let execution = world.last(K::Drafts);
    assert_eq!(execution.note.as_deref(), Some("There was nothing to do."));
}

#[test]
fn run_now_is_the_same_execution_in_the_name_of_a_person() {
    let mut world = World::with_ideas(2);
    let run = |dry_run| SiteCommand::RunAutomation { kind: K::Drafts, dry_run };
    let reply = world.by(Origin::Account(account()), run(false)).unwrap();
    let SiteReply::Execution(execution) = reply else { panic!("{reply:?}") };
    assert_eq!(execution.status, S::Starting);
    world.answer();
    let execution = world.last(K::Drafts);
    assert_eq!(execution.trigger, Trigger::Person(account()));
    let task = world.site.task(execution.picked[0].task.unwrap()).unwrap();
    assert_eq!(task.created_by, Some(account()));
    // A second one waits for the end of the first.
    assert_eq!(
        world.by(Origin::Account(account()), run(false)).unwrap_err().code,
        "execution_open"
    );
    world.work();
    world.pass(HOUR);
    world.by(Origin::Account(account()), run(false)).unwrap();
}

#[test]
fn a_dry_run_changes_nothing_but_the_history() {
    let mut world = World::with_ideas(7);
    let before = world.stored.clone();
    world.give(SiteCommand::RunAutomation { kind: K::Drafts, dry_run: true });
    world.answer();
    let execution = world.last(K::Drafts).clone();
    assert!(execution.dry_run && execution.status == S::Succeeded);
    assert_eq!((execution.picked.len(), execution.skipped.len()), (5, 2));
    assert_eq!((execution.price, execution.spent), (Credits(15), Credits(0)));
    assert!(execution.picked.iter().all(|pick| pick.task.is_none()));
    world.stored.retain(|key, _| before.contains_key(key));
    assert_eq!(world.stored, before);
    assert_eq!((world.running.len(), world.tasks(TaskStatus::Queued)), (0, 0));
}

#[test]
fn what_failed_or_was_stopped_is_not_tried_again_by_itself() {
    let mut world = World::with_ideas(2);
    world.turn_on(K::Drafts, "0 * * * *");
    world.pass(HOUR);
    let stopped = world.last(K::Drafts).picked[1].task.unwrap();
    world.running.retain(|(task, attempt)| {
        assert_eq!(*attempt, 1);
        *task != stopped
    });
    world.fail();
    world.give(SiteCommand::CancelTask { task: stopped });
    world.give(SiteCommand::FinishTask {
        task: stopped,
        attempt: 1,
        outcome: igny8_actors_domain::site::TaskOutcome::Stopped { wrote: false, words: 0 },
        model: None,
        response: None,
    });
    let execution = world.last(K::Drafts);
    assert_eq!((execution.status, execution.failed(), execution.spent), (S::Failed, 1, Credits(0)));
    assert_eq!(
        execution.picked[0].outcome,
        Some(PickOutcome::Failed("The provider refused.".to_owned()))
    );
    assert_eq!(execution.picked[1].outcome, Some(PickOutcome::Cancelled));
    world.pass(HOUR);
    let execution = world.last(K::Drafts);
    let codes: Vec<_> = execution.skipped.iter().map(|skip| skip.code.as_str()).collect();
    assert_eq!((codes, execution.picked.len()), (vec!["failed_before", "cancelled_before"], 0));
    assert!(execution.skipped[0].reason.contains("The provider refused."));
}

#[test]
fn the_pipeline_runs_by_itself_from_keywords_to_posts_with_one_approval() {
    let mut world = World::new();
    world.import(6);
    world.give(SiteCommand::ApplyPreset {
        preset: Preset::Standard,
        zone: "Europe/London".to_owned(),
    });
    for _ in 0..24 {
        world.pass(HOUR);
        world.work();
    }
    assert_eq!((world.site.clusters().count(), world.site.ideas().count()), (2, 10));
    let written = world.site.documents().filter(|document| document.words > 0).count();
    assert_eq!(written, 10);
    assert!(world.site.documents().all(|document| document.images.len() == 1));
    // Nothing goes out that nobody approved.
    assert!(world.site.documents().all(|document| document.publication.is_none()));
    let document = world.site.documents().next().unwrap().id;
    world.approve(document);
    world.pass(12 * HOUR);
    world.work();
    let published = world.site.documents().filter(|document| document.publication.is_some());
    assert_eq!(published.map(|document| document.id).collect::<Vec<_>>(), [document]);
}

#[test]
fn presets_are_the_ones_of_the_product() {
    let hours = |preset: Preset| {
        K::ALL.map(|kind| {
            let schedule = preset.schedule(kind, "UTC", true);
            let next = schedule.upcoming(monday(), 200);
            let week = monday().plus(7 * 24 * HOUR);
            next.iter().filter(|at| **at <= week).count()
        })
    };
    // Executions a week: every 6 h, 6 h, 3 h, 3 h, 12 h, 24 h.
    assert_eq!(hours(Preset::Standard), [28, 28, 56, 56, 14, 7]);
    // Every 6 h, a day, an hour, an hour, a day, a week.
    assert_eq!(hours(Preset::HourlyDrafts), [28, 7, 168, 168, 7, 1]);
    let world = World::new();
    let schedule = world.site.schedule(K::Drafts);
    assert_eq!((schedule.timing.cron.as_str(), schedule.enabled), ("40 */3 * * *", false));
}

#[test]
fn clean_up_removes_tasks_that_ended_long_ago() {
    let mut world = World::with_ideas(2);
    world.turn_on(K::CleanUp, "0 4 * * *");
    world.pass(5 * HOUR);
    assert_eq!(world.site.tasks().count(), 2);
    world.pass(31 * 24 * HOUR);
    assert_eq!(world.site.tasks().count(), 0);
    let removed = world.history(K::CleanUp).into_iter().filter_map(|execution| {
        execution.note.as_deref().filter(|note| note.starts_with("2 tasks"))
    });
    assert_eq!(removed.count(), 1);
    assert!(world.reload().tasks().next().is_none());
}

#[test]
fn r4_an_execution_asks_once_and_a_late_answer_changes_nothing() {
    let mut world = World::with_ideas(2);
    world.turn_on(K::Drafts, "0 * * * *");
    world.now = monday().plus(HOUR);
    let mut context = Context { now: world.now, entropy: Dice::new(5), origin: Origin::System };
    let mut copy = world.reload();
    let (_, changes) = decide(&mut copy, SiteCommand::Tick, &mut context).unwrap();
    let asked = |effect: &&SiteEffect| matches!(effect, SiteEffect::AskBudget { .. });
    assert_eq!(changes.effects.iter().filter(asked).count(), 1);
    let (_, changes) = decide(&mut copy, SiteCommand::Tick, &mut context).unwrap();
    assert!(changes.is_empty());
    world.give(SiteCommand::Tick);
    let execution = world.asking[0];
    world.answer();
    let before = world.stored.clone();
    let again = SiteCommand::Execute { execution, budget: Credits(500) };
    assert_eq!(world.give(again), SiteReply::Stale);
    assert_eq!(before, world.stored);
}
