//! What is around a document's text: kept states, AI runs, authors, comments,
//! suggestions.

mod activity;
mod author;
mod comment;
mod history;
mod suggestion;

pub(crate) use activity::{Names, activity_views, place_from, place_text};
pub(crate) use author::authorship;
pub(crate) use comment::{range_from, thread_view};
pub(crate) use history::{comparison, content_replaced, run_view, version_view};
pub(crate) use suggestion::{instruction_from, suggestion_view};
