//! The store of a life: rows in memory, with faults and a witness before them.

mod memory;
mod row;
mod shared;

pub use memory::MemoryStore;
