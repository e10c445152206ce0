//! Limits per address and per tenant (GCRA), and where a request comes from.

mod address;
mod rate;

pub use address::Network;
pub(crate) use address::client_address;
pub use rate::LimitSettings;
pub(crate) use rate::{Limits, Standing, count_address, guard_address};
