//! Filing: old entries leave memory for pages, which lie in blobs. What they come to stays, so that
//! the rest can be added to it and the whole can be checked (docs/adr/0008).
//!
//! A page is written before the commit that names it (R4): the ledger says what is to be filed, its
//! owner has it written, and the answer drops the entries.

use super::entry::{Entry, EntryKind, LedgerAccount};
use super::record::{LedgerChange, LedgerRecord};
use super::state::{Ledger, entry_key};
use igny8_protocol_ids::{Credits, GrantId, HoldId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Entries that stay in memory: their keys answer what is repeated at once. About 150 KB.
const KEPT_MIN: usize = 512;
/// Entries of the smallest page: with fewer, the list of pages would grow faster than is needed.
const PAGE_MIN: usize = 512;
/// Entries of the largest page: about 100 KB in the blob, read at once by whoever wants one line.
const PAGE_MAX: usize = 4_096;

/// What a ledger keeps of all entries that lie in pages: what the rest is added to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// The number of the last filed entry; 0 before any was.
    pub last: u64,
    /// When it was booked: an id that is not later and not known here was used up long ago.
    pub until: Timestamp,
    /// Available plus held after it.
    pub settled: Credits,
    /// The sum of the filed entries per account.
    pub totals: Vec<(LedgerAccount, Credits)>,
    /// Available and held of each grant after them.
    pub buckets: Vec<(GrantId, Credits, Credits)>,
    /// What was held by each hold that was open after them.
    pub holds: Vec<(HoldId, Credits)>,
    /// The last entry of the page that is being written now.
    pub filing: Option<u64>,
}

/// A page of entries, which lie in a blob: no longer in memory, read when somebody asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiledPage {
    /// The number of its first entry.
    pub first: u64,
    /// The number of its last entry.
    pub last: u64,
    /// When the first was booked.
    pub from: Timestamp,
    /// When the last was booked.
    pub until: Timestamp,
    /// The marks of the kinds that are in it.
    pub kinds: u16,
    /// The hash of the blob.
    pub blob: [u8; 32],
}

/// A grant whose entry lies in a page: its key is known for ever, since its cause (an invoice line)
/// may be told again at any time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownGrant {
    /// The key.
    pub key: String,
    /// How much it granted.
    pub amount: Credits,
}

impl Filed {
    /// The sums after more entries, in order.
    fn with<'a>(&self, entries: impl Iterator<Item = &'a Entry>) -> Self {
        let mut totals: BTreeMap<LedgerAccount, i64> =
            self.totals.iter().map(|(account, sum)| (*account, sum.0)).collect();
        let mut buckets: BTreeMap<GrantId, (i64, i64)> =
            self.buckets.iter().map(|(id, free, held)| (*id, (free.0, held.0))).collect();
        let mut holds: BTreeMap<HoldId, i64> =
            self.holds.iter().map(|(id, amount)| (*id, amount.0)).collect();
        let (mut last, mut until, mut settled) = (self.last, self.until, self.settled);
        for entry in entries {
            (last, until, settled) = (entry.number, until.max(entry.at), entry.settled_after);
            for (account, amount) in [(entry.from(), -entry.amount.0), (entry.to(), entry.amount.0)]
            {
                *totals.entry(account).or_default() += amount;
                let Some(grant) = entry.grant else { continue };
                match account {
                    LedgerAccount::Available => buckets.entry(grant).or_default().0 += amount,
                    LedgerAccount::Held => buckets.entry(grant).or_default().1 += amount,
                    _ => {}
                }
            }
            if let Some(hold) = entry.hold {
                let sign = if entry.kind == EntryKind::Hold { 1 } else { -1 };
                *holds.entry(hold).or_default() += sign * entry.amount.0;
            }
        }
        totals.retain(|_, sum| *sum != 0);
        buckets.retain(|_, sums| *sums != (0, 0));
        holds.retain(|_, amount| *amount != 0);
        Self {
            last,
            until,
            settled,
            totals: totals.into_iter().map(|(account, sum)| (account, Credits(sum))).collect(),
            buckets: buckets
                .into_iter()
                .map(|(id, (free, held))| (id, Credits(free), Credits(held)))
                .collect(),
            holds: holds.into_iter().map(|(id, amount)| (id, Credits(amount))).collect(),
            filing: None,
        }
    }
}

