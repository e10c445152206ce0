//! The pure core: decides. Accounts, tenants with their credits, sites with keywords, clusters,
//! ideas, tasks and queue; each a state of records and a function from command to changes.
//! It knows no tokio, no ractor, no clock, no chance, no wire and no storage: the runtime holds
//! the clock and the dice and commits what is decided here.

pub mod account;
pub mod answer;
pub mod clustering;
pub mod entity;
pub mod import;
pub mod lane;
pub mod ledger;
pub mod role;
pub mod sabotage;
pub mod secret;
pub mod site;
pub mod tenant;
pub mod text;

pub use entity::{
    Changes, Context, Dice, Draft, Entity, Origin, RecordKey, Refusal, RefusalKind, decide,
};
