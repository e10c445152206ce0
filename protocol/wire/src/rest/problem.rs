//! Errors: RFC 9457 `application/problem+json`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Problem {
    /// `about:blank` or a page that explains this kind.
    pub r#type: String,
    /// A short summary.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here and what to do.
    pub detail: String,
    /// A stable code for programs.
    pub code: String,
    /// Names this request in the logs.
    pub request_id: String,
    /// One entry per wrong field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct FieldProblem {
    /// Which.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}
