//! Any commands in any order: the tenant keeps its promises after each one.

use super::credit::{allot, transfer};
use super::member::{account, add, create, new_site, site_id};
use super::stage::Stage;
use crate::entity::Origin;
use crate::ledger::{GrantKind, Ledger, Part, Posting, Shipment};
use crate::role::Role;
use crate::tenant::*;
use igny8_protocol_ids::{Credits, GrantId, Timestamp, TransferId};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Step {
    Command {
        by: Option<u8>,
        command: TenantCommand,
    },
    /// Delivers the message at this place of the list of messages (again).
    Deliver(prop::sample::Index),
    /// Gives a return at this place to the tenant (again).
    Return(prop::sample::Index),
    /// A site spends some of what it has.
    Spend {
        site: u8,
        amount: i64,
    },
    Wait {
        millis: u64,
    },
}

fn role() -> impl Strategy<Value = Role> {
    prop::sample::select(&Role::ALL[..])
}

fn grant(n: u8, amount: i64) -> TenantCommand {
    let part = Part {
        grant: GrantId::new(Timestamp::from_millis(1), [n; 10]),
        kind: GrantKind::Plan,
        expires_at: Some(Timestamp::from_millis(1_000_000 + i64::from(n) * 3_000)),
        amount: Credits(amount),
    };
    TenantCommand::Grant { key: format!("{n}"), part, reason: "Paid".into() }
}

fn command() -> impl Strategy<Value = TenantCommand> {
    prop_oneof![
        1 => Just(create(Plan::Pro, Some(50))),
        2 => (0..5u8, role()).prop_map(|(n, role)| add(n, role)),
        1 => (0..5u8, role())
            .prop_map(|(n, role)| TenantCommand::ChangeRole { account: account(n), role }),
        1 => (0..5u8).prop_map(|n| TenantCommand::RemoveMember { account: account(n) }),
        2 => (0..4u8).prop_map(new_site),
        6 => (0..60u8, 0..4u8, 0..40i64).prop_map(|(n, site, amount)| allot(n, site, amount)),
        1 => (0..5u8, 1..40i64).prop_map(|(n, amount)| grant(n, amount)),
        1 => Just(TenantCommand::Tick),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (prop::option::weighted(0.2, 0..6u8), command())
            .prop_map(|(by, command)| Step::Command { by, command }),
        8 => any::<prop::sample::Index>().prop_map(Step::Deliver),
        4 => any::<prop::sample::Index>().prop_map(Step::Return),
        2 => (0..4u8, 1..20i64).prop_map(|(site, amount)| Step::Spend { site, amount }),
        2 => (0..1_500u64).prop_map(|millis| Step::Wait { millis }),
    ];
    prop::collection::vec(step, 0..80)
}

/// A tenant, the slices of its sites, and the messages between them: each may be late or double.
struct World {
    tenant: Stage<Tenant>,
    slices: BTreeMap<u8, Ledger>,
    messages: Vec<(u8, SiteMessage)>,
    returns: BTreeMap<TransferId, TenantCommand>,
    spent: u8,
}

impl World {
    fn give(&mut self, origin: Origin, command: TenantCommand) {
        let Ok((_, changes)) = self.tenant.give(origin, command) else { return };
        for (site, message) in super::credit::messages(changes) {
            let n = (0..4).find(|n| site_id(*n) == site).unwrap();
            self.messages.push((n, message));
        }
    }

    fn book(&mut self, site: u8, posting: Posting) {
        let slice = self.slices.entry(site).or_default();
        posting.changes.into_iter().for_each(|change| slice.apply(change));
    }

    fn deliver(&mut self, (site, message): (u8, SiteMessage)) {
        let now = self.tenant.now;
        let slice = self.slices.entry(site).or_default().clone();
        match message {
            SiteMessage::ReceiveCredits { transfer, parts, number } => {
                let (key, link) = (format!("receive:{transfer}"), site_id(site));
                let shipment = Shipment { number, parts };
                let memo = "From the tenant";
                self.book(site, slice.receive(now, link, &key, &shipment, memo).unwrap());
            }
            SiteMessage::Recall { transfer } if !self.returns.contains_key(&transfer) => {
                let mut shipment = Shipment::default();
                if slice.spendable(now) > Credits::ZERO {
                    let key = format!("send:{transfer}");
                    let (unheld, link) = (slice.spendable(now), site_id(site));
                    let (posting, sent) = slice.send(now, link, &key, unheld, "Recalled").unwrap();
                    self.book(site, posting);
                    shipment = sent;
                }
                let Shipment { number, parts } = shipment;
                let back =
                    TenantCommand::ReturnSlice { transfer, site: site_id(site), parts, number };
                self.returns.insert(transfer, back);
            }
            _ => {}
        }
    }

