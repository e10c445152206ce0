//! The actor of an account, a tenant or a site: one loop for all of them.

mod actor;
mod backoff;
mod codec;
mod commit;
mod dispatch;
mod group;
mod handle;
mod outlet;
mod reply;
mod rest;
mod turn;

pub(crate) use actor::Message;
pub(crate) use codec::{decode, encode};
pub(crate) use commit::{append, commit};
pub(crate) use dispatch::{Dispatch, Errand, Work};
pub(crate) use handle::EntityHandle;
pub use outlet::{Joined, Published, Resume, Subscription};
pub use reply::Idempotency;
pub(crate) use reply::Replies;
#[cfg(feature = "faults")]
pub(crate) use reply::record_key;
pub(crate) use rest::at_rest;
