//! A token bucket: so much a minute, filled evenly, emptied by calls, corrected by what the
//! provider says.

use igny8_protocol_ids::Timestamp;
use std::time::Duration;

/// Parts of one unit: a bucket of `n` a minute gains exactly `n` parts a millisecond.
const PARTS: i64 = 60_000;
/// A full bucket holds so much of a minute's allowance: a burst on top of an even flow stays near
/// what the provider allows in any minute.
const BURST_DIVISOR: u64 = 10;
/// A minute's allowance at most: parts of it fit the arithmetic with room to spare.
const PER_MINUTE_MAX: u64 = 1_000_000_000;
/// A provider's window is believed up to a day.
const RESET_MAX: Duration = Duration::from_hours(24);

/// What a provider says of one of its limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hint {
    /// How much a minute allows.
    pub limit: Option<u64>,
    /// How much is left now.
    pub remaining: Option<u64>,
    /// When the window is full again, from now.
    pub reset: Option<Duration>,
}

/// An allowance that fills with time. It may be overdrawn by one call (of which nobody knows the
/// size beforehand), and pays that back before the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    per_minute: u64,
    /// In [`PARTS`] of a unit; below zero while overdrawn.
    level: i64,
    at: Timestamp,
    /// The provider said that nothing is left until then.
    shut_until: Timestamp,
}

impl Bucket {
    /// A full bucket.
    pub fn new(per_minute: u64, now: Timestamp) -> Self {
        let mut bucket =
            Self { per_minute: 0, level: 0, at: now, shut_until: Timestamp::default() };
        bucket.per_minute = per_minute.clamp(1, PER_MINUTE_MAX);
        bucket.level = bucket.capacity();
        bucket
    }

    /// What a minute allows.
    pub const fn per_minute(&self) -> u64 {
        self.per_minute
    }

    /// Whole units that are there now.
    pub fn left(&self, now: Timestamp) -> u64 {
        if now < self.shut_until {
            return 0;
        }
        u64::try_from(self.level_at(now) / PARTS).unwrap_or(0)
    }

    fn capacity(&self) -> i64 {
        parts((self.per_minute / BURST_DIVISOR).max(1))
    }

    fn level_at(&self, now: Timestamp) -> i64 {
        let millis = i64::try_from(now.since(self.at).as_millis()).unwrap_or(i64::MAX);
        let gain = i64::try_from(self.per_minute).unwrap_or(i64::MAX).saturating_mul(millis);
        self.level.saturating_add(gain).min(self.capacity().max(self.level))
    }

    /// From when on a call of this size may start. A call larger than the bucket needs it full.
    pub fn ready_at(&self, now: Timestamp, size: u64) -> Timestamp {
        let missing = parts(size).min(self.capacity()) - self.level_at(now);
        let filled = match u64::try_from(missing) {
            Ok(missing) => now.plus(Duration::from_millis(missing.div_ceil(self.per_minute))),
            Err(_) => now,
        };
        filled.max(self.shut_until)
    }

    /// True if a call of this size may start now.
    pub fn may(&self, now: Timestamp, size: u64) -> bool {
        self.ready_at(now, size) <= now
    }

    /// Takes out what a call will need.
    pub fn take(&mut self, now: Timestamp, size: u64) {
        self.level = self.level_at(now).saturating_sub(parts(size));
        self.at = self.at.max(now);
    }

    /// What was taken was more, or less, than the call needed.
    pub fn correct(&mut self, now: Timestamp, taken: u64, needed: u64) {
        let level = self.level_at(now).saturating_add(parts(taken)).saturating_sub(parts(needed));
        self.level = level.min(self.capacity());
        self.at = self.at.max(now);
    }

    /// Takes over what the provider says: it counts calls that we do not see.
    pub fn learn(&mut self, now: Timestamp, hint: Hint) {
        self.level = self.level_at(now);
        self.at = self.at.max(now);
        if let Some(limit) = hint.limit.filter(|limit| *limit > 0) {
            self.per_minute = limit.min(PER_MINUTE_MAX);
            self.level = self.level.min(self.capacity());
        }
        if let Some(remaining) = hint.remaining {
            self.level = self.level.min(parts(remaining));
            if let (0, Some(reset)) = (remaining, hint.reset) {
                self.shut_until = now.plus(reset.min(RESET_MAX));
            }
        }
    }
}

fn parts(units: u64) -> i64 {
    i64::try_from(units.min(PER_MINUTE_MAX)).unwrap_or(i64::MAX) * PARTS
}
