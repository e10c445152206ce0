//! The cases, by promise. Each is a test of its own in every enrolled backend.

mod append;
mod atomic;
mod blob;
mod claim;
mod feed;
mod fence;
mod limit;
mod restart;
mod tenancy;
mod wake;

pub use crate::model::r14_random_operations_agree_with_a_simple_model;
pub use append::*;
pub use atomic::*;
pub use blob::*;
pub use claim::*;
pub use feed::*;
pub use fence::*;
pub use limit::*;
pub use restart::*;
pub use tenancy::*;
pub use wake::*;
