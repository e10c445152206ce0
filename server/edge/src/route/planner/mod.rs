//! `/api/planner/sites/{site}`: keywords, clusters, ideas, quotes.

mod cluster;
mod idea;
mod import;
mod keyword;
mod quote;

use crate::body::FILE_BYTES_MAX;
use crate::state::EdgeState;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    let files = OpenApiRouter::new()
        .routes(routes!(import::preview_import))
        .routes(routes!(import::import_keywords))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX));
    OpenApiRouter::new()
        .merge(files)
        .routes(routes!(keyword::list_keywords, keyword::change_keywords))
        .routes(routes!(cluster::list_clusters))
        .routes(routes!(cluster::change_cluster))
        .routes(routes!(cluster::merge_clusters))
        .routes(routes!(cluster::move_keywords))
        .routes(routes!(cluster::queue_clustering))
        .routes(routes!(idea::list_ideas, idea::make_ideas))
        .routes(routes!(idea::change_idea))
        .routes(routes!(quote::quote))
}
