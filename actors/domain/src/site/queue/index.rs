//! What makes decisions of the queue cheap: sets of its tasks, kept with each record. A decision
//! looks at the heads of these sets, never at all tasks that wait.

use super::priority::Priority;
use super::task::{Task, TaskKind, TaskStatus};
use igny8_protocol_ids::{AccountId, Credits, DocumentId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Of whom a task of a kind is: the places of a kind are shared between these, turn by turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Share {
    /// The kind.
    pub kind: TaskKind,
    /// Who asked; absent for automation.
    pub user: Option<AccountId>,
    /// The number of its latest start among all starts of the site: the lowest is next.
    pub started: u64,
}

/// Tasks of one kind that could start, apart from their places: those that need no credits (any
/// more), and those that do. One that cannot be paid must not hold up one that is paid already.
type Line = (TaskKind, bool);
/// The order within a line: priority, whose, number.
type Ready = (TaskKind, bool, Reverse<Priority>, Option<AccountId>, u64, TaskId);

/// The lowest and the highest id, for ranges.
const FIRST: TaskId = TaskId::from_uuid(uuid::Uuid::nil());
const LAST: TaskId = TaskId::from_uuid(uuid::Uuid::max());

/// The indices of the queue: a function of the records alone.
#[derive(Debug, Default)]
pub(in crate::site) struct QueueIndex {
    ready: BTreeSet<Ready>,
    /// What the ready tasks of a kind still have to be paid.
    unpaid: BTreeMap<TaskKind, i64>,
    waiting: BTreeSet<(u64, TaskId)>,
    delayed: BTreeSet<(Timestamp, TaskId)>,
    running: BTreeMap<TaskKind, u32>,
    open: BTreeMap<TaskKind, u32>,
    open_by_document: BTreeSet<(DocumentId, TaskId)>,
    shares: BTreeMap<(TaskKind, Option<AccountId>), u64>,
}

/// What a task still has to be paid before it starts.
pub(super) fn unpaid(task: &Task) -> Credits {
    if task.hold.is_none() { task.price } else { Credits::ZERO }
}

fn place(task: &Task) -> Ready {
    let user = task.created_by;
    let kind = task.input.kind();
    (kind, unpaid(task) > Credits::ZERO, Reverse(task.priority), user, task.number, task.id)
}

fn add<K: Ord + Copy>(counts: &mut BTreeMap<K, u32>, key: K) {
    *counts.entry(key).or_default() += 1;
}

/// A count of zero is not kept, so that taking back leaves the very same state.
fn subtract<K: Ord + Copy>(counts: &mut BTreeMap<K, u32>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

impl QueueIndex {
    pub(in crate::site) fn add(&mut self, task: &Task) {
        let kind = task.input.kind();
        match task.status {
            TaskStatus::Queued => self.add_waiting(task),
            TaskStatus::Running => add(&mut self.running, kind),
            _ => return,
        }
        add(&mut self.open, kind);
        if let Some(document) = task.input.document() {
            self.open_by_document.insert((document, task.id));
        }
    }

    fn add_waiting(&mut self, task: &Task) {
        self.waiting.insert((task.number, task.id));
        if let Some(at) = task.not_before {
            self.delayed.insert((at, task.id));
        } else {
            self.ready.insert(place(task));
            self.add_unpaid(task.input.kind(), unpaid(task).0);
        }
    }

    /// Takes out what [`Self::add`] took in.
    pub(in crate::site) fn take(&mut self, task: &Task) {
        let kind = task.input.kind();
        match task.status {
            TaskStatus::Queued => self.take_waiting(task),
            TaskStatus::Running => subtract(&mut self.running, kind),
            _ => return,
        }
        subtract(&mut self.open, kind);
        if let Some(document) = task.input.document() {
            self.open_by_document.remove(&(document, task.id));
        }
    }

    fn take_waiting(&mut self, task: &Task) {
        self.waiting.remove(&(task.number, task.id));
        if let Some(at) = task.not_before {
            self.delayed.remove(&(at, task.id));
        } else {
            self.ready.remove(&place(task));
            self.add_unpaid(task.input.kind(), -unpaid(task).0);
        }
    }

    fn add_unpaid(&mut self, kind: TaskKind, amount: i64) {
        let sum = self.unpaid.entry(kind).or_default();
        *sum += amount;
        if *sum == 0 {
            self.unpaid.remove(&kind);
        }
    }

    pub(in crate::site) fn put_share(&mut self, share: Share) -> Option<Share> {
        let Share { kind, user, started } = share;
        self.shares.insert((kind, user), started).map(|started| Share { started, ..share })
    }

    pub(in crate::site) fn take_share(
        &mut self,
        kind: TaskKind,
        user: Option<AccountId>,
    ) -> Option<Share> {
        self.shares.remove(&(kind, user)).map(|started| Share { kind, user, started })
    }

    /// How many tasks wait, for whatever reason.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
    /// The highest number of a task that waits.
    pub(super) fn last_number(&self) -> u64 {
        self.waiting.last().map_or(0, |(number, _)| *number)
    }
    /// How many tasks of a kind run.
    pub(in crate::site) fn running(&self, kind: TaskKind) -> u32 {
        self.running.get(&kind).copied().unwrap_or(0)
    }
    /// How many tasks of a kind wait or run.
    pub(super) fn open(&self, kind: TaskKind) -> u32 {
        self.open.get(&kind).copied().unwrap_or(0)
    }
    /// The tasks about a document that wait or run.
    pub(in crate::site) fn open_about(&self, document: DocumentId) -> impl Iterator<Item = TaskId> {
        self.open_by_document.range((document, FIRST)..=(document, LAST)).map(|(_, id)| *id)
    }
    /// The earliest time at which a delayed task may start.
    pub(in crate::site) fn next_delayed(&self) -> Option<Timestamp> {
        self.delayed.first().map(|(at, _)| *at)
    }
    /// The delayed tasks whose time has come, at most `max`.
    pub(super) fn due(&self, now: Timestamp, max: usize) -> Vec<TaskId> {
        let due = self.delayed.iter().take_while(|(at, _)| *at <= now);
        due.take(max).map(|(_, id)| *id).collect()
    }
    /// What the ready tasks of a kind still have to be paid.
    pub(super) fn unpaid(&self, kind: TaskKind) -> Credits {
        Credits(self.unpaid.get(&kind).copied().unwrap_or(0))
    }
    /// The number of the latest start of all.
    pub(super) fn last_start(&self) -> u64 {
        self.shares.values().copied().max().unwrap_or(0)
    }
    /// The number of the latest start of a share.
    pub(super) fn started(&self, kind: TaskKind, user: Option<AccountId>) -> u64 {
        self.shares.get(&(kind, user)).copied().unwrap_or(0)
    }
    fn kind_started(&self, kind: TaskKind) -> u64 {
        let users = self.shares.range((kind, None)..).take_while(|((of, _), _)| *of == kind);
        users.map(|(_, started)| *started).max().unwrap_or(0)
    }

    /// The next task to start of those kinds that `may`, with or without those that must be paid
    /// first: the highest priority; among equals the kind, and within it the user, whose latest
    /// start is longest ago; of one user the oldest.
    pub(super) fn next(&self, may: impl Fn(TaskKind) -> bool, with_unpaid: bool) -> Option<TaskId> {
        let kinds = TaskKind::ALL.into_iter().filter(|kind| may(*kind));
        let lines = kinds.flat_map(|kind| [(kind, false), (kind, true)]);
        let heads = lines.filter(|(_, unpaid)| with_unpaid || !unpaid).filter_map(|line| {
            let (priority, task) = self.head(line)?;
            Some((priority, self.kind_started(line.0), line, task))
        });
        heads.min().map(|(.., task)| task)
    }

    /// The head of a line: of its highest priority the user whose turn it is. One look per user
    /// with work of this priority, however many tasks each of them has.
    fn head(&self, (kind, unpaid): Line) -> Option<(Reverse<Priority>, TaskId)> {
        let of_line = |from: Ready| {
            let next = self.ready.range((Bound::Excluded(from), Bound::Unbounded)).next();
            next.filter(|ready| (ready.0, ready.1) == (kind, unpaid))
        };
        let first = (kind, unpaid, Reverse(Priority::URGENT), None, 0, FIRST);
        let mut found = *of_line(first)?;
        let priority = found.2;
        let mut head = (self.started(kind, found.3), found.5);
        loop {
            let end = (kind, unpaid, priority, found.3, u64::MAX, LAST);
            let Some(next) = of_line(end).filter(|ready| ready.2 == priority) else { break };
            found = *next;
            let started = self.started(kind, found.3);
            if started < head.0 {
                head = (started, found.5);
            }
        }
        Some((priority, head.1))
    }
}
