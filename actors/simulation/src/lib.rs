//! Whole lives of the server's actors from one seed: the real platform on a store in memory, with
//! ports that fail and nodes that die, on virtual time (R15). For tests alone: nothing depends on it.

mod store;

pub use store::MemoryStore;
