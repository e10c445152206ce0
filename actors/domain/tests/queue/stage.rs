//! A site with clusters and documents to queue work for, and all that its store would hold.

use igny8_actors_domain::lane::Obstacle;
use igny8_actors_domain::ledger::{GrantKind, Part};
use igny8_actors_domain::site::{
    Cluster, Document, DocumentStatus, FailureClass, NewIdea, Placement, Site, SiteCommand,
    SiteEffect, SiteEvent, SiteRecord, SiteReply, Task, TaskInput, TaskOutcome, TaskStatus,
};
use igny8_actors_domain::tenant::SiteMessage;
use igny8_actors_domain::{Changes, Context, Dice, Entity, Origin, Refusal, decide};
use igny8_protocol_ids::{
    AccountId, ClusterId, Credits, DocumentId, GrantId, SiteId, TaskId, TenantId, Timestamp,
    TransferId,
};
use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) const CLUSTERS: u8 = 40;
pub(crate) const DOCUMENTS: u8 = 8;

pub(crate) struct Stage {
    pub(crate) site: Site,
    pub(crate) stored: BTreeMap<Vec<u8>, SiteRecord>,
    pub(crate) now: Timestamp,
    pub(crate) seed: u64,
    /// Attempts that were started, in order, and not yet answered.
    pub(crate) runs: Vec<(TaskId, u32)>,
    /// All starts, in order.
    pub(crate) starts: Vec<TaskId>,
    pub(crate) asked: Vec<(TransferId, Credits)>,
    pub(crate) events: Vec<SiteEvent>,
    pub(crate) effects: Vec<SiteEffect>,
}

pub(crate) fn user(number: u8) -> Origin {
    Origin::Account(account(number))
}

pub(crate) fn account(number: u8) -> AccountId {
    AccountId::new(Timestamp::from_millis(5), [number; 10])
}

pub(crate) fn cluster(number: u8) -> ClusterId {
    ClusterId::new(Timestamp::from_millis(6), [number; 10])
}

pub(crate) fn document(number: u8) -> DocumentId {
    DocumentId::new(Timestamp::from_millis(7), [number; 10])
}

impl Stage {
    pub(crate) fn new() -> Self {
        let mut stage = Self {
            site: Site::default(),
            stored: BTreeMap::new(),
            now: Timestamp::from_millis(1_000_000),
            seed: 7,
            runs: Vec::new(),
            starts: Vec::new(),
            asked: Vec::new(),
            events: Vec::new(),
            effects: Vec::new(),
        };
        stage.tell(SiteMessage::Create {
            tenant: TenantId::new(stage.now, [1; 10]),
            name: "Coffee".to_owned(),
            language: "en".to_owned(),
            brand_voice: String::new(),
        });
        (0..CLUSTERS).for_each(|number| stage.place_cluster(number));
        (0..DOCUMENTS).for_each(|number| stage.place_document(number));
        stage
    }

    /// A site that need not think of credits.
    pub(crate) fn rich() -> Self {
        let mut stage = Self::new();
        stage.credit(1_000_000);
        stage
    }

    pub(crate) fn keep(&mut self, record: SiteRecord) {
        self.stored.insert(Site::key(&record), record.clone());
        self.site.put(record);
    }

    fn place_cluster(&mut self, number: u8) {
        self.keep(SiteRecord::Cluster(Cluster {
            id: cluster(number),
            name: format!("cluster {number}"),
            intent: None,
            pillar: "pillar".to_owned(),
            keywords: Vec::new(),
            locked: false,
            method: "test".to_owned(),
            created_at: self.now,
            updated_at: self.now,
        }));
    }

    fn place_document(&mut self, number: u8) {
        self.keep(SiteRecord::Document(Document {
            id: document(number),
            title: format!("document {number}"),
            status: DocumentStatus::Approved,
            idea: None,
            images: Vec::new(),
            approved: Some([number; 32]),
            revision: 0,
            publication: None,
            words: 100,
            provenance: Vec::new(),
            steps: Vec::new(),
            created_at: self.now,
            updated_at: self.now,
        }));
    }

    pub(crate) fn tell(&mut self, message: SiteMessage) {
        let site = SiteId::new(Timestamp::from_millis(1), [2; 10]);
        self.act(Origin::System, SiteCommand::FromTenant { site, message }).unwrap();
    }

    pub(crate) fn credit(&mut self, amount: i64) {
        self.seed += 1;
        let transfer =
            TransferId::new(self.now, self.seed.to_le_bytes().repeat(2)[..10].try_into().unwrap());
        self.tell(SiteMessage::ReceiveCredits {
            transfer,
            parts: vec![Self::part(amount)],
            number: self.seed,
        });
    }

    pub(crate) fn part(amount: i64) -> Part {
        Part {
            grant: GrantId::new(Timestamp::from_millis(1), [3; 10]),
            kind: GrantKind::Plan,
            expires_at: None,
            amount: Credits(amount),
        }
    }

