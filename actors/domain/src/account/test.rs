//! Accounts: sessions, tokens that count once, memberships.

use super::*;
use crate::entity::Changes;
use crate::tenant::Plan;
use crate::tenant::test::stage::Stage;
use igny8_protocol_ids::{AccountId, Credits};
use proptest::prelude::*;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}
fn account_id(n: u8) -> AccountId {
    AccountId::new(at(1), [n; 10])
}
fn tenant_id(n: u8) -> TenantId {
    TenantId::new(at(1), [n; 10])
}
fn session_id(n: u8) -> SessionId {
    SessionId::new(at(1), [n; 10])
}
fn hash(n: u8) -> RefreshHash {
    RefreshHash([n; 32])
}

fn register() -> AccountCommand {
    AccountCommand::Register {
        id: account_id(1),
        email: " Ann@Example.org".into(),
        name: "Ann".into(),
        password: PasswordDigest("$argon2id$1".into()),
        tenant: Some(FirstTenant {
            id: tenant_id(1),
            name: "Tea".into(),
            plan: Plan::Demo,
            demo_credits: Some(Credits(100)),
        }),
    }
}

fn open(n: u8, now: Timestamp) -> AccountCommand {
    AccountCommand::OpenSession {
        session: session_id(n),
        refresh: hash(n),
        expires_at: now.plus(30 * DAY),
        idle: DAY,
    }
}

fn rotate(session: u8, presented: u8, next: u8) -> AccountCommand {
    let (session, presented, next) = (session_id(session), hash(presented), hash(next));
    AccountCommand::RotateRefresh { session, presented, next }
}

fn stage() -> Stage<Account> {
    let mut stage = Stage::new();
    stage.system(register()).unwrap();
    stage
}

fn ends(changes: &Changes<Account>) -> Vec<SessionEnd> {
    let events = changes.events.iter();
    events
        .filter_map(|event| match event {
            AccountEvent::SessionClosed { reason, .. } => Some(*reason),
            _ => None,
        })
        .collect()
}

#[test]
fn r4_registration_causes_the_first_tenant_once() {
    let mut stage = Stage::<Account>::new();
    assert_eq!("not_found", stage.system(AccountCommand::CloseAllSessions).unwrap_err().code);
    let (_, changes) = stage.system(register()).unwrap();
    let [AccountEffect::CreateTenant { owner, owner_email, .. }] = &changes.effects[..] else {
        panic!("{:?}", changes.effects)
    };
    assert_eq!((account_id(1), "ann@example.org"), (*owner, owner_email.as_str()));
    assert_eq!(Some(Role::Owner), stage.state.role_in(tenant_id(1)));
    assert!(stage.system(register()).unwrap().1.is_empty());
    let AccountCommand::Register { name, password, .. } = register() else { return };
    let (id, email) = (account_id(2), "bo@example.org".into());
    let other = AccountCommand::Register { id, email, name, password, tenant: None };
    assert_eq!("account_exists", stage.system(other).unwrap_err().code);
}

#[test]
fn a_refresh_token_counts_once_and_its_reuse_closes_the_family() {
    let mut stage = stage();
    stage.system(open(1, stage.now)).unwrap();
    stage.system(open(2, stage.now)).unwrap();
    stage.system(rotate(1, 1, 11)).unwrap();
    stage.system(rotate(1, 11, 12)).unwrap();
    let (reply, changes) = stage.system(rotate(1, 1, 13)).unwrap();
    assert_eq!(AccountReply::TokenReused { session: session_id(1) }, reply);
    assert_eq!(vec![SessionEnd::TokenReused], ends(&changes));
    let thief = stage.system(rotate(1, 12, 14)).unwrap_err();
    assert_eq!("session_over", thief.code, "the newest token is closed with its family");
    assert!(stage.system(rotate(2, 2, 21)).is_ok(), "another login is not touched");
}

#[test]
fn a_wrong_token_closes_nothing() {
    let mut stage = stage();
    stage.system(open(1, stage.now)).unwrap();
    assert_eq!("session_over", stage.system(rotate(1, 9, 11)).unwrap_err().code);
    assert_eq!("session_over", stage.system(rotate(7, 1, 11)).unwrap_err().code);
    assert_eq!("refresh_token", stage.system(rotate(1, 1, 1)).unwrap_err().code);
    assert!(stage.system(rotate(1, 1, 11)).is_ok());
}

