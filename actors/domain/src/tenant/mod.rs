//! A tenant: members, plan, sites, credits and settings.

mod message;

pub use message::{AccountMessage, SiteMessage};
