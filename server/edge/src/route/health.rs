//! For probes and collectors: alive, ready, metrics.

use crate::problem::Problem;
use crate::state::EdgeState;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::Duration;

pub(super) fn routes() -> Router<EdgeState> {
    Router::new()
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

async fn ready(State(state): State<EdgeState>) -> Result<&'static str, Problem> {
    if state.settings.shutdown.is_cancelled() {
        let detail = "The server is shutting down.";
        return Err(Problem::unavailable("shutting_down", detail, Duration::from_secs(5)));
    }
    Ok("ok")
}

async fn metrics(State(state): State<EdgeState>) -> Response {
    match &state.settings.metrics {
        Some(render) => render().into_response(),
        None => Problem::not_found("page").into_response(),
    }
}
