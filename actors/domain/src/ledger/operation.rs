//! What can be booked. Each operation reads the ledger and gives the changes; none applies them.

use super::booking::{Booking, Stamp, check_amount};
use super::counterpart::Shipment;
use super::entry::{EntryKind, Memo};
use super::record::{Closing, Hold, LedgerChange, LedgerRecord, Part};
use super::refusal::LedgerRefusal;
use super::state::Ledger;
use igny8_protocol_ids::{Credits, HoldId, SiteId, Timestamp};

/// The longest key of an operation: it is part of a record's key.
const KEY_BYTES_MAX: usize = 128;

/// What came of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is booked by the changes.
    Booked,
    /// Its key was booked before: nothing is changed.
    Repeated,
    /// The hold was closed before, in this way: nothing is changed. None: so long ago that the
    /// closing is filed.
    AlreadyClosed(Option<Closing>),
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
    /// Credits arrive from outside. The key is the cause: an invoice line, a promotion. It counts
    /// once, for ever.
    pub fn grant(
        &self,
        now: Timestamp,
        key: &str,
        part: Part,
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        if key.is_empty() || key.len() > KEY_BYTES_MAX {
            return Err(LedgerRefusal::Key { length: key.len(), max: KEY_BYTES_MAX });
        }
        let filed = self.known(key).map(|known| known.amount);
        let recent = || self.booked(key).filter(|entry| entry.kind == EntryKind::Grant);
        if let Some(before) = filed.or_else(|| recent().map(|entry| entry.amount)) {
            return match before == part.amount {
                true => Ok(Posting::unchanged(Outcome::Repeated)),
                false => Err(LedgerRefusal::GrantChanged { before, now: part.amount }),
            };
        }
        self.check_new(key)?;
        let mut booking = Booking::new(self, now);
        let stamp = Stamp { key: key.to_owned(), memo: memo.into(), hold: None };
        booking.shift(&stamp, EntryKind::Grant, &part)?;
        Ok(Posting::booked(booking))
    }

    /// Credits arrive from another ledger. A shipment counts once, for ever: by its number, or, if
    /// it is from before they were numbered, by the key.
    pub fn receive(
        &self,
        now: Timestamp,
        site: SiteId,
        key: &str,
        shipment: &Shipment,
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        let mut counterpart = self.counterpart(site);
        let number = shipment.number;
        let is_repeated = match number {
            0 => self.is_repeated(key, EntryKind::TransferIn)?,
            _ => counterpart.has(number),
        };
        if is_repeated || shipment.parts.is_empty() {
            return Ok(Posting::unchanged(Outcome::Repeated));
        }
        let key = if number == 0 { key.to_owned() } else { format!("{key}:{number}") };
        let stamp = Stamp { key, memo: memo.into(), hold: None };
        let mut booking = Booking::new(self, now);
        for part in &shipment.parts {
            booking.shift(&stamp, EntryKind::TransferIn, part)?;
        }
        if number > 0 {
            counterpart.arrive(number);
            booking.put(LedgerRecord::Counterpart(counterpart));
        }
        Ok(Posting::booked(booking))
    }

    /// Credits leave for another ledger: unheld ones, the soonest to end first. Gives the shipment
    /// to carry there; a repetition gives an empty one, since the first sending carries them. A key
    /// that was filed since is not known any more: the credits then go a second time, under
    /// another number, and none is lost or doubled by it.
    pub fn send(
        &self,
        now: Timestamp,
        site: SiteId,
        key: &str,
        amount: Credits,
        memo: impl Into<Memo>,
    ) -> Result<(Posting, Shipment), LedgerRefusal> {
        if self.is_repeated(key, EntryKind::TransferOut)? {
            return Ok((Posting::unchanged(Outcome::Repeated), Shipment::default()));
        }
        let stamp = Stamp { key: key.to_owned(), memo: memo.into(), hold: None };
        let mut booking = Booking::new(self, now);
        let parts = booking.choose(now, amount)?;
        for part in &parts {
            booking.shift(&stamp, EntryKind::TransferOut, part)?;
        }
        let mut counterpart = self.counterpart(site);
        counterpart.sent += 1;
        let number = counterpart.sent;
        booking.put(LedgerRecord::Counterpart(counterpart));
        Ok((Posting::booked(booking), Shipment { number, parts }))
    }

    /// Sets credits aside for one piece of work. Work that costs nothing needs no hold. An id is
    /// held once, ever: it is drawn at [`Ledger::hold_time`].
    pub fn hold(
        &self,
        now: Timestamp,
        id: HoldId,
        amount: Credits,
        expires_at: Timestamp,
        memo: impl Into<Memo>,
    ) -> Result<Posting, LedgerRefusal> {
        if self.open_hold(id).is_some() {
            return Ok(Posting::unchanged(Outcome::Repeated));
        }
        if let Some(closing) = self.closed(id) {
            return Ok(Posting::unchanged(Outcome::AlreadyClosed(closing)));
        }
        let memo = memo.into();
        let (reason, task, price_list) = (memo.reason.clone(), memo.task, memo.price_list);
        let stamp = Stamp { key: String::new(), memo, hold: Some(id) };
        let mut booking = Booking::new(self, now);
        let parts = booking.choose(now, amount)?;
        for part in &parts {
            booking.shift(&stamp, EntryKind::Hold, part)?;
        }
        let hold = Hold { id, parts, opened_at: now, expires_at, reason, task, price_list };
        booking.open(hold);
        Ok(Posting::booked(booking))
    }

    /// Lets an open hold last longer: its work begins another attempt. It never lasts shorter.
    pub fn prolong(&self, id: HoldId, expires_at: Timestamp) -> Result<Posting, LedgerRefusal> {
        if let Some(closing) = self.closed(id) {
            return Ok(Posting::unchanged(Outcome::AlreadyClosed(closing)));
        }
        let hold = self.open_hold(id).ok_or(LedgerRefusal::UnknownHold(id))?;
        if hold.expires_at >= expires_at {
            return Ok(Posting::unchanged(Outcome::Repeated));
        }
        let hold = Hold { expires_at, ..hold.clone() };
        let changes = vec![LedgerChange::Put(LedgerRecord::Hold(hold))];
        Ok(Posting { outcome: Outcome::Booked, changes })
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
        if let Some(closing) = self.closed(id) {
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
        let mut booking = Booking::new(self, now);
        close(&mut booking, hold, amount, memo.into())?;
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
        let mut booking = Booking::new(self, now);
        for hold in self.overdue_holds(now) {
            let memo = Memo::from(format!("{} (timed out)", hold.reason));
            close(&mut booking, hold, Credits::ZERO, memo)
                .expect("the parts of an open hold fit their buckets: it was opened from them");
        }
        let is_over = |bucket: &&super::Bucket| {
            bucket.available > Credits::ZERO && bucket.expires_at.is_some_and(|at| at <= now)
        };
        let ended: Vec<Part> =
            booking.burning().filter(is_over).map(|bucket| bucket.part(bucket.available)).collect();
        for part in ended {
            let key = format!("expire:{}:{}", part.grant, booking.next_number());
            let stamp = Stamp { key, memo: Memo::from("Credits ended"), hold: None };
            booking
                .shift(&stamp, EntryKind::Expire, &part)
                .expect("a part of a bucket fits that bucket");
        }
        Posting::booked(booking)
    }

    /// The house pays for work that was lost to a crash or a provider; nobody's credits change.
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
        let stamp = Stamp { key: key.to_owned(), memo: memo.into(), hold: None };
        let mut booking = Booking::new(self, now);
        booking.write(&stamp, EntryKind::HouseLoss, None, amount);
        Ok(Posting::booked(booking))
    }

    /// Whether a hold was closed, and how, as far as that is still in memory.
    fn closed(&self, id: HoldId) -> Option<Option<Closing>> {
        match self.closing(id) {
            Some(closing) => Some(Some(closing)),
            None => self.is_used_up(id).then_some(None),
        }
    }

    fn is_repeated(&self, key: &str, kind: EntryKind) -> Result<bool, LedgerRefusal> {
        match self.booked(key) {
            Some(entry) if entry.kind == kind => Ok(true),
            _ => self.check_new(key).map(|()| false),
        }
    }

    fn check_new(&self, key: &str) -> Result<(), LedgerRefusal> {
        match self.is_booked(key) {
            true => Err(LedgerRefusal::KeyReused(key.to_owned())),
            false => Ok(()),
        }
    }
}

/// The one way to close a hold: spends `amount` of it, soonest expiry first, frees the rest.
fn close(
    booking: &mut Booking<'_>,
    hold: &Hold,
    amount: Credits,
    memo: Memo,
) -> Result<(), LedgerRefusal> {
    let memo = Memo { task: hold.task, price_list: hold.price_list, ..memo };
    let stamp = Stamp { key: String::new(), memo, hold: Some(hold.id) };
    let mut to_spend = amount.0;
    for part in &hold.parts {
        let spent = part.amount.0.min(to_spend);
        to_spend -= spent;
        let share = |amount| Part { amount: Credits(amount), ..part.clone() };
        if spent > 0 {
            booking.shift(&stamp, EntryKind::Settle, &share(spent))?;
        }
        if spent < part.amount.0 {
            let rest = share(part.amount.0 - spent);
            booking.shift(&stamp, EntryKind::Release, &rest)?;
        }
    }
    booking.close(hold.id);
    Ok(())
}
