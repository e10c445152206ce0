//! Why a task waits.

use super::index::unpaid;
use super::task::{Task, TaskStatus};
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, Timestamp};

/// Why a task waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A retry is due later.
    Retry,
    /// Credits are on their way, or missing.
    Credits,
    /// All places of its kind are taken.
    Lane,
}

impl Site {
    /// Why a task waits; `None` if it does not.
    pub fn waiting(&self, task: &Task, now: Timestamp) -> Option<Waiting> {
        if task.status != TaskStatus::Queued {
            return None;
        }
        if task.not_before.is_some_and(|at| at > now) {
            return Some(Waiting::Retry);
        }
        let unpaid = unpaid(task);
        if unpaid > Credits::ZERO && self.ledger().spendable(now) < unpaid {
            return Some(Waiting::Credits);
        }
        Some(Waiting::Lane)
    }
}
