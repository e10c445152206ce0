//! The ledger against a model that cannot be wrong: every credit is a coin that lies somewhere.

use super::step::{Step, steps};
use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Where a coin lies.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Available(usize),
    Held(usize, u8),
    Spent(usize),
    Expired(usize),
    Flight(usize),
}

#[derive(Clone, Debug)]
struct Coin {
    grant: u8,
    place: Place,
}

/// A hold that was opened.
#[derive(Clone, Copy)]
struct Opened {
    id: HoldId,
    is_open: bool,
    ends: i64,
}

/// Both ledgers, what was ever written, what is on its way, and the coins beside them.
#[derive(Default)]
struct World {
    now: i64,
    ledgers: [Ledger; 2],
    /// What the store holds of each.
    stored: [BTreeMap<LedgerKey, LedgerRecord>; 2],
    /// Every entry that was ever booked.
    ever: [Vec<Entry>; 2],
    pages: [Vec<Vec<Entry>>; 2],
    /// Who sent it, and what.
    flights: Vec<(usize, Shipment)>,
    delivered: BTreeSet<usize>,
    coins: Vec<Coin>,
    holds: BTreeMap<(usize, u8), Opened>,
    granted: BTreeMap<u8, u8>,
}

impl World {
    fn write(&mut self, at: usize, posting: &Posting) {
        assert!(posting.outcome == Outcome::Booked || posting.changes.is_empty());
        self.commit(at, &posting.changes);
    }

    fn commit(&mut self, at: usize, changes: &[LedgerChange]) {
        let mut undone = self.ledgers[at].clone();
        undo_all(&mut undone, changes);
        assert_eq!(self.ledgers[at], undone, "changes are exactly reversible");
        for change in changes {
            self.ledgers[at].apply(change.clone());
            match change {
                LedgerChange::Put(record) => {
                    if let LedgerRecord::Entry(entry) = record {
                        self.ever[at].push(entry.clone());
                    }
                    self.stored[at].insert(Ledger::key(record), record.clone());
                }
                LedgerChange::Delete(key) => drop(self.stored[at].remove(key)),
            }
        }
    }

    fn loaded(&self, at: usize) -> Ledger {
        let mut ledger = Ledger::default();
        for record in self.stored[at].values() {
            ledger.put(record.clone());
        }
        ledger
    }

    /// The coins that would be taken next: not ended, soonest end first.
    fn choose(&self, at: usize, amount: u8) -> Option<Vec<usize>> {
        let mut free: Vec<usize> = (0..self.coins.len())
            .filter(|coin| self.coins[*coin].place == Place::Available(at))
            .filter(|coin| end_of(self.coins[*coin].grant).is_none_or(|end| end > self.now))
            .collect();
        free.sort_by_key(|coin| end_of(self.coins[*coin].grant).unwrap_or(i64::MAX));
        (free.len() >= usize::from(amount)).then(|| free[..usize::from(amount)].to_vec())
    }

    fn move_coins(&mut self, from: Place, to: Place, count: usize) {
        let mut found: Vec<&mut Coin> = self.coins.iter_mut().filter(|c| c.place == from).collect();
        found.sort_by_key(|coin| end_of(coin.grant).unwrap_or(i64::MAX));
        found.into_iter().take(count).for_each(|coin| coin.place = to);
    }

    fn count(&self, place: impl Fn(Place) -> bool) -> i64 {
        i64::try_from(self.coins.iter().filter(|coin| place(coin.place)).count()).unwrap()
    }

    fn settled(&self, at: usize) -> i64 {
        self.ledgers[at].balance().settled.0
    }

