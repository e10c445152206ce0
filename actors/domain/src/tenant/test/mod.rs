//! Tests of the tenant.

mod credit;
mod member;
mod prompt;
mod random;
mod setting;
pub(crate) mod stage;
