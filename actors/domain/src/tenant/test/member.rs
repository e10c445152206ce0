//! Members: the right to change them, the plan's limit, and the owner who stays.

use super::stage::Stage;
use crate::entity::{Origin, RefusalKind};
use crate::role::Role;
use crate::tenant::*;
use igny8_protocol_ids::{AccountId, Credits, SiteId, TenantId, Timestamp};

pub(super) fn account(n: u8) -> AccountId {
    AccountId::new(Timestamp::from_millis(1), [n; 10])
}
pub(super) fn tenant_id() -> TenantId {
    TenantId::new(Timestamp::from_millis(1), [9; 10])
}
pub(super) fn site_id(n: u8) -> SiteId {
    SiteId::new(Timestamp::from_millis(1), [n; 10])
}

pub(super) fn create(plan: Plan, credits: Option<i64>) -> TenantCommand {
    TenantCommand::Create {
        id: tenant_id(),
        name: " Tea  House ".into(),
        plan,
        owner: account(0),
        owner_email: "Ann@Example.org".into(),
        owner_name: "Ann".into(),
        demo_credits: credits.map(Credits),
    }
}

pub(super) fn add(n: u8, role: Role) -> TenantCommand {
    let (email, name) = (format!("m{n}@example.org"), format!("Member {n}"));
    TenantCommand::AddMember { account: account(n), email, name, role }
}

pub(super) fn new_site(n: u8) -> TenantCommand {
    let (name, language) = (format!("Site {n}"), "en".into());
    TenantCommand::CreateSite { site: site_id(n), name, language, brand_voice: String::new() }
}

fn stage(plan: Plan) -> Stage<Tenant> {
    let mut stage = Stage::new();
    stage.system(create(plan, None)).unwrap();
    stage
}

fn code(result: Result<(TenantReply, crate::Changes<Tenant>), crate::Refusal>) -> String {
    result.map(|(reply, _)| reply).unwrap_err().code
}

#[test]
fn r4_creation_tells_the_owner_and_is_repeated_without_effect() {
    let mut stage = Stage::<Tenant>::new();
    let (_, changes) = stage.system(create(Plan::Demo, Some(500))).unwrap();
    let message = AccountMessage::Join { tenant: tenant_id(), role: Role::Owner };
    assert_eq!(vec![TenantEffect::ToAccount { account: account(0), message }], changes.effects);
    assert_eq!(Some("Tea House"), stage.state.name());
    assert_eq!(Credits(500), stage.state.balance().available);
    let owner = stage.state.member(account(0)).unwrap();
    assert_eq!(("ann@example.org", Role::Owner), (owner.email.as_str(), owner.role));
    let (_, again) = stage.system(create(Plan::Demo, Some(500))).unwrap();
    assert!(again.is_empty());
}

#[test]
fn what_was_not_created_does_not_exist() {
    let mut stage = Stage::<Tenant>::new();
    for command in [add(1, Role::Editor), new_site(1), TenantCommand::Rename { name: "x".into() }] {
        assert_eq!("not_found", code(stage.system(command)));
    }
    assert!(stage.system(TenantCommand::Tick).unwrap().1.is_empty());
}

#[test]
fn r13_strangers_find_nothing_and_rights_are_needed() {
    let mut stage = stage(Plan::Demo);
    for (n, role) in [(1, Role::Admin), (2, Role::Editor), (3, Role::Viewer)] {
        stage.give(Origin::Account(account(0)), add(n, role)).unwrap();
    }
    let stranger = stage.give(Origin::Account(account(8)), new_site(1)).unwrap_err();
    assert_eq!(RefusalKind::NotFound, stranger.kind);
    for n in [2, 3] {
        let editor = Origin::Account(account(n));
        for command in [new_site(1), add(4, Role::Viewer)] {
            assert_eq!(RefusalKind::Forbidden, stage.give(editor, command).unwrap_err().kind);
        }
    }
    let admin = Origin::Account(account(1));
    stage.give(admin, new_site(1)).unwrap();
    stage.give(admin, add(4, Role::Viewer)).unwrap();
    assert_eq!("forbidden", code(stage.give(admin, TenantCommand::Rename { name: "x".into() })));
}

