//! The store of a life: rows in memory, with faults and a witness before them.

#[cfg(feature = "life")]
mod fault;
mod memory;
mod row;
mod shared;

#[cfg(feature = "life")]
pub(crate) use fault::NodeStore;
pub use memory::MemoryStore;
#[cfg(feature = "life")]
pub(crate) use row::Rows;
