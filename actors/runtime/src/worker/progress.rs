//! What runs, and how far it is: memory only, coalesced (R5).

use crate::site::ProgressUpdate;
use igny8_protocol_ids::{SiteId, TaskId};
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The latest progress of every running task, by site.
#[derive(Default)]
pub(crate) struct ProgressBoard {
    sites: Mutex<HashMap<SiteId, watch::Sender<Vec<ProgressUpdate>>>>,
}

impl ProgressBoard {
    fn with<T>(
        &self,
        site: SiteId,
        act: impl FnOnce(&watch::Sender<Vec<ProgressUpdate>>) -> T,
    ) -> T {
        let mut sites = self.sites.lock();
        act(sites.entry(site).or_insert_with(|| watch::Sender::new(Vec::new())))
    }
    pub(crate) fn subscribe(&self, site: SiteId) -> watch::Receiver<Vec<ProgressUpdate>> {
        self.with(site, watch::Sender::subscribe)
    }
    pub(crate) fn set(&self, site: SiteId, update: ProgressUpdate) {
        self.with(site, |board| {
            board.send_modify(|tasks| {
                match tasks.iter_mut().find(|task| task.task == update.task) {
                    Some(task) => *task = update,
                    None => tasks.push(update),
                }
            });
        });
    }
    pub(crate) fn clear(&self, site: SiteId, task: TaskId) {
        let mut sites = self.sites.lock();
        if let Some(board) = sites.get(&site) {
            board.send_modify(|tasks| tasks.retain(|update| update.task != task));
            if board.borrow().is_empty() && board.receiver_count() == 0 {
                sites.remove(&site);
            }
        }
    }
}

/// How a running task is told to end.
#[derive(Default)]
pub(crate) struct Runners {
    running: Mutex<HashMap<TaskId, (u32, CancellationToken)>>,
}

impl Runners {
    pub(crate) fn begin(&self, task: TaskId, attempt: u32) -> CancellationToken {
        let token = CancellationToken::new();
        self.running.lock().insert(task, (attempt, token.clone()));
        token
    }
    /// An attempt that was given up ends beside the next one: it takes nothing of it along.
    pub(crate) fn end(&self, task: TaskId, attempt: u32) {
        let mut running = self.running.lock();
        if running.get(&task).is_some_and(|(of, _)| *of == attempt) {
            running.remove(&task);
        }
    }
    /// A task that does not run here has nothing to be told: its next attempt sees the request.
    pub(crate) fn stop(&self, task: TaskId, attempt: Option<u32>) {
        if let Some((of, token)) = self.running.lock().get(&task)
            && attempt.is_none_or(|attempt| attempt == *of)
        {
            token.cancel();
        }
    }
}
