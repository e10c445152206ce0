//! A ledger's state: rebuilt from its records alone.

use super::counterpart::Counterpart;
use super::entry::{Entry, EntryKind, LedgerAccount};
use super::filing::{Filed, FiledPage, KnownGrant};
use super::record::{Bucket, Closing, GrantKind, Hold, LedgerChange, LedgerKey, LedgerRecord};
use igny8_protocol_ids::{Credits, GrantId, HoldId, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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

/// The order in which buckets burn: the soonest to end first, those without an end last.
pub(super) type BucketPlace = (bool, Option<Timestamp>, GrantKind, GrantId);

/// The credits of a tenant, or a site's slice of them. Nothing that is asked for a booking takes
/// longer the more entries or holds there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub(super) buckets: BTreeMap<GrantId, Bucket>,
    pub(super) holds: BTreeMap<HoldId, Hold>,
    /// Those that are not filed.
    pub(super) entries: BTreeMap<u64, Entry>,
    filed: Filed,
    /// By their last entry.
    pages: BTreeMap<u64, FiledPage>,
    known: BTreeMap<String, KnownGrant>,
    counterparts: BTreeMap<SiteId, Counterpart>,
    /// Sum of all entries per account; derived.
    totals: [i64; LedgerAccount::COUNT],
    /// The first entry in memory of each operation that has a key of its own; derived.
    keys: BTreeMap<String, u64>,
    /// The first entry in memory of each hold's closing; derived.
    closings: BTreeMap<HoldId, u64>,
    /// Derived.
    burning: BTreeSet<BucketPlace>,
    /// When each open hold is released by itself; derived.
    hold_ends: BTreeSet<(Timestamp, HoldId)>,
}

fn record_key(kind: u8, id: &[u8]) -> LedgerKey {
    let mut key = Vec::with_capacity(1 + id.len());
    key.push(kind);
    key.extend_from_slice(id);
    key
}

pub(super) fn bucket_key(grant: GrantId) -> LedgerKey {
    record_key(b'b', grant.uuid().as_bytes())
}

pub(super) fn hold_key(id: HoldId) -> LedgerKey {
    record_key(b'h', id.uuid().as_bytes())
}

pub(super) fn entry_key(number: u64) -> LedgerKey {
    record_key(b'e', &number.to_be_bytes())
}

impl Ledger {
    /// The key of a record within the ledger.
    pub fn key(record: &LedgerRecord) -> LedgerKey {
        match record {
            LedgerRecord::Bucket(bucket) => bucket_key(bucket.grant),
            LedgerRecord::Hold(hold) => hold_key(hold.id),
            LedgerRecord::Entry(entry) => entry_key(entry.number),
            LedgerRecord::Filed(_) => vec![b'f'],
            LedgerRecord::Page(page) => record_key(b'p', &page.last.to_be_bytes()),
            LedgerRecord::Known(known) => record_key(b'k', known.key.as_bytes()),
            LedgerRecord::Counterpart(counterpart) => {
                record_key(b'c', counterpart.site.uuid().as_bytes())
            }
        }
    }

    /// The blob that a record names.
    pub fn blob(record: &LedgerRecord) -> Option<[u8; 32]> {
        match record {
            LedgerRecord::Page(page) => Some(page.blob),
            _ => None,
        }
    }

    /// Takes a record in; hands back the one before. Reversible by `put` or `delete`.
    pub fn put(&mut self, record: LedgerRecord) -> Option<LedgerRecord> {
        match record {
            LedgerRecord::Bucket(bucket) => {
                self.burning.insert(bucket.place());
                let before = self.buckets.insert(bucket.grant, bucket)?;
                let now = &self.buckets[&before.grant];
                if now.place() != before.place() {
                    self.burning.remove(&before.place());
                }
                Some(LedgerRecord::Bucket(before))
            }
            LedgerRecord::Hold(hold) => {
                let before = self.take_hold(hold.id);
                self.hold_ends.insert((hold.expires_at, hold.id));
                self.holds.insert(hold.id, hold);
                before.map(LedgerRecord::Hold)
            }
            LedgerRecord::Entry(entry) => {
                let before = self.take_entry(entry.number);
                self.add_entry(entry);
                before.map(LedgerRecord::Entry)
            }
            LedgerRecord::Filed(filed) => {
                let before = self.take_filed();
                for (account, amount) in &filed.totals {
                    self.totals[*account as usize] += amount.0;
                }
                self.filed = filed;
                before.map(LedgerRecord::Filed)
            }
            LedgerRecord::Page(page) => self.pages.insert(page.last, page).map(LedgerRecord::Page),
            LedgerRecord::Known(known) => {
                self.known.insert(known.key.clone(), known).map(LedgerRecord::Known)
            }
            LedgerRecord::Counterpart(counterpart) => self
                .counterparts
                .insert(counterpart.site, counterpart)
                .map(LedgerRecord::Counterpart),
        }
    }

