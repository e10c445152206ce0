//! `/collab/{room}`: the door of Yjs clients that nobody here wrote, such as y-websocket's provider.
//! The same documents, the same checks and the same presence as on our own socket.

mod protocol;
mod session;

use super::{TICKET_PREFIX, admit, refuse, ticket as offered_ticket};
use crate::access::{RoomPass, RoomTicketRefused, standing};
use crate::problem::Problem;
use crate::state::EdgeState;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use igny8_actors_domain::role::{Action, Role, allows};
use igny8_actors_domain::site::Site;
use igny8_actors_domain::tenant::Tenant;
use igny8_actors_runtime::DocumentHandle;
use igny8_protocol_wire::close::{self, CloseCode};
use igny8_protocol_wire::rest::auth::RoomKind;

/// What a ticket has opened.
struct Room {
    pass: RoomPass,
    handle: DocumentHandle,
    role: Role,
}

/// Why a room stays shut.
type Shut = (CloseCode, &'static str);

/// The ticket of an address: tickets are letters, digits, dots, hyphens and underscores.
fn ticket(query: Option<&str>) -> Option<&str> {
    query?.split('&').find_map(|pair| pair.strip_prefix("ticket="))
}

/// Opens a room. As on our own socket, a ticket that opens nothing is answered by a close code.
pub(crate) async fn open(
    State(state): State<EdgeState>,
    Path(room): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match admit(&state, &headers, upgrade) {
        Ok(upgrade) => upgrade,
        Err(problem) => return problem.into_response(),
    };
    let ticket = offered_ticket(&headers).or_else(|| ticket(query.as_deref()).map(str::to_owned));
    let Some(ticket) = ticket else {
        let detail = format!(
            "Bring a ticket of POST /api/auth/room-tickets: as ?ticket=, or as the subprotocol \
             {TICKET_PREFIX}<ticket>."
        );
        return Problem::unauthorized("ticket", &detail).into_response();
    };
    upgrade.on_upgrade(move |socket| serve(state, room, ticket, socket))
}

async fn serve(state: EdgeState, room: String, ticket: String, socket: WebSocket) {
    let Some(place) = state.socket_place() else {
        return refuse(socket, close::TRY_AGAIN_LATER, "the server is full").await;
    };
    match enter(&state, &room, &ticket).await {
        Ok(room) => session::run(state, room, socket).await,
        Err((code, text)) => refuse(socket, code, text).await,
    }
    drop(place);
}

/// What a ticket opens now.
async fn enter(state: &EdgeState, room: &str, ticket: &str) -> Result<Room, Shut> {
    let opened = state.tokens.open_room(state.now(), ticket, room);
    let pass = opened.map_err(|refused| match refused {
        RoomTicketRefused::NotOurs => (close::TICKET, "the ticket is not one of ours"),
        RoomTicketRefused::Over => (close::TICKET, "the ticket is over: get a new one"),
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
        return Err((close::REVOKED, "your role changed: get a new ticket"));
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

#[cfg(test)]
mod tests {
    use super::ticket;

    #[test]
    fn a_ticket_stands_among_other_parameters() {
        assert_eq!(Some("a.b-c_d"), ticket(Some("x=1&ticket=a.b-c_d&y=2")));
        assert_eq!(None, ticket(Some("tickets=1&x=ticket=2")));
        assert_eq!(None, ticket(None));
    }
}
