//! Who asks: read once per request from the bearer token, or for images from their cookie.

use super::cookie;
use super::token::Audience;
use crate::problem::Problem;
use crate::state::EdgeState;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, header, request::Parts};
use igny8_protocol_ids::{AccountId, SessionId};

/// A person with a valid token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub account: AccountId,
    pub session: SessionId,
}

/// What the token of a request said.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Identity {
    /// There was none.
    Nobody,
    /// It is not ours, or over.
    Refused,
    /// It is theirs.
    Known(Caller),
}

impl Identity {
    pub(crate) const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Reads the token before the limits count the request.
pub(crate) async fn identify(
    State(state): State<EdgeState>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let media = request.uri().path().starts_with("/media/");
    let token = match bearer(headers) {
        Some(token) => Some((Audience::Api, token)),
        None => cookie::media_from(headers).filter(|_| media).map(|token| (Audience::Media, token)),
    };
    let identity = match token {
        None => Identity::Nobody,
        Some((audience, token)) => state
            .tokens
            .check(audience, state.now(), token)
            .map_or(Identity::Refused, Identity::Known),
    };
    request.extensions_mut().insert(identity);
    next.run(request).await
}

impl FromRequestParts<EdgeState> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &EdgeState) -> Result<Self, Problem> {
        match parts.extensions.get::<Identity>() {
            Some(Identity::Known(caller)) => Ok(*caller),
            Some(Identity::Refused) => Err(Problem::unauthorized(
                "token",
                "The access token is not valid or over. Refresh it, or sign in.",
            )),
            Some(Identity::Nobody) | None => Err(Problem::unauthorized(
                "signed_out",
                "Sign in to go on: the request has no access token.",
            )),
        }
    }
}
