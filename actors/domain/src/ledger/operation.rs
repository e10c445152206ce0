//! What can be booked. Each operation reads the ledger and gives the changes to apply, in order;
//! an operation whose key was booked before gives none.

use super::booking::{Booking, Stamp, check_amount};
use super::record::{EntryKind, Hold, LedgerAccount, LedgerChange, Memo, Part};
use super::refusal::LedgerRefusal;
use super::state::{Ledger, closing_key};
use LedgerAccount::{Available, Elsewhere, Expired, Held, House, Lost, Source, Spent};
use igny8_protocol_ids::{Credits, HoldId, Timestamp};

impl Ledger {
    /// Credits arrive from outside. The key is the cause: an invoice line, a promotion.
    pub fn grant(
        &self,
        now: Timestamp,
        key: &str,
        part: Part,
        memo: impl Into<Memo>,
    ) -> Result<Vec<LedgerChange>, LedgerRefusal> {
        self.arrive(now, key, &[part], memo.into(), (EntryKind::Grant, Source))
    }

    /// Credits arrive from another ledger, which sent them under a transfer's id.
    pub fn receive(
        &self,
        now: Timestamp,
        key: &str,
        parts: &[Part],
        memo: impl Into<Memo>,
    ) -> Result<Vec<LedgerChange>, LedgerRefusal> {
        self.arrive(now, key, parts, memo.into(), (EntryKind::TransferIn, Elsewhere))
    }

    fn arrive(
        &self,
        now: Timestamp,
        key: &str,
        parts: &[Part],
        memo: Memo,
        (kind, from): (EntryKind, LedgerAccount),
    ) -> Result<Vec<LedgerChange>, LedgerRefusal> {
        if self.is_repeated(key, kind)? {
            return Ok(Vec::new());
        }
        let stamp = Stamp { at: now, key: key.to_owned(), memo, hold: None };
        let mut booking = Booking::new(self);
        for part in parts {
            booking.shift(&stamp, kind, (from, Available), part)?;
        }
        Ok(booking.finish())
    }

    /// Credits leave for another ledger: unheld ones, soonest expiry first. Gives the parts to
    /// carry there; a repetition gives none, since the first sending carries them.
    pub fn send(
        &self,
        now: Timestamp,
        key: &str,
        amount: Credits,
        memo: impl Into<Memo>,
    ) -> Result<(Vec<LedgerChange>, Vec<Part>), LedgerRefusal> {
        if self.is_repeated(key, EntryKind::TransferOut)? {
            return Ok((Vec::new(), Vec::new()));
        }
        let stamp = Stamp { at: now, key: key.to_owned(), memo: memo.into(), hold: None };
        let mut booking = Booking::new(self);
        let parts = booking.choose(now, amount)?;
        for part in &parts {
            booking.shift(&stamp, EntryKind::TransferOut, (Available, Elsewhere), part)?;
        }
        Ok((booking.finish(), parts))
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
    ) -> Result<Vec<LedgerChange>, LedgerRefusal> {
        if self.is_repeated(key, EntryKind::Hold)? {
            return Ok(Vec::new());
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
        Ok(booking.finish())
    }

    /// Closes a hold: `amount` of it is spent, the rest is free again. The hold's id is the key
    /// of every way to close it: the second closing changes nothing, and [`Ledger::closing`]
    /// tells of the first.
    pub fn settle(
        &self,
        now: Timestamp,
        id: HoldId,
        amount: Credits,
    ) -> Result<Vec<LedgerChange>, LedgerRefusal> {
        if self.closing(id).is_some() {
            return Ok(Vec::new());
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
        close(&mut booking, now, hold, amount, hold.reason.clone())?;
        Ok(booking.finish())
    }

    /// Closes a hold without spending any of it: the settled balance stays as it was.
    pub fn release(&self, now: Timestamp, id: HoldId) -> Result<Vec<LedgerChange>, LedgerRefusal> {
        self.settle(now, id, Credits::ZERO)
    }

    /// Releases holds that are past their time, then ends what is available in ended grants.
    /// Held credits are never touched: they end after their hold was released.
    pub fn expire(&self, now: Timestamp) -> Result<Vec<LedgerChange>, LedgerRefusal> {
        let mut booking = Booking::new(self);
        for hold in self.holds.values().filter(|hold| hold.expires_at <= now) {
            let reason = format!("{} (timed out)", hold.reason);
            close(&mut booking, now, hold, Credits::ZERO, reason)?;
        }
        for bucket in booking.by_expiry() {
            let ended = bucket.expires_at.is_some_and(|at| at <= now);
            if ended && bucket.available > Credits::ZERO {
                let key = format!("expire:{}:{}", bucket.grant, booking.next_number());
                let stamp = Stamp { at: now, key, memo: Memo::from("Credits ended"), hold: None };
                let part = bucket.part(bucket.available);
                booking.shift(&stamp, EntryKind::Expire, (Available, Expired), &part)?;
            }
        }
        Ok(booking.finish())
    }

    /// The house pays for work that was lost to a crash; nobody's credits change.
    pub fn house_loss(
        &self,
        now: Timestamp,
        key: &str,
        amount: Credits,
        memo: impl Into<Memo>,
    ) -> Result<Vec<LedgerChange>, LedgerRefusal> {
        if self.is_repeated(key, EntryKind::HouseLoss)? {
            return Ok(Vec::new());
        }
        check_amount(amount)?;
        let stamp = Stamp { at: now, key: key.to_owned(), memo: memo.into(), hold: None };
        let mut booking = Booking::new(self);
        booking.write(&stamp, EntryKind::HouseLoss, (House, Lost), None, amount);
        Ok(booking.finish())
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
    reason: String,
) -> Result<(), LedgerRefusal> {
    let stamp =
        Stamp { at: now, key: closing_key(hold.id), memo: reason.into(), hold: Some(hold.id) };
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
