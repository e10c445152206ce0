//! Clients without documents: they send single characters and count what arrives.

pub(crate) mod document;
pub(crate) mod histogram;
pub(crate) mod socket;
pub(crate) mod tally;
