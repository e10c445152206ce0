//! Every promise that is broken on purpose is noticed: a simulation that cannot fail proves nothing.

use igny8_actors_simulation::{Plan, Sabotage, break_promise, live};

/// A broken promise must show within so many lives.
const LIVES_MAX: u64 = 1_000;

fn is_noticed(sabotage: Sabotage) -> Option<(u64, &'static str)> {
    break_promise(Some(sabotage));
    let noticed = (1..LIVES_MAX).find_map(|seed| {
        let violations = live(&Plan::draw(seed)).violations;
        violations.first().map(|violation| (seed, violation.rule))
    });
    break_promise(None);
    noticed
}

macro_rules! noticed {
    ($($name:ident: $sabotage:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            let noticed = is_noticed(Sabotage::$sabotage);
            assert!(noticed.is_some(), "{:?} passes for right", Sabotage::$sabotage);
        })*
        const COVERED: &[Sabotage] = &[$(Sabotage::$sabotage),*];
    };
}

noticed! {
    r6_a_task_paid_twice_is_noticed: SettleTwice,
    r6_a_hold_released_early_is_noticed: HoldReleasedEarly,
    r6_a_hold_that_ends_early_is_noticed: HoldExpiresEarly,
    r6_a_charged_failure_is_noticed: FailureCharged,
    r6_a_lost_recall_is_noticed: RecallLost,
    r6_a_shipment_booked_twice_is_noticed: TransferKeyForgotten,
    r3_an_open_gate_is_noticed: GateOpen,
    r2_an_ignored_fence_is_noticed: FenceIgnored,
    r4_a_publication_with_another_key_is_noticed: RetryWithoutKey,
    r4_a_forgotten_outbox_is_noticed: OutboxForgotten,
    r2_an_unknown_outcome_taken_for_done_is_noticed: UnknownTakenForDone,
    r2_an_unknown_commit_repeated_is_noticed: UnknownRepeated,
    r9_a_lost_position_of_a_run_is_noticed: RunPositionLost,
    r4_a_reply_that_is_not_kept_is_noticed: ReplyNotKept,
    r4_an_answer_apart_from_its_order_is_noticed: AnswerApart,
    r12_a_missing_hint_is_noticed: HintNotWritten,
    r7_an_early_acknowledgement_is_noticed: EditAcknowledgedEarly,
}

#[test]
fn every_sabotage_has_its_test() {
    assert_eq!(COVERED, Sabotage::ALL);
}