    pub(crate) fn act(
        &mut self,
        origin: Origin,
        command: SiteCommand,
    ) -> Result<SiteReply, Refusal> {
        self.seed += 1;
        let mut context = Context { now: self.now, entropy: Dice::new(self.seed), origin };
        let (reply, changes) = decide(&mut self.site, command, &mut context)?;
        let Changes { puts, deletes, effects, events } = changes;
        for key in deletes {
            self.stored.remove(&key);
        }
        for record in puts {
            self.stored.insert(Site::key(&record), record);
        }
        for effect in &effects {
            match effect {
                SiteEffect::RunTask { task, attempt } => {
                    self.runs.push((*task, *attempt));
                    self.starts.push(*task);
                }
                SiteEffect::AskCredits { transfer, amount, .. } => {
                    self.asked.push((*transfer, *amount))
                }
                _ => {}
            }
        }
        self.events.extend(events);
        self.effects.extend(effects);
        Ok(reply)
    }

    /// Queues and hands back the tasks.
    pub(crate) fn queue(&mut self, origin: Origin, command: SiteCommand) -> Vec<Task> {
        match self.act(origin, command).unwrap() {
            SiteReply::Tasks(tasks) => tasks,
            reply => panic!("not tasks: {reply:?}"),
        }
    }

    pub(crate) fn ideas(&mut self, origin: Origin, clusters: std::ops::Range<u8>) -> Vec<Task> {
        let clusters = clusters.map(|number| cluster(number % CLUSTERS)).collect();
        let command = Box::new(SiteCommand::QueueIdeas { clusters, count: 1 });
        // A key of its own: the same ideas asked for twice at once would be made once.
        let unique = Some((self.seed.to_string(), Duration::ZERO));
        let placement = Placement { unique, ..Placement::default() };
        self.queue(origin, SiteCommand::Place { placement, command })
    }

    pub(crate) fn wait(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
        self.act(Origin::System, SiteCommand::Tick).unwrap();
    }

    /// Ends the oldest attempt under way.
    pub(crate) fn end_first(&mut self) -> TaskId {
        self.end(0, None)
    }

    /// Ends attempts well, the oldest first.
    pub(crate) fn end_many(&mut self, count: usize) {
        for _ in 0..count {
            self.end_first();
        }
    }

    /// Ends an attempt: well, or with a class of failure.
    pub(crate) fn end(&mut self, which: usize, class: Option<FailureClass>) -> TaskId {
        let (task, attempt) = self.runs.remove(which);
        let outcome = self.outcome(task, class);
        let finish =
            SiteCommand::FinishTask { task, attempt, outcome, model: None, response: None };
        self.act(Origin::System, finish).unwrap();
        task
    }

    pub(crate) fn outcome(&self, task: TaskId, class: Option<FailureClass>) -> TaskOutcome {
        if let Some(class) = class {
            return TaskOutcome::Failed { class, message: "no".to_owned(), retry_after_ms: None };
        }
        match self.site.task(task).map(|task| task.input.clone()) {
            Some(TaskInput::Ideas { .. }) => TaskOutcome::Ideas {
                ideas: vec![NewIdea {
                    title: format!("Title {task}"),
                    angle: String::new(),
                    outline: Vec::new(),
                    intent: None,
                    target_keywords: Vec::new(),
                }],
            },
            Some(TaskInput::Draft { .. }) => TaskOutcome::Drafted { words: 900 },
            Some(TaskInput::Publish { .. }) => TaskOutcome::Published {
                post_id: 1,
                permalink: "https://example.test/1".to_owned(),
                modified_gmt: String::new(),
            },
            Some(TaskInput::Rewrite { .. }) => TaskOutcome::Suggested,
            _ => TaskOutcome::Reparsed { words: 900 },
        }
    }

    /// An attempt that found no model to call, for so many seconds.
    pub(crate) fn held_up(&self, by: Obstacle, seconds: u64) -> TaskOutcome {
        let until = self.now.plus(Duration::from_secs(seconds));
        TaskOutcome::HeldUp { by, message: "not now".to_owned(), until, called: false }
    }

    /// Holds the oldest attempt under way up.
    pub(crate) fn hold_up_first(&mut self, by: Obstacle, seconds: u64) -> TaskId {
        let (task, attempt) = self.runs.remove(0);
        let outcome = self.held_up(by, seconds);
        let finish =
            SiteCommand::FinishTask { task, attempt, outcome, model: None, response: None };
        self.act(Origin::System, finish).unwrap();
        task
    }

    pub(crate) fn status(&self, id: TaskId) -> TaskStatus {
        self.site.task(id).unwrap().status
    }

    /// The state as it comes back from the store.
    pub(crate) fn reload(&self) -> Site {
        let mut site = Site::default();
        for record in self.stored.values() {
            site.put(record.clone());
        }
        site
    }
}
