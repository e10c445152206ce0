//! The bodies of the REST routes, one file per API group.

pub mod auth;
pub mod billing;
pub mod document;
pub mod history;
pub mod lane;
pub mod page;
pub mod planner;
pub mod problem;
pub mod settings;
pub mod system;
pub mod thinker;
pub mod writer;