#[test]
fn sessions_end_unused_and_at_their_latest() {
    let mut stage = stage();
    stage.system(open(1, stage.now)).unwrap();
    assert_eq!(Some(stage.now.plus(DAY)), stage.state.next_due());
    stage.wait(DAY - Duration::from_millis(1));
    stage.system(rotate(1, 1, 2)).unwrap();
    stage.wait(DAY);
    assert_eq!(None, stage.state.open_session(session_id(1), stage.now));
    assert_eq!("session_over", stage.system(rotate(1, 2, 3)).unwrap_err().code);
    let (_, changes) = stage.system(AccountCommand::Tick).unwrap();
    assert_eq!(vec![SessionEnd::Expired], ends(&changes));
    assert_eq!(None, stage.state.next_due());
    stage.system(open(4, stage.now)).unwrap();
    for n in 0..29 {
        stage.wait(DAY - Duration::from_millis(1));
        stage.system(rotate(4, 4 + n, 5 + n)).unwrap();
    }
    let latest = stage.state.next_due().unwrap();
    assert!(latest <= stage.now.plus(DAY + Duration::from_millis(29)), "use does not prolong it");
}

#[test]
fn r11_the_oldest_session_makes_room() {
    let mut stage = stage();
    for n in 0..50 {
        stage.system(open(n, stage.now)).unwrap();
        stage.wait(Duration::from_millis(1));
    }
    let (_, changes) = stage.system(open(50, stage.now)).unwrap();
    assert_eq!(vec![SessionEnd::TooMany], ends(&changes));
    assert_eq!(SESSIONS_MAX, stage.state.sessions().len());
    assert_eq!(None, stage.state.open_session(session_id(0), stage.now));
}

#[test]
fn a_new_password_closes_all_other_sessions() {
    let mut stage = stage();
    (1..=3).for_each(|n| drop(stage.system(open(n, stage.now)).unwrap()));
    let password = PasswordDigest("$argon2id$2".into());
    let command =
        AccountCommand::SetPassword { password: password.clone(), keep: Some(session_id(2)) };
    let (_, changes) = stage.give(Origin::Account(account_id(1)), command).unwrap();
    assert_eq!(vec![SessionEnd::PasswordChanged; 2], ends(&changes));
    assert_eq!(password, stage.state.card().unwrap().password);
    assert!(!format!("{:?}", stage.state).contains("argon2id"), "no hash in a log");
}

#[test]
fn r13_only_tenants_tell_memberships() {
    let mut stage = stage();
    let join = |role| AccountCommand::Join { tenant: tenant_id(2), role };
    let own = Origin::Account(account_id(1));
    assert_eq!(RefusalKind::Forbidden, stage.give(own, join(Role::Owner)).unwrap_err().kind);
    let stranger = stage.give(Origin::Account(account_id(2)), AccountCommand::CloseAllSessions);
    assert_eq!(RefusalKind::NotFound, stranger.unwrap_err().kind);
    stage.system(join(Role::Viewer)).unwrap();
    assert!(stage.system(join(Role::Viewer)).unwrap().1.is_empty());
    stage.system(join(Role::Editor)).unwrap();
    assert_eq!(Some(Role::Editor), stage.state.role_in(tenant_id(2)));
    let leave = AccountCommand::Leave { tenant: tenant_id(2) };
    let (_, changes) = stage.system(leave.clone()).unwrap();
    assert_eq!(vec![AccountEvent::Left { tenant: tenant_id(2) }], changes.events);
    assert!(stage.system(leave).unwrap().1.is_empty());
}

fn commands() -> impl Strategy<Value = Vec<(u64, AccountCommand)>> {
    let command = prop_oneof![
        Just(register()),
        (0..60u8).prop_map(|n| open(n, at(1_000_000))),
        (0..6u8, 0..20u8, 0..20u8).prop_map(|(s, presented, next)| rotate(s, presented, next)),
        (0..6u8).prop_map(|n| AccountCommand::CloseSession { session: session_id(n) }),
        Just(AccountCommand::CloseAllSessions),
        (0..4u8).prop_map(|n| AccountCommand::Join { tenant: tenant_id(n), role: Role::Viewer }),
        (0..4u8).prop_map(|n| AccountCommand::Leave { tenant: tenant_id(n) }),
        Just(AccountCommand::Tick),
    ];
    prop::collection::vec((0..40_000_000u64, command), 0..60)
}

proptest! {
    #[test]
    fn any_commands_leave_a_state_that_its_records_give_back(commands in commands()) {
        let mut stage = stage();
        let mut used = std::collections::BTreeSet::new();
        for (millis, command) in commands {
            stage.wait(Duration::from_millis(millis));
            let token = match &command {
                AccountCommand::RotateRefresh { session, presented, .. } => Some((*session, presented.0)),
                AccountCommand::OpenSession { session, .. } => {
                    if stage.state.open_session(*session, stage.now).is_none() {
                        used.retain(|(id, _)| id != session);
                    }
                    None
                }
                _ => None,
            };
            let is_tick = command == AccountCommand::Tick;
            let result = stage.system(command);
            if let (Some(token), Ok((AccountReply::Session(_), _))) = (token, result) {
                prop_assert!(used.insert(token), "a token counted twice");
            }
            prop_assert!(stage.state.sessions().len() <= SESSIONS_MAX);
            prop_assert!(!is_tick || stage.state.next_due().is_none_or(|due| due > stage.now));
        }
    }
}
