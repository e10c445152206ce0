//! What will happen in a life, drawn up front: so that a part of it can be taken out and the rest
//! stays as it was.

mod draw;
mod shrink;

pub(crate) use draw::{SITES, USERS};
pub use shrink::shrink;

use serde::{Deserialize, Serialize};

/// A life before it is lived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Chance of everything that is not drawn up front: ids, jitter, latencies.
    pub seed: u64,
    /// The place in which it happens.
    pub place: Place,
    /// What people do, in the order of time.
    pub steps: Vec<Step>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

/// Settings of the life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Actors that nobody needs leave memory after so long.
    pub idle_ms: u64,
    /// How often wake hints are read.
    pub wake_ms: u64,
    /// Credits of the tenant at the beginning: few, so that slices are recalled.
    pub credits: i64,
    /// The model repeats itself exactly, or continues what it wrote (R9).
    pub model_is_deterministic: bool,
    /// The longest latency of a call of the store.
    pub store_latency_ms: u64,
}

/// One act of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When, after the beginning.
    pub at_ms: u64,
    /// Who: 0, 1 or 2.
    pub user: usize,
    /// At which site, counted around.
    pub site: usize,
    /// Selects among what there is at that time.
    pub pick: u64,
    /// What.
    pub act: Act,
}

/// What a person does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// Imports this many keywords.
    Import(u8),
    /// Clusters.
    Cluster,
    /// Asks for this many ideas.
    Ideas(u8),
    /// Has ideas written: so many drafts, each with so many images.
    Drafts(u8, u8),
    /// More images for a document.
    Images,
    /// Restructures a document.
    Reparse,
    /// Has a block of a document rewritten.
    Rewrite,
    /// Accepts a suggestion, or rejects it.
    Decide,
    /// Approves a document.
    Approve,
    /// Publishes an approved document.
    Publish,
    /// Cancels a task that waits or runs.
    Cancel,
    /// Tries an ended task again.
    Retry,
    /// Begins a document by hand.
    CreateDocument,
    /// Renames a document.
    Rename,
    /// Renames a site and changes its voice.
    ChangeSite,
    /// Merges two clusters.
    Merge,
    /// Pairs with WordPress.
    Link,
    /// Ends the pairing.
    Unlink,
    /// An invoice was paid: so many credits arrive, for a day or for ever.
    Grant(u8),
    /// Sends an answered command again, with its key.
    Repeat,
    /// Opens a document and types.
    Write,
    /// Closes the documents that they have open.
    CloseDocuments,
    /// Begins to listen to a site, or stops.
    Listen,
    /// Looks at a site.
    Look,
    /// Looks at the credits.
    Balance,
    /// A new node takes over while the old one goes on for so many seconds.
    TakeOver(u8),
    /// The site's actor panics.
    PanicSite,
    /// The tenant's actor panics.
    PanicTenant,
    /// A document's actor panics.
    PanicDocument,
    /// The node is stopped in good order and started again.
    Restart,
    /// Queues this many things as one batch.
    Batch(u8),
    /// Queues this many things with a priority, a delay, a unique key.
    Place(u8),
    /// Cancels a batch.
    CancelBatch,
    /// Pauses a site, a kind, a batch or a task.
    Pause,
    /// Resumes one of them.
    Resume,
    /// Pauses all work of the tenant.
    PauseWork,
    /// Resumes it.
    ResumeWork,
    /// Gives a waiting task another priority, or puts it off.
    Reorder,
    /// Replays a dead letter.
    Replay,
    /// Replays all dead letters.
    ReplayAll,
    /// Throws a dead letter away.
    Discard,
    /// Mends an answer that could not be read.
    Mend,
    /// Sets places and rates.
    SetQueue,
    /// Sets a schedule.
    Schedule,
    /// Sets all schedules.
    Preset,
    /// Runs an automation now.
    Automate,
}

/// One thing that goes wrong, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// At this call of the store.
    Store(u64, StoreFault),
    /// At this call of the model.
    Model(u64, ModelFault),
    /// At this call of the image model.
    Image(u64, ModelFault),
    /// At this call of a WordPress site.
    Site(u64, SiteFault),
    /// The node dies at this call of anything.
    Crash {
        /// Which call.
        call: u64,
        /// Before or after it has had its effect.
        after: bool,
        /// Until there is a node again.
        down_ms: u64,
    },
}

/// How the store fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoreFault {
    /// It does not answer, and nothing was changed.
    Unavailable,
    /// Nobody knows; it did happen.
    UnknownDone,
    /// Nobody knows; it did not happen.
    UnknownNotDone,
    /// It takes seconds.
    Slow,
    /// Somebody else takes the entity just before.
    Fenced,
}

/// How a model fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelFault {
    /// Nothing comes.
    Timeout,
    /// 429 with Retry-After.
    RateLimitedUntil,
    /// 429 without.
    RateLimited,
    /// Out of budget.
    Quota,
    /// 401.
    Unauthorized,
    /// Too long for the model.
    ContextLength,
    /// Its filter refuses.
    Filtered,
    /// Its filter ends the answer in the middle.
    FilteredLate,
    /// 503.
    Unavailable,
    /// The stream ends without its end.
    Cut,
    /// The stream breaks with an error.
    Broken,
    /// The answer is not JSON; an article is empty.
    Invalid,
    /// It takes seconds for each piece.
    Slow,
}

/// How a WordPress site fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SiteFault {
    /// It answers after minutes.
    Late,
    /// It did what it was asked, and the answer is lost.
    AnswerLost,
    /// The request is lost.
    RequestLost,
    /// The network brings the request twice.
    Twice,
    /// 503 with Retry-After.
    Busy,
    /// It refuses the signature.
    Unauthorized,
    /// It refuses the post.
    Refused,
    /// Somebody edits the post just before.
    Edited,
}
