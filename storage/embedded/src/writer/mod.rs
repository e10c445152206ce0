//! The one thread that writes. It takes what is waiting, checks it, writes it as one batch with
//! one sync, and answers: groups grow with load and wait for nobody when there is none (R3).

mod commit;
mod files;
mod group;
mod head_cache;
mod platform;
mod request;
mod restore;
mod sweep;

pub(crate) use request::{
    Begun, BlobToPut, PreparedCommit, Reply, Request, Restored, append_writes, row_write,
};

pub(crate) use files::Files;

use crate::engine::{Engine, WriteSide};
use files::WriteFailure;
use group::{Group, Known};
use head_cache::HeadCache;
use igny8_storage_api::StoreError;
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

/// Requests that may wait. More than the groups of a fast disk need, few enough to answer fast.
const QUEUE_MAX: usize = 4_096;
/// Bytes of all waiting requests: room for one blob and a large commit beside it.
const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Permits are counted in KiB: a semaphore's count is 32 bits wide.
const PERMIT_BYTES: usize = 1024;
/// Requests in one group: keeps the wait of the first of them short.
const GROUP_MAX: usize = 1_024;
/// Bytes in one group: beyond this the sync takes longer than it saves.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

struct Job {
    request: Request,
    bytes: usize,
    /// Given back when the group is done.
    permit: OwnedSemaphorePermit,
}

/// The handle of the writer thread.
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    room: Arc<Semaphore>,
    failed: Arc<OnceLock<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(crate) fn start(
        engine: Arc<Engine>,
        side: WriteSide,
        feed_commits_kept: u64,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE_MAX);
        let failed = Arc::new(OnceLock::new());
        let files = Files::new(&engine, side)?;
        let heads = HeadCache::default();
        let state = Loop { engine, files, heads, feed_commits_kept, failed: failed.clone() };
        let thread =
            std::thread::Builder::new().name("store-writer".into()).spawn(|| state.run(queue))?;
        let room = Arc::new(Semaphore::new(QUEUE_BYTES_MAX / PERMIT_BYTES));
        Ok(Self { jobs: Some(jobs), room, failed, thread: Some(thread) })
    }

    /// Sends a request of about this size and waits for its answer.
    pub(crate) async fn ask<T>(
        &self,
        bytes: usize,
        request: impl FnOnce(Reply<T>) -> Request,
    ) -> Result<T, StoreError> {
        self.check()?;
        let permits = (bytes / PERMIT_BYTES + 1).min(QUEUE_BYTES_MAX / PERMIT_BYTES);
        let permits = u32::try_from(permits).expect("the queue's KiB fit 32 bits");
        let permit = self.room.clone().acquire_many_owned(permits).await.map_err(|_| closed())?;
        let (reply, answer) = oneshot::channel();
        let job = Job { request: request(reply), bytes, permit };
        let jobs = self.jobs.as_ref().ok_or_else(closed)?;
        jobs.send(job).await.map_err(|_| closed())?;
        metrics::gauge!("igny8_store_queue_depth").set((QUEUE_MAX - jobs.capacity()) as f64);
        answer.await.unwrap_or_else(|_| {
            Err(StoreError::Unknown { reason: "the store's writer stopped".into() })
        })
    }

    /// After a failed write nobody may conclude from the files what is durable and what is not.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        self.failed.get().map_or(Ok(()), |reason| Err(refusal(reason)))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer had panicked");
        }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable { reason: "the store is closed".into() }
}

fn refusal(reason: &str) -> StoreError {
    StoreError::Unavailable {
        reason: format!(
            "an earlier write to the disk failed ({reason}), so writes are refused until the \
             store is opened again; check the disk, then restart the server"
        ),
    }
}

struct Loop {
    engine: Arc<Engine>,
    files: Files,
    heads: HeadCache,
    feed_commits_kept: u64,
    failed: Arc<OnceLock<String>>,
}

impl Loop {
    fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        while let Some(first) = queue.blocking_recv() {
            let jobs = drain(first, &mut queue);
            metrics::counter!("igny8_store_groups_total").increment(1);
            metrics::histogram!("igny8_store_group_size").record(jobs.len() as f64);
            self.serve(jobs);
        }
    }

    fn serve(&mut self, jobs: Vec<Job>) {
        let mut group = Group::default();
        // The permits go back only when the group has been answered.
        let mut permits = Vec::with_capacity(jobs.len());
        let mut known = Known {
            engine: &self.engine,
            heads: &mut self.heads,
            feed_commits_kept: self.feed_commits_kept,
        };
        for job in jobs {
            group.add(&mut known, job.request);
            permits.push(job.permit);
        }
        self.write(group);
    }

    fn write(&mut self, mut group: Group) {
        if let Some(reason) = self.failed.get() {
            return group.fail(|| refusal(reason));
        }
        if !group.has_writes() {
            return group.succeed(&mut self.heads);
        }
        if let Some(reason) = self.engine.full() {
            return group.fail(|| StoreError::Full { reason: reason.clone() });
        }
        let commits = group.commits();
        self.engine.faults().before_write(commits);
        let start = Instant::now();
        let result = self.files.write(group.take_writes());
        metrics::histogram!("igny8_store_sync_seconds").record(start.elapsed().as_secs_f64());
        match result {
            Ok(()) => {
                self.engine.faults().after_sync(commits);
                metrics::counter!("igny8_store_commits_total").increment(commits);
                group.succeed(&mut self.heads);
            }
            Err(WriteFailure::Full(reason)) => {
                group.fail(|| StoreError::Full { reason: reason.clone() });
            }
            Err(WriteFailure::Behind(reason)) => {
                group.fail(|| StoreError::Unavailable { reason: reason.clone() });
            }
            Err(WriteFailure::Unknown(reason)) => self.fail(group, &reason),
        }
    }

    /// A failed sync cannot be repeated (the system may have dropped the pages): from here on
    /// nothing is acknowledged until the files are opened again.
    fn fail(&mut self, group: Group, reason: &str) {
        tracing::error!(%reason, "a write to the store failed; it refuses writes from here on");
        metrics::counter!("igny8_store_failures_total").increment(1);
        let _ = self.failed.set(reason.to_owned());
        group.fail(|| StoreError::Unknown { reason: reason.to_owned() });
    }
}

/// What is waiting, up to the bounds of a group.
fn drain(first: Job, queue: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    let mut bytes = first.bytes;
    let mut jobs = vec![first];
    while jobs.len() < GROUP_MAX && bytes < GROUP_BYTES_MAX {
        let Ok(job) = queue.try_recv() else { break };
        bytes += job.bytes;
        jobs.push(job);
    }
    jobs
}
