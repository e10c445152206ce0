//! Typed ids, positions, times and amounts: the words that every room of IGNY8 shares.
//! It knows nothing of ours: no wire frames, no records, no behaviour.

mod amount;
mod entity;
mod id;
mod position;
mod time;

pub use amount::Credits;
pub use entity::{EntityKey, EntityKind, Scope};
pub use id::*;
pub use position::{Epoch, Position, Sequence};
pub use time::Timestamp;