    fn spend(&mut self, site: u8, amount: i64) {
        let now = self.tenant.now;
        self.spent = self.spent.wrapping_add(1);
        let slice = self.slices.entry(site).or_default().clone();
        let id = igny8_protocol_ids::HoldId::new(now, [self.spent; 10]);
        let ends = now.plus(Duration::from_secs(1));
        if let Ok(changes) = slice.hold(now, id, Credits(amount), ends, "Work") {
            self.book(site, changes);
            let held = self.slices[&site].clone();
            self.book(site, held.settle(now, id, Credits(amount / 2), "Work").unwrap());
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Command { by, command } => {
                let origin = by.map_or(Origin::System, |n| Origin::Account(account(n)));
                self.give(origin, command);
            }
            Step::Deliver(index) if !self.messages.is_empty() => {
                self.deliver(self.messages[index.index(self.messages.len())].clone());
            }
            Step::Return(index) if !self.returns.is_empty() => {
                let back = self.returns.values().nth(index.index(self.returns.len())).cloned();
                self.give(Origin::System, back.unwrap());
            }
            Step::Deliver(_) | Step::Return(_) => {}
            Step::Spend { site, amount } => self.spend(site, amount),
            Step::Wait { millis } => self.tenant.wait(Duration::from_millis(millis)),
        }
    }

    fn check(&self) {
        let tenant = &self.tenant.state;
        tenant.ledger().audit().unwrap();
        self.slices.values().for_each(|slice| slice.audit().unwrap());
        let lent: i64 = tenant.sites().map(|site| site.lent.0).sum();
        assert_eq!(tenant.balance().elsewhere.0, lent);
        assert!(tenant.sites().all(|site| site.lent >= Credits::ZERO));
        let Some(plan) = tenant.plan() else { return };
        assert!(tenant.members().any(|member| member.role == Role::Owner));
        assert!(tenant.members().len() <= plan.limits().members);
        assert!(tenant.sites().len() <= plan.limits().sites);
    }

    /// After everything was delivered and the time is over, no request waits, no credit is in
    /// flight, and tenant plus slices are what was granted, less what was used or ended.
    fn settle_down(&mut self) {
        for _ in 0..3 {
            self.messages.clone().into_iter().for_each(|message| self.deliver(message));
            let returns: Vec<TenantCommand> = self.returns.values().cloned().collect();
            returns.into_iter().for_each(|back| self.give(Origin::System, back));
            self.tenant.wait(RECALL_WAIT);
            self.give(Origin::System, TenantCommand::Tick);
        }
        assert!(self.tenant.state.pending().is_empty());
        self.check();
        let own = self.tenant.state.balance();
        let slices: Vec<_> = self.slices.values().map(Ledger::balance).collect();
        let all = own.settled.0 + slices.iter().map(|slice| slice.settled.0).sum::<i64>();
        let used = slices.iter().map(|slice| slice.spent.0 + slice.expired.0).sum::<i64>();
        assert_eq!(own.granted.0 - own.expired.0, all + used);
    }

    /// Each request was answered at most once with credits, and each is answered in the end.
    fn check_answers(&self) {
        for n in 0..60 {
            let sent = self.messages.iter().filter(|(_, message)| {
                matches!(message, SiteMessage::ReceiveCredits { transfer: id, .. } if *id == transfer(n))
            });
            assert!(sent.count() <= 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn r6_a_tenant_keeps_its_promises_after_any_commands(steps in steps()) {
        let mut world = World {
            tenant: Stage::new(),
            slices: BTreeMap::new(),
            messages: Vec::new(),
            returns: BTreeMap::new(),
            spent: 0,
        };
        world.give(Origin::System, create(Plan::Pro, Some(50)));
        for step in steps {
            world.take(step);
            world.check();
        }
        world.settle_down();
        world.check_answers();
    }
}
