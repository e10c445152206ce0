//! A lane's gate: what may start now, and from when on.

use super::breaker::{BreakerState, Health, Tries};
use super::bucket::{Bucket, Hint};
use super::key::LaneLimits;
use super::route::LaneFacts;
use super::turn::{CallEnd, Outcome, UnderWay};
use super::view::HeldBy;
use crate::entity::Dice;
use crate::site::FailureClass;
use igny8_protocol_ids::{TenantId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

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
    /// From the start to the end of a call that was answered, on average.
    pub call_ms: Option<u64>,
}

#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub limits: LaneLimits,
    pub requests: Option<Bucket>,
    pub tokens: Option<Bucket>,
    pub health: Health,
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
            health: Health::new(shared),
            in_flight: BTreeMap::new(),
            under_way: 0,
            shared,
            figures: Figures::default(),
        }
    }

    pub(super) const fn under_way(&self) -> u32 {
        self.under_way
    }

    pub(super) const fn places(&self) -> HeldBy {
        HeldBy::Places { taken: self.under_way, places: self.limits.concurrency }
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
            && self.health.may(now, tenant)
            && self.requests.as_ref().is_none_or(|bucket| bucket.may(now, 1))
            && self.tokens.as_ref().is_none_or(|bucket| bucket.may(now, tokens))
    }

    pub(super) fn has_place(&self, tenant: TenantId) -> bool {
        let all = self.limits.concurrency.max(1);
        let kept = if self.shared && all > 1 { (all / KEPT_DIVISOR).max(1) } else { 0 };
        let own = self.in_flight.get(&tenant).copied().unwrap_or(0);
        self.under_way < all && (own == 0 || self.under_way < all - kept)
    }

    /// When time alone may let a call start; none if another must end first, or the key change.
    pub(super) fn ready_at(
        &self,
        now: Timestamp,
        tenant: TenantId,
        tokens: u64,
    ) -> Option<Timestamp> {
        let rested = match self.health.of(now, tenant) {
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

    /// A call starts: what it tries that has rested.
    pub(super) fn begin(&mut self, now: Timestamp, tenant: TenantId, tokens: u64) -> Tries {
        *self.in_flight.entry(tenant).or_default() += 1;
        self.under_way += 1;
        self.figures.calls += 1;
        if let Some(bucket) = &mut self.requests {
            bucket.take(now, 1);
        }
        if let Some(bucket) = &mut self.tokens {
            bucket.take(now, tokens);
        }
        self.health.began(now, tenant)
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
            average(&mut self.figures.latency_ms, first);
        }
        if outcome.end == CallEnd::Answered {
            let took = now.since(call.began).as_millis();
            average(&mut self.figures.call_ms, u64::try_from(took).unwrap_or(u64::MAX));
        }
        match outcome.end {
            CallEnd::Answered => self.health.succeeded(call.tenant, call.began, call.tries),
            CallEnd::BrokenOff => self.health.gave_up(call.tenant, call.tries),
            CallEnd::Failed { class, retry_after } => {
                *self.figures.failures.entry(class).or_default() += 1;
                let call = (call.tenant, call.began, call.tries);
                self.health.failed(now, call, (class, retry_after), dice);
            }
        }
    }

    /// When a call with so many before it may start: places are given on and rates fill evenly.
    pub(super) fn estimate(
        &self,
        now: Timestamp,
        (tenant, ahead): (TenantId, usize),
        tokens: u64,
    ) -> Option<Timestamp> {
        let ahead = ahead as u64;
        let ready = self.ready_at(now, tenant, tokens).unwrap_or(now);
        let interval = self.requests.as_ref().map_or(0, |bucket| 60_000 / bucket.per_minute());
        let by_rate = ready.plus(Duration::from_millis(interval.saturating_mul(ahead)));
        let places = u64::from(self.limits.concurrency.max(1));
        let free = places.saturating_sub(u64::from(self.under_way));
        let before = (ahead + 1).saturating_sub(free);
        let by_places = match before {
            0 => now,
            _ => now
                .plus(Duration::from_millis(self.figures.call_ms?.saturating_mul(before) / places)),
        };
        Some(by_rate.max(by_places))
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

/// A new measurement counts an eighth.
fn average(kept: &mut Option<u64>, new: u64) {
    let before = kept.unwrap_or(new);
    *kept = Some(before - (before >> AVERAGE_SHIFT) + (new >> AVERAGE_SHIFT));
}
