//! Rows of no tenant: claims, wake hints, members.

mod claim;
mod member;
mod wake;

pub(crate) use wake::Slots;
