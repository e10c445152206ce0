//! The cases, by promise. Each is a test of its own in every enrolled backend.

mod append;
mod atomic;
mod blob;
mod claim;
mod collect;
mod feed;
mod fence;
mod history;
mod image;
mod limit;
mod log;
mod member;
mod restart;
mod tenancy;
mod wake;

pub use crate::model::r14_random_operations_agree_with_a_simple_model;
pub use append::*;
pub use atomic::*;
pub use blob::*;
pub use claim::*;
pub use collect::*;
pub use feed::*;
pub use fence::*;
pub use history::*;
pub use image::*;
pub use limit::*;
pub use log::*;
pub use member::*;
pub use restart::*;
pub use tenancy::*;
pub use wake::*;
