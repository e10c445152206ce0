use super::*;
use crate::entity::Dice;
use crate::site::FailureClass as F;
use proptest::prelude::*;
use std::time::Duration;

fn fail(breaker: &mut Breaker, now: Timestamp, class: F, retry_after: Option<u64>) {
    let tried = breaker.began(now);
    let retry_after = retry_after.map(Duration::from_secs);
    breaker.failed(now, (now, tried), class, retry_after, &mut Dice::new(7));
}

fn until(breaker: &Breaker, now: Timestamp) -> Option<Timestamp> {
    match breaker.state(now) {
        BreakerState::Open { until, .. } => until,
        state => panic!("it should rest, and is {state:?}"),
    }
}

#[test]
fn a_refusal_for_the_rate_rests_until_its_time() {
    let mut breaker = Breaker::default();
    fail(&mut breaker, at(0), F::RateLimited, Some(7));
    assert_eq!(until(&breaker, at(0)), Some(at(7_000)));
    assert!(breaker.may(at(7_000)));
}

#[test]
fn a_quota_rests_until_its_reset_and_a_refused_key_for_ever() {
    let mut breaker = Breaker::default();
    fail(&mut breaker, at(0), F::Quota, Some(86_400));
    assert_eq!(until(&breaker, at(0)), Some(at(86_400_000)));
    fail(&mut breaker, at(1), F::Unauthorized, None);
    assert_eq!(until(&breaker, at(i64::MAX / 2_000_000)), None);
}

#[test]
fn a_rest_is_never_shortened_by_a_later_failure() {
    let mut breaker = Breaker::default();
    fail(&mut breaker, at(0), F::Quota, Some(3_600));
    fail(&mut breaker, at(10), F::RateLimited, Some(1));
    assert_eq!(until(&breaker, at(10)), Some(at(3_600_000)));
}

#[test]
fn what_is_not_the_lanes_fault_never_rests_it() {
    let mut breaker = Breaker::default();
    for class in [F::ContextLength, F::ContentFilter, F::InvalidRequest, F::InvalidAnswer] {
        for _ in 0..10 {
            fail(&mut breaker, at(0), class, None);
            assert_eq!(breaker.state(at(0)), BreakerState::Closed);
        }
    }
}

#[test]
fn failures_of_the_provider_rest_it_longer_each_time() {
    let mut breaker = Breaker::default();
    fail(&mut breaker, at(0), F::Unavailable, None);
    fail(&mut breaker, at(1), F::Timeout, None);
    assert!(breaker.may(at(1)), "two are a hiccup");
    let (mut now, mut longest) = (at(2), Duration::ZERO);
    for _ in 0..12 {
        fail(&mut breaker, now, F::Unavailable, None);
        let end = until(&breaker, now).unwrap();
        longest = longest.max(end.since(now));
        now = end;
        assert!(breaker.may(now));
    }
    assert!(longest > Duration::from_secs(149) && longest <= Duration::from_secs(300));
}

#[test]
fn one_call_tries_a_lane_that_has_rested() {
    let mut breaker = Breaker::default();
    fail(&mut breaker, at(0), F::RateLimited, Some(1));
    assert!(breaker.began(at(1_000)));
    assert!(!breaker.may(at(1_001)), "a second call waits for the first");
    breaker.gave_up(true);
    assert!(breaker.may(at(1_002)), "a call that was broken off tells nothing");
    assert!(breaker.began(at(1_003)));
    breaker.succeeded(at(1_003), true);
    assert_eq!(breaker.state(at(1_004)), BreakerState::Closed);
}

#[test]
fn an_answer_from_before_the_failure_does_not_end_the_rest() {
    let mut breaker = Breaker::default();
    breaker.began(at(0));
    fail(&mut breaker, at(5), F::Quota, Some(60));
    breaker.succeeded(at(0), false);
    assert_eq!(until(&breaker, at(6)), Some(at(60_005)));
}

#[test]
fn calls_that_fail_together_are_one_failure() {
    let mut breaker = Breaker::default();
    let mut dice = Dice::new(1);
    for _ in 0..20 {
        breaker.failed(at(10), (at(0), false), F::Unavailable, None, &mut dice);
    }
    let rest = until(&breaker, at(10)).unwrap().since(at(10));
    assert!(rest <= Duration::from_secs(2), "{rest:?}");
}

/// A slow, obvious model: the longest rest of all that was asked for since the last success.
fn model(history: &[(i64, Option<F>, u64)]) -> (Option<i64>, bool) {
    let (mut until, mut for_ever) = (None, false);
    for (now, failure, seconds) in history {
        let end = now + i64::try_from(*seconds).unwrap() * 1_000;
        match failure {
            Some(F::RateLimited | F::Quota) => until = until.max(Some(end)),
            Some(F::Unauthorized) => for_ever = true,
            // All calls here begin and end at once: an answer ends every rest but a later one's.
            _ if until.is_none_or(|until| until <= *now) && !for_ever => until = None,
            _ => {}
        }
    }
    (until, for_ever)
}

proptest! {
    #[test]
    fn named_rests_equal_the_obvious_model(
        steps in prop::collection::vec((1i64..20_000, 0usize..5, 1u64..60), 1..40),
    ) {
        let (mut breaker, mut history, mut now) = (Breaker::default(), Vec::new(), 0);
        for (wait, kind, seconds) in steps {
            now += wait;
            // A lane that rests gets no calls, but those under way may still fail.
            let failure = [Some(F::RateLimited), Some(F::Quota), Some(F::ContextLength), None, None][kind];
            if breaker.may(at(now)) {
                match failure {
                    Some(class) => fail(&mut breaker, at(now), class, Some(seconds)),
                    None => {
                        let tried = breaker.began(at(now));
                        breaker.succeeded(at(now), tried);
                    }
                }
                history.push((now, failure, seconds));
            }
            let (until, _) = model(&history);
            let rests = until.is_some_and(|until| now < until);
            prop_assert_eq!(matches!(breaker.state(at(now)), BreakerState::Open { .. }), rests);
        }
    }
}
