//! The store on a CQL server: ScyllaDB for users, Apache Cassandra as well. Keeps the promises of
//! `igny8-storage-api` with conditional writes.
//! It does not know what the bytes mean, and does not run or configure the server: who operates it
//! does (docs/DATABASE.md).

mod clock;
mod connect;
mod entity;
mod error;
mod fault;
mod key;
mod option;
mod platform;
mod store;
mod tenant;

pub use error::ConnectError;
pub use fault::Faults;
pub use option::{CqlOptions, Replication};
pub use store::CqlStore;
