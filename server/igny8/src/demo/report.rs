//! What came of it.

use crate::terminal;
use igny8_protocol_wire::rest::billing::LedgerEntryView;
use igny8_protocol_wire::view::BalanceView;
use serde::Serialize;
use std::collections::HashMap;

/// The result, in the words that scripts read.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) keywords: u32,
    pub(super) rejected: u32,
    pub(super) clusters: u32,
    pub(super) ideas: usize,
    pub(super) tasks_succeeded: usize,
    pub(super) tasks_failed: usize,
    pub(super) published: usize,
    pub(super) credits_granted: i64,
    pub(super) credits_spent: i64,
    pub(super) credits_held: i64,
    pub(super) ledger_balanced: bool,
    pub(super) seconds: f64,
}

impl Report {
    /// True if everything that was asked for is there and paid for rightly.
    pub(super) fn is_good(&self, articles: u32) -> bool {
        self.published == articles as usize && self.tasks_failed == 0 && self.ledger_balanced
    }

    /// A table, or one JSON object on the last line.
    pub(super) fn print(&self, as_json: bool) {
        let value = serde_json::to_value(self).expect("the report is plain data");
        let rows = value.as_object().expect("it is an object");
        for (name, value) in rows {
            terminal::line(&format!("{:18} {value:>10}", name.replace('_', " ")));
        }
        if as_json {
            let line = serde_json::to_string(self).expect("the report is plain data");
            terminal::line(&line);
        }
    }
}

/// The sums of all entries of a workspace's ledgers: the tenant's and its sites' together.
pub(super) struct Ledger {
    /// By account: what came in less what went out.
    sums: HashMap<String, i64>,
    are_positive: bool,
}

impl Ledger {
    pub(super) fn of(entries: &[LedgerEntryView]) -> Self {
        let mut sums: HashMap<String, i64> = HashMap::new();
        for entry in entries {
            *sums.entry(entry.from.clone()).or_default() -= entry.amount.0;
            *sums.entry(entry.to.clone()).or_default() += entry.amount.0;
        }
        Self { sums, are_positive: entries.iter().all(|entry| entry.amount.0 > 0) }
    }

    fn sum(&self, account: &str) -> i64 {
        self.sums.get(account).copied().unwrap_or_default()
    }

    /// True if granted is what is there, spent and expired; nothing is lost between tenant and
    /// sites; and the balance on screen says the same.
    pub(super) fn agrees_with(&self, balance: &BalanceView) -> bool {
        let granted = -self.sum("source");
        let settled = self.sum("available") + self.sum("held");
        self.are_positive
            && granted == settled + self.sum("spent") + self.sum("expired")
            && self.sum("elsewhere") == 0
            && (granted, settled) == (balance.granted.0, balance.settled.0)
            && self.sum("spent") == balance.spent.0
            && self.sum("held") == balance.held.0
            && self.sum("available") == balance.available.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::{Credits, Timestamp};

    fn entry(from: &str, to: &str, amount: i64) -> LedgerEntryView {
        LedgerEntryView {
            number: 1,
            site: None,
            at: Timestamp::from_millis(0),
            kind: String::new(),
            amount: Credits(amount),
            from: from.to_owned(),
            to: to.to_owned(),
            reason: String::new(),
            task: None,
            actor: None,
            price_list: 1,
            settled_after: Credits::ZERO,
            key: String::new(),
        }
    }

    fn story() -> Vec<LedgerEntryView> {
        vec![
            entry("source", "available", 600),
            entry("available", "elsewhere", 100),
            entry("elsewhere", "available", 100),
            entry("available", "held", 30),
            entry("held", "spent", 20),
            entry("held", "available", 4),
            entry("available", "expired", 1),
        ]
    }

    fn balance() -> BalanceView {
        BalanceView {
            settled: Credits(579),
            held: Credits(6),
            available: Credits(573),
            spent: Credits(20),
            granted: Credits(600),
        }
    }

    #[test]
    fn r6_sum_of_entries_is_the_balance() {
        assert!(Ledger::of(&story()).agrees_with(&balance()));
    }

    #[test]
    fn r6_missing_entry_or_a_wrong_screen_is_noticed() {
        for missing in 0..story().len() {
            let mut entries = story();
            entries.remove(missing);
            assert!(!Ledger::of(&entries).agrees_with(&balance()), "without entry {missing}");
        }
        let wrong = BalanceView { spent: Credits(19), ..balance() };
        assert!(!Ledger::of(&story()).agrees_with(&wrong));
    }

    #[test]
    fn report_has_the_names_that_scripts_read() {
        let report = Report {
            keywords: 1,
            rejected: 2,
            clusters: 3,
            ideas: 4,
            tasks_succeeded: 5,
            tasks_failed: 0,
            published: 7,
            credits_granted: 8,
            credits_spent: 9,
            credits_held: 10,
            ledger_balanced: true,
            seconds: 1.5,
        };
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            "{\"keywords\":1,\"rejected\":2,\"clusters\":3,\"ideas\":4,\"tasks_succeeded\":5,\
             \"tasks_failed\":0,\"published\":7,\"credits_granted\":8,\"credits_spent\":9,\
             \"credits_held\":10,\"ledger_balanced\":true,\"seconds\":1.5}"
        );
        assert!(report.is_good(7) && !report.is_good(8));
    }
}