#[test]
fn r13_owners_are_made_and_unmade_by_owners_alone() {
    let mut stage = stage(Plan::Demo);
    let (owner, admin) = (Origin::Account(account(0)), Origin::Account(account(1)));
    stage.give(owner, add(1, Role::Admin)).unwrap();
    let to_owner = TenantCommand::ChangeRole { account: account(1), role: Role::Owner };
    assert_eq!("forbidden", code(stage.give(admin, to_owner.clone())));
    assert_eq!("forbidden", code(stage.give(admin, add(2, Role::Owner))));
    let demote = TenantCommand::ChangeRole { account: account(0), role: Role::Viewer };
    assert_eq!("forbidden", code(stage.give(admin, demote.clone())));
    let remove = TenantCommand::RemoveMember { account: account(0) };
    assert_eq!("forbidden", code(stage.give(admin, remove.clone())));
    stage.give(owner, to_owner).unwrap();
    stage.give(admin, demote).unwrap();
    assert_eq!(Some(Role::Viewer), stage.state.role_of(account(0)));
}

#[test]
fn the_last_owner_stays() {
    let mut stage = stage(Plan::Demo);
    let demote = TenantCommand::ChangeRole { account: account(0), role: Role::Admin };
    let remove = TenantCommand::RemoveMember { account: account(0) };
    assert_eq!("last_owner", code(stage.system(demote.clone())));
    assert_eq!("last_owner", code(stage.give(Origin::Account(account(0)), remove.clone())));
    stage.system(add(1, Role::Owner)).unwrap();
    stage.system(remove).unwrap();
    assert_eq!(None, stage.state.role_of(account(0)));
}

#[test]
fn a_member_can_leave_and_everyone_hears_of_it() {
    let mut stage = stage(Plan::Demo);
    stage.system(add(1, Role::Viewer)).unwrap();
    let leave = TenantCommand::RemoveMember { account: account(1) };
    let (_, changes) = stage.give(Origin::Account(account(1)), leave).unwrap();
    assert!(matches!(&changes.events[..], [TenantEvent::MemberChanged { role: None, .. }]));
    let message = AccountMessage::Leave { tenant: tenant_id() };
    assert_eq!(vec![TenantEffect::ToAccount { account: account(1), message }], changes.effects);
}

#[test]
fn the_plan_limits_members_and_sites() {
    let mut stage = stage(Plan::Starter);
    stage.system(add(1, Role::Editor)).unwrap();
    stage.system(add(2, Role::Editor)).unwrap();
    assert_eq!("member_limit", code(stage.system(add(3, Role::Editor))));
    assert!(stage.system(add(2, Role::Editor)).unwrap().1.is_empty(), "a repetition is no member");
    assert_eq!("already_member", code(stage.system(add(2, Role::Viewer))));
    for n in 1..=3 {
        stage.system(new_site(n)).unwrap();
    }
    assert_eq!("site_limit", code(stage.system(new_site(4))));
    assert!(stage.system(new_site(3)).unwrap().1.is_empty());
}

#[test]
fn no_person_is_the_bot_and_input_is_checked() {
    let mut stage = stage(Plan::Demo);
    assert_eq!("role_of_bot", code(stage.system(add(1, Role::SystemBot))));
    let TenantCommand::AddMember { account, name, role, .. } = add(1, Role::Viewer) else { return };
    let wrong = TenantCommand::AddMember { account, email: "nowhere".into(), name, role };
    assert_eq!("email", code(stage.system(wrong)));
    for (name, language, expected) in
        [("", "en", "name"), ("A", "e n", "language"), ("A", "", "language")]
    {
        let (name, language) = (name.into(), language.into());
        let site =
            TenantCommand::CreateSite { site: site_id(1), name, language, brand_voice: "".into() };
        assert_eq!(expected, code(stage.system(site)));
    }
}

#[test]
fn r4_a_new_site_is_told_what_it_is() {
    let mut stage = stage(Plan::Demo);
    let (_, changes) = stage.system(new_site(1)).unwrap();
    let message = SiteMessage::Create {
        tenant: tenant_id(),
        name: "Site 1".into(),
        language: "en".into(),
        brand_voice: String::new(),
    };
    assert_eq!(vec![TenantEffect::ToSite { site: site_id(1), message }], changes.effects);
}
