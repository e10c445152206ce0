//! What goes wrong, as RFC 9457 problems. Public failures have constructors; everything else is
//! logged once and answered blank, with the request's id.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use igny8_actors_domain::{Refusal, RefusalKind};
use igny8_actors_runtime::Failure;
use igny8_protocol_wire::rest::problem::FieldProblem;
use std::borrow::Cow;
use std::time::Duration;

/// When a full bound of the core is worth another try.
const BUSY_RETRY: Duration = Duration::from_secs(1);

/// A refusal on its way out. The envelope writes its body, with the request's id.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub status: StatusCode,
    pub code: Cow<'static, str>,
    pub detail: String,
    pub retry_after: Option<Duration>,
    pub errors: Vec<FieldProblem>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let (code, detail) = (Cow::Borrowed(code), detail.into());
        Self { status, code, detail, retry_after: None, errors: Vec::new() }
    }
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }
    pub(crate) fn unauthorized(code: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }
    pub(crate) fn forbidden() -> Self {
        let detail = "Your role does not allow this. Ask an owner of the workspace.";
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }
    pub(crate) fn invalid(field: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let error = FieldProblem { field: field.to_owned(), message: detail.clone() };
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        Self { errors: vec![error], ..problem }
    }
    pub(crate) fn too_many(detail: &str, retry_after: Duration) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail);
        Self { retry_after: Some(retry_after), ..problem }
    }
    pub(crate) fn unavailable(code: &'static str, detail: &str, retry_after: Duration) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail);
        Self { retry_after: Some(retry_after), ..problem }
    }
    /// Something of ours failed; the cause is in the log, with the request's id.
    pub(crate) fn internal() -> Self {
        let detail = "Something failed on our side. Nothing was lost; try again. \
                      If it stays, name the request's id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

const fn status_of(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::PaymentRequired => StatusCode::PAYMENT_REQUIRED,
        RefusalKind::Busy => StatusCode::TOO_MANY_REQUESTS,
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let field = refusal.code.strip_prefix("invalid_").map(str::to_owned);
        let error = |field| FieldProblem { field, message: refusal.message.clone() };
        Self {
            status: status_of(refusal.kind),
            errors: field.map(error).into_iter().collect(),
            retry_after: (refusal.kind == RefusalKind::Busy).then_some(BUSY_RETRY),
            code: Cow::Owned(refusal.code),
            detail: refusal.message,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let detail = failure.to_string();
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Busy { retry_after } => Self::unavailable("busy", &detail, retry_after),
            Failure::Unavailable { retry_after, .. } => {
                Self::unavailable("unavailable", &detail, retry_after)
            }
            Failure::Quarantined => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "quarantined", detail)
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(after) = self.retry_after {
            // Whole seconds, rounded up: coming back too early helps nobody.
            let seconds = after.as_millis().div_ceil(1000).max(1);
            let value =
                HeaderValue::from_str(&seconds.to_string()).expect("digits are a header value");
            response.headers_mut().insert(RETRY_AFTER, value);
        }
        response.extensions_mut().insert(self);
        response
    }
}
