//! Bodies: JSON with its idempotency key, files as they are, and JSON answers.

use crate::problem::Problem;
use crate::state::EdgeState;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request::Parts};
use igny8_actors_runtime::Idempotency;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Files of keywords are at most this large (the core's own bound).
pub(crate) const FILE_BYTES_MAX: usize = igny8_actors_domain::import::BYTES_MAX;
/// JSON bodies: a thousand ids are 40 KB.
pub(crate) const JSON_BYTES_MAX: usize = 1024 * 1024;
/// A longer key is a mistake.
const KEY_BYTES_MAX: usize = 128;

/// A JSON answer.
pub(crate) struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
            Err(error) => {
                tracing::error!(%error, "an answer cannot be written");
                Problem::internal().into_response()
            }
        }
    }
}

/// No fields: for requests that say all in their address.
#[derive(Deserialize)]
pub(crate) struct Empty {}

/// A change: its body, and the key under which it counts once.
pub(crate) struct Change<T> {
    pub body: T,
    pub idempotency: Option<Idempotency>,
}

/// The key counts within the entity that is commanded; with method and address it cannot meet
/// another route's.
fn idempotency(parts: &Parts, body: &[u8]) -> Result<Option<Idempotency>, Problem> {
    let Some(value) = parts.headers.get("idempotency-key") else { return Ok(None) };
    let key = plain_key(value.to_str().unwrap_or_default())?;
    let address = parts.uri.path_and_query().map_or("", |path| path.as_str());
    let key = format!("{} {} {key}", parts.method, parts.uri.path());
    Ok(Some(Idempotency { key, fingerprint: fingerprint(address, body) }))
}

/// The same for a command of the socket: `name` is the command's, `body` all that it says.
pub(crate) fn idempotency_of_command(
    name: &str,
    key: &str,
    body: &[u8],
) -> Result<Idempotency, Problem> {
    let key = format!("socket {name} {}", plain_key(key)?);
    Ok(Idempotency { key, fingerprint: fingerprint(name, body) })
}

fn plain_key(key: &str) -> Result<&str, Problem> {
    let plain = (1..=KEY_BYTES_MAX).contains(&key.len())
        && key.bytes().all(|byte| matches!(byte, b'\t' | b' '..=b'~'));
    if plain {
        return Ok(key);
    }
    Err(Problem::bad_request(
        "idempotency_key",
        format!("An idempotency key has 1 to {KEY_BYTES_MAX} plain characters."),
    ))
}

fn fingerprint(address: &str, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(address);
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The request is larger than allowed here.",
        ),
        _ => Problem::bad_request(
            "unreadable",
            "The request's body did not arrive whole. Send it again.",
        ),
    }
}

/// What a body is, in small letters and without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let kind =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Reads JSON. An empty body is `{}`, so that addresses which say all need none.
fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Problem> {
    if bytes.is_empty() {
        return serde_json::from_slice(b"{}").map_err(|error| wrong_json(&error));
    }
    if media_type(headers) != "application/json" {
        let detail = "Send the body as application/json.";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", detail));
    }
    serde_json::from_slice(bytes).map_err(|error| wrong_json(&error))
}

fn wrong_json(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let field = text.contains("field `").then(|| text.split('`').nth(1)).flatten();
    match (error.classify(), field) {
        (serde_json::error::Category::Data, Some(field)) => {
            Problem::invalid(field, format!("{text}."))
        }
        (serde_json::error::Category::Data, None) => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            format!("The body does not fit: {text}."),
        ),
        _ => Problem::bad_request("json", format!("The body is not JSON: {text}.")),
    }
}

impl<T: DeserializeOwned> FromRequest<EdgeState> for Change<T> {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &EdgeState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes =
            Bytes::from_request(whole, state).await.map_err(|rejection| unreadable(&rejection))?;
        let body = parse(&parts.headers, &bytes)?;
        Ok(Self { body, idempotency: idempotency(&parts, &bytes)? })
    }
}

/// A file, as it was sent.
pub(crate) struct File(pub Bytes);

impl FromRequest<EdgeState> for File {
    type Rejection = Problem;
    async fn from_request(request: Request, state: &EdgeState) -> Result<Self, Problem> {
        Bytes::from_request(request, state)
            .await
            .map(Self)
            .map_err(|rejection| unreadable(&rejection))
    }
}

/// What stands behind the `?`.
pub(crate) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<EdgeState> for Asked<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, state: &EdgeState) -> Result<Self, Problem> {
        let asked = Query::<T>::from_request_parts(parts, state).await;
        asked
            .map(|Query(asked)| Self(asked))
            .map_err(|rejection| Problem::bad_request("query", rejection.body_text()))
    }
}
