//! `/ws`: one socket per page. A ticket in the subprotocol opens it; everything on it is checked
//! again: each message against the role, the role against the tenant. And `/collab` for Yjs clients
//! that nobody here wrote. Where proxies cut WebSockets, `/ws/fallback` carries the same frames.

mod bound;
mod collab;
mod command;
mod document;
mod drain;
mod ear;
mod fallback;
mod forward;
mod guard;
mod line;
mod session;
mod stream;

pub(crate) use collab::{open as open_room, open_many as open_rooms};
pub(crate) use fallback::{Fallbacks, open as open_fallback, requests as fallback_requests};
pub(crate) use guard::Guards;

use crate::access::standing;
use crate::problem::Problem;
use crate::state::{EdgeState, SocketPlace, TicketHolder};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use igny8_protocol_wire::close;
use line::{Line, Upgrade, offered};

/// The subprotocol that we answer with. Versions within it are negotiated by `hello`.
const SUBPROTOCOL: &str = "igny8.v1";
const TICKET_PREFIX: &str = "igny8.ticket.";

/// The ticket, if the client offers our subprotocol.
fn ticket(headers: &HeaderMap) -> Option<String> {
    let ticket = offered(headers).find_map(|name| name.strip_prefix(TICKET_PREFIX));
    ticket.filter(|_| offered(headers).any(|name| name == SUBPROTOCOL)).map(str::to_owned)
}

/// Opens a socket. An unknown ticket is answered by a close code: browsers do not show a page the
/// status of a refused upgrade.
pub(crate) async fn open(
    State(state): State<EdgeState>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Response {
    let Some(ticket) = ticket(&headers) else {
        let detail = "Offer the subprotocols igny8.v1 and igny8.ticket.<ticket>.";
        return Problem::unauthorized("ticket", detail).into_response();
    };
    let holder = state.tickets.redeem(state.now(), &ticket);
    upgrade.serve(async move |line| drop(serve(state, holder, line).await))
}

/// Serves a line to its end; its place among all of them, if it had one.
async fn serve(state: EdgeState, holder: Option<TicketHolder>, line: Line) -> Option<SocketPlace> {
    let Some(holder) = holder else {
        line.refuse(close::TICKET, "the ticket is unknown, used or over").await;
        return None;
    };
    let Some(place) = state.socket_place() else {
        line.refuse(close::TRY_AGAIN_LATER, "the server is full").await;
        return None;
    };
    match standing(&state, holder).await {
        Ok(Some(standing)) => session::run(state, holder, standing, line).await,
        Ok(None) => line.refuse(close::REVOKED, "you no longer belong to this workspace").await,
        Err(_) => {
            line.refuse(close::TRY_AGAIN_LATER, "the workspace is not available just now").await
        }
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header;

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
