//! A lane's gate: what may start now, and from when on.

use super::breaker::{Breaker, BreakerState};
use super::bucket::{Bucket, Hint};
use super::key::LaneLimits;
use super::route::LaneFacts;
use super::turn::{CallEnd, Outcome, UnderWay};
use crate::entity::Dice;
use crate::site::FailureClass;
use igny8_protocol_ids::{TenantId, Timestamp};
use std::collections::BTreeMap;

/// One in so many places of a shared lane is kept for tenants with nothing under way: whoever
/// comes with a single task starts at once, however much another has begun.
const KEPT_DIVISOR: u32 = 8;
/// How much a new measurement counts in the average: an eighth, as TCP does it (RFC 6298).
const AVERAGE_SHIFT: u32 = 3;

/// Figures of a lane.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub calls: u64,
    /// Calls that failed, by class.
    pub failures: BTreeMap<FailureClass, u64>,
    pub latency_ms: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub limits: LaneLimits,
    pub requests: Option<Bucket>,
    pub tokens: Option<Bucket>,
    pub breaker: Breaker,
    in_flight: BTreeMap<TenantId, u32>,
    under_way: u32,
    /// All tenants share it.
    shared: bool,
    pub figures: Figures,
}

impl Gate {
    pub(super) fn new(limits: LaneLimits, shared: bool, now: Timestamp) -> Self {
        Self {
            limits,
            requests: limits.requests_per_minute.map(|rate| Bucket::new(rate, now)),
            tokens: limits.tokens_per_minute.map(|rate| Bucket::new(rate, now)),
            breaker: Breaker::default(),
            in_flight: BTreeMap::new(),
            under_way: 0,
            shared,
            figures: Figures::default(),
        }
    }

    pub(super) const fn under_way(&self) -> u32 {
        self.under_way
    }

    pub(super) fn facts(&self) -> LaneFacts {
        LaneFacts {
            latency_ms: self.figures.latency_ms,
            in_flight: self.under_way,
            calls: self.figures.calls,
        }
    }

    /// True if a call of this tenant may start now.
    pub(super) fn may(&self, now: Timestamp, tenant: TenantId, tokens: u64) -> bool {
        self.has_place(tenant)
            && self.breaker.may(now)
            && self.requests.as_ref().is_none_or(|bucket| bucket.may(now, 1))
            && self.tokens.as_ref().is_none_or(|bucket| bucket.may(now, tokens))
    }

    fn has_place(&self, tenant: TenantId) -> bool {
        let all = self.limits.concurrency.max(1);
        let kept = if self.shared && all > 1 { (all / KEPT_DIVISOR).max(1) } else { 0 };
        let own = self.in_flight.get(&tenant).copied().unwrap_or(0);
        self.under_way < all && (own == 0 || self.under_way < all - kept)
    }

    /// When time alone may let a call start; none if another must end first, or the key change.
    pub(super) fn ready_at(&self, now: Timestamp, tokens: u64) -> Option<Timestamp> {
        let rested = match self.breaker.state(now) {
            BreakerState::Closed | BreakerState::HalfOpen { trying: false, .. } => now,
            BreakerState::Open { until: Some(until), .. } => until,
            BreakerState::Open { until: None, .. }
            | BreakerState::HalfOpen { trying: true, .. } => {
                return None;
            }
        };
        let bucket = |bucket: &Option<Bucket>, size| {
            bucket.as_ref().map_or(now, |bucket: &Bucket| bucket.ready_at(now, size))
        };
        let at = rested.max(bucket(&self.requests, 1)).max(bucket(&self.tokens, tokens));
        // Ready by time and still waiting: for a place.
        (at > now).then_some(at)
    }

    /// A call starts; true if it tries a lane that has rested.
    pub(super) fn begin(&mut self, now: Timestamp, tenant: TenantId, tokens: u64) -> bool {
        *self.in_flight.entry(tenant).or_default() += 1;
        self.under_way += 1;
        self.figures.calls += 1;
        if let Some(bucket) = &mut self.requests {
            bucket.take(now, 1);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.take(now, tokens);
        }
        self.breaker.began(now)
    }

    pub(super) fn end(
        &mut self,
        now: Timestamp,
        call: &UnderWay,
        outcome: &Outcome,
        dice: &mut Dice,
    ) {
        if let Some(count) = self.in_flight.get_mut(&call.tenant) {
            *count -= 1;
            if *count == 0 {
                self.in_flight.remove(&call.tenant);
            }
        }
        self.under_way = self.under_way.saturating_sub(1);
        if let Some(bucket) = &mut self.tokens {
            bucket.correct(now, call.tokens, outcome.tokens);
        }
        if let Some(first) = outcome.first_word_ms {
            let average = self.figures.latency_ms.unwrap_or(first);
            self.figures.latency_ms =
                Some(average - (average >> AVERAGE_SHIFT) + (first >> AVERAGE_SHIFT));
        }
        match outcome.end {
            CallEnd::Answered => self.breaker.succeeded(call.began, call.tries),
            CallEnd::BrokenOff => self.breaker.gave_up(call.tries),
            CallEnd::Failed { class, retry_after } => {
                *self.figures.failures.entry(class).or_default() += 1;
                self.breaker.failed(now, (call.began, call.tries), class, retry_after, dice);
            }
        }
    }

    /// What the provider says counts more than what we assumed.
    pub(super) fn learn(&mut self, now: Timestamp, requests: Hint, tokens: Hint) {
        for (bucket, hint) in [(&mut self.requests, requests), (&mut self.tokens, tokens)] {
            if bucket.is_none()
                && let Some(limit) = hint.limit
            {
                *bucket = Some(Bucket::new(limit, now));
            }
            if let Some(bucket) = bucket {
                bucket.learn(now, hint);
            }
        }
    }
}
