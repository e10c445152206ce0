//! Ledgers beside their actors: pages of filed entries, and statements that read them on demand.

mod page;
mod statement;

pub(crate) use page::{read_page, write_page};
pub use statement::{StatementLine, StatementPage, StatementPlace, StatementQuery};
