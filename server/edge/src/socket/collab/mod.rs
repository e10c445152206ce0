//! The doors of Yjs clients that nobody here wrote: `/collab/{room}` for y-websocket's provider, with
//! one document a socket, and `/collab` for HocuspocusProvider, with many. The same documents, the
//! same checks and the same presence as on our own socket.

mod enter;
mod hocuspocus;
mod seat;
mod sync;
mod websocket;

pub(crate) use hocuspocus::open as open_many;

use super::line::{Line, Manners, Upgrade};
use super::{TICKET_PREFIX, ticket as offered_ticket};
use crate::problem::Problem;
use crate::state::EdgeState;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use enter::enter;
use http::HeaderMap;
use igny8_protocol_wire::close;

/// How both doors speak of a client that is not quick enough: it comes back and asks for what it
/// lacks.
const MANNERS: Manners = Manners { slow: close::TRY_AGAIN_LATER, silent: close::TRY_AGAIN_LATER };

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
    upgrade: Upgrade,
) -> Response {
    let ticket = offered_ticket(&headers).or_else(|| ticket(query.as_deref()).map(str::to_owned));
    let Some(ticket) = ticket else {
        let detail = format!(
            "Bring a ticket of POST /api/auth/room-tickets: as ?ticket=, or as the subprotocol \
             {TICKET_PREFIX}<ticket>."
        );
        return Problem::unauthorized("ticket", &detail).into_response();
    };
    upgrade.serve(move |line| serve(state, room, ticket, line))
}

async fn serve(state: EdgeState, room: String, ticket: String, line: Line) {
    let Some(place) = state.socket_place() else {
        return line.refuse(close::TRY_AGAIN_LATER, "the server is full").await;
    };
    let common = state.clone();
    // What is done once is boxed: a future is as large as the largest thing it ever does.
    match Box::pin(async move { enter(&common, &room, &ticket).await.map(Box::new) }).await {
        Ok(room) => websocket::run(state, *room, line).await,
        Err((code, text)) => line.refuse(code, text).await,
    }
    drop(place);
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
