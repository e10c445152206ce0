//! What runs, and how far it is: memory only, coalesced (R5).

use crate::site::ProgressUpdate;
use igny8_protocol_ids::{SiteId, TaskId};
use parking_lot::Mutex;
use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
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
    /// Says what a task does, at the same fraction; hands back what it said before.
    pub(crate) fn set_stage(
        &self,
        site: SiteId,
        task: TaskId,
        stage: Cow<'static, str>,
    ) -> Option<Cow<'static, str>> {
        let mut before = None;
        self.with(site, |board| {
            board.send_if_modified(|tasks| {
                let known = tasks.iter_mut().find(|update| update.task == task);
                before = known.map(|update| std::mem::replace(&mut update.stage, stage));
                before.is_some()
            });
        });
        before
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

/// Requests to stop that met nobody and are remembered: their worker is just about to begin, with an
/// order that is older than the request. (Those of workers that have ended are pushed out.)
const MISSED_MAX: usize = 256;

/// How a running task is told to end.
#[derive(Default)]
pub(crate) struct Runners {
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    tokens: HashMap<TaskId, (u32, CancellationToken)>,
    missed: VecDeque<(TaskId, Option<u32>)>,
}

impl Runners {
    pub(crate) fn begin(&self, task: TaskId, attempt: u32) -> CancellationToken {
        let token = CancellationToken::new();
        let mut running = self.running.lock();
        running.tokens.insert(task, (attempt, token.clone()));
        let is_about = |(of, which): &(TaskId, Option<u32>)| {
            *of == task && which.is_none_or(|which| which == attempt)
        };
        if running.missed.iter().any(is_about) {
            token.cancel();
        }
        token
    }
    /// An attempt that was given up ends beside the next one: it takes nothing of it along.
    pub(crate) fn end(&self, task: TaskId, attempt: u32) {
        let mut running = self.running.lock();
        if running.tokens.get(&task).is_some_and(|(of, _)| *of == attempt) {
            running.tokens.remove(&task);
        }
    }
    /// A task that does not run here is told when it begins; its next attempt sees the request.
    pub(crate) fn stop(&self, task: TaskId, attempt: Option<u32>) {
        let mut running = self.running.lock();
        if let Some((of, token)) = running.tokens.get(&task)
            && attempt.is_none_or(|attempt| attempt == *of)
        {
            return token.cancel();
        }
        if running.missed.len() == MISSED_MAX {
            running.missed.pop_front();
        }
        running.missed.push_back((task, attempt));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn task(number: u128) -> TaskId {
        TaskId::from_uuid(Uuid::from_u128(number))
    }

    /// The order of a worker is as old as the commit that started it.
    #[test]
    fn a_request_to_stop_finds_a_worker_that_has_not_begun() {
        let runners = Runners::default();
        runners.stop(task(1), Some(2));
        assert!(!runners.begin(task(1), 1).is_cancelled(), "another attempt");
        assert!(!runners.begin(task(2), 2).is_cancelled(), "another task");
        assert!(runners.begin(task(1), 2).is_cancelled());
    }

    #[test]
    fn r11_requests_that_met_nobody_are_bounded() {
        let runners = Runners::default();
        for number in 0..=MISSED_MAX {
            runners.stop(task(number as u128), None);
        }
        assert_eq!(MISSED_MAX, runners.running.lock().missed.len());
        assert!(!runners.begin(task(0), 1).is_cancelled(), "the oldest is forgotten");
        assert!(runners.begin(task(1), 1).is_cancelled());
    }
}
