//! `igny8 keys …`: the file of keys and the data keys that it wraps; and what an operator does with
//! the keys of one tenant. Sealing itself is the ring's (`port`).

mod argument;
mod command;
mod keeper;
mod rotation;
#[cfg(test)]
mod test;

pub(crate) use argument::{DeleteTenantArguments, KeysArguments};
pub(crate) use command::{delete_tenant, keys};
pub(crate) use keeper::{Entities, KeyKeeper, desk};
