//! The obvious queue: a list, looked through from end to end for each start. Slow, and right.

use igny8_actors_domain::site::{PauseScope, Site, Task, TaskKind, TaskStatus};
use igny8_protocol_ids::{AccountId, TaskId, Timestamp};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What the obvious queue remembers: whose turn it was, as the number of the latest start.
#[derive(Default)]
pub(crate) struct Model {
    starts: u64,
    last: BTreeMap<(TaskKind, Option<AccountId>), u64>,
}

/// A task that the obvious queue could start, and what it goes by.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    priority: Reverse<u8>,
    kind_last: u64,
    kind: TaskKind,
    unpaid: bool,
    user_last: u64,
    user: Option<AccountId>,
    number: u64,
    id: TaskId,
}

impl Model {
    fn kind_last(&self, kind: TaskKind) -> u64 {
        let of_kind = self.last.iter().filter(|((of, _), _)| *of == kind);
        of_kind.map(|(_, last)| *last).max().unwrap_or(0)
    }

    fn candidate(&self, task: &Task) -> Candidate {
        let (kind, user) = (task.input.kind(), task.created_by);
        Candidate {
            priority: Reverse(task.priority.number()),
            kind_last: self.kind_last(kind),
            kind,
            unpaid: task.hold.is_none() && task.price.0 > 0,
            user_last: self.last.get(&(kind, user)).copied().unwrap_or(0),
            user,
            number: task.number,
            id: task.id,
        }
    }

    /// Which tasks a decision should have started, in order, given the tasks as they were just
    /// before anything was started.
    pub(crate) fn starts(
        &mut self,
        site: &Site,
        mut tasks: Vec<Task>,
        mut spendable: i64,
        now: Timestamp,
    ) -> Vec<TaskId> {
        let mut started = Vec::new();
        let mut affordable = true;
        loop {
            let running = |kind: Option<TaskKind>| {
                let runs = |task: &&Task| task.status == TaskStatus::Running;
                let of_kind = |task: &&Task| kind.is_none_or(|kind| kind == task.input.kind());
                tasks.iter().filter(runs).filter(of_kind).count()
            };
            let may_start = |task: &&Task| {
                let kind = task.input.kind();
                let settings = site.queue_settings();
                task.status == TaskStatus::Queued
                    && task.not_before.is_none_or(|at| at <= now)
                    && !is_paused(site, task)
                    && running(Some(kind)) < settings.kind(kind).places as usize
                    && running(None) < settings.places as usize
            };
            let candidates = tasks.iter().filter(may_start).map(|task| self.candidate(task));
            let Some(next) = candidates.filter(|next| affordable || !next.unpaid).min() else {
                return started;
            };
            let task = tasks.iter_mut().find(|task| task.id == next.id).unwrap();
            let price = if next.unpaid { task.price.0 } else { 0 };
            if price > spendable {
                affordable = false;
                continue;
            }
            spendable -= price;
            task.status = TaskStatus::Running;
            self.starts += 1;
            self.last.insert((next.kind, next.user), self.starts);
            started.push(next.id);
        }
    }
}

fn is_paused(site: &Site, task: &Task) -> bool {
    let kind = task.input.kind();
    let queue = site.pauses().any(|pause| match pause.scope {
        PauseScope::Kind(of) => of == kind,
        _ => true,
    });
    let batch =
        task.batch.and_then(|id| site.batch(id)).is_some_and(|batch| batch.paused.is_some());
    queue || batch || task.paused.is_some()
}
