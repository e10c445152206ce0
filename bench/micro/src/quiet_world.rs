//! A world in which nobody asks for anything: what actors need to start, and no more.

use anyhow::Result;
use igny8_actors_domain::clustering::embedding::hashed_embedding;
use igny8_actors_domain::tenant::AiModelSettings;
use igny8_actors_ports::{
    Clock, Compute, ComputeError, Entropy, KeyRing, PasswordError, PasswordHash, SealError, Sealed,
    SecretPlace,
};
use igny8_actors_runtime::{ModelChoice, ModelSource, World, WorldOptions};
use igny8_protocol_ids::{TenantId, Timestamp};
use igny8_server_adapters_ai::{OfflineEmbedder, OfflineModel, OfflineModelOptions};
use igny8_server_adapters_export::FolderPublisher;
use igny8_server_adapters_images::OfflineImages;
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore};
use secrecy::SecretSlice;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

/// A world on the store in this directory.
pub(crate) fn world(directory: &Path) -> Result<World> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let export = Arc::new(FolderPublisher::new(directory.join("exports"), clock.clone()));
    Ok(World {
        store: Arc::new(EmbeddedStore::open(&directory.join("store"), EmbeddedOptions::default())?),
        clock,
        entropy: Arc::new(Chance),
        models: Arc::new(OneModel(Arc::new(OfflineModel::new(OfflineModelOptions::default())))),
        images: Arc::new(OfflineImages::new()),
        embedder: Arc::new(OfflineEmbedder::new(hashed_embedding)),
        wordpress: export.clone(),
        export,
        keys: Arc::new(NoKeys),
        passwords: Arc::new(NoPasswords),
        compute: Arc::new(Threads),
        options: WorldOptions::default(),
    })
}

struct SystemClock;
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

struct Chance;
impl Entropy for Chance {
    fn fill(&self, buffer: &mut [u8]) {
        for part in buffer.chunks_mut(16) {
            part.copy_from_slice(&uuid::Uuid::new_v4().as_bytes()[..part.len()]);
        }
    }
}

struct NoKeys;
#[async_trait::async_trait]
impl KeyRing for NoKeys {
    async fn seal(&self, _: &SecretPlace, _: &[u8]) -> Result<Sealed, SealError> {
        Err(SealError::Refused)
    }
    async fn open(&self, _: &SecretPlace, _: &Sealed) -> Result<SecretSlice<u8>, SealError> {
        Err(SealError::Refused)
    }
    async fn is_newest(&self, _: TenantId, _: &Sealed) -> Result<bool, SealError> {
        Ok(true)
    }
}

struct NoPasswords;
impl PasswordHash for NoPasswords {
    fn hash(&self, password: &str) -> Result<String, PasswordError> {
        Ok(password.to_owned())
    }
    fn verify(&self, password: &str, hash: &str) -> Result<bool, PasswordError> {
        Ok(hash == password)
    }
}

struct Threads;
#[async_trait::async_trait]
impl Compute for Threads {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), ComputeError> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|error| ComputeError::Panicked(error.to_string()))
    }
}

struct OneModel(Arc<OfflineModel>);
#[async_trait::async_trait]
impl ModelSource for OneModel {
    async fn text(&self, _: TenantId, _: &AiModelSettings) -> Result<ModelChoice, SealError> {
        Ok(ModelChoice { provider: self.0.clone(), model: "offline".to_owned() })
    }
}
