//! What must be true of every ledger after every commit (R6).

use igny8_actors_domain::ledger::{Entry, EntryKind, Ledger};
use igny8_protocol_ids::HoldId;
use std::collections::{BTreeMap, BTreeSet};

/// Holds over the whole life of a ledger.
#[derive(Default)]
pub(super) struct Holds {
    opened: BTreeSet<HoldId>,
    closed: BTreeSet<HoldId>,
    settled: BTreeMap<HoldId, i64>,
}

impl Holds {
    /// The entries that one commit added, in their order.
    pub(super) fn commit(&mut self, entries: &[Entry], broken: &mut Vec<(&'static str, String)>) {
        let (mut opened, mut closed) = (BTreeMap::new(), BTreeMap::new());
        for entry in entries {
            let Some(hold) = entry.hold else { continue };
            match entry.kind {
                EntryKind::Hold => drop(opened.insert(hold, ())),
                EntryKind::Settle => {
                    *self.settled.entry(hold).or_default() += entry.amount.0;
                    closed.insert(hold, ());
                }
                EntryKind::Release => drop(closed.insert(hold, ())),
                _ => {}
            }
        }
        for hold in opened.into_keys() {
            if !self.opened.insert(hold) {
                broken.push(("r6_a_hold_is_opened_once", format!("{hold} was opened before")));
            }
        }
        for hold in closed.into_keys() {
            if !self.closed.insert(hold) {
                broken.push(("r6_a_hold_is_closed_once", format!("{hold} was closed before")));
            }
            if !self.opened.contains(&hold) {
                broken.push(("r6_a_hold_is_closed_once", format!("{hold} was never opened")));
            }
        }
    }
    /// The holds that these entries spend from.
    pub(super) fn spent_by(entries: &[Entry]) -> BTreeSet<HoldId> {
        let settled = entries.iter().filter(|entry| entry.kind == EntryKind::Settle);
        settled.filter_map(|entry| entry.hold).collect()
    }
    pub(super) fn settled(&self, hold: HoldId) -> i64 {
        self.settled.get(&hold).copied().unwrap_or_default()
    }
}

/// Sums of buckets, holds and entries agree, and nothing is below zero.
pub(super) fn check(ledger: &Ledger, broken: &mut Vec<(&'static str, String)>) {
    let balance = ledger.balance();
    let (mut available, mut held) = (0, 0);
    for bucket in ledger.buckets() {
        available += bucket.available.0;
        held += bucket.held.0;
        if bucket.available.0 < 0 || bucket.held.0 < 0 {
            broken.push(("r6_available_is_never_below_zero", format!("{bucket:?}")));
        }
    }
    let holds: i64 = ledger.holds().map(|hold| hold.amount().0).sum();
    if (available, held) != (balance.available.0, balance.held.0) || held != holds {
        let what = format!("buckets {available}+{held}, holds {holds}, entries say {balance:?}");
        broken.push(("r6_the_sum_of_entries_is_the_balance", what));
    }
    let there = balance.settled.0 + balance.spent.0 + balance.expired.0 + balance.elsewhere.0;
    if balance.granted.0 != there {
        let what = format!("{} were granted, {there} are accounted for", balance.granted.0);
        broken.push(("r6_the_sum_of_entries_is_the_balance", what));
    }
}
