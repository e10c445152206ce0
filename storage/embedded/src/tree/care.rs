//! Two threads that take care of the files: one writes full tables from memory and gives up
//! segments of the journal, the other merges files. Neither holds up the writer unless they fall
//! far behind.

use super::{Keyspace, Trees};
use crate::journal::SealedSegments;
use crate::room::Room;
use lsm_tree::AbstractTree;
use lsm_tree::compaction::Leveled;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Full tables in memory per tree before writers wait: more would only be more memory.
const SEALED_MAX: usize = 2;
/// Unmerged runs per tree before writers wait: each of them slows every read.
const RUNS_MAX: usize = 24;
/// Merges after one flush at most; the next flush brings the next ones.
const MERGES_MAX: usize = 8;
/// Unmerged runs that are left alone.
const RUNS_AT_REST: usize = 4;
/// How long a failed step rests before it is tried again: a disk may get room.
const RETRY: Duration = Duration::from_millis(500);

/// What the threads and the writer tell each other.
#[derive(Default)]
struct State {
    flush: bool,
    merge: bool,
    closing: bool,
    /// Why the last step failed, until one succeeds.
    problem: Option<Problem>,
}

/// Why the files do not keep up.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) reason: String,
    /// The disk is full: it goes on by itself when there is room.
    pub(crate) full: bool,
}

impl Problem {
    fn of(error: &lsm_tree::Error) -> Self {
        let full = matches!(error, lsm_tree::Error::Io(error)
            if error.kind() == std::io::ErrorKind::StorageFull);
        Self { reason: error.to_string(), full }
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Waits until `ready` or the end. False at the end.
    fn wait(&self, ready: impl Fn(&mut State) -> bool) -> bool {
        let mut state = self.lock();
        while !state.closing && !ready(&mut state) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.closing
    }

    /// Waits a while, unless the end comes. False at the end.
    fn rest(&self) -> bool {
        let state = self.lock();
        let rested = self.changed.wait_timeout_while(state, RETRY, |state| !state.closing);
        !rested.unwrap_or_else(PoisonError::into_inner).0.closing
    }
}

/// The handle of both threads.
pub(crate) struct Care {
    trees: Arc<Trees>,
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Care {
    pub(crate) fn start(
        trees: Arc<Trees>,
        segments: SealedSegments,
        room: Room,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        // What the process before was about to do.
        shared.change(|state| (state.flush, state.merge) = (true, true));
        let mut care = Self { trees, shared, threads: Vec::new() };
        let (trees, shared) = (care.trees.clone(), care.shared.clone());
        care.spawn("store-flush", move || flush(&trees, &segments, &shared, &room))?;
        let (trees, shared) = (care.trees.clone(), care.shared.clone());
        care.spawn("store-merge", move || merge(&trees, &shared))?;
        Ok(care)
    }

    fn spawn(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        self.threads.push(std::thread::Builder::new().name(name.into()).spawn(run)?);
        Ok(())
    }

    /// There are tables to write.
    pub(crate) fn flush(&self) {
        self.shared.change(|state| state.flush = true);
    }

    /// Waits until the files are not too far behind memory. The reason if they cannot keep up
    /// because a step fails.
    pub(crate) fn wait_for_room(&self) -> Result<(), Problem> {
        let behind = || self.trees.sealed_max() > SEALED_MAX || self.trees.runs_max() > RUNS_MAX;
        if !behind() {
            return Ok(());
        }
        metrics::counter!("igny8_store_stalls_total").increment(1);
        let mut state = self.shared.lock();
        while behind() {
            if let Some(problem) = &state.problem {
                return Err(problem.clone());
            }
            // A merge that failed is tried again.
            state.merge = true;
            self.shared.changed.notify_all();
            let waited = self.shared.changed.wait_timeout(state, RETRY);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }
}

impl Drop for Care {
    fn drop(&mut self) {
        self.shared.change(|state| state.closing = true);
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread that takes care of the store's files had panicked");
            }
        }
    }
}

fn flush(trees: &Trees, segments: &SealedSegments, shared: &Shared, room: &Room) {
    while shared.wait(|state| std::mem::take(&mut state.flush)) {
        while let Err(problem) = flush_all(trees, segments) {
            tracing::error!(
                reason = problem.reason,
                "the store cannot write its tables; it tries again"
            );
            shared.change(|state| state.problem = Some(problem));
            // A failed attempt leaves a file until the store is opened again, so it waits for room.
            loop {
                if !shared.rest() {
                    return;
                }
                if room.lacking().is_none() {
                    break;
                }
            }
        }
        shared.change(|state| {
            state.problem = None;
            state.merge = true;
        });
    }
}

fn flush_all(trees: &Trees, segments: &SealedSegments) -> Result<(), Problem> {
    for keyspace in &trees.spaces {
        flush_one(trees, keyspace).map_err(|error| Problem::of(&error))?;
    }
    segments.retire(trees.needed()).map_err(|error| Problem::of(&error.into()))
}

fn flush_one(trees: &Trees, keyspace: &Keyspace) -> lsm_tree::Result<()> {
    let tables = keyspace.sealed();
    if tables == 0 {
        return Ok(());
    }
    let lock = keyspace.tree.get_flush_lock();
    keyspace.tree.flush(&lock, trees.snapshots.watermark())?;
    // Those that were closed meanwhile come next. Counted while none can be added.
    let mut memory = keyspace.memory();
    let left = keyspace.tree.sealed_memtable_count();
    while memory.sealed.len() > left {
        memory.sealed.pop_front();
    }
    Ok(())
}

fn merge(trees: &Trees, shared: &Shared) {
    let strategy = Arc::new(Leveled::default());
    while shared.wait(|state| std::mem::take(&mut state.merge)) {
        for keyspace in &trees.spaces {
            for _ in 0..MERGES_MAX {
                let merged = keyspace.tree.compact(strategy.clone(), trees.snapshots.watermark());
                shared.changed.notify_all();
                if let Err(error) = merged {
                    tracing::error!(%error, "the store cannot merge its tables; it tries again later");
                    break;
                }
                if keyspace.tree.l0_run_count() < RUNS_AT_REST {
                    break;
                }
            }
        }
    }
}
