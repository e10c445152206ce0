//! The rows behind the store's back: for tests that plant damage and look whether it is noticed.

use crate::engine::Engine;
use crate::error::OpenError;
use crate::layout::Space;
use crate::option::EmbeddedOptions;
use crate::writer::Files;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The files of a store that nobody else has open.
pub struct RawStore(Arc<Open>);

struct Open {
    // The order matters: the writer's side ends before the files are closed.
    files: Mutex<Files>,
    engine: Engine,
}

/// One of its keyspaces: `heads`, `entity`, `blobs`, …
pub struct RawSpace {
    open: Arc<Open>,
    space: Space,
}

impl RawStore {
    /// Opens the directory of a store.
    pub fn open(directory: &Path) -> Result<Self, OpenError> {
        let (engine, side) = Engine::open(directory, &EmbeddedOptions::default())?;
        let files = Files::new(&engine, side)
            .map_err(|source| OpenError::Directory { directory: directory.to_owned(), source })?;
        Ok(Self(Arc::new(Open { files: Mutex::new(files), engine })))
    }

    /// The keyspace of this name.
    pub fn space(&self, name: &str) -> RawSpace {
        let mut spaces = Space::ALL.into_iter();
        let space = spaces.find(|space| space.name() == name).expect("there is such a keyspace");
        RawSpace { open: self.0.clone(), space }
    }
}

impl RawSpace {
    /// All rows in the order of their keys.
    pub fn rows(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let engine = &self.open.engine;
        let rows = engine.snapshot().range::<Vec<u8>>(engine.space(self.space), ..);
        rows.map(|row| {
            let (key, value) = row.into_inner().expect("the test has just written the files");
            (key.to_vec(), value.to_vec())
        })
        .collect()
    }

    /// Writes a row as it is.
    pub fn insert(&self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.write(key.into(), Some(value.into()));
    }

    /// Removes a row.
    pub fn remove(&self, key: impl Into<Vec<u8>>) {
        self.write(key.into(), None);
    }

    fn write(&self, key: Vec<u8>, value: Option<Vec<u8>>) {
        let mut files = self.open.files.lock().unwrap_or_else(PoisonError::into_inner);
        let written = files.write(vec![(self.space, key, value)]);
        assert!(written.is_ok(), "the disk of a test does not fail");
    }
}
