//! What can happen to two ledgers.

use proptest::prelude::*;

/// One thing that happens. Ledger 0 is a tenant's, ledger 1 a site's slice.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Grant {
        grant: u8,
        amount: u8,
    },
    Send {
        from: usize,
        transfer: u8,
        amount: u8,
    },
    /// A shipment arrives (again), late or before an earlier one.
    Deliver(prop::sample::Index),
    Hold {
        at: usize,
        hold: u8,
        amount: u8,
        lasts: u8,
    },
    Prolong {
        at: usize,
        hold: u8,
        lasts: u8,
    },
    Settle {
        at: usize,
        hold: u8,
        amount: u8,
    },
    Release {
        at: usize,
        hold: u8,
    },
    HouseLoss {
        at: usize,
        key: u8,
    },
    /// The clock goes on, or back.
    Wait {
        millis: i8,
    },
    Expire {
        at: usize,
    },
    /// Entries are to be filed.
    BeginFiling {
        at: usize,
    },
    /// The page is written; or it is told again.
    FinishFiling {
        at: usize,
        again: bool,
    },
    /// A crash: the ledger is what the store has.
    Load {
        at: usize,
    },
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (at, id, amount) = (0..2usize, 0..6u8, 1..25u8);
    let step = prop_oneof![
        2 => (id.clone(), amount.clone()).prop_map(|(grant, amount)| Step::Grant { grant, amount }),
        3 => (at.clone(), 0..20u8, amount)
            .prop_map(|(from, transfer, amount)| Step::Send { from, transfer, amount }),
        4 => any::<prop::sample::Index>().prop_map(Step::Deliver),
        5 => (at.clone(), 0..12u8, 1..12u8, 0..80u8)
            .prop_map(|(at, hold, amount, lasts)| Step::Hold { at, hold, amount, lasts }),
        1 => (at.clone(), 0..12u8, 0..80u8)
            .prop_map(|(at, hold, lasts)| Step::Prolong { at, hold, lasts }),
        4 => (at.clone(), 0..12u8, 0..12u8)
            .prop_map(|(at, hold, amount)| Step::Settle { at, hold, amount }),
        2 => (at.clone(), 0..12u8).prop_map(|(at, hold)| Step::Release { at, hold }),
        1 => (at.clone(), id).prop_map(|(at, key)| Step::HouseLoss { at, key }),
        3 => (-3..20i8).prop_map(|millis| Step::Wait { millis }),
        2 => at.clone().prop_map(|at| Step::Expire { at }),
        4 => at.clone().prop_map(|at| Step::BeginFiling { at }),
        4 => (at.clone(), any::<bool>())
            .prop_map(|(at, again)| Step::FinishFiling { at, again }),
        1 => at.prop_map(|at| Step::Load { at }),
    ];
    prop::collection::vec(step, 0..160)
}
