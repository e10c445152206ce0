//! Publishes to WordPress sites through the igny8 plugin: pairs, signs, uploads, imports.
//! It does not decide what is published, nor when it is tried again: the site actor does.
//!
//! The contract is in docs/WORDPRESS.md. A call ends as the port's [`PublishError`] says; a call
//! whose outcome is unknown (sent, not answered) is first looked up at the site.
//!
//! [`PublishError`]: igny8_actors_ports::PublishError

mod address;
mod answer;
mod article;
mod exchange;
mod publisher;
mod signature;

pub use address::{GuardedResolver, PrivateAddress, check_literal};
pub use publisher::{WordPressPublisher, WordPressSettings};
