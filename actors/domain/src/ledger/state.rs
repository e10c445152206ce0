//! A ledger's state: rebuilt from its records alone.

use super::record::{
    Bucket, Closing, Entry, EntryKind, Hold, LedgerAccount, LedgerChange, LedgerKey, LedgerRecord,
};
use igny8_protocol_ids::{Credits, GrantId, HoldId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What an account holder sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Available plus held: what work that failed never changes.
    pub settled: Credits,
    /// Set aside by open holds.
    pub held: Credits,
    /// Free to be spent.
    pub available: Credits,
    /// Used by finished work.
    pub spent: Credits,
    /// Everything ever granted here.
    pub granted: Credits,
    /// Ended unused.
    pub expired: Credits,
    /// Sent to other ledgers, less what came back. Negative for a slice that was filled.
    pub elsewhere: Credits,
    /// Lost work that the house paid for.
    pub house_loss: Credits,
}

/// The credits of a tenant, or a site's slice of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub(super) buckets: BTreeMap<GrantId, Bucket>,
    pub(super) holds: BTreeMap<HoldId, Hold>,
    pub(super) entries: BTreeMap<u64, Entry>,
    /// Sum of the entries per account; derived.
    pub(super) totals: BTreeMap<LedgerAccount, i64>,
    /// The numbers of the entries of each key; derived.
    pub(super) keys: BTreeMap<String, BTreeSet<u64>>,
}

/// The one key under which a hold is closed, whoever closes it and how.
pub(super) fn closing_key(id: HoldId) -> String {
    format!("close:{id}")
}

fn id_key(kind: u8, id: &[u8; 16]) -> LedgerKey {
    let mut key = Vec::with_capacity(17);
    key.push(kind);
    key.extend_from_slice(id);
    key
}

pub(super) fn bucket_key(grant: GrantId) -> LedgerKey {
    id_key(b'b', grant.uuid().as_bytes())
}

pub(super) fn hold_key(id: HoldId) -> LedgerKey {
    id_key(b'h', id.uuid().as_bytes())
}

impl Ledger {
    /// The key of a record within the ledger.
    pub fn key(record: &LedgerRecord) -> LedgerKey {
        match record {
            LedgerRecord::Bucket(bucket) => bucket_key(bucket.grant),
            LedgerRecord::Hold(hold) => hold_key(hold.id),
            LedgerRecord::Entry(entry) => {
                let mut key = vec![b'e'];
                key.extend_from_slice(&entry.number.to_be_bytes());
                key
            }
        }
    }

    /// Takes a record in; hands back the one before. Reversible by `put` or `delete`.
    pub fn put(&mut self, record: LedgerRecord) -> Option<LedgerRecord> {
        match record {
            LedgerRecord::Bucket(bucket) => {
                self.buckets.insert(bucket.grant, bucket).map(LedgerRecord::Bucket)
            }
            LedgerRecord::Hold(hold) => self.holds.insert(hold.id, hold).map(LedgerRecord::Hold),
            LedgerRecord::Entry(entry) => {
                let before = self.take_entry(entry.number);
                self.add_entry(entry);
                before.map(LedgerRecord::Entry)
            }
        }
    }

    /// Takes a record out; absent and malformed keys are ignored.
    pub fn delete(&mut self, key: &[u8]) -> Option<LedgerRecord> {
        let (kind, id) = key.split_first()?;
        match kind {
            b'e' => {
                let number = u64::from_be_bytes(id.try_into().ok()?);
                self.take_entry(number).map(LedgerRecord::Entry)
            }
            b'b' => {
                let grant = *self.buckets.keys().find(|grant| grant.uuid().as_bytes() == id)?;
                self.buckets.remove(&grant).map(LedgerRecord::Bucket)
            }
            b'h' => {
                let hold = *self.holds.keys().find(|hold| hold.uuid().as_bytes() == id)?;
                self.holds.remove(&hold).map(LedgerRecord::Hold)
            }
            _ => None,
        }
    }

    /// Applies one change, as an entity's draft does.
    pub fn apply(&mut self, change: LedgerChange) {
        match change {
            LedgerChange::Put(record) => drop(self.put(record)),
            LedgerChange::Delete(key) => drop(self.delete(&key)),
        }
    }

    fn add_entry(&mut self, entry: Entry) {
        self.add_total(entry.from, -entry.amount.0);
        self.add_total(entry.to, entry.amount.0);
        self.keys.entry(entry.key.clone()).or_default().insert(entry.number);
        self.entries.insert(entry.number, entry);
    }

    fn take_entry(&mut self, number: u64) -> Option<Entry> {
        let entry = self.entries.remove(&number)?;
        self.add_total(entry.from, entry.amount.0);
        self.add_total(entry.to, -entry.amount.0);
        if let Some(numbers) = self.keys.get_mut(&entry.key) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.keys.remove(&entry.key);
            }
        }
        Some(entry)
    }

    /// A total of zero is not kept, so that taking an entry back leaves the very same state.
    fn add_total(&mut self, account: LedgerAccount, amount: i64) {
        let total = self.totals.entry(account).or_default();
        *total += amount;
        if *total == 0 {
            self.totals.remove(&account);
        }
    }

    /// The sum of all entries of an account: what came in less what went out.
    pub fn total(&self, account: LedgerAccount) -> Credits {
        Credits(self.totals.get(&account).copied().unwrap_or_default())
    }

    /// The balance, from the entries.
    pub fn balance(&self) -> Balance {
        let available = self.total(LedgerAccount::Available);
        let held = self.total(LedgerAccount::Held);
        Balance {
            settled: Credits(available.0 + held.0),
            held,
            available,
            spent: self.total(LedgerAccount::Spent),
            granted: Credits(-self.total(LedgerAccount::Source).0),
            expired: self.total(LedgerAccount::Expired),
            elsewhere: self.total(LedgerAccount::Elsewhere),
            house_loss: self.total(LedgerAccount::Lost),
        }
    }

    /// What can be held or sent now: available, and not past its expiry.
    pub fn spendable(&self, now: Timestamp) -> Credits {
        let live =
            self.buckets.values().filter(|bucket| bucket.expires_at.is_none_or(|at| at > now));
        Credits(live.map(|bucket| bucket.available.0).sum())
    }

    /// All movements, newest first.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().rev()
    }

    /// What is left of each grant.
    pub fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        self.buckets.values()
    }

    /// All open holds.
    pub fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.values()
    }

    /// An open hold.
    pub fn open_hold(&self, id: HoldId) -> Option<&Hold> {
        self.holds.get(&id)
    }

    /// How a hold was closed; `None` while it is open or was never opened.
    pub fn closing(&self, id: HoldId) -> Option<Closing> {
        let numbers = self.keys.get(&closing_key(id))?;
        let entries = || numbers.iter().filter_map(|number| self.entries.get(number));
        let sum = |kind| entries().filter(|e| e.kind == kind).map(|e| e.amount.0).sum();
        Some(Closing {
            at: entries().next()?.at,
            settled: Credits(sum(EntryKind::Settle)),
            released: Credits(sum(EntryKind::Release)),
        })
    }

    /// True if an operation with this key was booked.
    pub fn is_booked(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    /// When [`Ledger::expire`] next has something to do: a bucket or a hold ends.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        let buckets = self.buckets.values().filter(|bucket| bucket.available > Credits::ZERO);
        let ends = buckets.filter_map(|bucket| bucket.expires_at);
        ends.chain(self.holds.values().map(|hold| hold.expires_at)).min()
    }
}
