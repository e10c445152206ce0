//! Whole lives of the server's actors from one seed: the real platform on a store in memory, with
//! ports that fail and nodes that die, on virtual time (R15). For tests alone: nothing depends on it.

#[cfg(feature = "life")]
mod chance;
#[cfg(feature = "life")]
mod life;
#[cfg(feature = "life")]
mod many;
#[cfg(feature = "life")]
mod plan;
mod store;
#[cfg(feature = "life")]
mod witness;
#[cfg(feature = "life")]
mod world;

#[cfg(feature = "life")]
pub use igny8_actors_domain::sabotage::{Sabotage, break_promise};
#[cfg(feature = "life")]
pub use life::{Done, Outcome, live};
#[cfg(feature = "life")]
pub use many::{Summary, live_many};
#[cfg(feature = "life")]
pub use plan::{Act, Fault, ModelFault, Place, Plan, SiteFault, Step, StoreFault, shrink};
pub use store::MemoryStore;
#[cfg(feature = "life")]
pub use witness::Violation;
