//! Fair shares between users and kinds.

use crate::stage::{CLUSTERS, Stage, document, user};
use igny8_actors_domain::Entity;
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{FailureClass, SiteCommand, TaskKind, TaskStatus};

#[test]
fn many_tasks_of_one_user_delay_the_one_of_another_by_one_turn() {
    let mut stage = Stage::rich();
    (0..12).for_each(|_| drop(stage.ideas(user(1), 0..CLUSTERS)));
    let other = stage.ideas(user(2), 0..1)[0].id;
    assert_eq!(stage.status(other), TaskStatus::Queued, "all places are taken");
    stage.end_first();
    assert_eq!(stage.status(other), TaskStatus::Running, "the next free place is the other's");
}

#[test]
fn users_take_turns_and_none_saves_turns_up() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..30);
    stage.end_many(20);
    let late = stage.starts.len();
    stage.ideas(user(2), 0..30);
    stage.end_many(16);
    let of_first = |id| stage.site.task(id).unwrap().created_by == Some(crate::stage::account(1));
    let starts: Vec<bool> = stage.starts[late..].iter().map(|id| of_first(*id)).collect();
    let firsts = starts.iter().filter(|first| **first).count();
    // Six of the first user's were left: the newcomer gets every second turn, not twenty at once.
    assert_eq!(starts[..12], [false, true].repeat(6)[..], "{starts:?}");
    assert_eq!(firsts, 6);
}

#[test]
fn automation_is_a_user_like_others() {
    let mut stage = Stage::rich();
    stage.ideas(Origin::System, 0..40);
    let person = stage.ideas(user(1), 0..1)[0].id;
    stage.end_first();
    assert_eq!(stage.status(person), TaskStatus::Running);
}

#[test]
fn a_kind_without_places_does_not_hold_up_another() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..40);
    let free = stage.queue(user(1), SiteCommand::QueueReparse { document: document(0) })[0].id;
    assert_eq!(stage.status(free), TaskStatus::Running);
    assert_eq!(stage.site.running(TaskKind::Ideas), 4);
}

#[test]
fn work_that_needs_no_credits_passes_work_that_waits_for_them() {
    let mut stage = Stage::new();
    let paid = stage.ideas(user(1), 0..1)[0].id;
    let publish = SiteCommand::QueuePublication { document: document(0), live: true };
    let free = stage.queue(user(1), publish)[0].id;
    assert_eq!((stage.status(paid), stage.status(free)), (TaskStatus::Queued, TaskStatus::Running));
}

#[test]
fn r12_whose_turn_it_is_survives_a_restart() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..20);
    stage.ideas(user(2), 0..20);
    stage.end_many(7);
    let mut again = Stage { site: stage.reload(), ..Stage::new() };
    again.runs.clone_from(&stage.runs);
    (again.now, again.seed) = (stage.now, stage.seed);
    for _ in 0..20 {
        stage.end_first();
        again.end_first();
    }
    assert_eq!(stage.starts[11..], again.starts[..]);
}

#[test]
fn a_delayed_task_takes_no_place_and_comes_back_in_time() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..5);
    let failed = stage.end(0, Some(FailureClass::Unavailable));
    assert_eq!(stage.starts.len(), 5, "the place of the delayed one is taken");
    stage.end_many(4);
    assert_eq!(stage.status(failed), TaskStatus::Queued);
    let due = stage.site.next_due().unwrap();
    stage.wait(due.since(stage.now));
    assert_eq!(stage.status(failed), TaskStatus::Running);
}
