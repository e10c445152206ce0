//! The ledger against a model that cannot be wrong: every credit is a coin that lies somewhere.

use super::*;
use igny8_protocol_ids::{Credits, GrantId, HoldId, Timestamp};
use proptest::prelude::*;

/// Where a coin lies. Ledger 0 is a tenant's, ledger 1 a site's slice.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Available(usize),
    Held(usize, u8),
    Spent(usize),
    Expired(usize),
    Flight(u8),
}

#[derive(Clone, Debug)]
struct Coin {
    grant: u8,
    place: Place,
}

#[derive(Clone, Debug)]
enum Step {
    Grant { grant: u8, amount: u8 },
    Send { from: usize, transfer: u8, amount: u8 },
    Deliver { transfer: u8 },
    Hold { at: usize, hold: u8, amount: u8, lasts: u8 },
    Settle { at: usize, hold: u8, amount: u8 },
    Release { at: usize, hold: u8 },
    HouseLoss { at: usize, key: u8 },
    Wait { millis: u8 },
    Expire { at: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (at, id, amount) = (0..2usize, 0..6u8, 1..25u8);
    let step = prop_oneof![
        2 => (id.clone(), amount.clone()).prop_map(|(grant, amount)| Step::Grant { grant, amount }),
        2 => (at.clone(), 0..20u8, amount.clone())
            .prop_map(|(from, transfer, amount)| Step::Send { from, transfer, amount }),
        2 => (0..20u8).prop_map(|transfer| Step::Deliver { transfer }),
        4 => (at.clone(), 0..12u8, 1..12u8, 0..80u8)
            .prop_map(|(at, hold, amount, lasts)| Step::Hold { at, hold, amount, lasts }),
        3 => (at.clone(), 0..12u8, 0..12u8)
            .prop_map(|(at, hold, amount)| Step::Settle { at, hold, amount }),
        2 => (at.clone(), 0..12u8).prop_map(|(at, hold)| Step::Release { at, hold }),
        1 => (at.clone(), id).prop_map(|(at, key)| Step::HouseLoss { at, key }),
        2 => (0..20u8).prop_map(|millis| Step::Wait { millis }),
        2 => at.prop_map(|at| Step::Expire { at }),
    ];
    prop::collection::vec(step, 0..80)
}

fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}
fn grant_id(grant: u8) -> GrantId {
    GrantId::new(time(1), [grant; 10])
}
fn hold_id(hold: u8) -> HoldId {
    HoldId::new(time(1), [hold; 10])
}

/// Grant 0 never ends; the others end 40 ms apart.
fn end_of(grant: u8) -> Option<i64> {
    (grant > 0).then(|| i64::from(grant) * 40)
}

fn part(grant: u8, amount: u8) -> Part {
    Part {
        grant: grant_id(grant),
        kind: if grant == 0 { GrantKind::Promotion } else { GrantKind::Plan },
        expires_at: end_of(grant).map(time),
        amount: Credits(amount.into()),
    }
}

/// Both ledgers, what was ever written, the parts on their way, and the coins beside them.
#[derive(Default)]
struct World {
    now: i64,
    ledgers: [Ledger; 2],
    written: [Vec<LedgerChange>; 2],
    flights: std::collections::BTreeMap<u8, (usize, Vec<Part>)>,
    coins: Vec<Coin>,
    holds: std::collections::BTreeMap<(usize, u8), (bool, i64)>,
    granted: std::collections::BTreeSet<u8>,
    delivered: std::collections::BTreeSet<u8>,
}

impl World {
    fn write(&mut self, at: usize, posting: &Posting) {
        let changes = &posting.changes[..];
        assert!(posting.outcome == Outcome::Booked || changes.is_empty(), "only a booking changes");
        let before = self.ledgers[at].clone();
        let mut undone = before.clone();
        undo_all(&mut undone, changes);
        assert_eq!(before, undone, "changes are exactly reversible");
        for change in changes {
            self.ledgers[at].apply(change.clone());
            self.written[at].push(change.clone());
        }
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
        let posting =
            self.ledgers[0].grant(time(self.now), &key, part(grant, amount), "paid").unwrap();
        let first = self.granted.insert(grant);
        assert_eq!(first, posting.outcome == Outcome::Booked, "a key counts once");
        if first {
            let coin = Coin { grant, place: Place::Available(0) };
            self.coins.extend(std::iter::repeat_n(coin, amount.into()));
        }
        self.write(0, &posting);
    }

