//! What a ticket opens, now.

use crate::access::{RoomPass, RoomTicketRefused, standing};
use crate::problem::Problem;
use crate::state::EdgeState;
use igny8_actors_domain::role::{Action, Role, allows};
use igny8_actors_domain::site::Site;
use igny8_actors_domain::tenant::Tenant;
use igny8_actors_runtime::DocumentHandle;
use igny8_protocol_wire::close::{self, CloseCode};
use igny8_protocol_wire::rest::auth::RoomKind;

/// What a ticket has opened.
pub(super) struct Room {
    pub pass: RoomPass,
    pub handle: DocumentHandle,
    pub role: Role,
}

/// Why a room stays shut, or is over: the code, and words for its client.
pub(super) type Ended = (CloseCode, &'static str);

pub(super) const TICKET_OVER: Ended = (close::TICKET, "the ticket is over: get a new one");
const ROLE_CHANGED: Ended = (close::REVOKED, "your role changed: get a new ticket");

impl Room {
    /// Whether a change of the holder's role ends it. `is_watched` is false if nobody looks any more.
    pub(super) fn ended_by(&self, is_watched: bool, now: Option<Role>) -> Option<Ended> {
        match now {
            _ if !is_watched => Some((close::INTERNAL, "the watch over your role failed")),
            None => Some((close::REVOKED, "you no longer have access to this workspace")),
            Some(now) if now != self.role => Some(ROLE_CHANGED),
            Some(_) => None,
        }
    }

    /// The document let go of a session.
    pub(super) async fn cut_off(&self, state: &EdgeState) -> Ended {
        match exists(state, &self.pass).await {
            Ok(false) => (close::NOT_FOUND, "the room was deleted"),
            _ => (close::TRY_AGAIN_LATER, "you read too slowly, or the document restarts"),
        }
    }
}

/// What a ticket opens now.
pub(super) async fn enter(state: &EdgeState, room: &str, ticket: &str) -> Result<Room, Ended> {
    let opened = state.tokens.open_room(state.now(), ticket, room);
    let pass = opened.map_err(|refused| match refused {
        RoomTicketRefused::NotOurs => (close::TICKET, "the ticket is not one of ours"),
        RoomTicketRefused::Over => TICKET_OVER,
        RoomTicketRefused::OtherRoom => (close::TICKET, "the ticket is for another room"),
    })?;
    let busy = (close::TRY_AGAIN_LATER, "the workspace is not available just now");
    let role = standing(state, pass.holder()).await.map_err(|_| busy)?;
    let role = role.ok_or((close::REVOKED, "you no longer belong to this workspace"))?;
    let (platform, account) = (&state.platform, pass.account);
    let since = move |tenant: &Tenant| tenant.member(account).map(|member| member.updated_at);
    let since = platform.tenant(pass.tenant).read(since).await.map_err(|_| busy)?;
    let is_same = since == Some(pass.member_since);
    let wanted = if pass.writable { Action::EditDocument } else { Action::ReadContent };
    if !is_same || !allows(role, wanted) {
        return Err(ROLE_CHANGED);
    }
    if !exists(state, &pass).await.map_err(|_| busy)? {
        return Err((close::NOT_FOUND, "the room was deleted"));
    }
    let handle = match pass.kind {
        RoomKind::Article => platform.document(pass.tenant, pass.document),
        RoomKind::Free => platform.free_document(pass.tenant, pass.document),
    };
    Ok(Room { pass, handle, role })
}

/// Whether the room is still there.
async fn exists(state: &EdgeState, pass: &RoomPass) -> Result<bool, Problem> {
    let (id, kind) = (pass.document, pass.kind);
    let known = move |site: &Site| match kind {
        RoomKind::Article => site.document(id).is_some(),
        RoomKind::Free => site.free_document(id).is_some(),
    };
    Ok(state.platform.site(pass.tenant, pass.site).read(known).await?)
}
