//! Whether who asks may do it. The edge checks too (R13); this is the check at the moment of the
//! decision, after every change of roles that came before it.

use super::record::TenantCard;
use super::state::Tenant;
use crate::entity::{Context, Draft, Origin, Refusal, RefusalKind};
use crate::role::{Action, allows};

/// The tenant, which must have been created.
pub(super) fn created<'a>(draft: &'a Draft<'_, Tenant>) -> Result<&'a TenantCard, Refusal> {
    draft.card().ok_or_else(|| Refusal::not_found("tenant"))
}

/// The system may; a member with the right may; to anyone else the tenant does not exist.
pub(super) fn authorise(
    draft: &Draft<'_, Tenant>,
    context: &Context,
    action: Action,
) -> Result<(), Refusal> {
    created(draft)?;
    let Origin::Account(account) = context.origin else { return Ok(()) };
    let role = draft.role_of(account).ok_or_else(|| Refusal::not_found("tenant"))?;
    if allows(role, action) { Ok(()) } else { Err(forbidden()) }
}

/// Only the system moves credits: other entities and paid invoices.
pub(super) fn system_only(draft: &Draft<'_, Tenant>, context: &Context) -> Result<(), Refusal> {
    created(draft)?;
    if context.origin == Origin::System { Ok(()) } else { Err(forbidden()) }
}

fn forbidden() -> Refusal {
    let message = "Your role does not allow this. Ask an owner of the tenant.";
    Refusal::new(RefusalKind::Forbidden, "forbidden", message)
}