    fn send(&mut self, from: usize, transfer: u8, amount: u8) {
        if self.flights.get(&transfer).is_some_and(|(sender, _)| *sender != from) {
            return;
        }
        let key = format!("send:{transfer}");
        let sent = self.ledgers[from].send(time(self.now), &key, Credits(amount.into()), "a slice");
        if self.flights.contains_key(&transfer) {
            assert_eq!(Outcome::Repeated, sent.unwrap().0.outcome);
        } else if let Some(coins) = self.choose(from, amount) {
            let (posting, parts) = sent.expect("there is enough");
            coins.into_iter().for_each(|coin| self.coins[coin].place = Place::Flight(transfer));
            self.flights.insert(transfer, (from, parts));
            self.write(from, &posting);
        } else {
            assert!(matches!(sent, Err(LedgerRefusal::Insufficient { .. })));
        }
    }

    fn deliver(&mut self, transfer: u8) {
        let Some((from, parts)) = self.flights.get(&transfer).cloned() else { return };
        let (to, key) = (1 - from, format!("receive:{transfer}"));
        let posting = self.ledgers[to].receive(time(self.now), &key, &parts, "a slice").unwrap();
        assert_eq!(posting.outcome == Outcome::Booked, self.delivered.insert(transfer));
        self.write(to, &posting);
        self.move_coins(Place::Flight(transfer), Place::Available(to), usize::MAX);
    }

    fn hold(&mut self, at: usize, hold: u8, amount: u8, lasts: u8) {
        let ends = self.now + i64::from(lasts);
        let posting = self.ledgers[at].hold(
            time(self.now),
            &format!("task:{hold}"),
            hold_id(hold),
            Credits(amount.into()),
            time(ends),
            "an article",
        );
        if self.holds.contains_key(&(at, hold)) {
            assert_eq!(Outcome::Repeated, posting.unwrap().outcome);
        } else if let Some(coins) = self.choose(at, amount) {
            coins.into_iter().for_each(|coin| self.coins[coin].place = Place::Held(at, hold));
            self.holds.insert((at, hold), (true, ends));
            self.write(at, &posting.expect("there is enough"));
        } else {
            assert!(matches!(posting, Err(LedgerRefusal::Insufficient { .. })));
        }
    }

    fn settle(&mut self, at: usize, hold: u8, amount: u8) {
        let held = self.count(|place| place == Place::Held(at, hold));
        let amount_settled = Credits(amount.into());
        let posting =
            self.ledgers[at].settle(time(self.now), hold_id(hold), amount_settled, "done");
        match self.holds.get(&(at, hold)) {
            None => assert_eq!(Err(LedgerRefusal::UnknownHold(hold_id(hold))), posting),
            Some((false, _)) => {
                let outcome = posting.unwrap().outcome;
                assert!(matches!(outcome, Outcome::AlreadyClosed(_)), "closed is closed");
            }
            Some(_) if i64::from(amount) > held => {
                assert!(matches!(posting, Err(LedgerRefusal::AboveHold { .. })));
            }
            Some((true, ends)) => {
                let closed = (false, *ends);
                let before = self.settled(at);
                self.write(at, &posting.unwrap());
                assert_eq!(before - i64::from(amount), self.settled(at));
                self.move_coins(Place::Held(at, hold), Place::Spent(at), amount.into());
                self.move_coins(Place::Held(at, hold), Place::Available(at), usize::MAX);
                self.holds.insert((at, hold), closed);
            }
        }
    }

    fn release(&mut self, at: usize, hold: u8) {
        let before = self.settled(at);
        self.settle(at, hold, 0);
        assert_eq!(before, self.settled(at), "failed work never changes the settled balance");
    }

