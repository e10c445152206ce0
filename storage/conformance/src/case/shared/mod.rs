//! Cases of what lies beside entities: blobs, logs, claims, wake hints, members.

mod blob;
mod claim;
mod collect;
mod log;
mod member;
mod wake;

pub use blob::*;
pub use claim::*;
pub use collect::*;
pub use log::*;
pub use member::*;
pub use wake::*;