    /// Takes a record out; absent and malformed keys are ignored.
    pub fn delete(&mut self, key: &[u8]) -> Option<LedgerRecord> {
        let (kind, id) = key.split_first()?;
        let uuid = || Uuid::from_slice(id).ok();
        let number = || Some(u64::from_be_bytes(id.try_into().ok()?));
        match kind {
            b'e' => self.take_entry(number()?).map(LedgerRecord::Entry),
            b'b' => {
                let bucket = self.buckets.remove(&GrantId::from_uuid(uuid()?))?;
                self.burning.remove(&bucket.place());
                Some(LedgerRecord::Bucket(bucket))
            }
            b'h' => self.take_hold(HoldId::from_uuid(uuid()?)).map(LedgerRecord::Hold),
            b'f' => self.take_filed().map(LedgerRecord::Filed),
            b'p' => self.pages.remove(&number()?).map(LedgerRecord::Page),
            b'k' => self.known.remove(std::str::from_utf8(id).ok()?).map(LedgerRecord::Known),
            b'c' => {
                let site = SiteId::from_uuid(uuid()?);
                self.counterparts.remove(&site).map(LedgerRecord::Counterpart)
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

    fn take_hold(&mut self, id: HoldId) -> Option<Hold> {
        let hold = self.holds.remove(&id)?;
        self.hold_ends.remove(&(hold.expires_at, id));
        Some(hold)
    }

    /// What was filed before; none is the same as nothing filed and nothing being filed.
    fn take_filed(&mut self) -> Option<Filed> {
        let before = std::mem::take(&mut self.filed);
        for (account, amount) in &before.totals {
            self.totals[*account as usize] -= amount.0;
        }
        (before != Filed::default()).then_some(before)
    }

    fn add_entry(&mut self, entry: Entry) {
        self.totals[entry.from() as usize] -= entry.amount.0;
        self.totals[entry.to() as usize] += entry.amount.0;
        self.note_first(&entry, entry.number);
        self.entries.insert(entry.number, entry);
    }

    fn take_entry(&mut self, number: u64) -> Option<Entry> {
        let entry = self.entries.remove(&number)?;
        self.totals[entry.from() as usize] += entry.amount.0;
        self.totals[entry.to() as usize] -= entry.amount.0;
        match entry.hold {
            Some(_) if entry.kind == EntryKind::Hold => {}
            Some(hold) if self.closings.get(&hold) == Some(&number) => {
                self.closings.remove(&hold);
            }
            None if self.keys.get(&entry.key) == Some(&number) => {
                self.keys.remove(&entry.key);
            }
            _ => return Some(entry),
        }
        // The entries of one operation follow each other: the next one is its first now.
        let next = self.entries.get(&(number + 1)).filter(|next| next.is_of_one_operation(&entry));
        if let Some(next) = next.map(|next| next.number) {
            self.note_first(&entry, next);
        }
        Some(entry)
    }

    fn note_first(&mut self, entry: &Entry, number: u64) {
        let first = match entry.hold {
            Some(_) if entry.kind == EntryKind::Hold => return,
            Some(hold) => self.closings.entry(hold).or_insert(number),
            None => self.keys.entry(entry.key.clone()).or_insert(number),
        };
        *first = number.min(*first);
    }

    /// The sum of all entries of an account: what came in less what went out.
    pub const fn total(&self, account: LedgerAccount) -> Credits {
        Credits(self.totals[account as usize])
    }

    /// The balance, from the entries.
    pub const fn balance(&self) -> Balance {
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

    /// The movements that are in memory, newest first. Older ones lie in [`Ledger::pages`].
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().rev()
    }

    /// Where the older movements lie, newest first.
    pub fn pages(&self) -> impl Iterator<Item = &FiledPage> {
        self.pages.values().rev()
    }

    /// How many movements there are, in memory and in pages.
    pub fn entry_count(&self) -> u64 {
        self.last_entry().map_or(self.filed.last, |entry| entry.number)
    }

    pub(super) fn last_entry(&self) -> Option<&Entry> {
        self.entries.values().next_back()
    }

    pub(super) const fn filed(&self) -> &Filed {
        &self.filed
    }

    pub(super) fn known(&self, key: &str) -> Option<&KnownGrant> {
        self.known.get(key)
    }

    /// The first entry in memory that was booked under a key of its own.
    pub(super) fn booked(&self, key: &str) -> Option<&Entry> {
        self.entries.get(self.keys.get(key)?)
    }

    pub(super) fn counterpart(&self, site: SiteId) -> Counterpart {
        self.counterparts.get(&site).cloned().unwrap_or(Counterpart::new(site))
    }

    /// What is left of each grant, the soonest to end first.
    pub fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        self.burning.iter().filter_map(|(_, _, _, grant)| self.buckets.get(grant))
    }

    /// All open holds.
    pub fn holds(&self) -> impl Iterator<Item = &Hold> {
        self.holds.values()
    }

    /// An open hold.
    pub fn open_hold(&self, id: HoldId) -> Option<&Hold> {
        self.holds.get(&id)
    }

    /// The open holds that are past their time: [`Ledger::expire`] releases them.
    pub fn overdue_holds(&self, now: Timestamp) -> impl Iterator<Item = &Hold> {
        let due = self.hold_ends.iter().take_while(move |(end, _)| *end <= now);
        due.filter_map(|(_, id)| self.holds.get(id))
    }

    /// How a hold was closed; `None` while it is open, was never opened, or was closed so long ago
    /// that its closing is filed ([`Ledger::is_used_up`]).
    pub fn closing(&self, id: HoldId) -> Option<Closing> {
        let first = *self.closings.get(&id)?;
        let entries = || {
            self.entries
                .range(first..)
                .map(|(_, entry)| entry)
                .take_while(|entry| entry.hold == Some(id) && entry.kind != EntryKind::Hold)
        };
        let sum = |kind| entries().filter(|e| e.kind == kind).map(|e| e.amount.0).sum();
        Some(Closing {
            at: entries().next()?.at,
            settled: Credits(sum(EntryKind::Settle)),
            released: Credits(sum(EntryKind::Release)),
        })
    }

    /// True for an id that is neither open nor newer than what is filed: if it was opened, it was
    /// closed as well. Ids carry the time when they were drawn.
    pub(super) fn is_used_up(&self, id: HoldId) -> bool {
        self.filed.last > 0
            && !self.holds.contains_key(&id)
            && id.time().is_some_and(|at| at <= self.filed.until)
    }

    /// The time for the id of a new hold: now, or, if the clock went back, later than what is filed.
    pub fn hold_time(&self, now: Timestamp) -> Timestamp {
        match self.filed.last {
            0 => now,
            _ => now.max(Timestamp::from_millis(self.filed.until.as_millis().saturating_add(1))),
        }
    }

    /// True if an operation with this key of its own was booked, and is known.
    pub fn is_booked(&self, key: &str) -> bool {
        self.keys.contains_key(key) || self.known.contains_key(key)
    }

    /// When [`Ledger::expire`] next has something to do: a bucket or a hold ends.
    pub fn next_expiry(&self) -> Option<Timestamp> {
        let bucket = self
            .buckets()
            .find(|bucket| bucket.available > Credits::ZERO)
            .and_then(|bucket| bucket.expires_at);
        let hold = self.hold_ends.first().map(|(end, _)| *end);
        [bucket, hold].into_iter().flatten().min()
    }
}
