//! An operation in the making: a view of the ledger that sees its own changes.

use super::record::{
    AMOUNT_MAX, Bucket, Entry, EntryKind, Hold, LedgerAccount, LedgerChange, LedgerRecord, Memo,
    Part,
};
use super::refusal::LedgerRefusal;
use super::state::{Ledger, bucket_key, hold_key};
use igny8_protocol_ids::{Credits, GrantId, HoldId, Timestamp};
use std::collections::BTreeMap;

/// What all entries of one operation share.
pub(super) struct Stamp {
    pub(super) at: Timestamp,
    pub(super) key: String,
    pub(super) memo: Memo,
    pub(super) hold: Option<HoldId>,
}

/// One or more operations that are booked together or not at all.
pub(super) struct Booking<'a> {
    ledger: &'a Ledger,
    /// The buckets that were touched, as they will be.
    buckets: BTreeMap<GrantId, Bucket>,
    entries: Vec<Entry>,
    opened: Vec<Hold>,
    closed: Vec<HoldId>,
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
    pub(super) fn new(ledger: &'a Ledger) -> Self {
        Self {
            ledger,
            buckets: BTreeMap::new(),
            entries: Vec::new(),
            opened: Vec::new(),
            closed: Vec::new(),
            next_number: ledger.entries.last_key_value().map_or(1, |(number, _)| number + 1),
            settled: ledger.balance().settled.0,
        }
    }

    pub(super) fn next_number(&self) -> u64 {
        self.next_number
    }

    fn bucket(&self, grant: GrantId) -> Option<&Bucket> {
        self.buckets.get(&grant).or_else(|| self.ledger.buckets.get(&grant))
    }

    /// The bucket of a part; a part of a grant that is not here (any more) opens it.
    fn bucket_mut(&mut self, part: &Part) -> Result<&mut Bucket, LedgerRefusal> {
        let known = self.bucket(part.grant).cloned().unwrap_or(Bucket {
            grant: part.grant,
            kind: part.kind,
            expires_at: part.expires_at,
            available: Credits::ZERO,
            held: Credits::ZERO,
        });
        if known.kind != part.kind || known.expires_at != part.expires_at {
            return Err(LedgerRefusal::GrantMismatch(part.grant));
        }
        Ok(self.buckets.entry(part.grant).or_insert(known))
    }

    /// Moves a part from one account to another and writes the entry.
    pub(super) fn shift(
        &mut self,
        stamp: &Stamp,
        kind: EntryKind,
        (from, to): (LedgerAccount, LedgerAccount),
        part: &Part,
    ) -> Result<(), LedgerRefusal> {
        check_amount(part.amount)?;
        let bucket = self.bucket_mut(part)?;
        for (account, amount) in [(from, -part.amount.0), (to, part.amount.0)] {
            match account {
                LedgerAccount::Available => bucket.available.0 += amount,
                LedgerAccount::Held => bucket.held.0 += amount,
                _ => {}
            }
        }
        self.write(stamp, kind, (from, to), Some(part.grant), part.amount);
        Ok(())
    }

    /// Writes an entry that touches no bucket by itself.
    pub(super) fn write(
        &mut self,
        stamp: &Stamp,
        kind: EntryKind,
        (from, to): (LedgerAccount, LedgerAccount),
        grant: Option<GrantId>,
        amount: Credits,
    ) {
        let own =
            |account| i64::from(matches!(account, LedgerAccount::Available | LedgerAccount::Held));
        self.settled += (own(to) - own(from)) * amount.0;
        self.entries.push(Entry {
            number: self.next_number,
            at: stamp.at,
            kind,
            from,
            to,
            grant,
            hold: stamp.hold,
            amount,
            key: stamp.key.clone(),
            reason: stamp.memo.reason.clone(),
            actor: stamp.memo.actor,
            settled_after: Credits(self.settled),
        });
        self.next_number += 1;
    }

    /// All buckets as they will be, soonest expiry first; those without expiry last.
    pub(super) fn by_expiry(&self) -> Vec<Bucket> {
        let untouched =
            self.ledger.buckets.values().filter(|b| !self.buckets.contains_key(&b.grant));
        let mut buckets: Vec<Bucket> = untouched.chain(self.buckets.values()).cloned().collect();
        buckets.sort_by_key(|b| (b.expires_at.is_none(), b.expires_at, b.kind, b.grant));
        buckets
    }

    /// Chooses what to hold or send: unheld, not ended, soonest expiry first.
    pub(super) fn choose(
        &self,
        now: Timestamp,
        amount: Credits,
    ) -> Result<Vec<Part>, LedgerRefusal> {
        check_amount(amount)?;
        let (mut missing, mut parts) = (amount.0, Vec::new());
        for bucket in self.by_expiry() {
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
        self.opened.push(hold);
    }

    pub(super) fn close(&mut self, id: HoldId) {
        self.closed.push(id);
    }

    /// The changes of records, in order: buckets, holds, entries.
    pub(super) fn finish(self) -> Vec<LedgerChange> {
        let ledger = self.ledger;
        let buckets = self.buckets.into_values().filter_map(|bucket| {
            if bucket.available == Credits::ZERO && bucket.held == Credits::ZERO {
                let stored = ledger.buckets.contains_key(&bucket.grant);
                stored.then(|| LedgerChange::Delete(bucket_key(bucket.grant)))
            } else {
                Some(LedgerChange::Put(LedgerRecord::Bucket(bucket)))
            }
        });
        let opened =
            self.opened.into_iter().map(|hold| LedgerChange::Put(LedgerRecord::Hold(hold)));
        let closed = self.closed.into_iter().map(|id| LedgerChange::Delete(hold_key(id)));
        let entries =
            self.entries.into_iter().map(|entry| LedgerChange::Put(LedgerRecord::Entry(entry)));
        buckets.chain(opened).chain(closed).chain(entries).collect()
    }
}

impl Bucket {
    /// Some of this bucket's credits.
    pub(super) fn part(&self, amount: Credits) -> Part {
        Part { grant: self.grant, kind: self.kind, expires_at: self.expires_at, amount }
    }
}
