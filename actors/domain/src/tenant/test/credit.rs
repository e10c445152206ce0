//! Slices: lent, recalled, refused at last.

use super::member::{account, create, new_site, site_id};
use super::stage::Stage;
use crate::entity::{Changes, Origin, RefusalKind};
use crate::ledger::{GrantKind, Part};
use crate::tenant::*;
use igny8_protocol_ids::{Credits, GrantId, SiteId, Timestamp, TransferId};
use std::time::Duration;

pub(super) fn transfer(n: u8) -> TransferId {
    TransferId::new(Timestamp::from_millis(1), [n; 10])
}

pub(super) fn allot(n: u8, site: u8, amount: i64) -> TenantCommand {
    allot_from(n, site, (amount, amount))
}

fn allot_from(n: u8, site: u8, (amount, least): (i64, i64)) -> TenantCommand {
    let (amount, least) = (Credits(amount), Credits(least));
    TenantCommand::Allot { transfer: transfer(n), site: site_id(site), amount, least }
}

fn top_up(key: &str, amount: i64) -> TenantCommand {
    let grant = GrantId::new(Timestamp::from_millis(1), [9; 10]);
    let (kind, amount) = (GrantKind::TopUp, Credits(amount));
    let part = Part { grant, kind, expires_at: None, amount };
    TenantCommand::Grant { key: key.to_owned(), part, reason: "Paid".to_owned() }
}

fn stage(credits: i64) -> Stage<Tenant> {
    let mut stage = Stage::new();
    stage.system(create(Plan::Demo, Some(credits))).unwrap();
    for n in 1..=3 {
        stage.system(new_site(n)).unwrap();
    }
    stage
}

/// The messages of a decision, by site.
pub(super) fn messages(changes: Changes<Tenant>) -> Vec<(SiteId, SiteMessage)> {
    let effects = changes.effects.into_iter();
    effects
        .filter_map(|effect| match effect {
            TenantEffect::ToSite { site, message } => Some((site, message)),
            TenantEffect::ToAccount { .. } | TenantEffect::FileEntries { .. } => None,
        })
        .collect()
}

fn tell(stage: &mut Stage<Tenant>, command: TenantCommand) -> Vec<(SiteId, SiteMessage)> {
    let mut told = messages(stage.system(command).unwrap().1);
    // Whether sites report what they use has tests of its own.
    told.retain(|(_, message)| !matches!(message, SiteMessage::Watch { .. }));
    told
}

fn refused(n: u8, site: u8) -> (SiteId, SiteMessage) {
    (site_id(site), SiteMessage::CreditsRefused { transfer: transfer(n) })
}

/// The parts that a message carries to a site.
fn received(message: &(SiteId, SiteMessage)) -> (SiteId, i64, Vec<Part>) {
    let (site, SiteMessage::ReceiveCredits { parts, .. }) = message else {
        panic!("no credits: {message:?}")
    };
    (*site, parts.iter().map(|part| part.amount.0).sum(), parts.clone())
}

fn recall(message: &(SiteId, SiteMessage)) -> (SiteId, TransferId) {
    let (site, SiteMessage::Recall { transfer }) = message else {
        panic!("no recall: {message:?}")
    };
    (*site, *transfer)
}

#[test]
fn r6_credits_are_sent_while_there_are_enough() {
    let mut stage = stage(100);
    let (_, changes) = stage.system(allot(1, 1, 60)).unwrap();
    let balance = stage.state.balance();
    assert!(changes.events.contains(&TenantEvent::CreditsChanged { balance }));
    assert_eq!((site_id(1), 60), {
        let (site, amount, _) = received(&messages(changes)[0]);
        (site, amount)
    });
    assert_eq!((Credits(40), Credits(60)), (balance.available, balance.elsewhere));
    assert!(stage.system(allot(1, 1, 60)).unwrap().1.is_empty(), "a transfer counts once");
}

/// Most of a tenant's credits stay with it, however many sites ask, and the last are not lent ahead.
#[test]
fn r6_a_site_is_lent_more_than_it_asks_for_while_there_is_enough() {
    let mut stage = stage(10_000);
    let mut lent = |n, site, amount| received(&tell(&mut stage, allot(n, site, amount))[0]).1;
    assert_eq!(8 * 20, lent(1, 1, 20), "seven times as much again");
    assert_eq!(1_000 + (10_000 - 160 - 1_000 - 100) / 16, lent(2, 2, 1_000), "a part of the rest");
    assert_eq!(8_200, lent(3, 3, 8_200), "what was asked for leaves too little");
    assert_eq!(Credits(94), stage.state.balance().available);
    assert_eq!("credit_amount", stage.system(allot(4, 1, -5)).unwrap_err().code);
}

#[test]
fn r6_what_there_is_is_sent_if_the_site_can_begin_with_it() {
    let mut stage = stage(10);
    let (_, amount, parts) = received(&tell(&mut stage, allot_from(1, 1, (40, 3)))[0]);
    assert_eq!(10, amount);
    let recalls = tell(&mut stage, allot_from(2, 2, (40, 8)));
    let (lender, transfer) = recall(&recalls[0]);
    let short = vec![Part { amount: Credits(7), ..parts[0].clone() }];
    let back = TenantCommand::ReturnSlice { transfer, site: lender, parts: short, number: 1 };
    let available = (site_id(2), SiteMessage::CreditsAvailable);
    assert_eq!(vec![refused(2, 2), available], tell(&mut stage, back), "too few to begin with");
    assert_eq!(7, received(&tell(&mut stage, allot_from(3, 2, (40, 7)))[0]).1);
}

