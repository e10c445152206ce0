//! Single cases: what is refused, what is repeated, what an audit finds.

use super::*;

fn filled(amount: u8) -> Ledger {
    let mut ledger = Ledger::default();
    let posting = ledger.grant(time(0), "first", part(0, amount), "a gift").unwrap();
    apply(&mut ledger, posting.changes);
    ledger
}

#[test]
fn r6_a_closed_hold_stays_closed_whoever_comes_second() {
    let mut ledger = filled(10);
    let id = HoldId::new(time(1), [1; 10]);
    let hold = ledger.hold(time(1), id, Credits(5), time(100), "an article").unwrap();
    apply(&mut ledger, hold.changes);
    let release = ledger.release(time(2), id, "failed").unwrap();
    apply(&mut ledger, release.changes);
    let closing = Closing { at: time(2), settled: Credits(0), released: Credits(5) };
    assert_eq!(Some(closing), ledger.closing(id));
    let late = ledger.settle(time(3), id, Credits(5), "done after all").unwrap();
    assert_eq!(Outcome::AlreadyClosed(Some(closing)), late.outcome);
    let again = ledger.hold(time(4), id, Credits(5), time(100), "an article").unwrap();
    assert_eq!(Outcome::AlreadyClosed(Some(closing)), again.outcome);
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
            ledger.send(time(1), site(), "t", amount, "").map(drop)
        );
    }
}

#[test]
fn r6_a_grant_arrives_as_it_was() {
    let ledger = filled(10);
    let changed = Part { expires_at: Some(time(9)), ..part(0, 1) };
    let shipment = Shipment { number: 1, parts: vec![changed] };
    let arrived = ledger.receive(time(1), site(), "r", &shipment, "back");
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

#[test]
fn r6_a_key_grants_once_and_one_amount() {
    let ledger = filled(10);
    let again = ledger.grant(time(5), "first", part(3, 10), "a gift").unwrap();
    assert_eq!(Outcome::Repeated, again.outcome);
    let more = ledger.grant(time(5), "first", part(3, 11), "a gift").unwrap_err();
    assert_eq!("grant_changed", more.code());
    for key in ["", &"k".repeat(129)] {
        assert_eq!("ledger_key", ledger.grant(time(5), key, part(3, 1), "").unwrap_err().code());
    }
}

/// A ledger with so many holds behind it, each of one credit and settled.
fn worked(holds: u32) -> Ledger {
    let mut ledger = Ledger::default();
    let all = Part { amount: Credits(holds.into()), ..part(0, 1) };
    let granted = ledger.grant(time(0), "all", all, "a gift").unwrap();
    apply(&mut ledger, granted.changes);
    for n in 0..holds {
        let mut chance = [0; 10];
        chance[..4].copy_from_slice(&n.to_be_bytes());
        let now = time(i64::from(n));
        let id = HoldId::new(ledger.hold_time(now), chance);
        let hold = ledger.hold(now, id, Credits(1), time(i64::MAX), "an article").unwrap();
        apply(&mut ledger, hold.changes);
        let settled = ledger.settle(now, id, Credits(1), "an article").unwrap();
        apply(&mut ledger, settled.changes);
        if let Some((last, changes)) = ledger.begin_filing() {
            apply(&mut ledger, changes);
            assert_eq!(last, ledger.entries_to_file().last().unwrap().number);
            let changes = ledger.finish_filing(last, [0; 32]);
            apply(&mut ledger, changes);
        }
    }
    ledger
}

#[test]
fn r6_entries_do_not_stay_in_memory() {
    let ledger = worked(20_000);
    assert_eq!(40_001, ledger.entry_count());
    assert!(ledger.entries().count() <= 1_024, "{} are in memory", ledger.entries().count());
    assert!(ledger.pages().count() <= 80, "{} pages", ledger.pages().count());
    assert_eq!(Credits(20_000), ledger.balance().spent);
    ledger.audit().unwrap();
}

#[test]
fn r6_what_is_filed_stays_known() {
    let ledger = worked(2_000);
    let long_ago = HoldId::new(time(3), [9; 10]);
    let late = ledger.settle(time(9_000), long_ago, Credits(1), "late").unwrap();
    assert_eq!(Outcome::AlreadyClosed(None), late.outcome, "whoever comes after the filing");
    let again = ledger.grant(time(9_000), "all", part(0, 1), "told again");
    assert_eq!("grant_changed", again.unwrap_err().code());
    let back = ledger.hold_time(time(0));
    assert!(back > time(1_000), "an id that is drawn after the clock went back is new");
}

#[test]
fn r6_an_audit_of_the_pages_finds_a_lost_and_a_changed_entry() {
    let mut ledger = filled(100);
    let lost = |ledger: &Ledger, n: u8| {
        ledger.house_loss(time(n.into()), &format!("{n}"), Credits(1), "").unwrap().changes
    };
    for n in 0..20 {
        let changes = lost(&ledger, n);
        apply(&mut ledger, changes);
    }
    let (last, changes) = ledger.begin_filing_beyond(4, 4, 8).unwrap();
    apply(&mut ledger, changes);
    let entries: Vec<Entry> = ledger.entries_to_file().cloned().collect();
    let changes = ledger.finish_filing(last, [7; 32]);
    apply(&mut ledger, changes);
    let page = ledger.pages().next().unwrap().clone();
    let audit = |entries: &[Entry]| {
        let mut audit = PageAudit::default();
        let mut wrong = audit.page(&page, entries);
        wrong.extend(audit.finish(&ledger));
        wrong
    };
    assert_eq!(audit(&entries), [""; 0]);
    let mut fewer = entries.clone();
    fewer.remove(3);
    assert!(!audit(&fewer).is_empty());
    let mut changed = entries;
    changed[3].amount = Credits(2);
    assert!(!audit(&changed).is_empty());
}

#[test]
fn r6_what_the_first_version_stored_still_reads() {
    let stored = r#"{"Entry":{"number":1,"at":5,"kind":"Hold","from":"Available","to":"Held",
        "grant":"00000000-0001-7000-8000-000000000000","hold":"00000000-0001-7000-8000-000000000001",
        "amount":3,"key":"hold:00000000-0001-7000-8000-000000000001","reason":"An article",
        "actor":null,"settled_after":10}}"#;
    let LedgerRecord::Entry(entry) = serde_json::from_str(stored).unwrap() else { panic!() };
    assert_eq!((LedgerAccount::Available, LedgerAccount::Held), (entry.from(), entry.to()));
    assert_eq!((1, None), (entry.price_list, entry.task));
    assert_eq!("hold:00000000-0001-7000-8000-000000000001", entry.key());
}
