//! `/api/writer`: tasks, documents and free documents.

mod answer;
mod author;
mod batch;
mod comment;
mod content;
mod dead;
mod document;
mod free;
mod history;
mod suggestion;
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
        .routes(routes!(document::list_documents, document::create_document))
        .routes(routes!(document::document, document::change_document))
        .routes(routes!(free::list_free_documents, free::create_free_document))
        .routes(routes!(free::delete_free_document))
        .routes(routes!(content::content))
        .routes(routes!(content::blocks, content::patch_blocks))
        .routes(routes!(history::list_versions, history::keep_version))
        .routes(routes!(history::rename_version, history::delete_version))
        .routes(routes!(history::version_content))
        .routes(routes!(history::compare_versions))
        .routes(routes!(history::restore_version))
        .routes(routes!(history::list_runs))
        .routes(routes!(history::undo_run))
        .routes(routes!(author::authors))
        .routes(routes!(suggestion::list_suggestions, suggestion::ask_rewrite))
        .routes(routes!(suggestion::accept_suggestion))
        .routes(routes!(suggestion::reject_suggestion))
        .routes(routes!(comment::list_threads, comment::begin_thread))
        .routes(routes!(comment::delete_thread))
        .routes(routes!(comment::reply))
        .routes(routes!(comment::change_comment, comment::delete_comment))
        .routes(routes!(comment::resolve_thread))
        .routes(routes!(comment::reopen_thread))
        .routes(routes!(content::make_images))
        .routes(routes!(content::reparse))
}
