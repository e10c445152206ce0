//! From a request to a line.

use super::{Carrier, Line};
use crate::access::origin_is_allowed;
use crate::problem::Problem;
use crate::socket::SUBPROTOCOL;
use crate::state::EdgeState;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::response::Response;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::downcast;
use std::future::Future;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

/// A request that may become a line: a WebSocket's, from a page that may open one.
pub(crate) struct Upgrade {
    response: Response,
    line: OnUpgrade,
}

impl FromRequestParts<EdgeState> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &EdgeState) -> Result<Self, Problem> {
        let (line, response) =
            parts.extensions.remove::<OnUpgrade>().zip(response(parts)).ok_or_else(|| {
                let detail = "This address speaks WebSocket alone.";
                Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", detail)
            })?;
        check_page(&parts.headers, state)?;
        Ok(Self { response, line })
    }
}

/// Lines are opened from our own pages alone. Programs send no origin; their ticket is enough, since no
/// page can have got it for them.
pub(in super::super) fn check_page(headers: &HeaderMap, state: &EdgeState) -> Result<(), Problem> {
    let is_page = headers.contains_key(header::ORIGIN);
    if is_page && !origin_is_allowed(headers, &state.settings.origins) {
        let detail = "Sockets are opened from our own pages alone.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "origin", detail));
    }
    Ok(())
}

/// The answer to a handshake, if it is one.
fn response(parts: &Parts) -> Option<Response> {
    let mut request = Request::new(());
    *request.method_mut() = parts.method.clone();
    *request.version_mut() = parts.version;
    *request.headers_mut() = parts.headers.clone();
    let mut response = create_response_with_body(&request, Body::empty).ok()?;
    if offers(&parts.headers) {
        let ours = HeaderValue::from_static(SUBPROTOCOL);
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, ours);
    }
    Some(response)
}

fn offers(headers: &HeaderMap) -> bool {
    offered(headers).any(|name| name == SUBPROTOCOL)
}

/// The subprotocols that a client offers.
pub(in super::super) fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).map(str::trim)
}

impl Upgrade {
    /// Answers, and serves the line when it is there.
    pub(in super::super) fn serve<F>(
        self,
        serve: impl FnOnce(Line) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send,
    {
        let Self { response, line } = self;
        tokio::spawn(async move {
            let stream = match line.await {
                Ok(upgraded) => downcast::<TokioIo<TcpStream>>(upgraded),
                Err(error) => return tracing::debug!(%error, "a handshake did not end"),
            };
            match stream {
                Ok(parts) => {
                    // Even an empty rest would keep all that was read before it.
                    let first = Bytes::copy_from_slice(&parts.read_buf);
                    drop(parts.read_buf);
                    serve(Line(Carrier::Socket { stream: parts.io.into_inner(), first })).await;
                }
                Err(_) => tracing::error!("a socket does not stand on a connection of ours"),
            }
        });
        response
    }
}