    fn grant(&mut self, grant: u8, amount: u8) {
        let key = format!("invoice:{grant}");
        let posting = self.ledgers[0].grant(time(self.now), &key, part(grant, amount), "paid");
        match self.granted.get(&grant) {
            Some(before) if *before != amount => {
                assert!(matches!(posting, Err(LedgerRefusal::GrantChanged { .. })));
            }
            Some(_) => assert_eq!(Outcome::Repeated, posting.unwrap().outcome, "once for ever"),
            None => {
                self.granted.insert(grant, amount);
                let coin = Coin { grant, place: Place::Available(0) };
                self.coins.extend(std::iter::repeat_n(coin, amount.into()));
                self.write(0, &posting.unwrap());
            }
        }
    }

    fn send(&mut self, from: usize, transfer: u8, amount: u8) {
        let key = format!("send:{transfer}");
        let now = time(self.now);
        let sent = self.ledgers[from].send(now, site(), &key, Credits(amount.into()), "a slice");
        if self.ledgers[from].is_booked(&key) {
            let (posting, shipment) = sent.unwrap();
            assert_eq!((Outcome::Repeated, Shipment::default()), (posting.outcome, shipment));
        } else if let Some(coins) = self.choose(from, amount) {
            let (posting, shipment) = sent.expect("there is enough");
            let flight = Place::Flight(self.flights.len());
            coins.into_iter().for_each(|coin| self.coins[coin].place = flight);
            self.flights.push((from, shipment));
            self.write(from, &posting);
        } else {
            assert!(matches!(sent, Err(LedgerRefusal::Insufficient { .. })));
        }
    }

    fn deliver(&mut self, flight: usize) {
        let (from, shipment) = self.flights[flight].clone();
        let to = 1 - from;
        let now = time(self.now);
        let posting = self.ledgers[to].receive(now, site(), "receive", &shipment, "").unwrap();
        let first = self.delivered.insert(flight);
        assert_eq!(first, posting.outcome == Outcome::Booked, "a shipment counts once for ever");
        self.write(to, &posting);
        self.move_coins(Place::Flight(flight), Place::Available(to), usize::MAX);
    }

    /// The id of a hold: drawn when it is first wanted.
    fn hold_id(&self, at: usize, hold: u8) -> HoldId {
        let fresh = || HoldId::new(self.ledgers[at].hold_time(time(self.now)), [hold; 10]);
        self.holds.get(&(at, hold)).map_or_else(fresh, |opened| opened.id)
    }

    fn hold(&mut self, at: usize, hold: u8, amount: u8, lasts: u8) {
        let (id, ends) = (self.hold_id(at, hold), self.now + i64::from(lasts));
        let amount_held = Credits(amount.into());
        let posting =
            self.ledgers[at].hold(time(self.now), id, amount_held, time(ends), "an article");
        if let Some(opened) = self.holds.get(&(at, hold)) {
            let outcome = posting.unwrap().outcome;
            assert_eq!(opened.is_open, outcome == Outcome::Repeated, "a hold is opened once");
            assert_eq!(!opened.is_open, matches!(outcome, Outcome::AlreadyClosed(_)));
        } else if let Some(coins) = self.choose(at, amount) {
            coins.into_iter().for_each(|coin| self.coins[coin].place = Place::Held(at, hold));
            self.holds.insert((at, hold), Opened { id, is_open: true, ends });
            self.write(at, &posting.expect("there is enough"));
        } else {
            assert!(matches!(posting, Err(LedgerRefusal::Insufficient { .. })));
        }
    }

    fn prolong(&mut self, at: usize, hold: u8, lasts: u8) {
        let (id, ends) = (self.hold_id(at, hold), self.now + i64::from(lasts));
        let posting = self.ledgers[at].prolong(id, time(ends));
        match self.holds.get_mut(&(at, hold)) {
            None => assert_eq!(Err(LedgerRefusal::UnknownHold(id)), posting),
            Some(opened) if !opened.is_open => {
                assert!(matches!(posting.unwrap().outcome, Outcome::AlreadyClosed(_)));
            }
            Some(opened) => {
                opened.ends = opened.ends.max(ends);
                self.write(at, &posting.unwrap());
            }
        }
    }

