//! Which store, and opening it: one place for the server and for every command.

mod argument;
mod cql;

pub(crate) use argument::{StoreArguments, StoreFlags};

use crate::config::{StoreEngine, StoreSettings};
use anyhow::Context;
use igny8_storage_api::Store;
use igny8_storage_care::unfinished_restore;
use igny8_storage_cql::CqlStore;
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore, Faults};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The folder of the embedded store within the data folder: keys and exports lie beside it.
const STORE_FOLDER: &str = "store";
/// Whoever uses the store gives it back within this.
const RELEASE: Duration = Duration::from_secs(3);
const RELEASE_STEP: Duration = Duration::from_millis(20);

/// Whether a store must be there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Opening would make an empty one and call it sound: that is refused.
    Required,
    /// It is made if there is none.
    Made,
}

/// An open store.
pub(crate) enum OpenStore {
    /// Files of this machine.
    Embedded(Arc<EmbeddedStore>),
    /// A CQL server.
    Cql(Arc<CqlStore>),
}

impl OpenStore {
    /// Opens it.
    pub(crate) async fn open(settings: &StoreSettings, presence: Presence) -> anyhow::Result<Self> {
        match &settings.engine {
            StoreEngine::Embedded { cache_bytes, faults } => {
                let folder = settings.data_dir.join(STORE_FOLDER);
                let store = embedded(&folder, presence, *cache_bytes, *faults)?;
                Ok(Self::Embedded(Arc::new(store)))
            }
            StoreEngine::Cql(settings) => {
                Ok(Self::Cql(Arc::new(cql::connect(settings, presence).await?)))
            }
        }
    }

    /// Opens it for use; a store whose restore broke off is not one.
    pub(crate) async fn open_whole(
        settings: &StoreSettings,
        presence: Presence,
    ) -> anyhow::Result<Self> {
        let store = Self::open(settings, presence).await?;
        let unfinished = unfinished_restore(store.share().as_ref()).await;
        match unfinished {
            Ok(None) => Ok(store),
            found => {
                store.close().await;
                let archive = found?.expect("it is not none");
                anyhow::bail!(
                    "the restore of the archive {archive} into this store broke off: run \
                     `igny8 restore` again, it goes on"
                )
            }
        }
    }

    /// For everybody who uses it.
    pub(crate) fn share(&self) -> Arc<dyn Store> {
        match self {
            Self::Embedded(store) => store.clone(),
            Self::Cql(store) => store.clone(),
        }
    }

    /// Closes it once nobody uses it any more; what is not closed recovers at the next start.
    pub(crate) async fn close(self) {
        let is_closed = match self {
            Self::Embedded(store) => match sole(store).await {
                Some(store) => {
                    store.close().await;
                    true
                }
                None => false,
            },
            Self::Cql(store) => match sole(store).await {
                Some(store) => {
                    store.close().await;
                    true
                }
                None => false,
            },
        };
        if !is_closed {
            tracing::warn!("the store is still in use; it recovers at the next start");
        }
    }
}

fn embedded(
    folder: &Path,
    presence: Presence,
    cache_bytes: u64,
    faults: bool,
) -> anyhow::Result<EmbeddedStore> {
    match presence {
        Presence::Required => {
            let data_dir = folder.parent().unwrap_or(folder).display();
            anyhow::ensure!(folder.is_dir(), "there is no store in {data_dir}");
        }
        Presence::Made => std::fs::create_dir_all(folder)
            .with_context(|| format!("the data folder {} cannot be made", folder.display()))?,
    }
    let faults = if faults { Faults::from_environment() } else { Faults::none() };
    let options = EmbeddedOptions { cache_bytes, faults, ..EmbeddedOptions::default() };
    Ok(EmbeddedStore::open(folder, options)?)
}

/// The value itself, once nobody else holds it; `None` if somebody does not let go.
async fn sole<T>(mut shared: Arc<T>) -> Option<T> {
    let deadline = tokio::time::Instant::now() + RELEASE;
    loop {
        shared = match Arc::try_unwrap(shared) {
            Ok(value) => return Some(value),
            Err(shared) => shared,
        };
        if tokio::time::Instant::now() >= deadline {
            return None;
        }
        tokio::time::sleep(RELEASE_STEP).await;
    }
}
