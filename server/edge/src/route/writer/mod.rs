//! `/api/writer`: tasks and documents.

mod answer;
mod content;
mod document;
mod task;

pub(super) use task::{Queueing, queue};

use crate::state::EdgeState;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(task::generate))
        .routes(routes!(task::list_tasks))
        .routes(routes!(task::task))
        .routes(routes!(task::cancel_task))
        .routes(routes!(task::retry_task))
        .routes(routes!(answer::answer, answer::submit_answer))
        .routes(routes!(document::list_documents, document::create_document))
        .routes(routes!(document::document, document::change_document))
        .routes(routes!(content::content))
        .routes(routes!(content::make_images))
        .routes(routes!(content::reparse))
}
