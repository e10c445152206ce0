//! What makes decisions of the queue cheap: sets of its tasks, kept with each record. A decision
//! looks at the heads of these sets, never at all tasks that wait.

use super::record::{
    Batch, BatchCounts, Pace, PauseScope, Priority, QueuePause, Share, Task, TaskKind, TaskStatus,
};
use igny8_protocol_ids::{AccountId, BatchId, Credits, DocumentId, TaskId, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Tasks of one kind that could start, apart from their places: those that need no credits (any
/// more), and those that do. One that cannot be paid must not hold up one that is paid already.
type Line = (TaskKind, bool);
/// The order within a line: priority, whose, number.
type Ready = (TaskKind, bool, Reverse<Priority>, Option<AccountId>, u64, TaskId);

/// The lowest and the highest id, for ranges.
const FIRST: TaskId = TaskId::from_uuid(uuid::Uuid::nil());
const LAST: TaskId = TaskId::from_uuid(uuid::Uuid::max());

/// What the index must know of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::site) struct BatchState {
    paused: bool,
    ended: bool,
}

impl BatchState {
    pub(in crate::site) const fn of(batch: &Batch) -> Self {
        Self { paused: batch.paused.is_some(), ended: batch.ended_at.is_some() }
    }
}

/// The indices of the queue: a function of the records alone.
#[derive(Debug, Default)]
pub(in crate::site) struct QueueIndex {
    ready: BTreeSet<Ready>,
    /// How many are ready, by kind, priority and user.
    lined: BTreeMap<(TaskKind, Reverse<Priority>, Option<AccountId>), u32>,
    /// What the ready tasks of a kind still have to be paid.
    unpaid: BTreeMap<TaskKind, i64>,
    waiting: BTreeSet<(u64, TaskId)>,
    delayed: BTreeSet<(Timestamp, TaskId)>,
    /// Of these, the ones that something at the models holds up.
    held_up: BTreeSet<TaskId>,
    deadlines: BTreeSet<(Timestamp, TaskId)>,
    running: BTreeMap<TaskKind, u32>,
    open: BTreeMap<TaskKind, u32>,
    open_by_document: BTreeSet<(DocumentId, TaskId)>,
    /// Those that wait or run before those that succeeded.
    unique: BTreeSet<(String, bool, TaskId)>,
    ended: BTreeSet<(Timestamp, TaskId)>,
    dead: BTreeSet<TaskId>,
    children: BTreeSet<(BatchId, TaskId)>,
    counts: BTreeMap<BatchId, BatchCounts>,
    /// Batches that are there. The tasks of a paused one are not ready; those of one that has not
    /// ended stay in the state.
    batches: BTreeMap<BatchId, BatchState>,
    pauses: BTreeMap<PauseScope, QueuePause>,
    paces: BTreeMap<Option<TaskKind>, Pace>,
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

fn share(task: &Task) -> (TaskKind, Reverse<Priority>, Option<AccountId>) {
    (task.input.kind(), Reverse(task.priority), task.created_by)
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

/// The place of a task that keeps others with its key out: an ended one that did not succeed, or
/// whose key counts only while it waits or runs, does not.
fn unique_place(task: &Task) -> Option<(String, bool, TaskId)> {
    let unique = task.unique.as_ref()?;
    let succeeded = task.status == TaskStatus::Succeeded && unique.until.is_some();
    (task.status.is_open() || succeeded).then(|| (unique.key.clone(), succeeded, task.id))
}

/// Those at or before a time, at most `max`.
fn until(times: &BTreeSet<(Timestamp, TaskId)>, now: Timestamp, max: usize) -> Vec<TaskId> {
    times.iter().take_while(|(at, _)| *at <= now).take(max).map(|(_, id)| *id).collect()
}

impl QueueIndex {
    pub(in crate::site) fn add(&mut self, task: &Task) {
        if let Some(batch) = task.batch {
            self.children.insert((batch, task.id));
            *self.counts.entry(batch).or_default().of(task.status) += 1;
        }
        self.unique.extend(unique_place(task));
        match task.status {
            TaskStatus::Queued => self.add_waiting(task),
            TaskStatus::Running => add(&mut self.running, task.input.kind()),
            TaskStatus::Succeeded | TaskStatus::Cancelled => {
                if self.is_free(task) {
                    self.ended.insert((task.updated_at, task.id));
                }
            }
            TaskStatus::Failed | TaskStatus::Dead | TaskStatus::WaitingForReview => {
                self.dead.insert(task.id);
            }
        }
        if task.status.is_open() {
            add(&mut self.open, task.input.kind());
            self.deadlines.extend(task.deadline.map(|at| (at, task.id)));
            self.open_by_document.extend(task.input.document().map(|about| (about, task.id)));
        }
    }

    fn add_waiting(&mut self, task: &Task) {
        self.waiting.insert((task.number, task.id));
        if let Some(at) = task.not_before {
            self.delayed.insert((at, task.id));
            self.held_up.extend(task.held_up.as_ref().map(|_| task.id));
        } else if !self.is_held_up(task) {
            self.ready.insert(place(task));
            add(&mut self.lined, share(task));
            self.add_unpaid(task.input.kind(), unpaid(task).0);
        }
    }

    /// Takes out what [`Self::add`] took in.
    pub(in crate::site) fn take(&mut self, task: &Task) {
        if let Some(batch) = task.batch {
            self.children.remove(&(batch, task.id));
            self.uncount(batch, task.status);
        }
        if let Some(place) = unique_place(task) {
            self.unique.remove(&place);
        }
        match task.status {
            TaskStatus::Queued => self.take_waiting(task),
            TaskStatus::Running => subtract(&mut self.running, task.input.kind()),
            _ => {
                self.ended.remove(&(task.updated_at, task.id));
                self.dead.remove(&task.id);
            }
        }
        if task.status.is_open() {
            subtract(&mut self.open, task.input.kind());
            if let Some(at) = task.deadline {
                self.deadlines.remove(&(at, task.id));
            }
            if let Some(document) = task.input.document() {
                self.open_by_document.remove(&(document, task.id));
            }
        }
    }

    fn take_waiting(&mut self, task: &Task) {
        self.waiting.remove(&(task.number, task.id));
        if let Some(at) = task.not_before {
            self.delayed.remove(&(at, task.id));
            self.held_up.remove(&task.id);
        } else if self.ready.remove(&place(task)) {
            subtract(&mut self.lined, share(task));
            self.add_unpaid(task.input.kind(), -unpaid(task).0);
        }
    }

    fn uncount(&mut self, batch: BatchId, status: TaskStatus) {
        let Some(counts) = self.counts.get_mut(&batch) else { return };
        *counts.of(status) -= 1;
        if *counts == BatchCounts::default() {
            self.counts.remove(&batch);
        }
    }

    fn is_held_up(&self, task: &Task) -> bool {
        let batch = task.batch.and_then(|batch| self.batches.get(&batch));
        task.paused.is_some() || batch.is_some_and(|batch| batch.paused)
    }

    /// An ended task may leave the state, unless its batch has not ended.
    fn is_free(&self, task: &Task) -> bool {
        task.batch.is_none_or(|batch| self.batches.get(&batch).is_some_and(|batch| batch.ended))
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

    /// Says what a batch is; its tasks must be out of the index meanwhile.
    pub(in crate::site) fn set_batch(&mut self, id: BatchId, state: Option<BatchState>) {
        match state {
            Some(state) => drop(self.batches.insert(id, state)),
            None => drop(self.batches.remove(&id)),
        }
    }
    pub(in crate::site) fn batch_state(&self, id: BatchId) -> Option<BatchState> {
        self.batches.get(&id).copied()
    }
    pub(in crate::site) fn put_pause(&mut self, pause: QueuePause) -> Option<QueuePause> {
        self.pauses.insert(pause.scope, pause)
    }
    pub(in crate::site) fn take_pause(&mut self, scope: PauseScope) -> Option<QueuePause> {
        self.pauses.remove(&scope)
    }
    pub(in crate::site) fn put_pace(&mut self, pace: Pace) -> Option<Pace> {
        self.paces.insert(pace.kind, pace)
    }
    pub(in crate::site) fn take_pace(&mut self, kind: Option<TaskKind>) -> Option<Pace> {
        self.paces.remove(&kind)
    }

    /// How many tasks wait, for whatever reason.
    pub(in crate::site) fn waiting(&self) -> usize {
        self.waiting.len()
    }
    /// Tasks that something at the models holds up, the oldest first.
    pub(super) fn held_up(&self) -> impl Iterator<Item = TaskId> {
        self.held_up.iter().copied()
    }
    /// The highest number of a task that waits.
    pub(super) fn last_number(&self) -> u64 {
        self.waiting.last().map_or(0, |(number, _)| *number)
    }
    /// How many tasks of a kind run.
    pub(in crate::site) fn running(&self, kind: TaskKind) -> u32 {
        self.running.get(&kind).copied().unwrap_or(0)
    }
    /// How many tasks of all kinds run.
    pub(in crate::site) fn running_all(&self) -> u32 {
        self.running.values().sum()
    }
    /// How many tasks of a kind wait or run.
    pub(super) fn open(&self, kind: TaskKind) -> u32 {
        self.open.get(&kind).copied().unwrap_or(0)
    }
    /// The tasks about a document that wait or run.
    pub(in crate::site) fn open_about(&self, document: DocumentId) -> impl Iterator<Item = TaskId> {
        self.open_by_document.range((document, FIRST)..=(document, LAST)).map(|(_, id)| *id)
    }
    /// The task that keeps others with a key out: one that waits or runs, or else the latest that
    /// succeeded.
    pub(super) fn with_key(&self, key: &str) -> Option<TaskId> {
        let place = |ended, id| (key.to_owned(), ended, id);
        let open = self.unique.range(place(false, FIRST)..=place(false, LAST)).next();
        let ended = || self.unique.range(place(true, FIRST)..=place(true, LAST)).next_back();
        open.or_else(ended).map(|(.., id)| *id)
    }
    /// The earliest time at which a delayed task may start.
    pub(in crate::site) fn next_delayed(&self) -> Option<Timestamp> {
        self.delayed.first().map(|(at, _)| *at)
    }
    /// The delayed tasks whose time has come, at most `max`.
    pub(super) fn due(&self, now: Timestamp, max: usize) -> Vec<TaskId> {
        until(&self.delayed, now, max)
    }
    /// The earliest deadline.
    pub(in crate::site) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(at, _)| *at)
    }
    /// The tasks whose deadline has passed, at most `max`.
    pub(super) fn overdue(&self, now: Timestamp, max: usize) -> Vec<TaskId> {
        until(&self.deadlines, now, max)
    }
    /// How many ended tasks there are that may leave the state.
    pub(super) fn ended(&self) -> usize {
        self.ended.len()
    }
    /// These tasks, the oldest first.
    pub(super) fn oldest_ended(&self) -> impl Iterator<Item = (Timestamp, TaskId)> {
        self.ended.iter().copied()
    }
    /// Dead letters, the oldest first.
    pub(in crate::site) fn dead(&self) -> impl DoubleEndedIterator<Item = TaskId> {
        self.dead.iter().copied()
    }
    /// How many.
    pub(in crate::site) fn dead_count(&self) -> usize {
        self.dead.len()
    }
    /// The tasks of a batch.
    pub(in crate::site) fn children(&self, batch: BatchId) -> impl Iterator<Item = TaskId> {
        self.children.range((batch, FIRST)..=(batch, LAST)).map(|(_, id)| *id)
    }
    /// Where the tasks of a batch are.
    pub(in crate::site) fn counts(&self, batch: BatchId) -> BatchCounts {
        self.counts.get(&batch).copied().unwrap_or_default()
    }
    /// The pause that holds a kind up.
    pub(super) fn pause_of(&self, kind: TaskKind) -> Option<QueuePause> {
        let scopes = [PauseScope::Tenant, PauseScope::Site, PauseScope::Kind(kind)];
        scopes.into_iter().find_map(|scope| self.pauses.get(&scope).copied())
    }
    /// A pause.
    pub(in crate::site) fn pause(&self, scope: PauseScope) -> Option<QueuePause> {
        self.pauses.get(&scope).copied()
    }
    /// All pauses of the tenant, the site and its kinds.
    pub(in crate::site) fn pauses(&self) -> impl Iterator<Item = &QueuePause> {
        self.pauses.values()
    }
    /// The pace of a kind, or of the site.
    pub(in crate::site) fn pace(&self, kind: Option<TaskKind>) -> Pace {
        self.paces.get(&kind).copied().unwrap_or(Pace { kind, ..Pace::default() })
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
    /// How many tasks of its kind start before a ready one at most: all of higher priority; of its
    /// own user those before it; of each other user as many turns. A look per user, not per task.
    pub(super) fn behind(&self, task: &Task) -> u32 {
        let (kind, _, priority, user, number, _) = place(task);
        let of_kind = self.lined.range((kind, Reverse(Priority::URGENT), None)..);
        let of_kind = of_kind.take_while(|((of, at, _), _)| (*of, *at) <= (kind, priority));
        let (mut before, mut own, mut others) = (0, 0, Vec::new());
        for ((_, at, whose), count) in of_kind {
            match (*at == priority, *whose == user) {
                (false, _) => before += count,
                // Numbers of one user have gaps: there are at most so many before it.
                (true, true) => own = self.ahead(task, number).min(count.saturating_sub(1)),
                (true, false) => others.push(*count),
            }
        }
        before + own + others.into_iter().map(|count| count.min(own + 1)).sum::<u32>()
    }

    /// How far a task's number is from the first of its user with its priority.
    fn ahead(&self, task: &Task, number: u64) -> u32 {
        let (kind, _, priority, user, ..) = place(task);
        let first = |unpaid| {
            let from = (kind, unpaid, priority, user, 0, FIRST);
            let to = (kind, unpaid, priority, user, u64::MAX, LAST);
            self.ready.range(from..=to).next().map(|ready| ready.4)
        };
        let first = [first(false), first(true)].into_iter().flatten().min().unwrap_or(number);
        u32::try_from(number.saturating_sub(first)).unwrap_or(u32::MAX)
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
