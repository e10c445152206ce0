//! An operation in the making: a view of the ledger that sees its own changes.

use super::entry::{Entry, EntryKind, LedgerAccount, Memo};
use super::record::{AMOUNT_MAX, Bucket, Hold, LedgerChange, LedgerRecord, Part};
use super::refusal::LedgerRefusal;
use super::state::{BucketPlace, Ledger, bucket_key, hold_key};
use igny8_protocol_ids::{Credits, GrantId, HoldId, Timestamp};

/// What all entries of one operation share.
pub(super) struct Stamp {
    /// The operation's own key; empty if it follows from the hold.
    pub(super) key: String,
    pub(super) memo: Memo,
    pub(super) hold: Option<HoldId>,
}

/// One or more operations that are booked together or not at all.
pub(super) struct Booking<'a> {
    ledger: &'a Ledger,
    /// Never before the last entry, also if the clock went back.
    at: Timestamp,
    /// The buckets that were touched, as they will be: a few.
    buckets: Vec<Bucket>,
    changes: Vec<LedgerChange>,
    next_number: u64,
    settled: i64,
}

/// Whether an amount can be booked at all.
pub(super) fn check_amount(amount: Credits) -> Result<(), LedgerRefusal> {
    if amount > Credits::ZERO && amount <= AMOUNT_MAX {
        Ok(())
    } else {
        Err(LedgerRefusal::Amount(amount))
    }
}

impl<'a> Booking<'a> {
    pub(super) fn new(ledger: &'a Ledger, now: Timestamp) -> Self {
        let last = ledger.last_entry().map_or(ledger.filed().until, |entry| entry.at);
        Self {
            ledger,
            at: if ledger.entry_count() == 0 { now } else { now.max(last) },
            buckets: Vec::new(),
            changes: Vec::new(),
            next_number: ledger.entry_count() + 1,
            settled: ledger.balance().settled.0,
        }
    }

    pub(super) const fn next_number(&self) -> u64 {
        self.next_number
    }

    fn bucket(&self, grant: GrantId) -> Option<&Bucket> {
        let touched = self.buckets.iter().find(|bucket| bucket.grant == grant);
        touched.or_else(|| self.ledger.buckets.get(&grant))
    }

    /// The bucket of a part; a part of a grant that is not here (any more) opens it.
    fn bucket_mut(&mut self, part: &Part) -> Result<&mut Bucket, LedgerRefusal> {
        let place = match self.buckets.iter().position(|bucket| bucket.grant == part.grant) {
            Some(place) => place,
            None => {
                let known = self.ledger.buckets.get(&part.grant).cloned();
                self.buckets.push(known.unwrap_or(Bucket {
                    grant: part.grant,
                    kind: part.kind,
                    expires_at: part.expires_at,
                    available: Credits::ZERO,
                    held: Credits::ZERO,
                }));
                self.buckets.len() - 1
            }
        };
        let bucket = &mut self.buckets[place];
        if bucket.kind != part.kind || bucket.expires_at != part.expires_at {
            return Err(LedgerRefusal::GrantMismatch(part.grant));
        }
        Ok(bucket)
    }

    /// Moves a part as this kind of entry does, and writes the entry.
    pub(super) fn shift(
        &mut self,
        stamp: &Stamp,
        kind: EntryKind,
        part: &Part,
    ) -> Result<(), LedgerRefusal> {
        check_amount(part.amount)?;
        let bucket = self.bucket_mut(part)?;
        let (from, to) = kind.accounts();
        for (account, amount) in [(from, -part.amount.0), (to, part.amount.0)] {
            match account {
                LedgerAccount::Available => bucket.available.0 += amount,
                LedgerAccount::Held => bucket.held.0 += amount,
                _ => {}
            }
        }
        self.write(stamp, kind, Some(part.grant), part.amount);
        Ok(())
    }

    /// Writes an entry that touches no bucket by itself.
    pub(super) fn write(
        &mut self,
        stamp: &Stamp,
        kind: EntryKind,
        grant: Option<GrantId>,
        amount: Credits,
    ) {
        let mut entry = Entry {
            number: self.next_number,
            at: self.at,
            kind,
            grant,
            hold: stamp.hold,
            task: stamp.memo.task,
            amount,
            key: stamp.key.clone(),
            reason: stamp.memo.reason.clone(),
            actor: stamp.memo.actor,
            price_list: stamp.memo.price_list,
            settled_after: Credits::ZERO,
        };
        self.settled += entry.settles();
        entry.settled_after = Credits(self.settled);
        self.put(LedgerRecord::Entry(entry));
        self.next_number += 1;
    }

    /// All buckets that the ledger has, as they will be, the soonest to end first.
    pub(super) fn burning(&self) -> impl Iterator<Item = &Bucket> {
        self.ledger.buckets().filter_map(|bucket| self.bucket(bucket.grant))
    }

    /// Chooses what to hold or send: unheld, not ended, the soonest to end first.
    pub(super) fn choose(
        &self,
        now: Timestamp,
        amount: Credits,
    ) -> Result<Vec<Part>, LedgerRefusal> {
        check_amount(amount)?;
        let (mut missing, mut parts) = (amount.0, Vec::new());
        for bucket in self.burning() {
            let taken = bucket.available.0.min(missing);
            if taken > 0 && bucket.expires_at.is_none_or(|at| at > now) {
                missing -= taken;
                parts.push(bucket.part(Credits(taken)));
            }
        }
        if missing > 0 {
            let available = Credits(amount.0 - missing);
            return Err(LedgerRefusal::Insufficient { available, needed: amount });
        }
        Ok(parts)
    }

    pub(super) fn open(&mut self, hold: Hold) {
        self.put(LedgerRecord::Hold(hold));
    }

    pub(super) fn close(&mut self, id: HoldId) {
        self.changes.push(LedgerChange::Delete(hold_key(id)));
    }

    /// Writes a record that is no bucket.
    pub(super) fn put(&mut self, record: LedgerRecord) {
        self.changes.push(LedgerChange::Put(record));
    }

    /// The changes of records. Each is of a key of its own: their order does not matter.
    pub(super) fn finish(self) -> Vec<LedgerChange> {
        let Self { ledger, buckets, mut changes, .. } = self;
        changes.extend(buckets.into_iter().filter_map(|bucket| {
            if bucket.available == Credits::ZERO && bucket.held == Credits::ZERO {
                let stored = ledger.buckets.contains_key(&bucket.grant);
                stored.then(|| LedgerChange::Delete(bucket_key(bucket.grant)))
            } else {
                Some(LedgerChange::Put(LedgerRecord::Bucket(bucket)))
            }
        }));
        changes
    }
}

impl Bucket {
    /// Some of this bucket's credits.
    pub(super) const fn part(&self, amount: Credits) -> Part {
        Part { grant: self.grant, kind: self.kind, expires_at: self.expires_at, amount }
    }
    pub(super) const fn place(&self) -> BucketPlace {
        (self.expires_at.is_none(), self.expires_at, self.kind, self.grant)
    }
}
