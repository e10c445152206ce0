//! R9: one AI author's run in a document.

pub(crate) mod progress;
mod stable;
pub(crate) mod undo;
pub(crate) mod writer;
