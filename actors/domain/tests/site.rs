//! The site's core under random commands: what must hold after each, whatever the order.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_domain::ledger::{GrantKind, Part};
use igny8_actors_domain::site::{
    DocumentStatus, FailureClass, KeywordFigures, NewCluster, NewIdea, NewKeyword, Site,
    SiteCommand, SiteEffect, SiteRecord, StepKind, Task, TaskInput, TaskOutcome, TaskStatus,
};
use igny8_actors_domain::tenant::SiteMessage;
use igny8_actors_domain::{Changes, Context, Dice, Entity, Origin, decide};
use igny8_protocol_ids::{Credits, GrantId, SiteId, TenantId, Timestamp, TransferId};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// A site with everything that its store would hold.
struct World {
    site: Site,
    stored: BTreeMap<Vec<u8>, SiteRecord>,
    now: Timestamp,
    seed: u64,
    runs: Vec<(igny8_protocol_ids::TaskId, u32)>,
    asked: Vec<(TransferId, Credits)>,
    shipments: u64,
    granted: i64,
    /// What ended attempts cost, summed as they ended.
    paid: i64,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            site: Site::default(),
            stored: BTreeMap::new(),
            now: Timestamp::from_millis(1_000_000),
            seed: 7,
            runs: Vec::new(),
            asked: Vec::new(),
            shipments: 0,
            granted: 0,
            paid: 0,
        };
        let create = SiteMessage::Create {
            tenant: TenantId::new(world.now, [1; 10]),
            name: "Coffee".to_owned(),
            language: "en".to_owned(),
            brand_voice: String::new(),
        };
        world.tell(create);
        world
    }

    fn tell(&mut self, message: SiteMessage) {
        let site = SiteId::new(Timestamp::from_millis(1), [2; 10]);
        assert!(self.act(SiteCommand::FromTenant { site, message }));
    }

    /// Gives a command; false if it was refused.
    fn act(&mut self, command: SiteCommand) -> bool {
        self.seed += 1;
        let mut context =
            Context { now: self.now, entropy: Dice::new(self.seed), origin: Origin::System };
        let Ok((_, changes)) = decide(&mut self.site, command, &mut context) else { return false };
        let Changes { puts, deletes, effects, .. } = changes;
        for key in deletes {
            self.stored.remove(&key);
        }
        for record in puts {
            self.stored.insert(Site::key(&record), record);
        }
        for effect in effects {
            match effect {
                SiteEffect::RunTask { task, attempt } => self.runs.push((task, attempt)),
                SiteEffect::AskCredits { transfer, amount, .. } => {
                    self.asked.push((transfer, amount))
                }
                SiteEffect::ReturnCredits { parts, .. } => {
                    self.granted -= parts.iter().map(|part| part.amount.0).sum::<i64>();
                }
                SiteEffect::StopTask { .. }
                | SiteEffect::AskBudget { .. }
                | SiteEffect::KeepTasks { .. }
                | SiteEffect::FileEntries { .. }
                | SiteEffect::ReportUse { .. }
                | SiteEffect::EraseDocument { .. }
                | SiteEffect::WakeHeldUp => {}
            }
        }
        true
    }

    fn import(&mut self, count: u8) {
        let keywords = (0..count)
            .map(|number| NewKeyword {
                text: format!("topic {number} word"),
                figures: KeywordFigures::default(),
            })
            .collect();
        self.act(SiteCommand::ImportKeywords { keywords });
    }

    fn grant(&mut self, refuse: bool) {
        let Some((transfer, amount)) = self.asked.pop() else { return };
        if refuse {
            return self.tell(SiteMessage::CreditsRefused { transfer });
        }
        self.granted += amount.0;
        let part = Part {
            grant: GrantId::new(self.now, [3; 10]),
            kind: GrantKind::Plan,
            expires_at: None,
            amount,
        };
        self.shipments += 1;
        let (number, parts) = (self.shipments, vec![part]);
        self.tell(SiteMessage::ReceiveCredits { transfer, number, parts: parts.clone() });
        // Told twice, it counts once.
        self.tell(SiteMessage::ReceiveCredits { transfer, number, parts });
    }

    fn outcome(&self, task: &Task, ending: u8) -> TaskOutcome {
        let classes = [
            FailureClass::Timeout,
            FailureClass::Quota,
            FailureClass::InvalidAnswer,
            FailureClass::RateLimited,
        ];
        match (ending % 3, &task.input) {
            (0, _) => TaskOutcome::Failed {
                class: classes[usize::from(ending / 3) % 4],
                message: "no".to_owned(),
                retry_after_ms: None,
            },
            (1, TaskInput::Draft { .. }) => {
                TaskOutcome::Stopped { wrote: ending.is_multiple_of(2), words: 3 }
            }
            (_, TaskInput::Cluster { keywords }) => TaskOutcome::Clustered {
                clusters: keywords
                    .chunks(3)
                    .map(|ids| NewCluster {
                        keywords: ids.to_vec(),
                        name: "cluster".to_owned(),
                        intent: None,
                        pillar: "pillar".to_owned(),
                    })
                    .collect(),
                orphans: Vec::new(),
                method: "test".to_owned(),
            },
            (_, TaskInput::Ideas { .. }) => TaskOutcome::Ideas {
                ideas: (0..3_u8)
                    .map(|number| NewIdea {
                        title: format!("Title {} {}", ending.wrapping_add(number), task.number % 4),
                        angle: String::new(),
                        outline: Vec::new(),
                        intent: None,
                        target_keywords: Vec::new(),
                    })
                    .collect(),
            },
            (_, TaskInput::Draft { .. }) => TaskOutcome::Drafted { words: 900 },
            (_, TaskInput::Reparse { .. }) => TaskOutcome::Reparsed { words: 900 },
            (_, TaskInput::TestRun { .. }) => TaskOutcome::Tested,
            (_, TaskInput::Rewrite { .. }) => TaskOutcome::Suggested,
            (_, TaskInput::Image { .. } | TaskInput::Publish { .. }) => {
                TaskOutcome::Stopped { wrote: false, words: 0 }
            }
        }
    }

    fn finish(&mut self, which: u8, ending: u8) {
        if self.runs.is_empty() {
            return;
        }
        let (id, attempt) = self.runs.swap_remove(usize::from(which) % self.runs.len());
        let Some(task) = self.site.task(id).cloned() else { return };
        let outcome = self.outcome(&task, ending);
        let command =
            SiteCommand::FinishTask { task: id, attempt, outcome, model: None, response: None };
        if self.act(command.clone())
            && task.status == TaskStatus::Running
            && task.attempts == attempt
        {
            let ended = self.site.task(id).unwrap();
            self.paid += if ended.status == TaskStatus::Queued { 0 } else { ended.spent.0 };
        }
        let spent = self.site.ledger().balance().spent;
        self.act(command);
        assert_eq!(spent, self.site.ledger().balance().spent, "R6: an attempt ends once");
    }

    fn check(&self) {
        self.site.ledger().audit().unwrap();
        let balance = self.site.ledger().balance();
        assert!(balance.available >= Credits::ZERO, "R6: available never below zero");
        assert_eq!(balance.spent.0, self.paid, "R6: spent is what ended tasks cost");
        assert_eq!(
            balance.settled.0 + balance.spent.0,
            self.granted,
            "R6: nothing appears or disappears"
        );
        let open: HashSet<_> = self.site.ledger().holds().map(|hold| hold.id).collect();
        for task in self.site.tasks() {
            if let Some(hold) = task.hold {
                assert!(open.contains(&hold), "a task's hold is open: {task:?}");
            }
            let paid = task.price == Credits::ZERO || task.hold.is_some();
            assert!(
                task.status != TaskStatus::Running || paid,
                "R6: no start without a hold: {task:?}"
            );
        }
        let held = self.site.tasks().filter(|task| task.hold.is_some()).count();
        assert_eq!(held, open.len(), "each hold belongs to one task");
    }

    fn reload(&self) -> Site {
        let mut site = Site::default();
        for record in self.stored.values() {
            site.put(record.clone());
        }
        site
    }
}

