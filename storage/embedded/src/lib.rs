//! The default store: one directory, one process, no server; every commit of every entity shares
//! its disk sync with its neighbours (R2, R5, R7).
//!
//! It does not know what the bytes mean (the runtime does), and it does not prove its own
//! promises (storage/conformance does).

mod engine;
mod error;
mod fault;
mod journal;
mod layout;
mod option;
#[cfg(feature = "faults")]
pub mod raw;
mod read;
mod restore;
mod room;
mod store;
mod tree;
mod writer;

pub use error::OpenError;
pub use fault::Faults;
pub use option::EmbeddedOptions;
pub use store::EmbeddedStore;
