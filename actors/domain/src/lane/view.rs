//! What can be seen of lanes and of waiting calls.

use super::breaker::BreakerState;
use super::bucket::Bucket;
use super::cost::Cap;
use super::gate::Gate;
use super::key::LaneKey;
use crate::site::FailureClass;
use igny8_protocol_ids::Timestamp;
use std::collections::BTreeMap;

/// A lane as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneView {
    /// Which.
    pub lane: LaneKey,
    /// Whether calls pass.
    pub state: BreakerState,
    /// Calls under way.
    pub under_way: u32,
    /// Calls under way at most.
    pub concurrency: u32,
    /// Calls that wait, of all tenants.
    pub waiting: usize,
    /// Calls that wait, of the tenant that asks.
    pub waiting_own: usize,
    /// Calls a minute, and how many could start now; none where they are not counted.
    pub requests: Option<(u64, u64)>,
    /// Tokens a minute, and how many could be used now.
    pub tokens: Option<(u64, u64)>,
    /// Milliseconds to the first word, on average.
    pub latency_ms: Option<u64>,
    /// Calls since the server knows the lane.
    pub calls: u64,
    /// Those of them that failed, by class.
    pub failures: BTreeMap<FailureClass, u64>,
}

impl LaneView {
    /// How many calls failed.
    pub fn failed_calls(&self) -> u64 {
        self.failures.values().sum()
    }

    pub(super) fn of(lane: &LaneKey, gate: &Gate, now: Timestamp, waiting: (usize, usize)) -> Self {
        let level = |bucket: &Option<Bucket>| {
            bucket.as_ref().map(|bucket| (bucket.per_minute(), bucket.left(now)))
        };
        Self {
            lane: lane.clone(),
            state: gate.breaker.state(now),
            under_way: gate.under_way(),
            concurrency: gate.limits.concurrency,
            waiting: waiting.0,
            waiting_own: waiting.1,
            requests: level(&gate.requests),
            tokens: level(&gate.tokens),
            latency_ms: gate.figures.latency_ms,
            calls: gate.figures.calls,
            failures: gate.figures.failures.clone(),
        }
    }
}

/// Why a task's call has not started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// In whose line it stands.
    pub lane: LaneKey,
    /// Since when.
    pub since: Timestamp,
    /// Calls that start before it.
    pub ahead: usize,
    /// What holds the line up.
    pub held_by: HeldBy,
}

/// What holds a line up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBy {
    /// All places are taken, or it is others' turn.
    Turn,
    /// The provider allows the next call then.
    Rate(Timestamp),
    /// The lane rests until then (none: until its key changes) after failures of this class.
    Rest(Option<Timestamp>, FailureClass),
    /// Calls under way may use up this budget cap.
    Budget(Cap),
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let model = &self.lane.model;
        match self.held_by {
            HeldBy::Turn => write!(f, "waiting for {model}: {} ahead", self.ahead),
            HeldBy::Rate(_) => {
                write!(f, "waiting for {model}: its provider's rate, {} ahead", self.ahead)
            }
            HeldBy::Rest(Some(_), class) => {
                write!(f, "waiting for {model}: it rests after a failure ({})", class.code())
            }
            HeldBy::Rest(None, _) => write!(f, "waiting for {model}: its key was refused"),
            HeldBy::Budget(cap) => write!(f, "waiting for {model}: {}", cap.words()),
        }
    }
}

impl Cap {
    /// In words, for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Task => "the task's budget cap",
            Self::Day => "the day's budget cap",
            Self::Month => "the month's budget cap",
        }
    }
}
