//! Who belongs to a tenant, and as what.

use super::command::{TenantEffect, TenantEvent, TenantReply};
use super::message::AccountMessage;
use super::record::{Member, TenantRecord};
use super::right::{authorise, created};
use super::state::{Tenant, member_key};
use crate::account::{normalise_email, normalise_name};
use crate::entity::{Context, Draft, Origin, Refusal};
use crate::role::{Action, Role};
use igny8_protocol_ids::{AccountId, Timestamp};

/// A person who is to be added.
pub(super) struct NewMember {
    pub(super) account: AccountId,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) role: Role,
}

pub(super) fn add(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    new: NewMember,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManageMembers)?;
    check_assignable(draft, context, new.role)?;
    if let Some(member) = draft.member(new.account) {
        if member.role == new.role {
            return Ok(TenantReply::Member(member.clone()));
        }
        let message = format!("{} is a member already: change the role instead.", member.name);
        return Err(Refusal::conflict("already_member", message));
    }
    let limit = created(draft)?.plan.limits().members;
    if draft.members().len() >= limit {
        let message = format!("The plan allows {limit} members. Remove one or change the plan.");
        return Err(Refusal::conflict("member_limit", message));
    }
    join(draft, context.now, new)
}

/// Writes a new member and tells everyone.
pub(super) fn join(
    draft: &mut Draft<'_, Tenant>,
    now: Timestamp,
    new: NewMember,
) -> Result<TenantReply, Refusal> {
    let member = Member {
        account: new.account,
        email: normalise_email(&new.email)?,
        name: normalise_name(&new.name)?,
        role: new.role,
        created_at: now,
        updated_at: now,
    };
    write(draft, member)
}

pub(super) fn change_role(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    account: AccountId,
    role: Role,
) -> Result<TenantReply, Refusal> {
    authorise(draft, context, Action::ManageMembers)?;
    let member = draft.member(account).cloned().ok_or_else(|| Refusal::not_found("member"))?;
    check_assignable(draft, context, role)?;
    check_assignable(draft, context, member.role)?;
    if member.role == role {
        return Ok(TenantReply::Member(member));
    }
    check_owner_remains(draft, &member)?;
    write(draft, Member { role, updated_at: context.now, ..member })
}

pub(super) fn remove(
    draft: &mut Draft<'_, Tenant>,
    context: &Context,
    account: AccountId,
) -> Result<TenantReply, Refusal> {
    let is_own = context.origin == Origin::Account(account);
    if !is_own {
        authorise(draft, context, Action::ManageMembers)?;
    }
    let member = draft.member(account).cloned().ok_or_else(|| Refusal::not_found("member"))?;
    if !is_own {
        check_assignable(draft, context, member.role)?;
    }
    check_owner_remains(draft, &member)?;
    draft.delete(member_key(account));
    let Member { email, name, .. } = member;
    draft.event(TenantEvent::MemberChanged { account, email, name, role: None });
    let message = AccountMessage::Leave { tenant: created(draft)?.id };
    draft.effect(TenantEffect::ToAccount { account, message });
    Ok(TenantReply::Done)
}

fn write(draft: &mut Draft<'_, Tenant>, member: Member) -> Result<TenantReply, Refusal> {
    let Member { account, role, .. } = member;
    draft.put(TenantRecord::Member(member.clone()));
    draft.event(TenantEvent::MemberChanged {
        account,
        email: member.email.clone(),
        name: member.name.clone(),
        role: Some(role),
    });
    let message = AccountMessage::Join { tenant: created(draft)?.id, role };
    draft.effect(TenantEffect::ToAccount { account, message });
    Ok(TenantReply::Member(member))
}

/// Owners are made and unmade by owners alone, and no person is the bot.
fn check_assignable(
    draft: &Draft<'_, Tenant>,
    context: &Context,
    role: Role,
) -> Result<(), Refusal> {
    match role {
        Role::Owner => authorise(draft, context, Action::TransferOwnership),
        Role::SystemBot => {
            let message = "SystemBot is the role of automations: give a person another one.";
            Err(Refusal::invalid("role_of_bot", message))
        }
        Role::Admin | Role::Editor | Role::Viewer => Ok(()),
    }
}

/// A tenant without an owner could never be managed again.
fn check_owner_remains(draft: &Draft<'_, Tenant>, member: &Member) -> Result<(), Refusal> {
    let owners = draft.members().filter(|member| member.role == Role::Owner).count();
    if member.role == Role::Owner && owners == 1 {
        let message = "The last owner stays: make another member an owner first.";
        return Err(Refusal::conflict("last_owner", message));
    }
    Ok(())
}
