//! The proof that a ledger is right: its entries, buckets and holds tell the same story (R6).

use super::record::{Entry, EntryKind, LedgerAccount};
use super::state::{Ledger, closing_key};
use igny8_protocol_ids::{GrantId, HoldId};
use std::collections::BTreeMap;

impl Ledger {
    /// Checks that entries sum to the balances, that nothing is below zero, that open holds are
    /// what is held and that each closed hold was closed once and in full. Lists what is wrong.
    pub fn audit(&self) -> Result<(), Vec<String>> {
        let mut wrong = Vec::new();
        self.audit_entries(&mut wrong);
        self.audit_buckets(&mut wrong);
        self.audit_holds(&mut wrong);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn audit_entries(&self, wrong: &mut Vec<String>) {
        let mut sums: BTreeMap<LedgerAccount, i64> = BTreeMap::new();
        let mut settled = 0;
        for (expected, entry) in (1..).zip(self.entries.values()) {
            let number = entry.number;
            if number != expected {
                wrong.push(format!("entry {expected} is missing: the next is {number}"));
                break;
            }
            if entry.amount.0 <= 0 {
                wrong.push(format!("entry {number} moves {}", entry.amount.0));
            }
            *sums.entry(entry.from).or_default() -= entry.amount.0;
            *sums.entry(entry.to).or_default() += entry.amount.0;
            settled += settled_by(entry);
            if entry.settled_after.0 != settled {
                wrong.push(format!("entry {number} says {:?}, not {settled}", entry.settled_after));
            }
        }
        sums.retain(|_, sum| *sum != 0);
        if sums != self.totals {
            wrong.push(format!("the entries sum to {sums:?}, the totals say {:?}", self.totals));
        }
    }

    fn audit_buckets(&self, wrong: &mut Vec<String>) {
        let mut sums: BTreeMap<GrantId, (i64, i64)> = BTreeMap::new();
        for entry in self.entries.values() {
            let Some(grant) = entry.grant else { continue };
            let sum = sums.entry(grant).or_default();
            for (account, amount) in [(entry.from, -entry.amount.0), (entry.to, entry.amount.0)] {
                match account {
                    LedgerAccount::Available => sum.0 += amount,
                    LedgerAccount::Held => sum.1 += amount,
                    _ => {}
                }
            }
        }
        sums.retain(|_, sum| *sum != (0, 0));
        let buckets: BTreeMap<_, _> = self
            .buckets
            .values()
            .map(|bucket| (bucket.grant, (bucket.available.0, bucket.held.0)))
            .collect();
        if sums != buckets {
            wrong.push(format!("the entries give the buckets {sums:?}, there are {buckets:?}"));
        }
        if buckets.values().any(|(available, held)| *available < 0 || *held < 0) {
            wrong.push(format!("a bucket is below zero: {buckets:?}"));
        }
    }

    fn audit_holds(&self, wrong: &mut Vec<String>) {
        let mut opened: BTreeMap<HoldId, i64> = BTreeMap::new();
        let mut closed: BTreeMap<HoldId, i64> = BTreeMap::new();
        for entry in self.entries.values() {
            let Some(hold) = entry.hold else { continue };
            if entry.kind == EntryKind::Hold {
                *opened.entry(hold).or_default() += entry.amount.0;
            } else {
                *closed.entry(hold).or_default() += entry.amount.0;
                if entry.key != closing_key(hold) {
                    wrong.push(format!("hold {hold} was closed under the key {:?}", entry.key));
                }
            }
        }
        for (hold, amount) in &opened {
            let open = self.holds.get(hold).map_or(0, |hold| hold.amount().0);
            let done = closed.get(hold).copied().unwrap_or_default();
            if open + done != *amount || (open > 0 && done > 0) {
                wrong.push(format!("hold {hold}: opened {amount}, open {open}, closed {done}"));
            }
        }
        if let Some(hold) = self.holds.keys().chain(closed.keys()).find(|h| !opened.contains_key(h))
        {
            wrong.push(format!("hold {hold} was never opened"));
        }
    }
}

/// What an entry does to available plus held.
fn settled_by(entry: &Entry) -> i64 {
    let own =
        |account| i64::from(matches!(account, LedgerAccount::Available | LedgerAccount::Held));
    (own(entry.to) - own(entry.from)) * entry.amount.0
}
