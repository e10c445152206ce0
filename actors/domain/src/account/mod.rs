//! A person: password, sessions, and the tenants they belong to. It knows hashes only: passwords
//! and tokens are checked and drawn outside. What the person may do is decided by each tenant.

mod address;
mod command;
mod record;
mod session;
mod state;
#[cfg(test)]
mod test;

pub use address::{normalise_email, normalise_name};
pub use command::{
    AccountCommand, AccountEffect, AccountEvent, AccountReply, FirstTenant, SessionEnd,
};
pub use record::{AccountCard, AccountRecord, Membership, PasswordDigest, RefreshHash, Session};
pub use session::SESSIONS_MAX;
pub use state::Account;

use crate::entity::{Context, Draft, Entity, Origin, RecordKey, Refusal, RefusalKind};
use crate::role::Role;
use igny8_protocol_ids::{SessionId, TenantId, Timestamp};
use state::membership_key;

/// Tenants that a person may belong to: an agency's people have tens.
const MEMBERSHIPS_MAX: usize = 1_000;

impl Entity for Account {
    type Record = AccountRecord;
    type Command = AccountCommand;
    type Reply = AccountReply;
    type Event = AccountEvent;
    type Effect = AccountEffect;

    fn key(record: &AccountRecord) -> RecordKey {
        state::record_key(record)
    }
    fn put(&mut self, record: AccountRecord) -> Option<AccountRecord> {
        self.take_in(record)
    }
    fn delete(&mut self, key: &RecordKey) -> Option<AccountRecord> {
        self.take_out(key)
    }
    fn decide(
        draft: &mut Draft<'_, Self>,
        command: AccountCommand,
        context: &mut Context,
    ) -> Result<AccountReply, Refusal> {
        dispatch(draft, command, context)
    }
    fn next_due(&self) -> Option<Timestamp> {
        self.sessions().map(Session::ends_at).min()
    }
    fn tick() -> AccountCommand {
        AccountCommand::Tick
    }
}

fn dispatch(
    draft: &mut Draft<'_, Account>,
    command: AccountCommand,
    context: &Context,
) -> Result<AccountReply, Refusal> {
    check_origin(draft, context, &command)?;
    match command {
        AccountCommand::Register { id, email, name, password, tenant } => {
            let now = context.now;
            let (email, name) = (normalise_email(&email)?, normalise_name(&name)?);
            let card = AccountCard { id, email, name, password, created_at: now, updated_at: now };
            return register(draft, card, tenant);
        }
        AccountCommand::OpenSession { session, refresh, expires_at, idle } => {
            let (id, used, opened_at, used_at) = (session, Vec::new(), context.now, context.now);
            let session = Session { id, refresh, used, opened_at, used_at, expires_at, idle };
            return session::open(draft, context, session);
        }
        AccountCommand::RotateRefresh { session, presented, next } => {
            return session::rotate(draft, context, session, presented, next);
        }
        AccountCommand::CloseSession { session } => {
            session::close(draft, session, SessionEnd::LoggedOut);
        }
        AccountCommand::CloseAllSessions => {
            session::close_where(draft, SessionEnd::LoggedOut, |_| true);
        }
        AccountCommand::SetPassword { password, keep } => {
            set_password(draft, context, password, keep);
        }
        AccountCommand::Join { tenant, role } => join(draft, context.now, tenant, role)?,
        AccountCommand::Leave { tenant } => leave(draft, tenant),
        AccountCommand::Tick => {
            let now = context.now;
            session::close_where(draft, SessionEnd::Expired, |session| session.ends_at() <= now);
        }
    }
    Ok(AccountReply::Done)
}

/// A person commands their own account; memberships are told by tenants, through the system.
fn check_origin(
    draft: &Draft<'_, Account>,
    context: &Context,
    command: &AccountCommand,
) -> Result<(), Refusal> {
    let is_first = matches!(command, AccountCommand::Register { .. } | AccountCommand::Tick);
    let Some(card) = draft.card() else {
        return if is_first { Ok(()) } else { Err(Refusal::not_found("account")) };
    };
    let Origin::Account(asking) = context.origin else { return Ok(()) };
    if card.id != asking {
        return Err(Refusal::not_found("account"));
    }
    match command {
        AccountCommand::Join { .. } | AccountCommand::Leave { .. } => {
            let message = "Only a tenant says who belongs to it.";
            Err(Refusal::new(RefusalKind::Forbidden, "forbidden", message))
        }
        _ => Ok(()),
    }
}

/// The membership of the first tenant is there at once, so that the person can log in to it; the
/// tenant's own `Join` repeats it.
fn register(
    draft: &mut Draft<'_, Account>,
    card: AccountCard,
    tenant: Option<FirstTenant>,
) -> Result<AccountReply, Refusal> {
    if let Some(known) = draft.card() {
        return match (known.id, &known.email) == (card.id, &card.email) {
            true => Ok(AccountReply::Account(known.clone())),
            false => Err(Refusal::conflict("account_exists", "This account exists already.")),
        };
    }
    draft.put(AccountRecord::Card(card.clone()));
    if let Some(mut tenant) = tenant {
        tenant.name = normalise_name(&tenant.name)?;
        join(draft, card.created_at, tenant.id, Role::Owner)?;
        let (owner_email, owner_name) = (card.email.clone(), card.name.clone());
        let owner = card.id;
        draft.effect(AccountEffect::CreateTenant { tenant, owner, owner_email, owner_name });
    }
    Ok(AccountReply::Account(card))
}

fn set_password(
    draft: &mut Draft<'_, Account>,
    context: &Context,
    password: PasswordDigest,
    keep: Option<SessionId>,
) {
    if let Some(card) = draft.card().cloned() {
        let card = AccountCard { password, updated_at: context.now, ..card };
        draft.put(AccountRecord::Card(card));
    }
    session::close_where(draft, SessionEnd::PasswordChanged, |session| Some(session.id) != keep);
}

fn join(
    draft: &mut Draft<'_, Account>,
    now: Timestamp,
    tenant: TenantId,
    role: Role,
) -> Result<(), Refusal> {
    let before = draft.membership(tenant);
    if before.is_some_and(|membership| membership.role == role) {
        return Ok(());
    }
    if before.is_none() && draft.memberships().len() >= MEMBERSHIPS_MAX {
        let message = format!("A person belongs to {MEMBERSHIPS_MAX} tenants at most.");
        return Err(Refusal::conflict("membership_limit", message));
    }
    let created_at = before.map_or(now, |membership| membership.created_at);
    let membership = Membership { tenant, role, created_at, updated_at: now };
    draft.put(AccountRecord::Membership(membership.clone()));
    draft.event(AccountEvent::Joined(membership));
    Ok(())
}

fn leave(draft: &mut Draft<'_, Account>, tenant: TenantId) {
    if draft.membership(tenant).is_some() {
        draft.delete(membership_key(tenant));
        draft.event(AccountEvent::Left { tenant });
    }
}
