//! What calls may cost, and did: prices, sums, caps.

mod book;
mod budget;
mod list;
mod price;
mod usage;

pub use book::UsageBook;
pub(super) use budget::{Affordable, Purse};
pub use budget::{BudgetCaps, Cap, Spent};
pub use price::{ModelPrice, PRICE_TABLE_VERSION, list_price};
pub use usage::{ModelUsage, UsageRow, UsageSum, day_of, month_of, start_of};
