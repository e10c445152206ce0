//! Times in microseconds, in buckets of at most 1.6 %: millions of them a second cost nothing.

/// Buckets of each doubling.
const STEPS: u64 = 64;
/// Up to 2^32 microseconds, which is more than an hour.
const BUCKETS: usize = 27 * STEPS as usize + STEPS as usize;

/// How often each time was seen.
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }
}

impl Histogram {
    /// Notes a time.
    pub(crate) fn note(&mut self, micros: u32) {
        self.counts[bucket(u64::from(micros))] += 1;
        self.total += 1;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.total
    }

    /// The time in milliseconds that so many percent of all do not exceed; `None` of nothing.
    pub(crate) fn percentile(&self, percent: u64) -> Option<f64> {
        let rank = (self.total * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let index = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        index.map(|index| upper(index as u64) as f64 / 1e3)
    }
}

fn bucket(value: u64) -> usize {
    let doublings = u64::from((value / STEPS).checked_ilog2().map_or(0, |log| log + 1));
    // Within a doubling the leading bits count.
    let step = if doublings == 0 { value } else { (value >> (doublings - 1)) - STEPS };
    ((doublings * STEPS + step) as usize).min(BUCKETS - 1)
}

/// The largest value of a bucket.
fn upper(index: u64) -> u64 {
    let (doublings, step) = (index / STEPS, index % STEPS);
    if doublings == 0 { step } else { ((STEPS + step + 1) << (doublings - 1)) - 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_narrow_and_holds_its_values() {
        for value in (0..100_000).chain([1 << 30, u64::from(u32::MAX)]) {
            let upper = upper(bucket(value) as u64);
            assert!(upper >= value && upper <= value + value / STEPS, "{value}: {upper}");
        }
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(50), None);
        for value in 1..=50 {
            histogram.note(value);
        }
        assert_eq!(histogram.percentile(50), Some(0.025));
        assert_eq!(histogram.percentile(99), Some(0.05));
    }
}
