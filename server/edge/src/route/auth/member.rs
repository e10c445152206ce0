//! Members of a tenant.

use crate::access::{Id, ManageMembers, Member, ReadContent};
use crate::body::{Change, Json};
use crate::convert;
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::role::Action;
use igny8_actors_domain::tenant::{TenantCommand, TenantReply};
use igny8_protocol_ids::AccountId;
use igny8_protocol_wire::rest::auth::{AddMember, ChangeMember};
use igny8_protocol_wire::view::MemberView;

fn member(reply: TenantReply) -> Result<Json<MemberView>, Problem> {
    match reply {
        TenantReply::Member(member) => Ok(Json(convert::member_view(member))),
        _ => Err(Problem::not_found("member")),
    }
}

/// Everybody who belongs to the tenant.
#[utoipa::path(get, path = "/api/auth/members", tag = "auth", responses((status = 200, body = Vec<MemberView>)))]
pub(super) async fn list_members(
    member: Member<ReadContent>,
) -> Result<Json<Vec<MemberView>>, Problem> {
    let read = |tenant: &igny8_actors_domain::tenant::Tenant| {
        tenant.members().cloned().map(convert::member_view).collect()
    };
    Ok(Json(member.tenant.read(read).await?))
}

/// Adds an existing account by its address.
#[utoipa::path(post, path = "/api/auth/members", tag = "auth", request_body = AddMember,
    responses((status = 201, body = MemberView)))]
pub(super) async fn add_member(
    admin: Member<ManageMembers>,
    change: Change<AddMember>,
) -> Result<(StatusCode, Json<MemberView>), Problem> {
    let AddMember { email, role } = change.body;
    let unknown = || {
        Problem::invalid(
            "email",
            "Nobody has an account with this address yet. Ask them to sign up first.",
        )
    };
    let account = admin.state.platform.account_by_email(&email).await?.ok_or_else(unknown)?;
    let card =
        admin.state.platform.account(account).read(|account| account.card().cloned()).await?;
    let card = card.ok_or_else(unknown)?;
    let role = convert::role_from(role);
    let command = TenantCommand::AddMember { account, email: card.email, name: card.name, role };
    let reply = admin.tenant.command(admin.origin(), change.idempotency, command).await?;
    Ok((StatusCode::CREATED, member(reply)?))
}

/// Gives a member another role. It reaches open sockets at once.
#[utoipa::path(patch, path = "/api/auth/members/{account}", tag = "auth", request_body = ChangeMember,
    params(("account" = AccountId, Path)), responses((status = 200, body = MemberView)))]
pub(super) async fn change_member(
    admin: Member<ManageMembers>,
    Id(account): Id<AccountId>,
    change: Change<ChangeMember>,
) -> Result<Json<MemberView>, Problem> {
    let command = TenantCommand::ChangeRole { account, role: convert::role_from(change.body.role) };
    member(admin.tenant.command(admin.origin(), change.idempotency, command).await?)
}

/// Removes a member; everybody may remove themselves.
#[utoipa::path(delete, path = "/api/auth/members/{account}", tag = "auth",
    params(("account" = AccountId, Path)), responses((status = 204)))]
pub(super) async fn remove_member(
    member: Member<ReadContent>,
    Id(account): Id<AccountId>,
) -> Result<StatusCode, Problem> {
    if account != member.account {
        member.require(Action::ManageMembers)?;
    }
    member.tenant.command(member.origin(), None, TenantCommand::RemoveMember { account }).await?;
    Ok(StatusCode::NO_CONTENT)
}
