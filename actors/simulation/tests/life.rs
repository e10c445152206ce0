//! Lives of the actors that failed once: nothing that was promised is broken any more.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_simulation::{Plan, live};

/// Lives that failed once: each shrunk to what the failure needed.
#[test]
fn r12_lives_that_failed_once_break_no_promise_any_more() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lives");
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let plan: Plan = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let violations = live(&plan).violations;
        assert!(violations.is_empty(), "{}: {violations:#?}", path.display());
    }
}

/// Lives that are lived twice: enough for a difference that one in a hundred has.
const TWICE: u64 = 60;

#[test]
fn r15_a_plan_is_lived_the_same_way_each_time() {
    for seed in 1..=TWICE {
        let plan = Plan::draw(seed);
        let lived = || {
            let outcome = live(&plan);
            (outcome.trace, outcome.done, outcome.faults)
        };
        assert_eq!(lived(), lived(), "seed {seed}");
    }
}
