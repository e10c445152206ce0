//! Tests of the tenant.

mod credit;
mod low;
mod member;
mod prompt;
mod random;
mod route;
mod setting;
pub(crate) mod stage;