    fn settle(&mut self, at: usize, hold: u8, amount: u8) {
        let id = self.hold_id(at, hold);
        let held = self.count(|place| place == Place::Held(at, hold));
        let posting = self.ledgers[at].settle(time(self.now), id, Credits(amount.into()), "done");
        match self.holds.get(&(at, hold)).copied() {
            None => assert_eq!(Err(LedgerRefusal::UnknownHold(id)), posting),
            Some(opened) if !opened.is_open => {
                let outcome = posting.unwrap().outcome;
                assert!(matches!(outcome, Outcome::AlreadyClosed(_)), "closed is closed");
            }
            Some(_) if i64::from(amount) > held => {
                assert!(matches!(posting, Err(LedgerRefusal::AboveHold { .. })));
            }
            Some(opened) => {
                let before = self.settled(at);
                self.write(at, &posting.unwrap());
                assert_eq!(before - i64::from(amount), self.settled(at));
                self.move_coins(Place::Held(at, hold), Place::Spent(at), amount.into());
                self.move_coins(Place::Held(at, hold), Place::Available(at), usize::MAX);
                self.holds.insert((at, hold), Opened { is_open: false, ..opened });
            }
        }
    }

    fn release(&mut self, at: usize, hold: u8) {
        let before = self.settled(at);
        self.settle(at, hold, 0);
        assert_eq!(before, self.settled(at), "failed work never changes the settled balance");
    }

    fn house_loss(&mut self, at: usize, key: u8) {
        let before = self.settled(at);
        let key = format!("lost:{key}");
        let known = self.ledgers[at].is_booked(&key);
        let posting = self.ledgers[at].house_loss(time(self.now), &key, Credits(3), "a crash");
        let posting = posting.unwrap();
        assert_eq!(known, posting.outcome == Outcome::Repeated);
        self.write(at, &posting);
        assert_eq!(before, self.settled(at), "the house's losses are nobody else's");
    }

    fn expire(&mut self, at: usize) {
        let now = self.now;
        let posting = self.ledgers[at].expire(time(now));
        self.write(at, &posting);
        let due = |(place, opened): (&(usize, u8), &Opened)| {
            (place.0 == at && opened.is_open && opened.ends <= now).then_some(place.1)
        };
        for hold in self.holds.iter().filter_map(due).collect::<Vec<u8>>() {
            self.move_coins(Place::Held(at, hold), Place::Available(at), usize::MAX);
            self.holds.get_mut(&(at, hold)).unwrap().is_open = false;
        }
        for coin in &mut self.coins {
            if coin.place == Place::Available(at) && end_of(coin.grant).is_some_and(|e| e <= now) {
                coin.place = Place::Expired(at);
            }
        }
        assert!(self.ledgers[at].next_expiry().is_none_or(|next| next > time(now)));
    }

    fn begin_filing(&mut self, at: usize) {
        if let Some((_, changes)) = self.ledgers[at].begin_filing_beyond(6, 4, 8) {
            self.commit(at, &changes);
            let count = self.ledgers[at].entries_to_file().count();
            assert!((1..=8).contains(&count), "a page has entries, and not too many");
        }
    }

