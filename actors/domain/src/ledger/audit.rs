//! The proof that a ledger is right: its entries, buckets and holds tell the same story (R6). What
//! is filed counts by its sums; that the pages come to them is [`super::PageAudit`]'s to check.

use super::entry::{EntryKind, LedgerAccount};
use super::state::Ledger;
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
        self.audit_pages(&mut wrong);
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    fn audit_entries(&self, wrong: &mut Vec<String>) {
        let filed = self.filed();
        let mut sums: BTreeMap<LedgerAccount, i64> =
            filed.totals.iter().map(|(account, sum)| (*account, sum.0)).collect();
        let (mut settled, mut at) = (filed.settled.0, filed.until);
        for (expected, entry) in (filed.last + 1..).zip(self.entries.values()) {
            let number = entry.number;
            if number != expected {
                wrong.push(format!("entry {expected} is missing: the next is {number}"));
                break;
            }
            if entry.amount.0 <= 0 {
                wrong.push(format!("entry {number} moves {}", entry.amount.0));
            }
            if filed.last > 0 && entry.at < at {
                wrong.push(format!("entry {number} is earlier than the one before it"));
            }
            *sums.entry(entry.from()).or_default() -= entry.amount.0;
            *sums.entry(entry.to()).or_default() += entry.amount.0;
            (settled, at) = (settled + entry.settles(), entry.at);
            if entry.settled_after.0 != settled {
                wrong.push(format!("entry {number} says {:?}, not {settled}", entry.settled_after));
            }
        }
        sums.retain(|_, sum| *sum != 0);
        let totals: BTreeMap<LedgerAccount, i64> = LedgerAccount::ALL
            .into_iter()
            .map(|account| (account, self.total(account).0))
            .filter(|(_, sum)| *sum != 0)
            .collect();
        if sums != totals {
            wrong.push(format!("the entries sum to {sums:?}, the totals say {totals:?}"));
        }
    }

    fn audit_buckets(&self, wrong: &mut Vec<String>) {
        let mut sums: BTreeMap<GrantId, (i64, i64)> =
            self.filed().buckets.iter().map(|(id, free, held)| (*id, (free.0, held.0))).collect();
        for entry in self.entries.values() {
            let Some(grant) = entry.grant else { continue };
            let sum = sums.entry(grant).or_default();
            for (account, amount) in [(entry.from(), -entry.amount.0), (entry.to(), entry.amount.0)]
            {
                match account {
                    LedgerAccount::Available => sum.0 += amount,
                    LedgerAccount::Held => sum.1 += amount,
                    _ => {}
                }
            }
        }
        sums.retain(|_, sum| *sum != (0, 0));
        let buckets: BTreeMap<_, _> =
            self.buckets().map(|b| (b.grant, (b.available.0, b.held.0))).collect();
        if sums != buckets {
            wrong.push(format!("the entries give the buckets {sums:?}, there are {buckets:?}"));
        }
        if buckets.values().any(|(available, held)| *available < 0 || *held < 0) {
            wrong.push(format!("a bucket is below zero: {buckets:?}"));
        }
    }

    fn audit_holds(&self, wrong: &mut Vec<String>) {
        let mut opened: BTreeMap<HoldId, i64> =
            self.filed().holds.iter().map(|(id, amount)| (*id, amount.0)).collect();
        let mut closed: BTreeMap<HoldId, i64> = BTreeMap::new();
        for entry in self.entries.values() {
            let Some(hold) = entry.hold else { continue };
            let side = if entry.kind == EntryKind::Hold { &mut opened } else { &mut closed };
            *side.entry(hold).or_default() += entry.amount.0;
        }
        for (hold, amount) in &opened {
            let open = self.open_hold(*hold).map_or(0, |hold| hold.amount().0);
            let done = closed.get(hold).copied().unwrap_or_default();
            if open + done != *amount || (open > 0 && done > 0) {
                wrong.push(format!("hold {hold}: opened {amount}, open {open}, closed {done}"));
            }
        }
        let all = self.holds().map(|hold| &hold.id).chain(closed.keys());
        if let Some(hold) = all.into_iter().find(|hold| !opened.contains_key(hold)) {
            wrong.push(format!("hold {hold} was never opened"));
        }
    }

    /// The pages follow each other without a gap, up to what is filed.
    fn audit_pages(&self, wrong: &mut Vec<String>) {
        let mut last = self.filed().last;
        for page in self.pages() {
            if page.last != last || page.first > page.last {
                wrong.push(format!("the page up to entry {last} is missing"));
                return;
            }
            last = page.first - 1;
        }
        if last != 0 {
            wrong.push(format!("the page up to entry {last} is missing"));
        }
    }
}
