//! Why something could not be done.

use igny8_storage_api::StoreError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a backup, a restore, a move or a check could not go on.
#[derive(Debug, thiserror::Error)]
pub enum CareError {
    /// The store.
    #[error("{what}: {source}")]
    Store {
        /// What was being done.
        what: String,
        /// What the store said.
        source: StoreError,
    },
    /// A file of the archive.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The archive is not what it says.
    #[error("{}: {reason}", path.display())]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It must not be done here. Nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// Whoever heard the progress said stop.
    #[error("it was broken off")]
    Stopped,
}

impl CareError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }

    pub(crate) fn damaged(path: &Path, reason: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), reason: reason.into() }
    }

    pub(crate) fn store(what: impl Into<String>) -> impl FnOnce(StoreError) -> Self {
        let what = what.into();
        move |source| Self::Store { what, source }
    }
}
