//! Who pays for an attempt: the tenant for work that was delivered, the house for what was lost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_domain::ledger::{GrantKind, Part};
use igny8_actors_domain::site::{
    FailureClass, KeywordFigures, NewKeyword, Site, SiteCommand, SiteEffect, SiteRecord, Task,
    TaskOutcome, TaskStatus,
};
use igny8_actors_domain::tenant::SiteMessage;
use igny8_actors_domain::{Context, Dice, Entity, Origin, decide};
use igny8_protocol_ids::{Credits, GrantId, SiteId, TenantId, Timestamp, TransferId};
use std::time::Duration;

struct World {
    site: Site,
    now: Timestamp,
    seed: u64,
}

impl World {
    /// A site with 10 credits, whose clustering of 5 keywords (1 credit) runs.
    fn running() -> Self {
        let now = Timestamp::from_millis(1_000_000);
        let mut world = Self { site: Site::default(), now, seed: 7 };
        world.tell(SiteMessage::Create {
            tenant: TenantId::new(now, [1; 10]),
            name: "Coffee".to_owned(),
            language: "en".to_owned(),
            brand_voice: String::new(),
        });
        let part = Part {
            grant: GrantId::new(now, [3; 10]),
            kind: GrantKind::Plan,
            expires_at: None,
            amount: Credits(10),
        };
        let (transfer, parts) = (TransferId::new(now, [4; 10]), vec![part]);
        world.tell(SiteMessage::ReceiveCredits { transfer, parts, number: 1 });
        let keywords = ["espresso", "latte", "ristretto", "lungo", "mocha"]
            .map(|text| NewKeyword { text: text.to_owned(), figures: KeywordFigures::default() });
        world.act(SiteCommand::ImportKeywords { keywords: keywords.to_vec() });
        world.act(SiteCommand::QueueClustering);
        assert_eq!(world.task().status, TaskStatus::Running);
        world
    }

    fn tell(&mut self, message: SiteMessage) {
        let site = SiteId::new(Timestamp::from_millis(1), [2; 10]);
        self.act(SiteCommand::FromTenant { site, message });
    }

    fn act(&mut self, command: SiteCommand) -> Vec<SiteEffect> {
        self.seed += 1;
        let entropy = Dice::new(self.seed);
        let mut context = Context { now: self.now, entropy, origin: Origin::System };
        let (_, changes) = decide(&mut self.site, command, &mut context).unwrap();
        self.site.ledger().audit().unwrap();
        changes.effects
    }

    fn wait(&mut self, duration: Duration) {
        self.now = self.now.plus(duration);
        self.act(Site::tick());
    }

    fn task(&self) -> Task {
        self.site.tasks().next().unwrap().clone()
    }

    fn fail(&mut self, class: FailureClass) {
        let Task { id, attempts, .. } = self.task();
        let message = "It did not work.".to_owned();
        let outcome = TaskOutcome::Failed { class, message, retry_after_ms: None };
        self.finish(id, attempts, outcome);
    }

    fn finish(&mut self, task: igny8_protocol_ids::TaskId, attempt: u32, outcome: TaskOutcome) {
        let (model, response) = (None, None);
        self.act(SiteCommand::FinishTask { task, attempt, outcome, model, response });
    }

    /// What the house has lost, and what the tenant has left.
    fn sums(&self) -> (i64, i64) {
        let balance = self.site.ledger().balance();
        (balance.house_loss.0, balance.settled.0)
    }
}

#[test]
fn r6_what_the_provider_bills_without_a_result_is_lost_by_the_house() {
    for class in [
        FailureClass::BrokenStream,
        FailureClass::InvalidAnswer,
        FailureClass::ContentFilter,
        FailureClass::Timeout,
    ] {
        let mut world = World::running();
        world.fail(class);
        assert_eq!((1, 10), world.sums(), "{class:?}");
    }
    for class in [FailureClass::RateLimited, FailureClass::Quota, FailureClass::Unavailable] {
        let mut world = World::running();
        world.fail(class);
        assert_eq!((0, 10), world.sums(), "{class:?} was refused before any work");
    }
}

#[test]
fn r6_each_crash_of_an_attempt_loses_one_call() {
    let mut world = World::running();
    let Task { id: task, attempts: attempt, .. } = world.task();
    for owner in [2, 2, 3] {
        world.act(SiteCommand::BookLostAttempt { task, attempt, owner });
    }
    assert_eq!((2, 10), world.sums(), "two owners found it lost; one of them said so twice");
}

#[test]
fn r6_a_hold_outlives_every_attempt_and_is_taken_anew_after_a_long_pause() {
    let mut world = World::running();
    let first = world.task().hold.unwrap();
    world.fail(FailureClass::Unavailable);
    assert_eq!(Some(first), world.task().hold, "it is kept between attempts");
    world.wait(Duration::from_hours(1));
    assert_eq!((TaskStatus::Running, 2), (world.task().status, world.task().attempts));
    let opened = world.site.ledger().open_hold(first).unwrap();
    let ends = opened.expires_at.since(opened.opened_at);
    world.fail(FailureClass::Unavailable);
    // The clock jumps past everything: the hold ends, and the retry takes another in its place.
    world.wait(ends + Duration::from_hours(24));
    let second = world.task().hold.unwrap();
    assert_ne!(first, second);
    assert!(world.site.ledger().open_hold(second).is_some());
    let Task { id, attempts, .. } = world.task();
    let clustered =
        TaskOutcome::Clustered { clusters: Vec::new(), orphans: Vec::new(), method: "m".into() };
    world.finish(id, attempts, clustered);
    assert_eq!((TaskStatus::Succeeded, Credits(1)), (world.task().status, world.task().spent));
    assert_eq!((0, 9), world.sums(), "paid once");
}

