//! The REST routes, one file per API group. A handler extracts, authorises by its extractor's
//! type, makes one call and responds.

mod auth;
mod billing;
mod dashboard;
mod health;
mod media;
mod planner;
mod publish;
mod settings;
mod system;
mod thinker;
mod usage;
mod writer;

pub(crate) use writer::queued;

use crate::state::EdgeState;
use axum::Router;
use utoipa_axum::router::OpenApiRouter;

/// Every route of the OpenAPI document.
pub(crate) fn all() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .merge(auth::routes())
        .merge(billing::routes())
        .merge(dashboard::routes())
        .merge(media::routes())
        .merge(planner::routes())
        .merge(publish::routes())
        .merge(settings::routes())
        .merge(system::routes())
        .merge(thinker::routes())
        .merge(usage::routes())
        .merge(writer::routes())
}

/// Routes for machines that look after the server.
pub(crate) fn plain() -> Router<EdgeState> {
    health::routes()
}
