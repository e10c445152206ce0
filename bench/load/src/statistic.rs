//! Percentiles of samples.

use anyhow::{Result, ensure};
use std::time::Duration;

/// Samples in order; there is at least one.
#[derive(Debug)]
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    /// Refuses to say anything about nothing.
    pub(crate) fn of(mut samples: Vec<f64>) -> Result<Self> {
        ensure!(!samples.is_empty(), "nothing was measured");
        samples.sort_unstable_by(f64::total_cmp);
        Ok(Self(samples))
    }

    /// Of times, in milliseconds.
    pub(crate) fn of_times(samples: &[Duration]) -> Result<Self> {
        Self::of(samples.iter().map(|sample| sample.as_secs_f64() * 1e3).collect())
    }

    /// The smallest sample that so many percent of all do not exceed (nearest rank).
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).clamp(1, self.0.len());
        self.0[rank - 1]
    }

    /// The middle one.
    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_sample_of_the_nearest_rank() {
        let hundred = Spread::of((1..=100).rev().map(f64::from).collect()).unwrap();
        let at = |percent| hundred.percentile(percent);
        assert_eq!([at(0), at(1), at(50), at(99), at(100)], [1.0, 1.0, 50.0, 99.0, 100.0]);
        // With few samples the 99th percentile is the worst of them, never less.
        let few = Spread::of(vec![3.0, 1.0, 2.0]).unwrap();
        assert_eq!([few.median(), few.percentile(99)], [2.0, 3.0]);
        let one = Spread::of_times(&[Duration::from_micros(1_500)]).unwrap();
        assert_eq!([one.median(), one.percentile(99)], [1.5, 1.5]);
    }

    #[test]
    fn nothing_has_no_percentile() {
        assert!(Spread::of(Vec::new()).is_err());
    }
}
