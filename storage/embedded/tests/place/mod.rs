//! A directory in which the suite opens the embedded store.

#![allow(clippy::unwrap_used)]

use igny8_storage_conformance::Backend;
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, Faults};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// The backend under test, with the faults that a test may want.
pub(crate) struct Embedded {
    directory: Mutex<TempDir>,
    faults: Faults,
}

impl Embedded {
    pub(crate) fn with(faults: Faults) -> Self {
        Self { directory: Mutex::new(TempDir::new().unwrap()), faults }
    }

    fn open_now(&self) -> Arc<EmbeddedStore> {
        let options = EmbeddedOptions { faults: self.faults.clone(), ..EmbeddedOptions::default() };
        Arc::new(EmbeddedStore::open(self.directory.lock().unwrap().path(), options).unwrap())
    }
}

impl Backend for Embedded {
    type Store = EmbeddedStore;
    const NAME: &'static str = "embedded";

    async fn create() -> Self {
        Self::with(Faults::none())
    }

    async fn open(&self) -> Arc<EmbeddedStore> {
        self.open_now()
    }

    async fn close(&self, store: Arc<EmbeddedStore>) {
        Arc::into_inner(store).expect("the case gave the store back").close().await;
    }

    /// The files as the system has them at this moment are what a killed process leaves.
    async fn crash(&self, store: Arc<EmbeddedStore>) -> Arc<EmbeddedStore> {
        let copy = loop {
            let copy = TempDir::new().unwrap();
            match copy_tree(self.directory.lock().unwrap().path(), copy.path()) {
                Ok(()) => break copy,
                // A table that was merged went between being listed and being read: no moment has
                // looked like this copy.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => panic!("{error}"),
            }
        };
        let before = std::mem::replace(&mut *self.directory.lock().unwrap(), copy);
        self.close(store).await;
        drop(before);
        self.open_now()
    }
}

fn copy_tree(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            std::fs::create_dir(&target)?;
            copy_tree(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
