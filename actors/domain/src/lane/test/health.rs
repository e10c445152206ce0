use super::*;
use crate::entity::Dice;
use crate::lane::breaker::{Health, Tries};
use crate::site::FailureClass;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

/// A call that starts and ends; false if it may not start.
fn call(health: &mut Health, now: i64, who: u128, failure: Option<FailureClass>) -> bool {
    if !health.may(at(now), tenant(who)) {
        return false;
    }
    let mut dice = Dice::new(u64::try_from(now).unwrap_or(0));
    let tries = health.began(at(now), tenant(who));
    match failure {
        None => health.succeeded(tenant(who), at(now), tries),
        Some(class) => {
            health.failed(at(now + 1), (tenant(who), at(now), tries), (class, None), &mut dice);
        }
    }
    true
}

fn open(state: BreakerState) -> bool {
    matches!(state, BreakerState::Open { .. })
}

#[test]
fn a_tenant_that_always_fails_rests_alone() {
    let mut health = Health::new(true);
    for number in 0..100 {
        call(&mut health, number * 10, 1, Some(FailureClass::Unavailable));
    }
    assert!(open(health.of(at(1_000), tenant(1))));
    assert!(health.may(at(1_000), tenant(2)) && !open(health.of_all(at(1_000))));
    assert!(call(&mut health, 1_000, 2, Some(FailureClass::Timeout)));
    assert!(health.may(at(1_002), tenant(2)), "two tenants are not yet everybody");
    call(&mut health, 1_010, 3, Some(FailureClass::BrokenStream));
    assert!(open(health.of_all(at(1_012))), "three are");
    assert!(!health.may(at(1_012), tenant(4)));
}

#[test]
fn what_the_provider_says_of_its_key_holds_everybody_up_at_once() {
    for class in [FailureClass::RateLimited, FailureClass::Quota, FailureClass::Unauthorized] {
        let mut health = Health::new(true);
        call(&mut health, 0, 1, Some(class));
        assert!(!health.may(at(2), tenant(2)), "{class:?}");
    }
}

#[test]
fn a_lane_of_one_tenant_s_own_rests_after_three_failures() {
    let mut health = Health::new(false);
    for number in 0..3 {
        assert!(call(&mut health, number * 10, 1, Some(FailureClass::Unavailable)));
    }
    assert!(open(health.of_all(at(30))));
}

#[test]
fn one_answer_ends_a_tenant_s_rest_and_the_lane_s() {
    let mut health = Health::new(true);
    for number in 0..3 {
        call(&mut health, number * 10, 1, Some(FailureClass::Unavailable));
    }
    let BreakerState::Open { until: Some(until), .. } = health.of(at(30), tenant(1)) else {
        panic!("it rests");
    };
    let later = until.since(at(0)) + Duration::from_millis(1);
    let later = i64::try_from(later.as_millis()).unwrap();
    assert!(call(&mut health, later, 1, None));
    assert_eq!(health.of(at(later), tenant(1)), BreakerState::Closed);
    assert!(health.is_forgettable(at(later)));
}

#[test]
fn a_broken_off_trial_leaves_the_trial_to_another() {
    let mut health = Health::new(true);
    for who in 1..=3 {
        call(&mut health, 10, who, Some(FailureClass::Unavailable));
    }
    let later = at(10_000);
    let tries = health.began(later, tenant(4));
    assert_ne!(tries, Tries::default());
    assert!(!health.may(later, tenant(5)), "one tries");
    health.gave_up(tenant(4), tries);
    assert!(health.may(later, tenant(5)));
}

proptest! {
    #[test]
    fn r11_fewer_than_three_failing_tenants_never_hold_up_another(
        steps in prop::collection::vec((1..=2_u128, any::<u8>()), 1..200)
    ) {
        let mut health = Health::new(true);
        let classes = [FailureClass::Timeout, FailureClass::Unavailable, FailureClass::BrokenStream];
        for (number, (who, kind)) in (0_i64..).zip(steps) {
            let class = classes.get(usize::from(kind % 5)).copied();
            call(&mut health, number * 700, who, class);
            prop_assert!(health.may(at(number * 700 + 2), tenant(9)));
        }
    }

    #[test]
    fn a_lane_rests_only_after_three_tenants_failed_with_no_answer_between(
        steps in prop::collection::vec((1..=6_u128, any::<bool>()), 1..200)
    ) {
        let mut health = Health::new(true);
        let mut failed = BTreeSet::new();
        for (number, (who, fails)) in (0_i64..).zip(steps) {
            let now = number * 10;
            if !call(&mut health, now, who, fails.then_some(FailureClass::Unavailable)) {
                continue;
            }
            match fails {
                true => drop(failed.insert(who)),
                false => failed.clear(),
            }
            prop_assert_eq!(open(health.of_all(at(now + 2))), failed.len() >= 3);
            if failed.len() >= 3 {
                break;
            }
        }
    }
}
