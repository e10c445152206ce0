//! What surrounds every request: its id, its log line, the net under panics, problem bodies,
//! security headers. It is the one place that writes an error's body.

use crate::limit::{Standing, client_address};
use crate::problem::Problem;
use crate::state::EdgeState;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use igny8_protocol_wire::rest::problem::Problem as ProblemBody;
use std::panic::AssertUnwindSafe;
use std::time::Instant;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
/// A longer id from outside is not one.
const REQUEST_ID_BYTES_MAX: usize = 64;
/// What an answer that is no page may do: nothing.
const CLOSED_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// The request's id, for handlers.
#[derive(Clone, Debug)]
struct RequestId(String);

fn request_id(headers: &HeaderMap, state: &EdgeState) -> RequestId {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| {
        let clean = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        (8..=REQUEST_ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(clean)
    });
    RequestId(given.map_or_else(
        || {
            let mut bytes = [0; 8];
            state.platform.fill(&mut bytes);
            format!("{:016x}", u64::from_be_bytes(bytes))
        },
        str::to_owned,
    ))
}

/// Runs a request. Outermost of all layers.
pub(crate) async fn envelope(
    State(state): State<EdgeState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_id(request.headers(), &state);
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str);
    let (route, method, started) = (route.to_owned(), request.method().clone(), Instant::now());
    let is_api = request.uri().path().starts_with("/api");
    let address = client_address(&request, &state.settings.trusted_proxies);
    let standing = Standing::default();
    let extensions = request.extensions_mut();
    extensions.insert(standing.clone());
    extensions.insert(address);
    let span = tracing::info_span!("request", id = %id.0, %method, route);
    let answered =
        AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let mut response = answered.unwrap_or_else(|_| {
        span.in_scope(|| tracing::error!("a handler panicked"));
        axum::response::IntoResponse::into_response(Problem::internal())
    });
    let status = response.status();
    span.in_scope(|| {
        tracing::debug!(status = status.as_u16(), ms = started.elapsed().as_millis(), "answered")
    });
    let labels = [("route", route), ("status", status.as_str().to_owned())];
    metrics::counter!("igny8_requests_total", &labels).increment(1);
    metrics::histogram!("igny8_request_seconds", "route" => labels[0].1.clone())
        .record(started.elapsed().as_secs_f64());
    if status.is_client_error() || status.is_server_error() {
        response = with_problem(response, &id);
    }
    standing.write(response.headers_mut());
    harden(response.headers_mut(), &state, is_api);
    let id = HeaderValue::from_str(&id.0).expect("ids are letters and digits");
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// Writes the body of an error: that of a problem of ours, or one for what axum answered itself.
fn with_problem(response: Response, id: &RequestId) -> Response {
    let (mut parts, _) = response.into_parts();
    let problem = parts.extensions.remove::<Problem>().unwrap_or_else(|| stray(parts.status));
    let body = ProblemBody {
        r#type: "about:blank".to_owned(),
        title: parts.status.canonical_reason().unwrap_or("Refused").to_owned(),
        status: parts.status.as_u16(),
        detail: problem.detail,
        code: problem.code.into_owned(),
        request_id: id.0.clone(),
        errors: problem.errors,
    };
    if parts.status.is_server_error() {
        tracing::warn!(request = %id.0, code = body.code, status = body.status, "answered with an error");
    }
    let bytes = serde_json::to_vec(&body).expect("a problem is plain data");
    parts.headers.insert(header::CONTENT_TYPE, PROBLEM_JSON);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

/// What axum or a layer answered by itself.
fn stray(status: StatusCode) -> Problem {
    let (code, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("method_not_allowed", "This address has no such method.")
        }
        StatusCode::NOT_FOUND => ("not_found", "There is nothing at this address."),
        StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "The request is larger than allowed here."),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media_type", "Send the body as application/json."),
        status if status.is_server_error() => return Problem::internal(),
        _ => ("bad_request", "The request cannot be read."),
    };
    Problem::new(status, code, detail)
}

fn harden(headers: &mut HeaderMap, state: &EdgeState, is_api: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CONTENT_SECURITY_POLICY, CLOSED_POLICY);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()");
    if is_api {
        set(header::CACHE_CONTROL, "no-store");
    }
    if state.settings.https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
}
