//! `igny8 admin grant`: an operator gives a tenant credits, through the server that runs.

mod argument;
mod command;

pub(crate) use argument::GrantArguments;
pub(crate) use command::{desk, grant};
