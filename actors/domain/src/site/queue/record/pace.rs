//! How fast work goes: whose turn it was, what a rate allows, how long tasks take.

use super::setting::Rate;
use super::task::TaskKind;
use igny8_protocol_ids::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Of whom a task of a kind is: the places of a kind are shared between these, turn by turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Share {
    /// The kind.
    pub kind: TaskKind,
    /// Who asked; absent for automation.
    pub user: Option<AccountId>,
    /// The number of its latest start among all starts of the site: the lowest is next.
    pub started: u64,
}

/// The pace of a kind, or of the whole site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Of which kind; absent for the site.
    pub kind: Option<TaskKind>,
    /// The token bucket as one time, in microseconds: when it would be full again (GCRA, ITU-T
    /// I.371). Each start moves it by one interval.
    pub full_at_us: u64,
    /// How long a task takes: a moving average of those that succeeded, 0 before the first.
    pub average_ms: u64,
}

fn micros(at: Timestamp) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(0).saturating_mul(1_000)
}

impl Pace {
    /// When the rate allows the next start.
    pub fn free_at(&self, rate: Rate) -> Timestamp {
        let spare = rate.interval_us().saturating_mul(u64::from(rate.burst.saturating_sub(1)));
        let free = self.full_at_us.saturating_sub(spare).div_ceil(1_000);
        Timestamp::from_millis(i64::try_from(free).unwrap_or(i64::MAX))
    }
    /// True if the bucket is full: nothing is known that counts.
    pub fn is_full(&self, now: Timestamp) -> bool {
        self.full_at_us <= micros(now)
    }
    /// After a start.
    pub fn after_start(self, now: Timestamp, rate: Rate) -> Self {
        let full_at_us = self.full_at_us.max(micros(now)).saturating_add(rate.interval_us());
        Self { full_at_us, ..self }
    }
    /// After a task that took so long; `None` if the average stays about what it is: then nothing
    /// need be written.
    pub fn after_end(self, took: Duration) -> Option<Self> {
        /// The share of the newest duration: the last dozen tasks make the average.
        const NEWEST: u64 = 8;
        /// A change below this share of the average is not worth a record.
        const NOTED: u64 = 20;
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        let average_ms = match self.average_ms {
            0 => took,
            average => (average.saturating_mul(NEWEST - 1).saturating_add(took)) / NEWEST,
        };
        (average_ms.abs_diff(self.average_ms) * NOTED > self.average_ms)
            .then_some(Self { average_ms, ..self })
    }
}