fn step(world: &mut World, kind: u8, a: u8, b: u8) {
    let idea = |world: &World| {
        world
            .site
            .ideas()
            .nth(usize::from(a) % world.site.ideas().count().max(1))
            .map(|idea| idea.id)
    };
    let task = |world: &World| {
        world
            .site
            .tasks()
            .nth(usize::from(a) % world.site.tasks().count().max(1))
            .map(|task| task.id)
    };
    match kind % 10 {
        0 => world.import(a % 12),
        1 => drop(world.act(SiteCommand::QueueClustering)),
        2 => {
            let clusters: Vec<_> =
                world.site.clusters().map(|cluster| cluster.id).take(2).collect();
            world.act(SiteCommand::QueueIdeas { clusters, count: u32::from(b % 4) });
        }
        3 => {
            let ideas = idea(world).into_iter().collect();
            world.act(SiteCommand::QueueDrafts { ideas, images: u32::from(b % 3) });
        }
        4 | 5 => world.finish(a, b),
        6 => world.grant(b.is_multiple_of(4)),
        7 => {
            if let Some(task) = task(world) {
                let command = if b.is_multiple_of(2) {
                    SiteCommand::CancelTask { task }
                } else {
                    SiteCommand::RetryTask { task }
                };
                world.act(command);
            }
        }
        8 => {
            world.now = world.now.plus(std::time::Duration::from_secs(u64::from(a) * 3));
            world.act(SiteCommand::Tick);
        }
        _ => world.tell(SiteMessage::Recall {
            transfer: TransferId::new(world.now, [a, b, 9, 9, 9, 9, 9, 9, 9, 9]),
        }),
    }
}

