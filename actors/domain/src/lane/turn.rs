//! One call's way over the board: asked for, waiting, under way, ended.

use super::breaker::Tries;
use super::cost::{BudgetCaps, Spent};
use super::quota::QuotaKey;
use super::route::{Need, Policy, Route};
use crate::site::{FailureClass, ModelLimit};
use igny8_protocol_ids::{SiteId, TaskId, TenantId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// For which task: two calls of one task never wait at once.
    pub task: TaskId,
    /// Whose.
    pub tenant: TenantId,
    /// Of which of its sites.
    pub site: SiteId,
    /// What the site allows of models.
    pub limits: BTreeMap<String, ModelLimit>,
    /// The tenant's weight among others.
    pub weight: u32,
    /// By what the candidates are ordered.
    pub policy: Policy,
    /// The candidates.
    pub routes: Vec<Route>,
    /// What the call needs.
    pub need: Need,
    /// What it may cost.
    pub caps: BudgetCaps,
    /// What is recorded as spent.
    pub spent: Spent,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallEnd {
    /// With a whole answer.
    Answered,
    /// It failed.
    Failed {
        /// How it is treated.
        class: FailureClass,
        /// When the provider says to come back.
        retry_after: Option<Duration>,
    },
    /// We broke it off: that says nothing of the lane.
    BrokenOff,
}

/// What a call turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub end: CallEnd,
    /// Tokens sent and received.
    pub tokens: u64,
    /// What it cost.
    pub cost_micros: u64,
    /// Milliseconds to the first word, if there was one.
    pub first_word_ms: Option<u64>,
}

/// A call that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiter {
    pub ask: Ask,
    /// The place of the lane in whose line it stands.
    pub route: usize,
    pub since: Timestamp,
}

/// A call under way.
#[derive(Clone, Debug)]
pub(super) struct UnderWay {
    pub tenant: TenantId,
    pub lane: super::key::LaneKey,
    pub began: Timestamp,
    /// What it tries that has rested.
    pub tries: Tries,
    pub tokens: u64,
    pub reserved: u64,
    pub quota: Option<QuotaKey>,
}
