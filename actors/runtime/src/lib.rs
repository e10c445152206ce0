//! The actors: one per account, tenant, site and open document; their supervision, admission,
//! output gate and outbox; and the workers that run the effects.
//! It decides nothing (actors/domain does), keeps nothing (the store does) and talks to nobody
//! outside (the ports do). The edge sees handles with one method per request.

mod account;
mod document;
mod entity;
mod failure;
mod lane;
mod ledger;
mod pack;
mod people;
mod platform;
#[cfg(feature = "faults")]
pub mod probe;
mod registry;
mod reseal;
mod site;
mod tenant;
mod upkeep;
mod verify;
mod worker;
mod world;

pub use account::{AccountHandle, RefreshSecret};
pub use document::{
    Activity, Author, AuthoredSpan, Authorship, Comment, Commenter, Conversation, Decision,
    DocumentFrame, DocumentHandle, DocumentJoin, DocumentSubscription, Doer, Encoded, Happened,
    Listener, Maker, NewComment, NewContent, Place, Proposal, Replaced, Resolution, RunAuthor,
    RunEnd, RunState, RunSummary, SessionEdit, Shared, Speakers, Suggestion, SuggestionState,
    Thread, TurnUpdate, Version, VersionCause, WriterEntry, lib0,
};
pub use entity::{Idempotency, Joined, Published, Resume, Subscription};
pub use failure::Failure;
pub use igny8_actors_document::{
    Block, BlockEdit, CommentRange, Comparison, ContentError, ContentForm, ContentTree, Fate, Line,
    LineKind, PatchError, Piece, Selection, adds_to,
};
pub use lane::{Candidate, RouteTest, RouteText, RoutingText};
pub use ledger::{StatementLine, StatementPage, StatementPlace, StatementQuery};
pub use people::{TenantPeople, tenant_people};
pub use platform::{Platform, PlatformStatus};
pub use registry::Held;
pub use reseal::{Resealed, StoreAtRest, sealed_secrets};
pub use site::{ProgressUpdate, SiteHandle};
pub use tenant::{TenantHandle, model_key_place};
pub use upkeep::{Upkeep, upkeep};
pub use verify::{Verification, verify};
pub use world::{EmbeddingModel, ImageModel, ModelChoice, ModelSource, World, WorldOptions};
