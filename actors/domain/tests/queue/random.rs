//! Random lives of a queue beside the obvious one, and what must hold after each command.

use crate::model::Model;
use crate::stage::{CLUSTERS, DOCUMENTS, Stage, cluster, document, user};
use igny8_actors_domain::Entity;
use igny8_actors_domain::lane::{Cap, Obstacle};
use igny8_actors_domain::site::{
    BatchCounts, DeadFilter, FailureClass, Instruction, Placement, Priority, QueueScope,
    QueueSettings, Site, SiteCommand, SiteReply, Task, TaskEdit, TaskKind, TaskOutcome, TaskStatus,
};
use igny8_actors_domain::tenant::SiteMessage;
use igny8_protocol_ids::{BatchId, TaskId, TransferId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

struct Life {
    stage: Stage,
    model: Model,
    /// Attempts that were answered, each once.
    answered: BTreeSet<(TaskId, u32)>,
    /// Attempts that began before the models changed.
    outdated: BTreeSet<(TaskId, u32)>,
}

impl Life {
    fn new() -> Self {
        let mut stage = Stage::new();
        stage.credit(40);
        let (answered, outdated) = (BTreeSet::new(), BTreeSet::new());
        Self { stage, model: Model::default(), answered, outdated }
    }

    /// Gives a command and checks that what it started is what the obvious queue starts.
    fn act(&mut self, who: u8, command: SiteCommand) -> Option<SiteReply> {
        let before: BTreeMap<TaskId, Task> =
            self.stage.site.tasks().map(|task| (task.id, task.clone())).collect();
        let starts = self.stage.starts.len();
        let runs = self.stage.runs.len();
        let reply = self.stage.act(user(who % 3), command).ok();
        let (started, now) = (self.stage.starts[starts..].to_vec(), self.stage.now);
        if reply.is_none() {
            assert!(started.is_empty(), "a refusal starts nothing");
            return None;
        }
        for (task, attempt) in &self.stage.runs[runs.min(self.stage.runs.len())..] {
            assert!(!self.answered.contains(&(*task, *attempt)), "an attempt begins once");
        }
        let mut spendable = self.stage.site.ledger().spendable(now).0;
        let rewind = |task: &Task| {
            let mut task = task.clone();
            if started.contains(&task.id) {
                task.status = TaskStatus::Queued;
                let held = before.get(&task.id).and_then(|task| task.hold);
                if held != task.hold {
                    task.hold = None;
                    spendable += task.price.0;
                }
            }
            task
        };
        let tasks: Vec<Task> = self.stage.site.tasks().map(rewind).collect();
        let expected = self.model.starts(&self.stage.site, tasks, spendable, now);
        assert_eq!(started, expected, "the obvious queue starts these, in this order");
        reply
    }

    fn nth_task(&self, number: u8) -> Option<TaskId> {
        let count = self.stage.site.tasks().count().max(1);
        self.stage.site.tasks().nth(usize::from(number) % count).map(|task| task.id)
    }

    fn nth_batch(&self, number: u8) -> Option<BatchId> {
        let count = self.stage.site.batches().count().max(1);
        self.stage.site.batches().nth(usize::from(number) % count).map(|batch| batch.id)
    }

    fn finish(&mut self, which: u8, ending: u8) {
        if self.stage.runs.is_empty() {
            return;
        }
        let which = usize::from(which) % self.stage.runs.len();
        let (task, attempt) = self.stage.runs.remove(which);
        let classes = [
            FailureClass::Timeout,
            FailureClass::Quota,
            FailureClass::InvalidAnswer,
            FailureClass::RateLimited,
        ];
        let class = (ending.is_multiple_of(3)).then(|| classes[usize::from(ending / 3) % 4]);
        let outcome = match ending % 7 {
            1 => self.stage.held_up(Obstacle::Cap(Cap::Day), u64::from(ending)),
            _ => self.stage.outcome(task, class),
        };
        let is_late = self
            .stage
            .site
            .task(task)
            .is_none_or(|task| task.status != TaskStatus::Running || task.attempts != attempt);
        let is_held_up = matches!(outcome, TaskOutcome::HeldUp { .. });
        let finish =
            SiteCommand::FinishTask { task, attempt, outcome, model: None, response: None };
        let reply = self.act(0, finish.clone());
        let waits = |task: &&Task| task.status == TaskStatus::Queued;
        if let Some(now) = self.stage.site.task(task).filter(waits)
            && is_held_up
            && !is_late
        {
            let is_outdated = self.outdated.contains(&(task, attempt));
            assert_eq!(now.held_up.is_none(), is_outdated, "by what there is now: {now:?}");
        }
        assert_eq!(is_late, reply == Some(SiteReply::Stale), "late answers are stale");
        self.answered.insert((task, attempt));
        assert_eq!(self.act(0, finish), Some(SiteReply::Stale), "each attempt ends once");
    }

    fn pause(&mut self, a: u8, b: u8) {
        let scope = match a % 4 {
            0 => Some(QueueScope::Site),
            1 => Some(QueueScope::Kind([TaskKind::Ideas, TaskKind::Reparse][usize::from(b) % 2])),
            2 => self.nth_batch(b).map(QueueScope::Batch),
            _ => self.nth_task(b).map(QueueScope::Task),
        };
        if let Some(scope) = scope {
            self.act(a, SiteCommand::PauseQueue { scope, paused: b.is_multiple_of(3) });
        }
    }

    fn queue(&mut self, kind: u8, a: u8, b: u8) {
        // Now and then so many that a queue takes a part at a time.
        let count = if b == 1 { 300 + usize::from(a) } else { usize::from(b % 9) + 1 };
        let clusters = (a..=u8::MAX).cycle().take(count).map(|n| cluster(n % CLUSTERS)).collect();
        let command = match kind {
            0 => SiteCommand::QueueIdeas { clusters, count: u32::from(b % 3) + 1 },
            1 if a.is_multiple_of(2) => SiteCommand::QueueRewrite {
                document: document(a % DOCUMENTS),
                range: (vec![a], vec![b]),
                instruction: Instruction::Improve,
            },
            1 => SiteCommand::QueueReparse { document: document(a % DOCUMENTS) },
            _ => SiteCommand::QueuePublication { document: document(a % DOCUMENTS), live: true },
        };
        let placement = Placement {
            priority: [Priority::NORMAL, Priority::HIGH, Priority::LOW][usize::from(b) % 3],
            not_before: (b.is_multiple_of(7))
                .then(|| self.stage.now.plus(Duration::from_secs(u64::from(a)))),
            unique: (b.is_multiple_of(5))
                .then(|| ("key".to_owned(), Duration::from_mins(u64::from(a)))),
            ..Placement::default()
        };
        let command = match b % 4 {
            0 => command,
            1 => SiteCommand::QueueBatch {
                title: "Batch".to_owned(),
                stop_percent: Some(a % 100 + 1),
                placement,
                command: Box::new(command),
            },
            _ => SiteCommand::Place { placement, command: Box::new(command) },
        };
        self.act(a, command);
    }

    fn steer(&mut self, kind: u8, a: u8, b: u8) {
        let Some(task) = self.nth_task(a) else { return };
        let command = match kind {
            0 => SiteCommand::CancelTask { task },
            1 => SiteCommand::RetryTask { task },
            2 => SiteCommand::ReplayTask {
                task,
                edit: TaskEdit { priority: Priority::new(b % 101), ..TaskEdit::default() },
            },
            3 => SiteCommand::ReplayDead { filter: DeadFilter::default() },
            4 => SiteCommand::DiscardTasks { tasks: vec![task] },
            _ => SiteCommand::ChangeTasks {
                tasks: vec![task],
                priority: Priority::new(b % 101),
                not_before: (b.is_multiple_of(4))
                    .then(|| self.stage.now.plus(Duration::from_secs(u64::from(b)))),
            },
        };
        self.act(b, command);
    }

    fn set(&mut self, a: u8, b: u8) {
        let mut settings = QueueSettings {
            places: u32::from(a % 12) + 1,
            waiting_hours: 1,
            kept_tasks: 100,
            ..self.stage.site.queue_settings().clone()
        };
        let mut ideas = settings.kind(TaskKind::Ideas);
        (ideas.places, ideas.attempts) = (u32::from(b % 5) + 1, u32::from(b % 3) + 1);
        ideas.run_seconds = 60;
        settings.kinds.insert(TaskKind::Ideas, ideas);
        self.act(0, SiteCommand::SetQueue { settings });
    }

    fn tell(&mut self, message: SiteMessage) {
        let site = igny8_protocol_ids::SiteId::from_uuid(uuid::Uuid::from_u128(9));
        self.act(0, SiteCommand::FromTenant { site, message });
    }

    fn step(&mut self, kind: u8, a: u8, b: u8) {
        match kind % 16 {
            0..=2 => self.queue(kind % 16, a, b),
            3..=6 => self.finish(a, b),
            7 | 8 => self.steer(b % 6, a, kind.wrapping_add(b)),
            9 => self.pause(a, b),
            10 => self.set(a, b),
            11 => {
                if let Some(batch) = self.nth_batch(a).filter(|_| b.is_multiple_of(3)) {
                    self.act(a, SiteCommand::CancelBatch { batch });
                }
            }
            12 => {
                let transfer = TransferId::new(self.stage.now, [a, b, 7, 7, 7, 7, 7, 7, 7, 7]);
                let part = Stage::part(i64::from(b % 20) + 1);
                self.tell(SiteMessage::ReceiveCredits {
                    transfer,
                    parts: vec![part],
                    number: self.stage.seed,
                });
            }
            13 => {
                let since = (b.is_multiple_of(2)).then_some(self.stage.now);
                self.tell(SiteMessage::PauseQueue { by: None, since });
                if b.is_multiple_of(5) {
                    self.outdated.extend(self.stage.runs.iter().copied());
                    self.tell(SiteMessage::ModelsChanged);
                }
            }
            _ => {
                let pauses = [1, 30, 600, 4_000];
                let pause = Duration::from_secs(pauses[usize::from(a) % 4]);
                self.stage.now = self.stage.now.plus(pause);
                self.act(0, SiteCommand::Tick);
                let due = self.stage.site.next_due();
                assert!(due.is_none_or(|due| due > self.stage.now), "a tick does what is due");
            }
        }
    }

    fn check(&self) {
        let site = &self.stage.site;
        let running = |kind: Option<TaskKind>| {
            let runs = site.tasks().filter(|task| task.status == TaskStatus::Running);
            runs.filter(|task| kind.is_none_or(|kind| kind == task.input.kind())).count()
        };
        for kind in TaskKind::ALL {
            assert_eq!(running(Some(kind)), site.running(kind) as usize);
        }
        site.ledger().audit().unwrap();
        let mut keys = BTreeSet::new();
        for task in site.tasks() {
            let held = task.hold.is_none_or(|hold| site.ledger().open_hold(hold).is_some());
            assert!(held, "a task's hold is open: {task:?}");
            if let Some(unique) = task.unique.as_ref().filter(|_| task.status.is_open()) {
                assert!(keys.insert(unique.key.clone()), "one open task per key: {task:?}");
            }
        }
        for batch in site.batches() {
            let mut counts = batch.removed;
            for task in site.batch_tasks(batch.id) {
                *counts.of(task.status) += 1;
            }
            let summary = site.batch_summary(batch.id).unwrap();
            assert_eq!(summary.counts, counts, "a batch counts its tasks");
            let empty = counts == BatchCounts::default() && batch.to_come == 0;
            assert!(batch.ended_at.is_some() || !empty);
            let ended = counts.open() == 0 && batch.to_come == 0;
            assert!(!ended || batch.ended_at.is_some(), "a batch ends with its last task");
            assert!(batch.ended_at.is_none() || batch.to_come == 0, "and not before: {batch:?}");
            let is_held_up = batch.paused.is_some() || counts.queued >= 50;
            assert!(batch.to_come == 0 || is_held_up, "what is to come comes: {batch:?}");
        }
    }
}

fn looks(site: &Site) -> String {
    format!("{site:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn r1_any_life_of_the_queue_equals_the_obvious_one_and_its_records(
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..120)
    ) {
        let mut life = Life::new();
        for (kind, a, b) in steps {
            life.step(kind, a, b);
            life.check();
        }
        prop_assert_eq!(looks(&life.stage.site), looks(&life.stage.reload()));
    }
}

