//! `/ws/fallback`: the same frames where a proxy cuts WebSockets. The server speaks in the answer of
//! one request, as events; the client in further requests. What it means is the session's, as on a
//! socket.

use super::bound::{MESSAGE_BYTES_READ_MAX, POST_MAX};
use super::line::{Inbox, Line, check_page, no_line};
use super::serve;
use crate::access::Caller;
use crate::limit::count_address;
use crate::problem::Problem;
use crate::state::{EdgeState, TicketHolder};
use axum::extract::{DefaultBodyLimit, FromRequest, Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode, header};
use igny8_protocol_wire::close;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::time::timeout;

/// The ticket: never in the address.
const TICKET: HeaderName = HeaderName::from_static("x-igny8-ticket");
/// The number of a request, from 1 on.
const NUMBER: HeaderName = HeaderName::from_static("x-igny8-number");

/// The lines that are open, by name.
#[derive(Clone, Default)]
pub(crate) struct Fallbacks(Arc<Mutex<HashMap<String, Entry>>>);

#[derive(Clone)]
struct Entry {
    holder: TicketHolder,
    inbox: Arc<Inbox>,
}

/// A line in the list, for as long as it is held.
struct Listed {
    all: Fallbacks,
    name: String,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.all.0.lock().remove(&self.name);
    }
}

impl Fallbacks {
    fn list(&self, name: String, entry: Entry) -> Listed {
        self.0.lock().insert(name.clone(), entry);
        Listed { all: self.clone(), name }
    }

    /// A line of this login: those of others do not exist.
    fn find(&self, name: &str, Caller { account, session }: Caller) -> Option<Arc<Inbox>> {
        let lines = self.0.lock();
        let entry = lines.get(name)?;
        let is_theirs = (entry.holder.account, entry.holder.session) == (account, session);
        is_theirs.then(|| entry.inbox.clone())
    }
}

/// Opens a line. As on a socket, a ticket that opens nothing is answered by a close code.
pub(crate) async fn open(
    State(state): State<EdgeState>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_page(&headers, &state)?;
    let ticket = headers.get(TICKET).and_then(|value| value.to_str().ok()).ok_or_else(|| {
        let detail = "Bring a ticket of POST /api/auth/ticket in the header X-IGNY8-Ticket.";
        Problem::unauthorized("ticket", detail)
    })?;
    let holder = state.tickets.redeem(state.now(), ticket);
    let name = URL_SAFE_NO_PAD.encode(state.secret());
    let (line, body, inbox, gone) = Line::events(&name);
    let listed = holder.map(|holder| state.fallbacks.list(name, Entry { holder, inbox }));
    tokio::spawn(async move {
        let place = serve(state, holder, line).await;
        drop(listed);
        // Its connection is one of those that are open until it is gone.
        gone.cancelled().await;
        drop(place);
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // Proxies that gather answers would keep it for themselves.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

/// Takes the frames of a client. The name alone opens nothing: the login must be the line's.
async fn take(
    State(state): State<EdgeState>,
    caller: Caller,
    Path(name): Path<String>,
    request: Request,
) -> Result<StatusCode, Problem> {
    check_page(request.headers(), &state)?;
    let number = number(request.headers())?;
    let Some(inbox) = state.fallbacks.find(&name, caller) else {
        // What is sent to no line has no line's limit.
        count_address(&state, &request)?;
        return Err(no_line());
    };
    let _place = inbox.place()?;
    let late =
        || Problem::new(StatusCode::REQUEST_TIMEOUT, "late", "The body did not come in time.");
    let read = timeout(POST_MAX, Bytes::from_request(request, &state)).await;
    match read.map_err(|_| late())? {
        Ok(frames) => inbox.take(number, frames).await?,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let fault = (close::TOO_LARGE, "a request was larger than allowed");
            return Err(inbox.end(fault).await);
        }
        Err(_) => {
            let detail = "The request's body did not arrive whole. Send it again.";
            return Err(Problem::bad_request("unreadable", detail));
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Requests with frames.
pub(crate) fn requests() -> MethodRouter<EdgeState> {
    post(take).layer(DefaultBodyLimit::max(MESSAGE_BYTES_READ_MAX))
}

fn number(headers: &HeaderMap) -> Result<u64, Problem> {
    let text = headers.get(NUMBER).and_then(|value| value.to_str().ok());
    text.and_then(|text| text.parse().ok()).filter(|number| *number > 0).ok_or_else(|| {
        let detail = "Number the requests of a line from 1 on, in the header X-IGNY8-Number.";
        Problem::bad_request("number", detail)
    })
}
