use super::*;
use proptest::prelude::*;
use std::time::Duration;

#[test]
fn an_even_flow_is_what_a_minute_allows() {
    let mut bucket = Bucket::new(60, at(0));
    let mut now = at(0);
    let mut started = 0;
    while now < at(60_000) {
        if bucket.may(now, 1) {
            bucket.take(now, 1);
            started += 1;
        }
        now = bucket.ready_at(now, 1).max(now.plus(Duration::from_millis(1)));
    }
    // The burst of a tenth, and one a second.
    assert!((60..=66).contains(&started), "{started}");
}

#[test]
fn a_call_larger_than_the_bucket_needs_it_full_and_is_paid_back() {
    let mut bucket = Bucket::new(30_000, at(0));
    assert!(bucket.may(at(0), 9_000));
    bucket.take(at(0), 9_000);
    // 3,000 were there: 6,000 are owed and 3,000 must be there again, at 500 a second.
    assert_eq!(bucket.ready_at(at(0), 9_000), at(18_000));
    bucket.correct(at(0), 9_000, 3_000);
    assert_eq!(bucket.ready_at(at(0), 9_000), at(6_000));
}

#[test]
fn an_empty_window_shuts_until_its_reset() {
    let mut bucket = Bucket::new(600, at(0));
    let hint = Hint { limit: Some(60), remaining: Some(0), reset: Some(Duration::from_secs(20)) };
    bucket.learn(at(0), hint);
    assert_eq!((bucket.per_minute(), bucket.left(at(0))), (60, 0));
    assert_eq!(bucket.ready_at(at(0), 1), at(20_000));
    assert!(bucket.may(at(20_000), 1));
}

proptest! {
    /// In any stretch of time no more starts than a full bucket and what flowed in meanwhile.
    #[test]
    fn no_stretch_of_time_sees_more_than_burst_and_flow(
        rate in 1u64..2_000,
        waits in prop::collection::vec(0i64..3_000, 1..200),
    ) {
        let mut bucket = Bucket::new(rate, at(0));
        let (mut now, mut starts) = (at(0), Vec::new());
        for wait in waits {
            now = now.plus(Duration::from_millis(wait.unsigned_abs()));
            if bucket.may(now, 1) {
                bucket.take(now, 1);
                starts.push(now);
            } else {
                prop_assert!(bucket.ready_at(now, 1) > now);
            }
        }
        for first in 0..starts.len() {
            for last in first..starts.len() {
                let millis = starts[last].since(starts[first]).as_millis() as u64;
                let most = (rate / 10).max(1) + rate * millis / 60_000 + 1;
                prop_assert!((last - first + 1) as u64 <= most);
            }
        }
    }

    /// The time that a bucket names is the first at which the call may start.
    #[test]
    fn ready_at_is_the_first_moment(rate in 1u64..5_000, taken in 0u64..20_000, size in 1u64..500) {
        let mut bucket = Bucket::new(rate, at(0));
        bucket.take(at(0), taken);
        let ready = bucket.ready_at(at(0), size);
        prop_assert!(bucket.may(ready, size));
        if ready > at(0) {
            let before = Timestamp::from_millis(ready.as_millis() - 1);
            prop_assert!(!bucket.may(before, size));
        }
    }
}
