//! The cases, by promise. Each is a test of its own in every enrolled backend.

mod entity;
mod limit;
mod shared;
mod tenancy;

pub use crate::model::r14_random_operations_agree_with_a_simple_model;
pub use entity::*;
pub use limit::*;
pub use shared::*;
pub use tenancy::*;
