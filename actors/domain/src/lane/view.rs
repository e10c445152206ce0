//! What can be seen of lanes and of waiting calls.

use super::breaker::BreakerState;
use super::bucket::Bucket;
use super::cost::Cap;
use super::gate::Gate;
use super::key::LaneKey;
use crate::site::FailureClass;
use igny8_protocol_ids::{TenantId, Timestamp};
use std::collections::BTreeMap;

/// A lane as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneView {
    /// Which.
    pub lane: LaneKey,
    /// Whether calls pass, of the tenant that asks.
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

    /// As a tenant sees it, or for all.
    pub(super) fn of(
        lane: &LaneKey,
        gate: &Gate,
        now: Timestamp,
        tenant: Option<TenantId>,
        waiting: (usize, usize),
    ) -> Self {
        let level = |bucket: &Option<Bucket>| {
            bucket.as_ref().map(|bucket| (bucket.per_minute(), bucket.left(now)))
        };
        Self {
            lane: lane.clone(),
            state: tenant
                .map_or_else(|| gate.health.of_all(now), |tenant| gate.health.of(now, tenant)),
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
    /// Those of them that are other tenants'.
    pub ahead_of_others: usize,
    /// What holds the line up.
    pub held_by: HeldBy,
    /// When it will start, as far as can be told.
    pub starts_at: Option<Timestamp>,
}

/// What holds a line up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldBy {
    /// It is others' turn.
    Turn,
    /// It is next, and all places are taken.
    Places {
        /// Calls under way.
        taken: u32,
        /// As many may be.
        places: u32,
    },
    /// As many calls are under way as the site allows of the model.
    SitePlaces {
        /// Calls under way.
        taken: u32,
        /// As many may be.
        places: u32,
    },
    /// The site allows the next call of the model then.
    SiteRate(Timestamp),
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
            HeldBy::Turn if self.ahead_of_others > 0 => {
                let others = self.ahead_of_others;
                write!(f, "waiting for {model}: {} ahead, {others} of other workspaces", self.ahead)
            }
            HeldBy::Turn => write!(f, "waiting for {model}: {} ahead", self.ahead),
            HeldBy::Places { taken, places } => {
                write!(f, "waiting for {model}: {taken} of {places} calls are under way")
            }
            HeldBy::SitePlaces { taken, places } => {
                write!(
                    f,
                    "waiting for {model}: {taken} of {places} calls of this site are under way"
                )
            }
            HeldBy::SiteRate(_) => write!(f, "waiting for {model}: the rate that the site has set"),
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
