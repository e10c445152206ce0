//! The actor of one open document (R5, R7, R8, R9): edits of people as durable appends, the
//! server's own edits as fenced commits, presence in memory.

mod activity;
mod actor;
mod audit;
mod author;
mod comment;
mod compaction;
mod handle;
mod history;
pub mod lib0;
mod put;
mod record;
mod room;
mod run;
mod suggestion;
mod turn;

pub use activity::{Activity, Doer, Happened};
pub(crate) use actor::Message;
pub use actor::SessionEdit;
pub(crate) use audit::audit;
pub use author::{Author, AuthoredSpan, Authorship, WriterEntry};
pub use comment::{Comment, Commenter, Conversation, NewComment, Resolution, Thread};
pub use handle::{DocumentHandle, DocumentJoin};
pub use history::RunSummary;
pub use put::{NewContent, Replaced};
pub use record::{Maker, Version, VersionCause};
pub(crate) use room::Rooms;
pub use room::{
    DocumentFrame, DocumentSubscription, Encoded, Listener, Place, Shared, Speakers, TurnUpdate,
};
pub use run::{RunAuthor, RunEnd, RunState};
pub(crate) use suggestion::NewSuggestion;
pub use suggestion::{Decision, Proposal, Suggestion, SuggestionState};
