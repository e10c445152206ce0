//! The ports that need nothing from outside: time, chance, secrets, passwords, threads, and the
//! choice of a model. It does not talk to providers or sites: the adapters do.

mod clock;
mod compute;
mod entropy;
mod envelope;
mod key_file;
mod key_ring;
mod key_shelf;
mod model;
mod password;
mod platform;

pub(crate) use clock::SystemClock;
pub(crate) use compute::ThreadPool;
pub(crate) use entropy::OsEntropy;
pub(crate) use envelope::DataKeyPlace;
pub(crate) use key_file::{KeyFile, KeyFileError};
pub(crate) use key_ring::TenantKeyRing;
#[cfg(test)]
pub(crate) use key_ring::test::Ring;
pub(crate) use key_shelf::KeyShelf;
pub(crate) use model::{ConfiguredModels, Refusing};
pub(crate) use password::{Argon2Passwords, PasswordCost};
pub(crate) use platform::PlatformModels;
