//! What a ticket opens, now.

use crate::access::{HeldRole, RoomPass, RoomTicketRefused, standing};
use crate::problem::Problem;
use crate::state::EdgeState;
use igny8_actors_domain::role::{Action, allows};
use igny8_actors_domain::site::Site;
use igny8_actors_runtime::DocumentHandle;
use igny8_protocol_wire::close::{self, CloseCode};
use igny8_protocol_wire::rest::auth::RoomKind;

/// What a ticket has opened.
pub(super) struct Room {
    pub pass: RoomPass,
    pub handle: DocumentHandle,
    pub standing: HeldRole,
}

/// Why a room stays shut, or is over: the code, and words for its client.
pub(super) type Ended = (CloseCode, &'static str);

pub(super) const TICKET_OVER: Ended = (close::TICKET, "the ticket is over: get a new one");
const ROLE_CHANGED: Ended = (close::REVOKED, "your role changed: get a new ticket");

impl Room {
    /// Whether a change of the holder's role ends it. `is_watched` is false if nobody looks any more.
    pub(super) fn ended_by(&self, is_watched: bool, now: Option<HeldRole>) -> Option<Ended> {
        ended_by(self.standing, is_watched, now)
    }

    /// The document let go of a session.
    pub(super) async fn cut_off(&self, state: &EdgeState) -> Ended {
        match exists(state, &self.pass).await {
            Ok(false) => (close::NOT_FOUND, "the room was deleted"),
            _ => (close::TRY_AGAIN_LATER, "you read too slowly, or the document restarts"),
        }
    }
}

fn ended_by(entered: HeldRole, is_watched: bool, now: Option<HeldRole>) -> Option<Ended> {
    match now {
        _ if !is_watched => Some((close::INTERNAL, "the watch over your role failed")),
        None => Some((close::REVOKED, "you no longer have access to this workspace")),
        // Also if it came back: who entered in between has fewer rights than it could have.
        Some(now) if now != entered => Some(ROLE_CHANGED),
        Some(_) => None,
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
    let standing = standing(state, pass.holder()).await.map_err(|_| busy)?;
    let standing = standing.ok_or((close::REVOKED, "you no longer belong to this workspace"))?;
    let platform = &state.platform;
    let wanted = if pass.writable { Action::EditDocument } else { Action::ReadContent };
    if standing.since != pass.member_since || !allows(standing.role, wanted) {
        return Err(ROLE_CHANGED);
    }
    if !exists(state, &pass).await.map_err(|_| busy)? {
        return Err((close::NOT_FOUND, "the room was deleted"));
    }
    let handle = match pass.kind {
        RoomKind::Article => platform.document(pass.tenant, pass.document),
        RoomKind::Free => platform.free_document(pass.tenant, pass.document),
    };
    Ok(Room { pass, handle, standing })
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

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_actors_domain::role::Role;
    use igny8_protocol_ids::Timestamp;

    #[test]
    fn a_role_that_came_back_is_another_one() {
        let held = |role, since| HeldRole { role, since: Timestamp::from_millis(since) };
        let entered = held(Role::Viewer, 2);
        assert_eq!(None, ended_by(entered, true, Some(entered)));
        for now in [held(Role::Editor, 3), held(Role::Viewer, 4)] {
            assert_eq!(Some(ROLE_CHANGED), ended_by(entered, true, Some(now)));
        }
        assert_eq!(close::REVOKED, ended_by(entered, true, None).unwrap().0);
        assert_eq!(close::INTERNAL, ended_by(entered, false, Some(entered)).unwrap().0);
    }
}
