//! A site whose store, tenant and workers are this test.

use igny8_actors_domain::ledger::{GrantKind, Part};
use igny8_actors_domain::site::automation::{
    AutomationKind, Execution, ExecutionId, ScheduleRules, Timing,
};
use igny8_actors_domain::site::{
    DocumentStatus, FailureClass, KeywordFigures, KindSettings, NewCluster, NewIdea, NewKeyword,
    QueueSettings, Site, SiteCommand, SiteEffect, SiteRecord, SiteReply, Task, TaskInput, TaskKind,
    TaskOutcome, TaskStatus,
};
use igny8_actors_domain::tenant::SiteMessage;
use igny8_actors_domain::{Context, Dice, Entity, Origin, Refusal, decide};
use igny8_protocol_ids::{
    AccountId, Credits, DocumentId, GrantId, SiteId, TaskId, TenantId, Timestamp,
};
use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) const HOUR: Duration = Duration::from_hours(1);

pub(crate) struct World {
    pub(crate) site: Site,
    pub(crate) stored: BTreeMap<Vec<u8>, SiteRecord>,
    pub(crate) now: Timestamp,
    seed: u64,
    /// What the tenant can spend.
    pub(crate) budget: i64,
    /// Executions that ask what they may spend.
    pub(crate) asking: Vec<ExecutionId>,
    pub(crate) running: Vec<(TaskId, u32)>,
    grants: u8,
}

/// 2026-03-02 00:00 UTC, a Monday.
pub(crate) fn monday() -> Timestamp {
    Timestamp::from_millis(1_772_409_600_000)
}

