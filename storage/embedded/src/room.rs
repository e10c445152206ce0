//! How much room the disk has.

use crate::fault::Faults;
use std::path::{Path, PathBuf};

/// Asks the file system of the store.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    directory: PathBuf,
    free_bytes_min: u64,
    faults: Faults,
}

impl Room {
    pub(crate) fn of(directory: &Path, free_bytes_min: u64, faults: Faults) -> Self {
        Self { directory: directory.to_owned(), free_bytes_min, faults }
    }

    /// The reason why nothing may be written now, if the disk is nearly full.
    pub(crate) fn lacking(&self) -> Option<String> {
        if self.faults.disk_is_full() {
            return Some("a fault says so".into());
        }
        let status = rustix::fs::statvfs(&self.directory).ok()?;
        let free = status.f_bavail.saturating_mul(status.f_frsize);
        (free < self.free_bytes_min).then(|| {
            format!("{free} bytes are free on the disk, {} are needed", self.free_bytes_min)
        })
    }
}
