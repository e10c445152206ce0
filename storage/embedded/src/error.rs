//! What can go wrong, in the words of the engine and in those of the contract.

use igny8_storage_api::StoreError;
use std::io;
use std::path::PathBuf;

/// Why a directory could not be opened as a store.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error(
        "the store in {} is in use by another process. Stop that process, or choose another data directory",
        directory.display()
    )]
    InUse {
        /// The directory.
        directory: PathBuf,
    },
    /// It was written by a later version.
    #[error(
        "the store in {} has format {found}, this version reads up to {known}. Use a newer version of igny8",
        directory.display()
    )]
    NewerFormat {
        /// The directory.
        directory: PathBuf,
        /// What stands there.
        found: u8,
        /// What this version writes.
        known: u8,
    },
    /// The directory or its lock file cannot be used.
    #[error("cannot use {} as a store: {source}", directory.display())]
    Directory {
        /// The directory.
        directory: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The engine refused to open it.
    #[error("cannot open the store in {}: {reason}. If it does not open again, restore it from a backup", directory.display())]
    Engine {
        /// The directory.
        directory: PathBuf,
        /// What the engine said.
        reason: String,
    },
}

/// A failed read: nothing was changed.
pub(crate) fn read_failed(error: &lsm_tree::Error) -> StoreError {
    match error {
        lsm_tree::Error::Io(_) => StoreError::Unavailable { reason: error.to_string() },
        _ => StoreError::Corrupt { place: "the engine's files".into(), reason: error.to_string() },
    }
}

/// A row that does not decode.
pub(crate) fn corrupt(place: impl Into<String>, reason: impl Into<String>) -> StoreError {
    StoreError::Corrupt { place: place.into(), reason: reason.into() }
}
