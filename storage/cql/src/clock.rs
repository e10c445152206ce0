//! The system's clock in microseconds, as time stamps of writes. No two are the same.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// One clock per store.
#[derive(Debug, Default)]
pub(crate) struct Clock(AtomicI64);

impl Clock {
    /// Microseconds since the Unix epoch, above all that were given out before.
    pub(crate) fn stamp(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_micros()).unwrap_or(i64::MAX / 2);
        let mut last = self.0.load(Ordering::Relaxed);
        loop {
            let stamp = now.max(last + 1);
            match self.0.compare_exchange_weak(last, stamp, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return stamp,
                Err(other) => last = other,
            }
        }
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn millis(&self) -> i64 {
        self.stamp() / 1_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_grow() {
        let clock = Clock::default();
        let stamps: Vec<i64> = (0..1_000).map(|_| clock.stamp()).collect();
        assert!(stamps.is_sorted_by(|a, b| a < b));
    }
}
