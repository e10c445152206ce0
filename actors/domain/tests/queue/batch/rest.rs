//! A large batch: a part of it stands in the queue, the rest comes after it.

use super::summary;
use crate::stage::{Stage, account, cluster, user};
use igny8_actors_domain::site::{
    BatchStatus, Idea, IdeaStatus, Placement, Priority, QueueScope, SiteCommand, SiteRecord,
    SiteReply, Task,
};
use igny8_protocol_ids::{BatchId, Credits, IdeaId, Timestamp};

/// More than four portions.
const MANY: u16 = 1_111;

fn idea(number: u16) -> IdeaId {
    let mut chance = [0; 10];
    chance[8..].copy_from_slice(&number.to_be_bytes());
    IdeaId::new(Timestamp::from_millis(8), chance)
}

/// A site with ideas to write.
fn with_ideas(count: u16) -> Stage {
    let mut stage = Stage::rich();
    for number in 0..count {
        stage.keep(SiteRecord::Idea(Idea {
            id: idea(number),
            cluster: cluster(0),
            title: format!("idea {number}"),
            angle: String::new(),
            outline: Vec::new(),
            intent: None,
            target_keywords: Vec::new(),
            status: IdeaStatus::New,
            document: None,
            created_at: stage.now,
            updated_at: stage.now,
        }));
    }
    stage
}

fn drafts(ideas: Vec<IdeaId>) -> SiteCommand {
    SiteCommand::QueueBatch {
        title: "All of them".to_owned(),
        stop_percent: None,
        placement: Placement { priority: Priority::HIGH, ..Placement::default() },
        command: Box::new(SiteCommand::QueueDrafts { ideas, images: 0 }),
    }
}

fn begin(stage: &mut Stage) -> BatchId {
    match stage.act(user(2), drafts((0..MANY).map(idea).collect())).unwrap() {
        SiteReply::Batch(summary) => summary.batch.id,
        reply => panic!("no batch: {reply:?}"),
    }
}

#[test]
fn a_large_batch_is_done_in_order_and_each_item_once() {
    let mut stage = with_ideas(MANY);
    let batch = begin(&mut stage);
    let begun = summary(&stage, batch);
    assert_eq!((begun.counts.total(), begun.batch.to_come), (250, 861));
    assert_eq!(begun.batch.price, Credits(i64::from(MANY) * 3));
    let mut most = 0;
    for _ in 0..MANY {
        stage.end_many(1);
        most = most.max(summary(&stage, batch).counts.queued);
    }
    let ended = summary(&stage, batch);
    assert!(most <= 250 + 49, "a part at a time: {most}");
    assert_eq!((ended.batch.to_come, ended.batch.skipped), (0, 0));
    let written = |number| stage.site.idea(idea(number)).unwrap().status == IdeaStatus::Drafted;
    assert!((0..MANY).all(written));
    assert_eq!(stage.site.documents().filter(|document| document.idea.is_some()).count(), 1_111);
    assert_eq!(ended.batch.created_by, Some(account(2)));
}

#[test]
fn what_comes_later_is_of_whom_asked_and_placed_as_asked() {
    let mut stage = with_ideas(MANY);
    let batch = begin(&mut stage);
    stage.end_many(220);
    let tasks: Vec<&Task> = stage.site.batch_tasks(batch).collect();
    assert!(tasks.len() > 250);
    let is_alike =
        |task: &&Task| task.created_by == Some(account(2)) && task.priority == Priority::HIGH;
    assert!(tasks.iter().all(is_alike));
}

#[test]
fn what_is_gone_when_its_turn_comes_is_left_out() {
    let mut stage = with_ideas(MANY);
    let batch = begin(&mut stage);
    let archived = SiteCommand::ChangeIdea {
        idea: idea(300),
        title: None,
        status: Some(IdeaStatus::Archived),
    };
    stage.act(user(1), archived).unwrap();
    let written = SiteCommand::QueueDrafts { ideas: vec![idea(301)], images: 0 };
    stage.act(user(1), written).unwrap();
    stage.end_many(251);
    let now = summary(&stage, batch);
    assert_eq!((now.batch.skipped, now.batch.to_come), (2, 611));
    assert_eq!(now.counts.total() + now.batch.skipped + now.batch.to_come, u32::from(MANY));
}

#[test]
fn a_paused_batch_takes_nothing_more_and_a_cancelled_one_drops_the_rest() {
    let mut stage = with_ideas(MANY);
    let batch = begin(&mut stage);
    let pause = |paused| SiteCommand::PauseQueue { scope: QueueScope::Batch(batch), paused };
    stage.end_many(150);
    stage.act(user(1), pause(true)).unwrap();
    stage.end_many(stage.runs.len());
    let held_up = summary(&stage, batch);
    assert_eq!((held_up.counts.running, held_up.batch.to_come), (0, 861));
    stage.act(user(1), pause(false)).unwrap();
    stage.act(user(1), SiteCommand::CancelBatch { batch }).unwrap();
    let cancelled = summary(&stage, batch);
    assert_eq!((cancelled.batch.status, cancelled.batch.to_come), (BatchStatus::Cancelled, 0));
    assert_eq!(cancelled.counts.total(), u32::from(MANY), "all are accounted for");
    stage.end_many(stage.runs.len());
    assert!(summary(&stage, batch).batch.ended_at.is_some());
    assert_eq!(format!("{:?}", stage.site), format!("{:?}", stage.reload()));
}

#[test]
fn an_item_that_is_refused_later_is_refused_at_once() {
    let mut stage = with_ideas(MANY);
    let twice = (0..MANY).chain([700]).map(idea).collect();
    assert_eq!(stage.act(user(1), drafts(twice)).unwrap_err().code, "idea_in_use");
    let unknown = (0..=MANY).map(idea).collect();
    assert_eq!(stage.act(user(1), drafts(unknown)).unwrap_err().code, "not_found");
    assert!(stage.site.batches().next().is_none());
}

#[test]
fn a_site_keeps_so_many_items_and_no_more() {
    let mut stage = with_ideas(250 * 11 + 10_000);
    let site = QueueScope::Site;
    stage.act(user(1), SiteCommand::PauseQueue { scope: site, paused: true }).unwrap();
    let ideas = |number: u16| (number * 250..number * 250 + 10_000).map(idea).collect();
    for number in 0..10 {
        stage.act(user(1), drafts(ideas(number))).unwrap();
    }
    let refused = stage.act(user(1), drafts(ideas(10))).unwrap_err();
    assert_eq!(refused.code, "queue_full");
}