    fn finish_filing(&mut self, at: usize, again: bool) {
        let entries: Vec<Entry> = self.ledgers[at].entries_to_file().cloned().collect();
        let told = match again {
            true => self.pages[at].last().and_then(|page| page.last()).map(|entry| entry.number),
            false => entries.last().map(|entry| entry.number),
        };
        let blob = [u8::try_from(self.pages[at].len()).unwrap(); 32];
        let changes = self.ledgers[at].finish_filing(told.unwrap_or(0), blob);
        assert_eq!(changes.is_empty(), again || entries.is_empty(), "a page is filed once");
        self.commit(at, &changes);
        if !changes.is_empty() {
            self.pages[at].push(entries);
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Grant { grant, amount } => self.grant(grant, amount),
            Step::Send { from, transfer, amount } => self.send(from, transfer, amount),
            Step::Deliver(index) if !self.flights.is_empty() => {
                self.deliver(index.index(self.flights.len()));
            }
            Step::Deliver(_) => {}
            Step::Hold { at, hold, amount, lasts } => self.hold(at, hold, amount, lasts),
            Step::Prolong { at, hold, lasts } => self.prolong(at, hold, lasts),
            Step::Settle { at, hold, amount } => self.settle(at, hold, amount),
            Step::Release { at, hold } => self.release(at, hold),
            Step::HouseLoss { at, key } => self.house_loss(at, key),
            Step::Wait { millis } => self.now = (self.now + i64::from(millis)).max(0),
            Step::Expire { at } => self.expire(at),
            Step::BeginFiling { at } => self.begin_filing(at),
            Step::FinishFiling { at, again } => self.finish_filing(at, again),
            Step::Load { at } => self.ledgers[at] = self.loaded(at),
        }
    }

    fn check(&self) {
        for at in 0..2 {
            let balance = self.ledgers[at].balance();
            self.ledgers[at].audit().unwrap();
            assert_eq!(balance.available.0, self.count(|p| p == Place::Available(at)));
            assert_eq!(balance.held.0, self.count(|p| matches!(p, Place::Held(l, _) if l == at)));
            assert_eq!(balance.spent.0, self.count(|p| p == Place::Spent(at)));
            assert_eq!(balance.expired.0, self.count(|p| p == Place::Expired(at)));
            assert_eq!(balance.settled.0, balance.available.0 + balance.held.0);
            assert!(self.ledgers[at].buckets().all(|bucket| bucket.available >= Credits::ZERO));
        }
        let elsewhere: i64 = self.ledgers.iter().map(|l| l.balance().elsewhere.0).sum();
        assert_eq!(elsewhere, self.count(|place| matches!(place, Place::Flight(_))), "conserved");
    }

    /// The records alone give the ledger; pages and memory together hold every entry that was ever
    /// booked, and come to the balance.
    fn check_whole(&self, at: usize) {
        let ledger = &self.ledgers[at];
        assert_eq!(&self.loaded(at), ledger);
        let mut entries: Vec<Entry> = self.pages[at].concat();
        entries.extend(ledger.entries.values().cloned());
        assert_eq!(self.ever[at], entries, "no entry is lost or changed");
        assert!(entries.is_sorted_by_key(|entry| entry.at), "an entry is never before another");
        let mut audit = PageAudit::default();
        let mut pages: Vec<&FiledPage> = ledger.pages().collect();
        pages.reverse();
        assert_eq!(pages.len(), self.pages[at].len());
        for (page, entries) in pages.into_iter().zip(&self.pages[at]) {
            assert_eq!(audit.page(page, entries), [""; 0]);
        }
        assert_eq!(None, audit.finish(ledger));
    }
}

/// Applies changes and takes them back one by one, as a refused decision's draft does.
fn undo_all(ledger: &mut Ledger, changes: &[LedgerChange]) {
    let mut undo = Vec::new();
    for change in changes {
        undo.push(match change {
            LedgerChange::Put(record) => match ledger.put(record.clone()) {
                Some(before) => LedgerChange::Put(before),
                None => LedgerChange::Delete(Ledger::key(record)),
            },
            LedgerChange::Delete(key) => {
                LedgerChange::Put(ledger.delete(key).expect("only what is there is deleted"))
            }
        });
    }
    undo.into_iter().rev().for_each(|change| ledger.apply(change));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn r6_any_history_of_two_ledgers_equals_the_coins(steps in steps()) {
        let mut world = World::default();
        for step in steps {
            world.take(step);
            world.check();
        }
        world.check_whole(0);
        world.check_whole(1);
    }
}