#[test]
fn r6_nothing_to_recall_is_refused_at_once() {
    let mut stage = stage(10);
    assert_eq!(vec![refused(1, 1)], tell(&mut stage, allot(1, 1, 11)));
    assert_eq!(None, stage.state.pending().first());
}

#[test]
fn r6_unheld_slices_are_recalled_before_anything_is_refused() {
    let mut stage = stage(100);
    let (_, _, parts) = received(&tell(&mut stage, allot(1, 1, 90))[0]);
    let recalls = tell(&mut stage, allot(2, 2, 50));
    assert_eq!(1, recalls.len(), "only who was lent something is asked");
    let (lender, id) = recall(&recalls[0]);
    assert_eq!(site_id(1), lender);
    let parts = vec![Part { amount: Credits(70), ..parts[0].clone() }];
    let back = TenantCommand::ReturnSlice { transfer: id, site: lender, parts, number: 1 };
    let sent = tell(&mut stage, back.clone());
    assert_eq!((site_id(2), 50), (received(&sent[0]).0, received(&sent[0]).1));
    assert_eq!(Credits(30), stage.state.balance().available);
    assert!(stage.system(back).unwrap().1.is_empty(), "a return counts once");
    assert_eq!(Credits(20), stage.state.site(site_id(1)).unwrap().lent);
}

#[test]
fn r6_the_last_answer_without_enough_refuses_before_the_deadline() {
    let mut stage = stage(100);
    tell(&mut stage, allot(1, 1, 50));
    tell(&mut stage, allot(2, 2, 50));
    let recalls = tell(&mut stage, allot(3, 3, 1));
    assert_eq!(2, recalls.len());
    for (n, message) in recalls.iter().enumerate() {
        let (site, transfer) = recall(message);
        let empty = TenantCommand::ReturnSlice { transfer, site, parts: Vec::new(), number: 0 };
        let expected = if n == 1 { vec![refused(3, 3)] } else { Vec::new() };
        assert_eq!(expected, tell(&mut stage, empty));
    }
}

#[test]
fn r6_the_deadline_refuses_what_nobody_answered() {
    let mut stage = stage(100);
    let (_, _, parts) = received(&tell(&mut stage, allot(1, 1, 100))[0]);
    let recalls = tell(&mut stage, allot(2, 2, 50));
    assert!(tell(&mut stage, allot(2, 2, 50)).is_empty(), "a waiting request counts once");
    assert_eq!(Some(stage.now.plus(RECALL_WAIT)), crate::Entity::next_due(&stage.state));
    stage.wait(RECALL_WAIT - Duration::from_millis(1));
    assert!(tell(&mut stage, TenantCommand::Tick).is_empty());
    stage.wait(Duration::from_millis(1));
    assert_eq!(vec![refused(2, 2)], tell(&mut stage, TenantCommand::Tick));
    let (site, transfer) = recall(&recalls[0]);
    let late = TenantCommand::ReturnSlice { transfer, site, parts, number: 1 };
    let told = (site_id(2), SiteMessage::CreditsAvailable);
    assert_eq!(vec![told], tell(&mut stage, late), "who was refused may ask again");
    assert_eq!(Credits(100), stage.state.balance().available, "late credits are kept");
}

#[test]
fn r6_who_was_refused_is_told_when_there_are_credits() {
    let mut stage = stage(2);
    tell(&mut stage, allot_from(1, 1, (5, 3)));
    let told = (site_id(1), SiteMessage::CreditsAvailable);
    assert_eq!(vec![told], tell(&mut stage, top_up("invoice", 4)), "once");
    assert_eq!(Vec::<(SiteId, SiteMessage)>::new(), tell(&mut stage, top_up("another", 4)));
}

#[test]
fn r6_a_grant_serves_who_waits() {
    let mut stage = stage(10);
    tell(&mut stage, allot(1, 1, 10));
    tell(&mut stage, allot(2, 2, 5));
    let part = Part {
        grant: GrantId::new(stage.now, [7; 10]),
        kind: GrantKind::TopUp,
        expires_at: Some(stage.now.plus(Duration::from_secs(60))),
        amount: Credits(8),
    };
    let grant = TenantCommand::Grant { key: "line 1".into(), part, reason: "Paid".into() };
    let sent = tell(&mut stage, grant.clone());
    assert_eq!((site_id(2), 5), (received(&sent[0]).0, received(&sent[0]).1));
    assert!(stage.system(grant).unwrap().1.is_empty(), "an invoice line counts once");
    stage.wait(Duration::from_secs(60));
    tell(&mut stage, TenantCommand::Tick);
    assert_eq!(Credits(3), stage.state.balance().expired, "what was lent ends at the slice");
}

#[test]
fn r6_money_does_not_come_from_nothing() {
    let mut stage = stage(100);
    let (_, _, parts) = received(&tell(&mut stage, allot(1, 1, 10))[0]);
    let more = vec![Part { amount: Credits(11), ..parts[0].clone() }];
    let transfer = transfer(9);
    let back = TenantCommand::ReturnSlice { transfer, site: site_id(1), parts: more, number: 1 };
    assert_eq!("above_slice", stage.system(back).unwrap_err().code);
    let unknown = TenantCommand::ReturnSlice { transfer, site: site_id(8), parts, number: 2 };
    assert_eq!("not_found", stage.system(unknown).unwrap_err().code);
    assert_eq!("credit_amount", stage.system(allot(4, 1, 0)).unwrap_err().code);
    assert_eq!("credit_amount", stage.system(allot(4, 1, -5)).unwrap_err().code);
    let owner = stage.give(Origin::Account(account(0)), allot(4, 1, 5)).unwrap_err();
    assert_eq!(RefusalKind::Forbidden, owner.kind, "people do not move credits");
}
