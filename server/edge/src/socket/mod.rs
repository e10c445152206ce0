//! `/ws`: one socket per page. A ticket in the subprotocol opens it; everything on it is checked
//! again: each message against the role, the role against the tenant. And `/collab` for Yjs clients
//! that nobody here wrote.

mod bound;
mod collab;
mod command;
mod document;
mod ear;
mod forward;
mod guard;
mod outbox;
mod session;
mod stream;
mod writer;

pub(crate) use collab::{open as open_room, open_many as open_rooms};
pub(crate) use guard::Guards;

use crate::access::{origin_is_allowed, standing};
use crate::problem::Problem;
use crate::state::{EdgeState, TicketHolder};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use igny8_protocol_wire::close::{self, CloseCode};

/// The subprotocol that we answer with. Versions within it are negotiated by `hello`.
const SUBPROTOCOL: &str = "igny8.v1";
const TICKET_PREFIX: &str = "igny8.ticket.";

/// The ticket, if the client offers our subprotocol.
fn ticket(headers: &HeaderMap) -> Option<String> {
    let lines = headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|line| line.to_str().ok());
    let offered: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let ticket = offered.iter().find_map(|name| name.strip_prefix(TICKET_PREFIX));
    ticket.filter(|_| offered.contains(&SUBPROTOCOL)).map(str::to_owned)
}

/// An upgrade that may go on: a WebSocket's, from a page that may open one.
fn admit(
    state: &EdgeState,
    headers: &HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<WebSocketUpgrade, Problem> {
    let Ok(upgrade) = upgrade else {
        let detail = "This address speaks WebSocket alone.";
        return Err(Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail));
    };
    // Programs send no origin; their ticket is enough, since no page can have got it for them.
    if headers.contains_key(header::ORIGIN) && !origin_is_allowed(headers, &state.settings.origins)
    {
        let detail = "Sockets are opened from our own pages alone.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "origin", detail));
    }
    Ok(upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(bound::READ_BYTES)
        .max_message_size(bound::MESSAGE_BYTES_READ_MAX)
        .max_frame_size(bound::MESSAGE_BYTES_READ_MAX))
}

/// Opens a socket. An unknown ticket is answered by a close code: browsers do not show a page the
/// status of a refused upgrade.
pub(crate) async fn open(
    State(state): State<EdgeState>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match admit(&state, &headers, upgrade) {
        Ok(upgrade) => upgrade,
        Err(problem) => return problem.into_response(),
    };
    let Some(ticket) = ticket(&headers) else {
        let detail = "Offer the subprotocols igny8.v1 and igny8.ticket.<ticket>.";
        return Problem::unauthorized("ticket", detail).into_response();
    };
    let holder = state.tickets.redeem(state.now(), &ticket);
    upgrade.on_upgrade(move |socket| serve(state, holder, socket))
}

async fn serve(state: EdgeState, holder: Option<TicketHolder>, socket: WebSocket) {
    let Some(holder) = holder else {
        return refuse(socket, close::TICKET, "the ticket is unknown, used or over").await;
    };
    let Some(place) = state.socket_place() else {
        return refuse(socket, close::TRY_AGAIN_LATER, "the server is full").await;
    };
    match standing(&state, holder).await {
        Ok(Some(role)) => session::run(state, holder, role, socket).await,
        Ok(None) => refuse(socket, close::REVOKED, "you no longer belong to this workspace").await,
        Err(_) => {
            refuse(socket, close::TRY_AGAIN_LATER, "the workspace is not available just now").await
        }
    }
    drop(place);
}

fn close_frame(code: CloseCode, text: &str) -> Message {
    let reason = format!("{}: {text}", code.name);
    Message::Close(Some(CloseFrame { code: code.code, reason: reason.into() }))
}

async fn refuse(mut socket: WebSocket, code: CloseCode, text: &str) {
    if let Err(error) = socket.send(close_frame(code, text)).await {
        tracing::debug!(%error, "a refused socket was gone already");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_needs_our_subprotocol() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, text.parse().unwrap());
            ticket(&headers)
        };
        assert_eq!(Some("abc".to_owned()), of("igny8.v1, igny8.ticket.abc"));
        assert_eq!(None, of("igny8.ticket.abc"));
        assert_eq!(None, of("igny8.v1"));
    }

    #[test]
    fn close_reasons_fit_their_frame() {
        for code in close::CLOSE_CODES {
            // RFC 6455: a control frame has 125 bytes, two of them the code.
            assert!(code.name.len() + 2 + 60 <= 123, "{}", code.name);
        }
    }
}