#[test]
fn r11_a_queue_is_full_at_its_bound() {
    let mut stage = Stage::new();
    let mut command = |number: u8| {
        let clusters = (0..100).map(|n| cluster((number.wrapping_add(n)) % CLUSTERS)).collect();
        let placement = Placement {
            unique: Some((format!("{number}:{}", stage.seed), Duration::ZERO)),
            ..Placement::default()
        };
        let command = Box::new(SiteCommand::QueueIdeas { clusters, count: 1 });
        stage.act(user(1), SiteCommand::Place { placement, command })
    };
    let mut refused = None;
    for number in 0..=u8::MAX {
        for _ in 0..2 {
            refused = command(number).err().or(refused);
        }
    }
    assert_eq!(refused.unwrap().code, "queue_full");
    assert!(stage.site.queue_load().waiting <= 10_000);
}

#[test]
fn late_answers_of_cancelled_tasks_change_nothing() {
    let mut stage = Stage::rich();
    let task = stage.ideas(user(1), 0..1)[0].id;
    stage.act(user(1), SiteCommand::CancelTask { task }).unwrap();
    let stopped = TaskOutcome::Stopped { wrote: false, words: 0 };
    let finish =
        SiteCommand::FinishTask { task, attempt: 1, outcome: stopped, model: None, response: None };
    stage.act(user(1), finish.clone()).unwrap();
    assert_eq!(stage.status(task), TaskStatus::Cancelled);
    assert_eq!(stage.act(user(1), finish).unwrap(), SiteReply::Stale);
}