/// What became of a document is kept with it, with whose doing it was.
#[test]
fn a_document_knows_its_steps() {
    let mut world = World::new();
    let now = world.now;
    let ada = igny8_protocol_ids::AccountId::new(now, [9; 10]);
    let mut act = |origin, command| {
        world.seed += 1;
        let mut context = Context { now, entropy: Dice::new(world.seed), origin };
        decide(&mut world.site, command, &mut context).unwrap().0
    };
    let by_ada = Origin::Account(ada);
    act(by_ada, SiteCommand::CreateDocument { title: "Tea".to_owned() });
    let document = world.site.documents().next().unwrap().id;
    let mut act = |origin, command| {
        world.seed += 1;
        let mut context = Context { now, entropy: Dice::new(world.seed), origin };
        decide(&mut world.site, command, &mut context).unwrap();
    };
    let change =
        |status| SiteCommand::ChangeDocumentStatus { document, status, version: None, words: None };
    act(by_ada, SiteCommand::RenameDocument { document, title: "Green tea".to_owned() });
    act(by_ada, SiteCommand::RenameDocument { document, title: "Green tea".to_owned() });
    act(Origin::System, change(DocumentStatus::InReview));
    let steps = &world.site.document(document).unwrap().steps;
    let expected = [
        (Some(ada), StepKind::Created),
        (Some(ada), StepKind::Renamed("Green tea".to_owned())),
        (None, StepKind::Moved(DocumentStatus::InReview, 0)),
    ];
    let found: Vec<_> = steps.iter().map(|step| (step.by, step.what.clone())).collect();
    assert_eq!(found, expected);
    for round in 0..60 {
        let mut context =
            Context { now, entropy: Dice::new(1_000 + round), origin: Origin::System };
        let status = [DocumentStatus::Draft, DocumentStatus::InReview][round as usize % 2];
        decide(&mut world.site, change(status), &mut context).unwrap();
    }
    assert_eq!(world.site.document(document).unwrap().steps.len(), 40, "the oldest go");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn r6_credits_hold_and_r12_records_give_the_state_back(
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..120)
    ) {
        let mut world = World::new();
        for (kind, a, b) in steps {
            step(&mut world, kind, a, b);
            world.check();
        }
        let again = world.reload();
        prop_assert!(again.tasks().eq(world.site.tasks()));
        prop_assert!(again.keywords().eq(world.site.keywords()));
        prop_assert!(again.clusters().eq(world.site.clusters()));
        prop_assert!(again.ideas().eq(world.site.ideas()));
        prop_assert!(again.documents().eq(world.site.documents()));
        prop_assert_eq!(again.ledger(), world.site.ledger());
        prop_assert_eq!(again.keyword_counts(), world.site.keyword_counts());
        prop_assert_eq!(again.next_due(), world.site.next_due());
    }
}

