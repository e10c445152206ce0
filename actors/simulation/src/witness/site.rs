//! A site as it is committed: tasks, their holds and their orders (R4, R6).

use super::ledger::{self, Holds};
use igny8_actors_domain::Entity;
use igny8_actors_domain::ledger::{Entry, LedgerRecord};
use igny8_actors_domain::site::{Site, SiteEffect, SiteRecord, Task, TaskInput, TaskStatus};
use igny8_actors_runtime::probe;
use igny8_protocol_ids::{HoldId, Sequence, TaskId, Timestamp};
use igny8_storage_api::{Change, OutboxKey};
use std::collections::{BTreeMap, BTreeSet};

type Broken = Vec<(&'static str, String)>;

/// Rebuilt from its records alone.
#[derive(Default)]
pub(super) struct SiteBook {
    pub(super) core: Site,
    holds: Holds,
    /// Open orders to run a task.
    runs: BTreeMap<OutboxKey, (TaskId, u32)>,
    sequence: Sequence,
    publications: BTreeSet<(String, u64)>,
}

impl SiteBook {
    /// Takes a commit in; answers when the site is due next.
    pub(super) fn commit(&mut self, change: &Change, broken: &mut Broken) -> Option<Timestamp> {
        self.sequence = self.sequence.next();
        let started = self.orders(change);
        let (mut entries, mut tasks) = (Vec::<Entry>::new(), Vec::new());
        for key in &change.deletes {
            drop(self.core.delete(&key.to_vec()));
        }
        for put in &change.puts {
            let Some(record) = probe::record::<Site>(&put.key, &put.value) else { continue };
            match &record {
                SiteRecord::Ledger(LedgerRecord::Entry(entry)) => entries.push(entry.clone()),
                SiteRecord::Task(task) => {
                    tasks.push((self.core.task(task.id).cloned(), task.clone()));
                }
                _ => {}
            }
            drop(self.core.put(record));
        }
        self.holds.commit(&entries, broken);
        for hold in Holds::spent_by(&entries) {
            let is_of = |task: &Option<Task>| task.as_ref().and_then(|t| t.hold) == Some(hold);
            if !tasks.iter().any(|(before, _)| is_of(before)) {
                let what = format!("{hold} is of no task that ended");
                broken.push(("r6_only_tasks_spend", what));
            }
        }
        for (before, after) in &tasks {
            self.task(before.as_ref(), after, &started, broken);
        }
        if !entries.is_empty() {
            ledger::check(self.core.ledger(), broken);
        }
        self.running_tasks_have_orders(broken);
        self.holds_have_owners(broken);
        self.core.next_due()
    }

    /// Keeps the open orders; the runs that this commit orders.
    fn orders(&mut self, change: &Change) -> BTreeSet<(TaskId, u32)> {
        self.runs.retain(|key, _| !change.closed.contains(key));
        let mut started = BTreeSet::new();
        for record in &change.outbox {
            if let SiteEffect::RunTask { task, attempt } = probe::effect::<Site>(&record.body) {
                let key = OutboxKey { sequence: self.sequence, index: record.index };
                self.runs.insert(key, (task, attempt));
                started.insert((task, attempt));
            }
        }
        started
    }

    /// One task's step.
    fn task(
        &mut self,
        before: Option<&Task>,
        after: &Task,
        started: &BTreeSet<(TaskId, u32)>,
        broken: &mut Broken,
    ) {
        if let TaskInput::Publish { document, revision, .. } = &after.input {
            self.publications.insert((document.to_string(), *revision));
        }
        let ran = before.filter(|task| task.status == TaskStatus::Running).map(|t| t.attempts);
        if after.status == TaskStatus::Running && ran != Some(after.attempts) {
            let held = after.price.0 == 0
                || after.hold.is_some_and(|hold| self.core.ledger().open_hold(hold).is_some());
            if !started.contains(&(after.id, after.attempts)) || !held {
                let what = format!("task {} started (held: {held})", after.id);
                broken.push(("r6_hold_start_and_order_are_one_commit", what));
            }
        }
        let has_ended = !matches!(after.status, TaskStatus::Queued | TaskStatus::Running);
        let Some(hold) = before.and_then(|task| task.hold).filter(|_| has_ended) else { return };
        self.end(after, hold, broken);
    }

    /// A task with a hold has ended: what was settled is what it says it cost.
    fn end(&self, task: &Task, hold: HoldId, broken: &mut Broken) {
        let settled = self.holds.settled(hold);
        let failed = matches!(
            task.status,
            TaskStatus::Failed | TaskStatus::Dead | TaskStatus::WaitingForReview
        );
        if settled != task.spent.0 || settled > task.price.0 {
            let what = format!("task {} says {:?}, {settled} were settled", task.id, task.spent);
            broken.push(("r6_a_task_costs_what_was_settled", what));
        }
        if failed && settled != 0 {
            let what = format!("task {} is {:?} and cost {settled}", task.id, task.status);
            broken.push(("r6_a_failed_task_costs_nothing", what));
        }
    }

    fn running_tasks_have_orders(&self, broken: &mut Broken) {
        let running = self.core.tasks().filter(|task| task.status == TaskStatus::Running);
        for task in running {
            if !self.runs.values().any(|run| *run == (task.id, task.attempts)) {
                let what = format!("task {} runs, and no order is open", task.id);
                broken.push(("r4_a_running_task_has_its_order", what));
            }
        }
    }

    fn holds_have_owners(&self, broken: &mut Broken) {
        for hold in self.core.ledger().holds() {
            let owned = self.core.tasks().any(|task| {
                task.hold == Some(hold.id)
                    && matches!(task.status, TaskStatus::Queued | TaskStatus::Running)
            });
            if !owned {
                broken.push(("r6_a_hold_has_an_owner", format!("hold {} has none", hold.id)));
            }
        }
        for task in self.core.tasks() {
            if let Some(hold) = task.hold
                && self.core.ledger().open_hold(hold).is_none()
            {
                let what = format!("task {} says it holds {hold}, which is closed", task.id);
                broken.push(("r6_a_hold_is_closed_once", what));
            }
        }
    }

    /// Whether this revision of a document was ever ordered.
    pub(super) fn ordered_publication(&self, document: &str, revision: u64) -> bool {
        self.publications.contains(&(document.to_owned(), revision))
    }
}
