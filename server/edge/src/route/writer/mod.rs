//! `/api/writer`: tasks, documents and free documents.

mod answer;
mod batch;
mod dead;
mod document;
mod free;
mod task;

pub(crate) use task::queued;
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
        .routes(routes!(task::replay_task))
        .routes(routes!(task::pause_task))
        .routes(routes!(task::resume_task))
        .routes(routes!(task::change_tasks))
        .routes(routes!(task::kept_tasks))
        .routes(routes!(batch::list_batches, batch::create_batch))
        .routes(routes!(batch::batch))
        .routes(routes!(batch::cancel_batch))
        .routes(routes!(batch::pause_batch))
        .routes(routes!(batch::resume_batch))
        .routes(routes!(dead::list_dead))
        .routes(routes!(dead::dead_reasons))
        .routes(routes!(dead::replay_dead))
        .routes(routes!(dead::discard_dead))
        .merge(document::routes())
        .routes(routes!(free::list_free_documents, free::create_free_document))
        .routes(routes!(free::delete_free_document))
}