#[test]
fn r6_work_under_a_hold_that_was_swept_is_paid_by_the_house() {
    let mut world = World::running();
    // As it was before attempts had an end: a task that runs longer than can be set.
    let mut old = world.task();
    old.deadline = None;
    world.site.put(SiteRecord::Task(old));
    world.wait(Duration::from_hours(24 * 30));
    let Task { id, attempts, hold, .. } = world.task();
    assert!(world.site.ledger().open_hold(hold.unwrap()).is_none(), "the sweeper closed it");
    let clustered =
        TaskOutcome::Clustered { clusters: Vec::new(), orphans: Vec::new(), method: "m".into() };
    world.finish(id, attempts, clustered);
    assert_eq!((TaskStatus::Succeeded, Credits(0)), (world.task().status, world.task().spent));
    assert_eq!((1, 10), world.sums());
}

#[test]
fn r6_a_site_has_its_entries_filed_in_a_page_that_a_record_names() {
    let mut world = World::running();
    let Task { id: task, attempts: attempt, .. } = world.task();
    let mut asked = Vec::new();
    for owner in 0..1_200 {
        let effects = world.act(SiteCommand::BookLostAttempt { task, attempt, owner });
        asked.extend(effects.into_iter().filter_map(|effect| match effect {
            SiteEffect::FileEntries { last } => Some(last),
            _ => None,
        }));
    }
    assert_eq!(1, asked.len(), "one page is written at a time");
    let before = world.site.ledger().balance();
    world.seed += 1;
    let command = SiteCommand::FinishFiling { last: asked[0], blob: [9; 32] };
    let entropy = Dice::new(world.seed);
    let mut context = Context { now: world.now, entropy, origin: Origin::System };
    let (_, changes) = decide(&mut world.site, command.clone(), &mut context).unwrap();
    let named: Vec<[u8; 32]> = changes.puts.iter().flat_map(Site::blobs).collect();
    assert_eq!(vec![[9; 32]], named);
    assert_eq!(asked[0] as usize, changes.deletes.len());
    assert!(changes.events.is_empty(), "nobody's credits moved");
    assert!(world.act(command).is_empty(), "told again, it changes nothing");
    assert_eq!(before, world.site.ledger().balance());
    assert_eq!(1, world.site.ledger().pages().count());
}

/// A slice that is to report what it uses, and has used something.
fn watched_after_a_task() -> World {
    let mut world = World::running();
    world.tell(SiteMessage::Watch { is_watched: true });
    let Task { id, attempts, .. } = world.task();
    let clustered =
        TaskOutcome::Clustered { clusters: Vec::new(), orphans: Vec::new(), method: "m".into() };
    world.finish(id, attempts, clustered);
    world
}

#[test]
fn r6_a_watched_slice_reports_what_it_has_used() {
    let mut world = watched_after_a_task();
    let reports = |effects: Vec<SiteEffect>| -> Vec<i64> {
        let used = |effect| match effect {
            SiteEffect::ReportUse { used } => Some(used.0),
            _ => None,
        };
        effects.into_iter().filter_map(used).collect()
    };
    let due = world.site.next_due().expect("a report is due");
    assert!(due > world.now, "settlements that follow go into the same report");
    world.now = due;
    assert_eq!(vec![1], reports(world.act(Site::tick())));
    world.now = due.plus(Duration::from_mins(1));
    assert!(reports(world.act(Site::tick())).is_empty(), "nothing new, no report");
}

/// Found by a simulated life: the time of the report stayed, and woke the site for ever.
#[test]
fn r12_a_report_that_nobody_wants_any_more_wakes_nobody() {
    let mut world = watched_after_a_task();
    let due = world.site.next_due().expect("a report is due");
    world.tell(SiteMessage::Watch { is_watched: false });
    world.now = due;
    world.act(Site::tick());
    assert!(world.site.next_due().is_none_or(|next| next > world.now), "the time is taken away");
}

#[test]
fn r6_a_quote_is_the_command_itself_and_changes_nothing() {
    let mut world = World::running();
    let before = format!("{:?}", world.site);
    let quote = |command: SiteCommand| SiteCommand::Quote { command: Box::new(command) };
    let mut context = Context { now: world.now, entropy: Dice::new(8), origin: Origin::System };
    let refused = decide(&mut world.site, quote(SiteCommand::QueueClustering), &mut context);
    assert_eq!("already_clustering", refused.unwrap_err().code, "what is refused is refused");
    assert_eq!(before, format!("{:?}", world.site));
    let Task { id, attempts, .. } = world.task();
    let clustered =
        TaskOutcome::Clustered { clusters: Vec::new(), orphans: Vec::new(), method: "m".into() };
    world.finish(id, attempts, clustered);
    let after = format!("{:?}", world.site);
    let mut context = Context { now: world.now, entropy: Dice::new(9), origin: Origin::System };
    let quoted = decide(&mut world.site, quote(SiteCommand::QueueClustering), &mut context);
    let (reply, changes) = quoted.unwrap();
    assert_eq!("Quoted(Credits(1))", format!("{reply:?}"));
    assert!(changes.is_empty());
    assert_eq!(after, format!("{:?}", world.site));
}
