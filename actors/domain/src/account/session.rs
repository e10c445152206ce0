//! Logins: families of refresh tokens that count once each.

use super::command::{AccountEvent, AccountReply, SessionEnd};
use super::record::{AccountRecord, RefreshHash, Session};
use super::state::{Account, session_key};
use crate::entity::{Context, Draft, Refusal, RefusalKind};
use igny8_protocol_ids::SessionId;

/// Open sessions of a person: more devices than anyone uses, few enough to list.
pub const SESSIONS_MAX: usize = 50;

pub(super) fn open(
    draft: &mut Draft<'_, Account>,
    context: &Context,
    session: Session,
) -> Result<AccountReply, Refusal> {
    if let Some(known) = draft.session(session.id) {
        return match known.refresh == session.refresh {
            true => Ok(AccountReply::Session(known.clone())),
            false => Err(Refusal::conflict("session_exists", "This session is open already.")),
        };
    }
    if session.ends_at() <= context.now {
        return Err(Refusal::invalid("session_time", "A session must end later than now."));
    }
    close_where(draft, SessionEnd::Expired, |session| session.ends_at() <= context.now);
    while draft.sessions().len() >= SESSIONS_MAX {
        let oldest = draft.sessions().min_by_key(|session| (session.opened_at, session.id));
        let Some(oldest) = oldest.map(|session| session.id) else { break };
        close(draft, oldest, SessionEnd::TooMany);
    }
    draft.put(AccountRecord::Session(session.clone()));
    Ok(AccountReply::Session(session))
}

pub(super) fn rotate(
    draft: &mut Draft<'_, Account>,
    context: &Context,
    id: SessionId,
    presented: RefreshHash,
    next: RefreshHash,
) -> Result<AccountReply, Refusal> {
    let mut session = draft.open_session(id, context.now).cloned().ok_or_else(over)?;
    if session.used.contains(&presented) {
        close(draft, id, SessionEnd::TokenReused);
        return Ok(AccountReply::TokenReused { session: id });
    }
    if session.refresh != presented {
        return Err(over());
    }
    if next == presented || session.used.contains(&next) {
        return Err(Refusal::invalid("refresh_token", "The next refresh token must be a new one."));
    }
    session.used.push(presented);
    let surplus = session.used.len().saturating_sub(Session::USED_MAX);
    session.used.drain(..surplus);
    session.refresh = next;
    session.used_at = context.now;
    draft.put(AccountRecord::Session(session.clone()));
    Ok(AccountReply::Session(session))
}

/// One answer for a closed session, an unknown one and a wrong token: nothing is given away.
fn over() -> Refusal {
    let message = "This session is over. Log in again.";
    Refusal::new(RefusalKind::Forbidden, "session_over", message)
}

pub(super) fn close(draft: &mut Draft<'_, Account>, session: SessionId, reason: SessionEnd) {
    if draft.session(session).is_some() {
        draft.delete(session_key(session));
        draft.event(AccountEvent::SessionClosed { session, reason });
    }
}

pub(super) fn close_where(
    draft: &mut Draft<'_, Account>,
    reason: SessionEnd,
    is_meant: impl Fn(&Session) -> bool,
) {
    let meant: Vec<SessionId> =
        draft.sessions().filter(|session| is_meant(session)).map(|session| session.id).collect();
    for session in meant {
        close(draft, session, reason);
    }
}