impl Ledger {
    /// Begins to file if enough entries lie in memory and none are being filed: the changes that
    /// note it, and the last entry that is to be filed. The owner then has a page written of
    /// [`Ledger::entries_to_file`].
    pub fn begin_filing(&self) -> Option<(u64, Vec<LedgerChange>)> {
        self.begin_filing_beyond(KEPT_MIN, PAGE_MIN, PAGE_MAX)
    }

    pub(super) fn begin_filing_beyond(
        &self,
        kept: usize,
        page_min: usize,
        page_max: usize,
    ) -> Option<(u64, Vec<LedgerChange>)> {
        if self.entries.len() < kept + page_min || self.filed().filing.is_some() {
            return None;
        }
        let (first, _) = self.entries.first_key_value()?;
        let (newest, _) = self.entries.last_key_value()?;
        let mut last = (newest - kept as u64).min(first + page_max as u64 - 1);
        // The entries of one operation stay together: its key is known or it is not.
        while self.entries.get(&last)?.is_of_one_operation(self.entries.get(&(last + 1))?) {
            last = last.checked_sub(1).filter(|last| last >= first)?;
        }
        let filed = Filed { filing: Some(last), ..self.filed().clone() };
        Some((last, vec![LedgerChange::Put(LedgerRecord::Filed(filed))]))
    }

    /// The entries of the page that is being written, the oldest first; none if none is.
    pub fn entries_to_file(&self) -> impl Iterator<Item = &Entry> {
        let last = self.filed().filing.unwrap_or(0);
        self.entries.range(..=last).map(|(_, entry)| entry)
    }

    /// A page with the entries up to `last` is written: they leave memory. Told twice, or by a
    /// former owner of the ledger, it changes nothing.
    pub fn finish_filing(&self, last: u64, blob: [u8; 32]) -> Vec<LedgerChange> {
        let (Some(first), Some(end)) = (self.entries_to_file().next(), self.entries.get(&last))
        else {
            return Vec::new();
        };
        if self.filed().filing != Some(last) {
            return Vec::new();
        }
        let kinds = self.entries_to_file().fold(0, |marks, entry| marks | entry.kind.mark());
        let page =
            FiledPage { first: first.number, last, from: first.at, until: end.at, kinds, blob };
        let known =
            self.entries_to_file().filter(|entry| entry.kind == EntryKind::Grant).map(|entry| {
                let known = KnownGrant { key: entry.key().into_owned(), amount: entry.amount };
                LedgerChange::Put(LedgerRecord::Known(known))
            });
        let dropped =
            self.entries_to_file().map(|entry| LedgerChange::Delete(entry_key(entry.number)));
        let filed = self.filed().with(self.entries_to_file());
        known
            .chain(dropped)
            .chain([
                LedgerChange::Put(LedgerRecord::Page(page)),
                LedgerChange::Put(LedgerRecord::Filed(filed)),
            ])
            .collect()
    }
}

/// Checks the pages of a ledger, as they are read one after the other from the first: that no
/// entry is missing or changed, and that they come to what the ledger says of them.
#[derive(Debug, Default)]
pub struct PageAudit {
    sums: Filed,
}

impl PageAudit {
    /// The next page with its entries; what is wrong with it, in words.
    pub fn page(&mut self, page: &FiledPage, entries: &[Entry]) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut settled = self.sums.settled.0;
        for (expected, entry) in (self.sums.last + 1..).zip(entries) {
            settled += entry.settles();
            if entry.number != expected {
                wrong.push(format!("entry {expected} is missing: {} is there", entry.number));
                break;
            }
            if entry.settled_after.0 != settled || entry.amount.0 <= 0 {
                wrong.push(format!("entry {expected} does not fit the one before it"));
            }
        }
        self.sums = self.sums.with(entries.iter());
        if self.sums.last != page.last {
            let last = self.sums.last;
            wrong.push(format!("the page of {} to {} ends with {last}", page.first, page.last));
        }
        wrong
    }

    /// After the last page.
    pub fn finish(&self, ledger: &Ledger) -> Option<String> {
        let said = Filed { filing: None, ..ledger.filed().clone() };
        (said != self.sums)
            .then(|| format!("the filed entries come to {:?}, the ledger says {said:?}", self.sums))
    }
}
