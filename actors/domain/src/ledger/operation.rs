//! What can be booked. Each operation reads the ledger and gives the changes; none applies them.

use super::booking::{Booking, Stamp, check_amount};
use super::record::{Closing, EntryKind, Hold, LedgerAccount, LedgerChange, Memo, Part};
use super::refusal::LedgerRefusal;
use super::state::{Ledger, closing_key};
use LedgerAccount::{Available, Elsewhere, Expired, Held, House, Lost, Source, Spent};
use igny8_protocol_ids::{Credits, HoldId, Timestamp};

/// What came of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is booked by the changes.
    Booked,
    /// Its key was booked before: nothing is changed.
    Repeated,
    /// The hold was closed before, in this way: nothing is changed.
    AlreadyClosed(Closing),
}

/// The changes that book an operation, to be applied in order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "nothing is booked until the changes are applied"]
pub struct Posting {
    /// What came of it.
    pub outcome: Outcome,
    /// What to write; empty unless it is booked now.
    pub changes: Vec<LedgerChange>,
}

impl Posting {
    fn booked(booking: Booking<'_>) -> Self {
        Self { outcome: Outcome::Booked, changes: booking.finish() }
    }
    const fn unchanged(outcome: Outcome) -> Self {
        Self { outcome, changes: Vec::new() }
    }
}

impl Ledger {
    /// Credits arrive from outside. The key is the cause: an invoice line, a promotion.
    pub fn grant(
        &self,
        now: Timestamp,
        key: &str,
        part: Part,
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        self.arrive(now, key, &[part], memo.into(), (EntryKind::Grant, Source))
    }

    /// Credits arrive from another ledger, which sent them under a transfer's id.
    pub fn receive(
        &self,
        now: Timestamp,
        key: &str,
        parts: &[Part],
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        self.arrive(now, key, parts, memo.into(), (EntryKind::TransferIn, Elsewhere))
    }

    fn arrive(
        &self,
        now: Timestamp,
        key: &str,
        parts: &[Part],
        memo: Memo,
        (kind, from): (EntryKind, LedgerAccount),
    ) -> Result<Posting, LedgerRefusal> {
        if self.is_repeated(key, kind)? {
            return Ok(Posting::unchanged(Outcome::Repeated));
        }
        let stamp = Stamp { at: now, key: key.to_owned(), memo, hold: None };
        let mut booking = Booking::new(self);
        for part in parts {
            booking.shift(&stamp, kind, (from, Available), part)?;
        }
        Ok(Posting::booked(booking))
    }

    /// Credits leave for another ledger: unheld ones, soonest expiry first. Gives the parts to
    /// carry there; a repetition gives none, since the first sending carries them.
    pub fn send(
        &self,
        now: Timestamp,
        key: &str,
        amount: Credits,
        memo: impl Into<Memo>,
    ) -> Result<(Posting, Vec<Part>), LedgerRefusal> {
        if self.is_repeated(key, EntryKind::TransferOut)? {
            return Ok((Posting::unchanged(Outcome::Repeated), Vec::new()));
        }
        let stamp = Stamp { at: now, key: key.to_owned(), memo: memo.into(), hold: None };
        let mut booking = Booking::new(self);
        let parts = booking.choose(now, amount)?;
        for part in &parts {
            booking.shift(&stamp, EntryKind::TransferOut, (Available, Elsewhere), part)?;
        }
        Ok((Posting::booked(booking), parts))
    }

    /// Sets credits aside for one piece of work. Work that costs nothing needs no hold.
    pub fn hold(
        &self,
        now: Timestamp,
        key: &str,
        id: HoldId,
        amount: Credits,
        expires_at: Timestamp,
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        if self.is_repeated(key, EntryKind::Hold)? {
            return Ok(Posting::unchanged(Outcome::Repeated));
        }
        if self.holds.contains_key(&id) || self.is_booked(&closing_key(id)) {
            return Err(LedgerRefusal::HoldExists(id));
        }
        let memo = memo.into();
        let reason = memo.reason.clone();
        let stamp = Stamp { at: now, key: key.to_owned(), memo, hold: Some(id) };
        let mut booking = Booking::new(self);
        let parts = booking.choose(now, amount)?;
        for part in &parts {
            booking.shift(&stamp, EntryKind::Hold, (Available, Held), part)?;
        }
        booking.open(Hold { id, parts, opened_at: now, expires_at, reason });
        Ok(Posting::booked(booking))
    }

