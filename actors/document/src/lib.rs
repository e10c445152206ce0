//! The collaborative document: a Yjs document behind our own type, the article schema, the checks
//! an update must pass (of articles against the schema, of free documents against their structure), the AI run that writes into it, and the typed content tree.
//!
//! It does no I/O: no clock, no randomness, no storage, no sockets. The document actor
//! (actors/runtime) owns one [`LiveDocument`], decides when to persist and relay, and keeps the
//! snapshots; rights are checked before an update reaches this crate.

mod admission;
mod author;
mod comment;
mod content;
mod edit;
mod free;
mod live;
mod node;
mod policy;
mod repair;
mod replace;
mod run;
mod schema;
mod suggestion;
mod update;
mod yjs;

pub use admission::UpdateRefused;
pub use author::Written;
pub use comment::{CommentRange, Commented, QUOTE_CHARS_MAX, RangeError};
pub use content::compare::{Comparison, Fate, Line, LineKind, Piece};
pub use content::form::ContentForm;
pub use content::image::ImageNode;
pub use content::patch::{BlockEdit, PatchError};
pub use content::prosemirror::ContentError;
pub use content::tree::{
    Block, ContentTree, Inline, LinkAttributes, ListItem, Mark, TableCell, TableRow,
};
pub use live::{
    Applied, DOCUMENT_BYTES_MAX, DocumentKind, LiveDocument, LoadError, UPDATE_BYTES_MAX, merge,
};
pub use policy::LinkPolicy;
pub use run::progress::{BlockId, RunCursor, RunProgress};
pub use run::undo::undo_run;
pub use run::writer::{Caret, RunStep, RunWriter};
pub use suggestion::{Accepted, Gone, PASSAGES_MAX, SELECTION_CHARS_MAX, Selection, take_back};
pub use update::adds_to;
