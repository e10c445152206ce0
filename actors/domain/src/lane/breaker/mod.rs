//! When a lane rests after failures, and how it is tried again.

mod health;

pub(in crate::lane) use health::{Health, Tries};

use crate::entity::Dice;
use crate::site::{FailureClass, Fault};
use igny8_protocol_ids::Timestamp;
use std::time::Duration;

/// Failures in a row that open a lane: one or two are a hiccup, for which nobody else should wait.
const STRIKES: u32 = 3;
/// The first rest after failures of the provider; doubled with each further one.
const FIRST_REST: Duration = Duration::from_secs(2);
/// The longest rest after failures of the provider: it may be back any minute.
const LONGEST_REST: Duration = Duration::from_mins(5);
/// The rest after a refusal for its rate that names no time.
const RATE_REST: Duration = Duration::from_secs(5);
/// A named time is believed up to this for rates.
const RATE_REST_MAX: Duration = Duration::from_hours(1);
/// The rest of a lane out of budget that names no time: somebody may have topped it up.
const QUOTA_REST: Duration = Duration::from_hours(1);
/// A named time is believed up to this for budgets: they are monthly at the longest.
const QUOTA_REST_MAX: Duration = Duration::from_hours(31 * 24);

/// How a lane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// It rests.
    Open {
        /// Until then; none: until its key changes.
        until: Option<Timestamp>,
        /// Because of this.
        class: FailureClass,
    },
    /// It has rested: one call tries it.
    HalfOpen {
        /// That call is under way.
        trying: bool,
        /// Why it had rested.
        class: FailureClass,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rest {
    since: Timestamp,
    until: Option<Timestamp>,
    class: FailureClass,
}

/// A circuit breaker that knows what kind of failure it saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row of the provider's own.
    strikes: u32,
    /// Refusals for the rate in a row that named no time.
    rate_strikes: u32,
    rest: Option<Rest>,
    trying: bool,
}

impl Breaker {
    /// How it is now.
    pub fn state(&self, now: Timestamp) -> BreakerState {
        match self.rest {
            None => BreakerState::Closed,
            Some(Rest { until, class, .. }) if until.is_none_or(|until| now < until) => {
                BreakerState::Open { until, class }
            }
            Some(Rest { class, .. }) => BreakerState::HalfOpen { trying: self.trying, class },
        }
    }

    /// True if a call may start now.
    pub fn may(&self, now: Timestamp) -> bool {
        matches!(
            self.state(now),
            BreakerState::Closed | BreakerState::HalfOpen { trying: false, .. }
        )
    }

    /// A call starts: in a lane that has rested, it is the one that tries.
    pub fn began(&mut self, now: Timestamp) -> bool {
        let tries = matches!(self.state(now), BreakerState::HalfOpen { .. });
        self.trying |= tries;
        tries
    }

    /// A call that tried ended without telling anything (cancelled): another may try.
    pub fn gave_up(&mut self, tried: bool) {
        self.trying &= !tried;
    }

    /// The provider answered a call that began then.
    pub fn succeeded(&mut self, began: Timestamp, tried: bool) {
        // An answer to a call from before the rest says nothing of how it is since.
        if tried || self.rest.is_none_or(|rest| began > rest.since) {
            *self = Self::default();
        }
    }

    /// A call that began then has failed.
    pub fn failed(
        &mut self,
        now: Timestamp,
        (began, tried): (Timestamp, bool),
        class: FailureClass,
        retry_after: Option<Duration>,
        dice: &mut Dice,
    ) {
        use FailureClass as F;
        match (class.fault(), class) {
            (Fault::Key, F::RateLimited) => {
                self.rate_strikes = self.rate_strikes.saturating_add(1);
                let unnamed = RATE_REST * (1 << (self.rate_strikes - 1).min(4));
                let rest = retry_after.map_or(unnamed, |named| named.min(RATE_REST_MAX));
                self.open(now, Some(rest), class);
            }
            (Fault::Key, F::Quota) => {
                let rest = retry_after.map_or(QUOTA_REST, |named| named.min(QUOTA_REST_MAX));
                self.open(now, Some(rest), class);
            }
            (Fault::Key, _) => self.open(now, None, class),
            (Fault::Provider, _) => self.strike(now, (began, tried), class, retry_after, dice),
            (Fault::Call, _) => self.succeeded(began, tried),
        }
        self.trying &= !tried;
    }

    fn strike(
        &mut self,
        now: Timestamp,
        (began, tried): (Timestamp, bool),
        class: FailureClass,
        retry_after: Option<Duration>,
        dice: &mut Dice,
    ) {
        // Calls that were under way when the lane opened fail together: that is one failure.
        if self.rest.is_some_and(|rest| began <= rest.since) && !tried {
            return;
        }
        self.strikes = self.strikes.saturating_add(1);
        if self.strikes < STRIKES && !tried {
            return;
        }
        let doubled = FIRST_REST * (1 << self.strikes.saturating_sub(STRIKES).min(16));
        let ceiling = u64::try_from(doubled.min(LONGEST_REST).as_millis()).unwrap_or(u64::MAX);
        // Half of it by chance, so that many nodes do not come back at once.
        let drawn = Duration::from_millis(ceiling / 2 + dice.roll() % (ceiling / 2 + 1));
        self.open(now, Some(retry_after.map_or(drawn, |named| named.min(RATE_REST_MAX))), class);
    }

    /// Opens, or stays open as long as the longer of both reasons asks.
    fn open(&mut self, now: Timestamp, rest: Option<Duration>, class: FailureClass) {
        let until = rest.map(|rest| now.plus(rest));
        let outlasts = self.rest.is_none_or(|before| match (before.until, until) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(before), Some(until)) => until >= before,
        });
        if outlasts {
            self.rest = Some(Rest { since: now, until, class });
        }
    }
}