    /// Closes a hold: `amount` of it is spent, the rest is free again. The hold's id is the key
    /// of every way to close it: the second closing changes nothing and tells of the first.
    pub fn settle(
        &self,
        now: Timestamp,
        id: HoldId,
        amount: Credits,
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        if let Some(closing) = self.closing(id) {
            return Ok(Posting::unchanged(Outcome::AlreadyClosed(closing)));
        }
        let hold = self.open_hold(id).ok_or(LedgerRefusal::UnknownHold(id))?;
        let held = hold.amount();
        if amount < Credits::ZERO {
            return Err(LedgerRefusal::Amount(amount));
        }
        if amount > held {
            return Err(LedgerRefusal::AboveHold { held, asked: amount });
        }
        let mut booking = Booking::new(self);
        close(&mut booking, now, hold, amount, memo.into())?;
        Ok(Posting::booked(booking))
    }

    /// Closes a hold without spending any of it: the settled balance stays as it was.
    pub fn release(
        &self,
        now: Timestamp,
        id: HoldId,
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        self.settle(now, id, Credits::ZERO, memo)
    }

    /// Releases holds that are past their time, then ends what is available in ended grants.
    /// Held credits are never touched: they end after their hold was released.
    pub fn expire(&self, now: Timestamp) -> Posting {
        let mut booking = Booking::new(self);
        for hold in self.holds.values().filter(|hold| hold.expires_at <= now) {
            let reason = format!("{} (timed out)", hold.reason);
            close(&mut booking, now, hold, Credits::ZERO, reason.into())
                .expect("the parts of an open hold fit their buckets: it was opened from them");
        }
        for bucket in booking.by_expiry() {
            let ended = bucket.expires_at.is_some_and(|at| at <= now);
            if ended && bucket.available > Credits::ZERO {
                let key = format!("expire:{}:{}", bucket.grant, booking.next_number());
                let stamp = Stamp { at: now, key, memo: Memo::from("Credits ended"), hold: None };
                let part = bucket.part(bucket.available);
                booking
                    .shift(&stamp, EntryKind::Expire, (Available, Expired), &part)
                    .expect("a part of a bucket fits that bucket");
            }
        }
        Posting::booked(booking)
    }

    /// The house pays for work that was lost to a crash; nobody's credits change.
    pub fn house_loss(
        &self,
        now: Timestamp,
        key: &str,
        amount: Credits,
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        if self.is_repeated(key, EntryKind::HouseLoss)? {
            return Ok(Posting::unchanged(Outcome::Repeated));
        }
        check_amount(amount)?;
        let stamp = Stamp { at: now, key: key.to_owned(), memo: memo.into(), hold: None };
        let mut booking = Booking::new(self);
        booking.write(&stamp, EntryKind::HouseLoss, (House, Lost), None, amount);
        Ok(Posting::booked(booking))
    }

    fn is_repeated(&self, key: &str, kind: EntryKind) -> Result<bool, LedgerRefusal> {
        let Some(number) = self.keys.get(key).and_then(|numbers| numbers.first()) else {
            return Ok(false);
        };
        match self.entries.get(number) {
            Some(entry) if entry.kind == kind => Ok(true),
            _ => Err(LedgerRefusal::KeyReused(key.to_owned())),
        }
    }
}

/// The one way to close a hold: spends `amount` of it, soonest expiry first, frees the rest.
fn close(
    booking: &mut Booking<'_>,
    now: Timestamp,
    hold: &Hold,
    amount: Credits,
    memo: Memo,
) -> Result<(), LedgerRefusal> {
    let stamp = Stamp { at: now, key: closing_key(hold.id), memo, hold: Some(hold.id) };
    let mut to_spend = amount.0;
    for part in &hold.parts {
        let spent = part.amount.0.min(to_spend);
        to_spend -= spent;
        let share = |amount| Part { amount: Credits(amount), ..part.clone() };
        if spent > 0 {
            booking.shift(&stamp, EntryKind::Settle, (Held, Spent), &share(spent))?;
        }
        if spent < part.amount.0 {
            let rest = share(part.amount.0 - spent);
            booking.shift(&stamp, EntryKind::Release, (Held, Available), &rest)?;
        }
    }
    booking.close(hold.id);
    Ok(())
}