#[test]
fn r6_without_credits_a_task_waits_and_asks() {
    let mut world = World::new();
    world.import(5);
    assert!(world.act(SiteCommand::QueueClustering));
    let task = world.site.tasks().next().unwrap().clone();
    assert_eq!((task.status, world.asked.len()), (TaskStatus::Queued, 1));
    world.grant(false);
    assert_eq!(world.site.task(task.id).unwrap().status, TaskStatus::Running);
    assert_eq!(world.site.ledger().balance().held, Credits(1));
}

#[test]
fn r6_what_cannot_be_paid_is_refused_whole() {
    let mut world = World::new();
    world.import(40);
    let clustering =
        |budget| SiteCommand::Within { budget, command: Box::new(SiteCommand::QueueClustering) };
    assert!(!world.act(clustering(Some(Credits(1)))), "40 keywords cost 2");
    assert!(!world.act(clustering(None)), "the slice is empty");
    assert_eq!((world.site.tasks().count(), world.asked.len()), (0, 0));
    assert!(world.act(clustering(Some(Credits(2)))));
}

#[test]
fn a_refusal_leaves_everything_as_it_was() {
    let mut world = World::new();
    world.import(5);
    let before = world.stored.clone();
    let unknown = igny8_protocol_ids::IdeaId::new(world.now, [5; 10]);
    assert!(!world.act(SiteCommand::QueueDrafts { ideas: vec![unknown], images: 0 }));
    assert_eq!(before, world.stored);
    assert_eq!(world.reload().keyword_counts(), world.site.keyword_counts());
}

/// A short life of a site, decided anew; all that it changed, as text.
fn life(seed: u64) -> (String, Vec<String>) {
    let (mut site, mut told) = (Site::default(), Vec::new());
    let created = SiteMessage::Create {
        tenant: TenantId::new(Timestamp::from_millis(1), [1; 10]),
        name: "Coffee".to_owned(),
        language: "en".to_owned(),
        brand_voice: String::new(),
    };
    let id = SiteId::new(Timestamp::from_millis(1), [2; 10]);
    let keywords = ["espresso", "latte"]
        .map(|text| NewKeyword { text: text.to_owned(), figures: KeywordFigures::default() });
    let commands = [
        SiteCommand::FromTenant { site: id, message: created },
        SiteCommand::ImportKeywords { keywords: keywords.to_vec() },
        SiteCommand::QueueClustering,
    ];
    for (number, command) in (0..).zip(commands) {
        let now = Timestamp::from_millis(1_000 + number);
        let number = seed + u64::try_from(number).unwrap();
        let mut context = Context { now, entropy: Dice::new(number), origin: Origin::System };
        told.push(format!("{:?}", decide(&mut site, command, &mut context)));
    }
    (format!("{site:?}"), told)
}

#[test]
fn r15_same_state_command_time_and_seed_give_the_same_changes() {
    assert_eq!(life(7), life(7));
    // The seed is where ids come from: another one is another life.
    assert_ne!(life(7).1, life(8).1);
}
