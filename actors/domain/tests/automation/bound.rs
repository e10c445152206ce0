//! Bounds: credits, items, publications a day, history.

use super::world::{HOUR, World, monday};
use igny8_actors_domain::Entity;
use igny8_actors_domain::site::automation::{
    AutomationKind as K, ExecutionStatus as S, ScheduleRules, Timing, bound,
};
use igny8_actors_domain::site::{SiteCommand, TaskStatus};
use igny8_protocol_ids::Credits;
use std::time::Duration;

fn codes(world: &World, kind: K) -> Vec<String> {
    world.last(kind).skipped.iter().map(|skip| skip.code.clone()).collect()
}

#[test]
fn drafts_stop_when_credits_are_missing_and_the_history_says_so() {
    let mut world = World::with_ideas(4);
    world.turn_on(K::Drafts, "0 * * * *");
    world.budget = 7;
    world.pass(HOUR);
    let execution = world.last(K::Drafts);
    assert_eq!((execution.status, execution.picked.len()), (S::Running, 2));
    assert!(execution.note.as_ref().unwrap().contains("Nothing was charged"));
    assert_eq!(codes(&world, K::Drafts), ["insufficient_credits", "insufficient_credits"]);
    world.work();
    world.budget = 1;
    world.pass(HOUR);
    let execution = world.last(K::Drafts);
    assert_eq!((execution.status, execution.picked.len()), (S::Skipped, 0));
    assert!(execution.note.as_ref().unwrap().contains("credits"), "{execution:?}");
    assert_eq!(world.tasks(TaskStatus::Queued) + world.tasks(TaskStatus::Running), 0);
    // Credits come: it goes on by itself.
    world.budget = 100;
    world.pass(HOUR);
    assert_eq!(world.last(K::Drafts).picked.len(), 2);
}

#[test]
fn an_execution_stays_within_its_cap_and_its_number_of_items() {
    let mut world = World::with_ideas(6);
    world.turn_on_with(K::Drafts, "0 * * * *", |rules| rules.credits_max = Some(7));
    world.pass(HOUR);
    assert_eq!((world.last(K::Drafts).picked.len(), world.last(K::Drafts).price), (2, Credits(6)));
    assert_eq!(codes(&world, K::Drafts), ["cost_cap"; 4]);
    world.work();
    world.turn_on_with(K::Drafts, "0 * * * *", |rules| {
        rules.items_max = 1;
        rules.each = 2;
    });
    world.pass(HOUR);
    // An article and two images.
    assert_eq!((world.last(K::Drafts).picked.len(), world.last(K::Drafts).price), (1, Credits(5)));
    assert_eq!(codes(&world, K::Drafts), ["item_limit"; 3]);
}

#[test]
fn skipped_items_beyond_the_first_are_counted() {
    let mut world = World::new();
    for number in 0..40 {
        world.approved(&format!("Post {number}"));
    }
    world.turn_on_with(K::Publish, "0 * * * *", |rules| rules.items_max = 1);
    world.pass(HOUR);
    let execution = world.last(K::Publish);
    assert_eq!((execution.skipped.len(), execution.skipped_more), (20, 19));
}

#[test]
fn only_approved_documents_are_published_and_so_many_a_day() {
    let mut world = World::new();
    world.give(SiteCommand::CreateDocument { title: "A draft".to_owned() });
    for number in 0..7 {
        world.approved(&format!("Post {number}"));
    }
    world.turn_on_with(K::Publish, "0 */6 * * *", |rules| {
        rules.items_max = 2;
        rules.per_day_max = 3;
    });
    world.pass(7 * HOUR);
    world.work();
    assert_eq!(world.last(K::Publish).picked.len(), 2);
    world.pass(6 * HOUR);
    world.work();
    assert_eq!(world.last(K::Publish).picked.len(), 1);
    assert_eq!(codes(&world, K::Publish), ["daily_limit"; 4]);
    // The next day has room again; the draft is never touched.
    for _ in 0..20 {
        world.pass(6 * HOUR);
        world.work();
    }
    let published = world.site.documents().filter(|document| document.publication.is_some());
    assert_eq!(published.count(), 7);
    let draft = world.site.documents().find(|document| document.title == "A draft").unwrap();
    assert!(draft.publication.is_none() && draft.revision == 0);
}

#[test]
fn r11_the_history_is_bounded_and_what_is_under_way_stays() {
    let mut world = World::with_ideas(1);
    world.turn_on(K::Drafts, "*/10 * * * *");
    world.pass(Duration::from_mins(10));
    let first = world.last(K::Drafts).id;
    world.pass(24 * HOUR);
    let history = world.history(K::Drafts);
    assert_eq!((history.len(), history[0].id), (bound::HISTORY_MAX, first));
    world.work();
    world.pass(HOUR);
    assert!(world.site.execution(first).is_none());
    let kept = world.stored.keys().filter(|key| key[0] == 21).count();
    assert_eq!(kept, bound::HISTORY_MAX);
}

#[test]
fn what_cannot_be_set_is_refused_with_the_bounds() {
    let mut world = World::new();
    let mut refused = |change: &dyn Fn(&mut ScheduleRules), code: &str| {
        let mut rules = ScheduleRules::of(K::Ideas);
        change(&mut rules);
        let timing = Timing::new("0 * * * *", "UTC");
        let set = SiteCommand::SetSchedule { kind: K::Ideas, enabled: true, timing, rules };
        assert_eq!(world.try_give(set).unwrap_err().code, code);
    };
    refused(&|rules| rules.items_max = 101, "invalid_items_max");
    refused(&|rules| rules.each = 0, "invalid_each");
    refused(&|rules| rules.jitter_seconds = 4_000, "invalid_jitter_seconds");
    refused(&|rules| rules.catch_up_minutes = 0, "invalid_catch_up_minutes");
    refused(&|rules| rules.credits_max = Some(0), "invalid_credits_max");
    assert!(!world.site.schedule(K::Ideas).enabled);
}

#[test]
fn a_thousand_sites_with_one_time_do_not_start_at_once_and_each_keeps_its_own() {
    let starts = |id: u16| {
        let mut world = World::with_id(id);
        world.turn_on_with(K::Drafts, "0 6 * * *", |rules| rules.jitter_seconds = 300);
        world.site.next_due().unwrap()
    };
    let mut by_second = std::collections::BTreeMap::<i64, u32>::new();
    for id in 0..1_000 {
        let at = starts(id).as_millis() - monday().plus(6 * HOUR).as_millis();
        assert!((0..=300_000).contains(&at));
        *by_second.entry(at / 1_000).or_default() += 1;
    }
    assert_eq!(starts(7), starts(7));
    // 3.3 a second on average.
    assert!(by_second.len() > 250 && *by_second.values().max().unwrap() < 20, "{by_second:?}");
}