pub(crate) fn account() -> AccountId {
    AccountId::new(Timestamp::from_millis(1), [4; 10])
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_id(2)
    }

    pub(crate) fn with_id(id: u16) -> Self {
        let mut world = Self {
            site: Site::default(),
            stored: BTreeMap::new(),
            now: monday(),
            seed: 1,
            budget: 500,
            asking: Vec::new(),
            running: Vec::new(),
            grants: 0,
        };
        let mut chance = [2; 10];
        chance[4..6].copy_from_slice(&id.to_le_bytes());
        let site = SiteId::new(Timestamp::from_millis(1), chance);
        let message = SiteMessage::Create {
            tenant: TenantId::new(world.now, [1; 10]),
            name: "Coffee".to_owned(),
            language: "en".to_owned(),
            brand_voice: String::new(),
        };
        world.give(SiteCommand::FromTenant { site, message });
        world.be_patient();
        world
    }

    /// Work takes here as long as a test wants, and what ended stays until it is cleaned up: longer
    /// than can be set.
    fn be_patient(&mut self) {
        let of = |kind| KindSettings { run_seconds: u32::MAX, ..KindSettings::of(kind) };
        let settings = QueueSettings {
            kinds: TaskKind::ALL.map(|kind| (kind, of(kind))).into(),
            waiting_hours: 100_000,
            kept_days: 10_000,
            ..QueueSettings::default()
        };
        let record = SiteRecord::QueueSettings(settings);
        self.stored.insert(Site::key(&record), record.clone());
        self.site.put(record);
    }

    pub(crate) fn by(
        &mut self,
        origin: Origin,
        command: SiteCommand,
    ) -> Result<SiteReply, Refusal> {
        self.seed += 1;
        let mut context = Context { now: self.now, entropy: Dice::new(self.seed), origin };
        let (reply, changes) = decide(&mut self.site, command, &mut context)?;
        for key in changes.deletes {
            self.stored.remove(&key);
        }
        for record in changes.puts {
            self.stored.insert(Site::key(&record), record);
        }
        for effect in changes.effects {
            match effect {
                SiteEffect::RunTask { task, attempt } => self.running.push((task, attempt)),
                SiteEffect::AskBudget { execution } => self.asking.push(execution),
                SiteEffect::AskCredits { transfer, amount, .. } => {
                    self.grants += 1;
                    let part = Part {
                        grant: GrantId::new(self.now, [self.grants; 10]),
                        kind: GrantKind::Plan,
                        expires_at: None,
                        amount,
                    };
                    let site = self.site.card().unwrap().id;
                    let message = SiteMessage::ReceiveCredits {
                        transfer,
                        number: u64::from(self.grants),
                        parts: vec![part],
                    };
                    self.give(SiteCommand::FromTenant { site, message });
                }
                SiteEffect::ReturnCredits { .. }
                | SiteEffect::StopTask { .. }
                | SiteEffect::KeepTasks { .. }
                | SiteEffect::FileEntries { .. }
                | SiteEffect::ReportUse { .. }
                | SiteEffect::EraseDocument { .. }
                | SiteEffect::WakeHeldUp => {}
            }
        }
        Ok(reply)
    }

    pub(crate) fn try_give(&mut self, command: SiteCommand) -> Result<SiteReply, Refusal> {
        self.by(Origin::System, command)
    }

    pub(crate) fn give(&mut self, command: SiteCommand) -> SiteReply {
        self.try_give(command).unwrap()
    }

    /// The tenant answers all who ask what they may spend.
    pub(crate) fn answer(&mut self) {
        while let Some(execution) = self.asking.pop() {
            let budget = Credits(self.budget);
            self.give(SiteCommand::Execute { execution, budget });
        }
    }

    /// Time passes as the shell lets it pass: a tick at each due time.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now.plus(duration);
        while let Some(due) = self.site.next_due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.give(SiteCommand::Tick);
            self.answer();
            assert!(
                self.site.next_due().is_none_or(|next| next > self.now),
                "the tick did nothing"
            );
        }
        self.now = end;
    }

    /// Nothing runs for a while; then the site is read from its store.
    pub(crate) fn sleep(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
        self.site = self.reload();
        self.give(SiteCommand::Tick);
    }

    pub(crate) fn reload(&self) -> Site {
        let mut site = Site::default();
        for record in self.stored.values() {
            site.put(record.clone());
        }
        site
    }

    pub(crate) fn import(&mut self, count: usize) {
        let keyword = |number| NewKeyword {
            text: format!("topic {number} word"),
            figures: KeywordFigures::default(),
        };
        self.give(SiteCommand::ImportKeywords { keywords: (0..count).map(keyword).collect() });
    }

    fn outcome(task: &Task) -> TaskOutcome {
        match &task.input {
            TaskInput::Cluster { keywords } => TaskOutcome::Clustered {
                clusters: keywords
                    .chunks(3)
                    .map(|ids| NewCluster {
                        keywords: ids.to_vec(),
                        name: format!("cluster {}", ids[0]),
                        intent: None,
                        pillar: "pillar".to_owned(),
                    })
                    .collect(),
                orphans: Vec::new(),
                method: "test".to_owned(),
            },
            TaskInput::Ideas { count, .. } => TaskOutcome::Ideas {
                ideas: (0..*count)
                    .map(|number| NewIdea {
                        title: format!("Title {} {number}", task.id),
                        angle: String::new(),
                        outline: Vec::new(),
                        intent: None,
                        target_keywords: Vec::new(),
                    })
                    .collect(),
            },
            TaskInput::Draft { .. } => TaskOutcome::Drafted { words: 900 },
            TaskInput::Reparse { .. } => TaskOutcome::Reparsed { words: 900 },
            TaskInput::TestRun { .. } => TaskOutcome::Tested,
            TaskInput::Rewrite { .. } => TaskOutcome::Suggested,
            TaskInput::Image { document, image, .. } => TaskOutcome::Imaged {
                image: igny8_actors_domain::site::Image {
                    id: *image,
                    document: *document,
                    blob: [1; 32],
                    media_type: "image/png".to_owned(),
                    alt: "a jar".to_owned(),
                    width: 1,
                    height: 1,
                    provenance: "test".to_owned(),
                    created_at: task.created_at,
                },
            },
            TaskInput::Publish { .. } => TaskOutcome::Published {
                post_id: 1,
                permalink: "https://example.test/1".to_owned(),
                modified_gmt: "2026-01-01T00:00:00".to_owned(),
            },
        }
    }

    /// All running tasks end, and those that start then.
    pub(crate) fn work(&mut self) {
        while let Some((id, attempt)) = self.running.pop() {
            let outcome = Self::outcome(self.site.task(id).unwrap());
            self.finish(id, attempt, outcome);
        }
    }

    /// All running tasks fail for good.
    pub(crate) fn fail(&mut self) {
        while let Some((id, attempt)) = self.running.pop() {
            let outcome = TaskOutcome::Failed {
                class: FailureClass::ContentFilter,
                message: "The provider refused.".to_owned(),
                retry_after_ms: None,
            };
            self.finish(id, attempt, outcome);
        }
    }

    fn finish(&mut self, task: TaskId, attempt: u32, outcome: TaskOutcome) {
        let (model, response) = (None, None);
        self.give(SiteCommand::FinishTask { task, attempt, outcome, model, response });
    }

    /// A site with so many ideas that nobody writes.
    pub(crate) fn with_ideas(count: u32) -> Self {
        let mut world = Self::new();
        world.import(3);
        world.give(SiteCommand::QueueClustering);
        world.work();
        let clusters = vec![world.site.clusters().next().unwrap().id];
        world.give(SiteCommand::QueueIdeas { clusters, count });
        world.work();
        assert_eq!(world.site.ideas().count(), count as usize);
        world
    }

    /// A document that a person approved.
    pub(crate) fn approved(&mut self, title: &str) -> DocumentId {
        let SiteReply::Document(document) =
            self.give(SiteCommand::CreateDocument { title: title.to_owned() })
        else {
            unreachable!("a document is answered with a document")
        };
        self.approve(document.id);
        document.id
    }

    pub(crate) fn approve(&mut self, document: DocumentId) {
        self.give(SiteCommand::ChangeDocumentStatus {
            document,
            status: DocumentStatus::Approved,
            version: Some([7; 32]),
            words: Some(100),
        });
    }

    /// Turns an automation on, without jitter.
    pub(crate) fn turn_on(&mut self, kind: AutomationKind, cron: &str) {
        self.turn_on_with(kind, cron, |_| {});
    }

    pub(crate) fn turn_on_with(
        &mut self,
        kind: AutomationKind,
        cron: &str,
        change: impl FnOnce(&mut ScheduleRules),
    ) {
        let mut rules = ScheduleRules { jitter_seconds: 0, ..ScheduleRules::of(kind) };
        change(&mut rules);
        let timing = Timing::new(cron, "UTC");
        self.give(SiteCommand::SetSchedule { kind, enabled: true, timing, rules });
    }

    pub(crate) fn history(&self, kind: AutomationKind) -> Vec<&Execution> {
        self.site.executions(kind).collect()
    }

    pub(crate) fn last(&self, kind: AutomationKind) -> &Execution {
        self.site.executions(kind).next_back().unwrap()
    }

    pub(crate) fn tasks(&self, status: TaskStatus) -> usize {
        self.site.tasks().filter(|task| task.status == status).count()
    }
}

/// An execution's instant, in hours after the Monday, its status and its trigger.
pub(crate) fn hour(execution: &Execution) -> i64 {
    (execution.id.at.as_millis() - monday().as_millis()) / 3_600_000
}
