//! What is around a document's text: kept states, AI runs, comments.

mod comment;
mod history;

pub(crate) use comment::{range_from, thread_view};
pub(crate) use history::{comparison, run_view, version_view};