    fn expire(&mut self, at: usize) {
        let now = self.now;
        let posting = self.ledgers[at].expire(time(now));
        self.write(at, &posting);
        let due: Vec<(usize, u8)> = self
            .holds
            .iter()
            .filter(|((place, _), (open, ends))| *place == at && *open && *ends <= now)
            .map(|(key, _)| *key)
            .collect();
        for (at, hold) in due {
            self.move_coins(Place::Held(at, hold), Place::Available(at), usize::MAX);
            self.holds.insert((at, hold), (false, 0));
        }
        for coin in &mut self.coins {
            if coin.place == Place::Available(at) && end_of(coin.grant).is_some_and(|e| e <= now) {
                coin.place = Place::Expired(at);
            }
        }
        assert!(self.ledgers[at].next_expiry().is_none_or(|next| next > time(now)));
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Grant { grant, amount } => self.grant(grant, amount),
            Step::Send { from, transfer, amount } => self.send(from, transfer, amount),
            Step::Deliver { transfer } => self.deliver(transfer),
            Step::Hold { at, hold, amount, lasts } => self.hold(at, hold, amount, lasts),
            Step::Settle { at, hold, amount } => self.settle(at, hold, amount),
            Step::Release { at, hold } => self.release(at, hold),
            Step::HouseLoss { at, key } => {
                let before = self.settled(at);
                let key = format!("lost:{key}");
                let posting =
                    self.ledgers[at].house_loss(time(self.now), &key, Credits(3), "a crash");
                self.write(at, &posting.unwrap());
                assert_eq!(before, self.settled(at));
            }
            Step::Wait { millis } => self.now += i64::from(millis),
            Step::Expire { at } => self.expire(at),
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
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn r6_any_history_of_two_ledgers_equals_the_coins(steps in steps()) {
        let mut world = World::default();
        for step in steps {
            world.take(step);
            world.check();
        }
        for at in 0..2 {
            let mut replayed = Ledger::default();
            world.written[at].iter().for_each(|change| replayed.apply(change.clone()));
            prop_assert_eq!(&replayed, &world.ledgers[at]);
            let mut loaded = Ledger::default();
            for record in stored(&world.ledgers[at]) {
                loaded.put(record);
            }
            prop_assert_eq!(&loaded, &world.ledgers[at]);
        }
    }
}

/// What a store would hold of a ledger.
fn stored(ledger: &Ledger) -> Vec<LedgerRecord> {
    let buckets = ledger.buckets().cloned().map(LedgerRecord::Bucket);
    let holds = ledger.holds().cloned().map(LedgerRecord::Hold);
    buckets.chain(holds).chain(ledger.entries().cloned().map(LedgerRecord::Entry)).collect()
}

fn filled(amount: u8) -> Ledger {
    let mut ledger = Ledger::default();
    let posting = ledger.grant(time(0), "first", part(0, amount), "a gift").unwrap();
    posting.changes.into_iter().for_each(|change| ledger.apply(change));
    ledger
}

#[test]
fn r6_a_closed_hold_stays_closed_whoever_comes_second() {
    let mut ledger = filled(10);
    let id = hold_id(1);
    let hold = ledger.hold(time(1), "task", id, Credits(5), time(100), "an article").unwrap();
    hold.changes.into_iter().for_each(|change| ledger.apply(change));
    let release = ledger.release(time(2), id, "failed").unwrap();
    release.changes.into_iter().for_each(|change| ledger.apply(change));
    let closing = Closing { at: time(2), settled: Credits(0), released: Credits(5) };
    assert_eq!(Some(closing), ledger.closing(id));
    let late = ledger.settle(time(3), id, Credits(5), "done after all").unwrap();
    assert_eq!(Outcome::AlreadyClosed(closing), late.outcome);
    let again = ledger.hold(time(4), "another task", id, Credits(5), time(100), "an article");
    assert_eq!(Err(LedgerRefusal::HoldExists(id)), again);
    assert_eq!(Credits(10), ledger.balance().settled);
}

#[test]
fn r6_a_key_serves_one_kind_of_operation() {
    let ledger = filled(10);
    let lost = ledger.house_loss(time(1), "first", Credits(1), "a crash");
    assert_eq!(Err(LedgerRefusal::KeyReused("first".into())), lost);
}

#[test]
fn r6_amounts_are_above_zero_and_bounded() {
    let ledger = filled(10);
    for amount in [Credits(0), Credits(-3), Credits(AMOUNT_MAX.0 + 1)] {
        let lost = ledger.house_loss(time(1), "lost", amount, "a crash");
        assert_eq!(Err(LedgerRefusal::Amount(amount)), lost);
        assert_eq!(
            Err(LedgerRefusal::Amount(amount)),
            ledger.send(time(1), "t", amount, "").map(drop)
        );
    }
}

#[test]
fn r6_a_grant_arrives_as_it_was() {
    let ledger = filled(10);
    let changed = Part { expires_at: Some(time(9)), ..part(0, 1) };
    let arrived = ledger.receive(time(1), "r", &[changed], "back");
    assert_eq!(Err(LedgerRefusal::GrantMismatch(grant_id(0))), arrived);
}

#[test]
fn r6_the_audit_finds_what_is_wrong() {
    let mut ledger = filled(10);
    ledger.buckets.values_mut().for_each(|bucket| bucket.available = Credits(11));
    assert_eq!(1, ledger.audit().unwrap_err().len());
    let mut ledger = filled(10);
    ledger.entries.values_mut().for_each(|entry| entry.amount = Credits(9));
    assert_eq!(3, ledger.audit().unwrap_err().len());
}
