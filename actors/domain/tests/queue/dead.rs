//! Dead letters: kept, replayed, discarded; and what has ended leaves the state.

use crate::stage::{CLUSTERS, Stage, user};
use igny8_actors_domain::site::{
    DeadFilter, FailureClass, QueueSettings, SiteCommand, SiteEffect, SiteEvent, SiteReply,
    TaskEdit, TaskInput, TaskKind, TaskStatus,
};
use igny8_protocol_ids::{Credits, TaskId};
use std::time::Duration;

fn kept(stage: &Stage) -> Vec<TaskId> {
    let tasks = stage.effects.iter().filter_map(|effect| match effect {
        SiteEffect::KeepTasks { tasks, .. } => Some(tasks),
        _ => None,
    });
    tasks.flatten().map(|task| task.id).collect()
}

#[test]
fn a_dead_letter_can_be_edited_and_replayed() {
    let mut stage = Stage::rich();
    let task = stage.ideas(user(1), 0..1)[0].id;
    stage.end(0, Some(FailureClass::Quota));
    assert_eq!(stage.site.dead_letters().map(|task| task.id).collect::<Vec<_>>(), [task]);
    let edit = TaskEdit { ideas: Some(4), ..TaskEdit::default() };
    stage.act(user(1), SiteCommand::ReplayTask { task, edit }).unwrap();
    let again = stage.site.task(task).unwrap();
    assert!(matches!(again.input, TaskInput::Ideas { count: 4, .. }));
    assert_eq!((again.status, again.price), (TaskStatus::Running, Credits(4)));
    assert_eq!(stage.site.dead_letters().count(), 0);
    let wrong = TaskEdit { images: Some(1), ..TaskEdit::default() };
    stage.end(0, Some(FailureClass::Quota));
    let refused = stage.act(user(1), SiteCommand::ReplayTask { task, edit: wrong }).unwrap_err();
    assert_eq!(refused.code, "not_a_draft");
}

#[test]
fn all_dead_letters_of_a_kind_and_reason_are_replayed() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..4);
    for class in [FailureClass::Quota, FailureClass::Unauthorized, FailureClass::Quota] {
        stage.end(0, Some(class));
    }
    let filter = DeadFilter { kind: Some(TaskKind::Ideas), class: Some(FailureClass::Quota) };
    let reply = stage.act(user(1), SiteCommand::ReplayDead { filter }).unwrap();
    assert_eq!(reply, SiteReply::Replayed { replayed: 2, refused: 0, left: 0 });
    assert_eq!(stage.site.dead_letters().count(), 1);
}

#[test]
fn a_discarded_dead_letter_goes_into_the_log() {
    let mut stage = Stage::rich();
    let task = stage.ideas(user(1), 0..1)[0].id;
    let discard = SiteCommand::DiscardTasks { tasks: vec![task] };
    assert_eq!(stage.act(user(1), discard.clone()).unwrap_err().code, "not_dead");
    stage.end(0, Some(FailureClass::Quota));
    stage.act(user(1), discard).unwrap();
    assert!(stage.site.task(task).is_none());
    assert_eq!(kept(&stage), [task]);
    assert!(stage.events.contains(&SiteEvent::TaskRemoved(task)));
}

#[test]
fn what_ended_leaves_the_state_for_the_log_oldest_first() {
    let mut stage = Stage::rich();
    let settings = QueueSettings { kept_tasks: 100, ..QueueSettings::default() };
    stage.act(user(1), SiteCommand::SetQueue { settings }).unwrap();
    let mut ended = Vec::new();
    for _ in 0..10 {
        stage.ideas(user(1), 0..CLUSTERS);
        while !stage.runs.is_empty() {
            ended.push(stage.end_first());
            stage.wait(Duration::from_millis(1));
        }
    }
    assert!(stage.site.tasks().count() < 100 + 128, "{}", stage.site.tasks().count());
    let kept = kept(&stage);
    assert_eq!(kept[..], ended[..kept.len()], "the oldest went first, each once");
    assert_eq!(kept.len() + stage.site.tasks().count(), ended.len(), "none is lost");
}

#[test]
fn what_ended_long_ago_leaves_the_state() {
    let mut stage = Stage::rich();
    stage.ideas(user(1), 0..3);
    stage.end_many(3);
    let due = stage.site.queue_settings().kept();
    stage.wait(due);
    assert_eq!(stage.site.tasks().count(), 0);
    assert_eq!(kept(&stage).len(), 3);
}
