//! What calls used and cost: on the task and by day and model, in the commit of the attempt's end.

use super::stage::{Stage, user};
use igny8_actors_domain::Origin;
use igny8_actors_domain::lane::{ModelUsage, UsageSum, day_of};
use igny8_actors_domain::site::{FailureClass, SiteCommand, TaskKind, TaskOutcome, TaskStatus};
use igny8_protocol_ids::Credits;
use std::time::Duration;

fn used(model: &str, calls: u64, reused_answers: u64, cost_micros: u64) -> ModelUsage {
    let sum = UsageSum { calls, reused_answers, cost_micros, ..UsageSum::default() };
    ModelUsage { provider: "platform".to_owned(), model: model.to_owned(), sum }
}

fn finish(stage: &mut Stage, used: Vec<ModelUsage>, outcome: TaskOutcome) {
    let (task, attempt) = stage.runs.remove(0);
    let command =
        Box::new(SiteCommand::FinishTask { task, attempt, outcome, model: None, response: None });
    stage.act(Origin::System, SiteCommand::Used { task: Some(task), used, command }).unwrap();
}

fn failed() -> TaskOutcome {
    TaskOutcome::Failed {
        class: FailureClass::Timeout,
        message: String::new(),
        retry_after_ms: Some(1),
    }
}

#[test]
fn every_attempt_counts_failed_ones_too() {
    let mut stage = Stage::rich();
    let task = stage.ideas(user(1), 0..1)[0].id;
    finish(&mut stage, vec![used("a", 1, 0, 100), used("b", 2, 0, 30)], failed());
    stage.wait(Duration::from_secs(2));
    finish(&mut stage, vec![used("a", 1, 0, 7)], TaskOutcome::Ideas { ideas: Vec::new() });
    let usage = stage.site.task(task).unwrap().usage;
    assert_eq!((usage.calls, usage.cost_micros), (4, 137));
    let today = day_of(stage.now);
    let rows = stage.site.usage_since(today);
    let sums: Vec<_> =
        rows.iter().map(|row| (row.used.model.as_str(), row.used.sum.cost_micros)).collect();
    assert_eq!(sums, [("b", 30), ("a", 107)]);
    assert!(rows.iter().all(|row| row.kind == Some(TaskKind::Ideas)));
    assert_eq!(stage.site.cost_since(today), 137);
    assert_eq!(stage.site.cost_since(today + 1), 0);
}

#[test]
fn r6_an_answer_that_was_known_costs_nothing() {
    let mut stage = Stage::rich();
    let before = stage.site.ledger().balance().settled;
    let task = stage.ideas(user(1), 0..1)[0].id;
    let idea = igny8_actors_domain::site::NewIdea {
        title: "Filter or press".to_owned(),
        angle: String::new(),
        outline: Vec::new(),
        intent: None,
        target_keywords: Vec::new(),
    };
    finish(&mut stage, vec![used("a", 0, 1, 0)], TaskOutcome::Ideas { ideas: vec![idea] });
    let ended = stage.site.task(task).unwrap();
    assert_eq!((ended.status, ended.spent), (TaskStatus::Succeeded, Credits::ZERO));
    let balance = stage.site.ledger().balance();
    assert_eq!((balance.settled, balance.held), (before, Credits::ZERO));
}

#[test]
fn r11_the_oldest_days_go() {
    let mut stage = Stage::rich();
    for _ in 0..400 {
        for model in ["a", "b", "c", "d", "e", "f"] {
            let command = Box::new(SiteCommand::Tick);
            let used = vec![used(model, 1, 0, 1)];
            stage.act(Origin::System, SiteCommand::Used { task: None, used, command }).unwrap();
        }
        stage.wait(Duration::from_hours(24));
    }
    let rows = stage.site.usage_since(0);
    assert_eq!(rows.len(), 2_200);
    assert_eq!(rows.iter().map(|row| row.day).min(), Some(day_of(stage.now) - 367));
}
