//! A whole world for tests: the embedded store in a temporary directory, the offline AI at full
//! speed, exports into a folder, passwords that are hashed cheaply.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_domain::clustering::embedding::hashed_embedding;
use igny8_actors_domain::site::{KeywordFigures, NewKeyword};
use igny8_actors_domain::tenant::AiModelSettings;
use igny8_actors_ports::{
    Clock, Compute, ComputeError, Entropy, KeyRing, PasswordError, PasswordHash, SealError, Sealed,
    SecretPlace,
};
use igny8_actors_runtime::{
    Maker, ModelChoice, ModelSource, Platform, RunAuthor, World, WorldOptions,
};
use igny8_protocol_ids::{AccountId, Credits, SiteId, TenantId, Timestamp};
use igny8_server_adapters_ai::{OfflineEmbedder, OfflineModel, OfflineModelOptions};
use igny8_server_adapters_export::FolderPublisher;
use igny8_server_adapters_images::OfflineImages;
use igny8_storage_api::Store;
use igny8_storage_embedded::{EmbeddedOptions, EmbeddedStore};
use rand::RngCore;
use secrecy::SecretSlice;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

struct SystemClock;
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp::from_millis(since.as_millis() as i64)
    }
}

/// The machine's time, and as much more as a test wants.
#[derive(Default)]
pub(crate) struct Shifted(pub AtomicI64);

impl Clock for Shifted {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        Timestamp::from_millis(since.as_millis() as i64 + self.0.load(Ordering::SeqCst))
    }
}

struct OsEntropy;
impl Entropy for OsEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        rand::rng().fill_bytes(buffer);
    }
}

/// Not a key ring: it marks what it was given, so that tests see that nothing is stored plain.
struct XorRing;
#[async_trait::async_trait]
impl KeyRing for XorRing {
    async fn seal(&self, place: &SecretPlace, secret: &[u8]) -> Result<Sealed, SealError> {
        Ok(Sealed { key_id: "test".to_owned(), bytes: mix(place, secret) })
    }
    async fn open(
        &self,
        place: &SecretPlace,
        sealed: &Sealed,
    ) -> Result<SecretSlice<u8>, SealError> {
        Ok(mix(place, &sealed.bytes).into())
    }
    async fn is_newest(&self, _: TenantId, sealed: &Sealed) -> Result<bool, SealError> {
        Ok(sealed.key_id == "test")
    }
}

fn mix(place: &SecretPlace, bytes: &[u8]) -> Vec<u8> {
    let place = place.to_string();
    bytes.iter().zip(place.bytes().cycle()).map(|(a, b)| a ^ b ^ 0x5a).collect()
}

struct CheapHash;
impl PasswordHash for CheapHash {
    fn hash(&self, password: &str) -> Result<String, PasswordError> {
        Ok(format!("cheap:{password}"))
    }
    fn verify(&self, password: &str, hash: &str) -> Result<bool, PasswordError> {
        Ok(hash == format!("cheap:{password}"))
    }
}

struct Threads;
#[async_trait::async_trait]
impl Compute for Threads {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) -> Result<(), ComputeError> {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| ComputeError::Panicked(error.to_string()))
    }
}

struct OneModel(Arc<OfflineModel>);
#[async_trait::async_trait]
impl ModelSource for OneModel {
    async fn text(&self, _: TenantId, _: &AiModelSettings) -> Result<ModelChoice, SealError> {
        Ok(ModelChoice { provider: self.0.clone(), model: "offline".to_owned() })
    }
}

/// How the offline model behaves.
pub(crate) fn fast() -> OfflineModelOptions {
    OfflineModelOptions { words_per_second: 0.0, ..OfflineModelOptions::default() }
}

/// A run as a worker would begin it.
pub(crate) fn author(name: &str) -> RunAuthor {
    let maker = Maker { model: "offline".to_owned(), prompt: "article".to_owned(), version: 3 };
    RunAuthor { name: name.to_owned(), maker: Some(maker), hosts: Vec::new(), question: None }
}

pub(crate) fn open(directory: &Path) -> Arc<dyn Store> {
    Arc::new(EmbeddedStore::open(&directory.join("store"), EmbeddedOptions::default()).unwrap())
}

pub(crate) fn world(store: Arc<dyn Store>, directory: &Path, model: OfflineModelOptions) -> World {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let export = Arc::new(FolderPublisher::new(directory.join("exports"), clock.clone()));
    World {
        store,
        clock,
        entropy: Arc::new(OsEntropy),
        models: Arc::new(OneModel(Arc::new(OfflineModel::new(model)))),
        images: Arc::new(OfflineImages::new()),
        embedder: Arc::new(OfflineEmbedder::new(hashed_embedding)),
        wordpress: export.clone(),
        export,
        keys: Arc::new(XorRing),
        passwords: Arc::new(CheapHash),
        compute: Arc::new(Threads),
        options: WorldOptions {
            demo_credits: Some(Credits(600)),
            model_idle_timeout: Duration::from_millis(500),
            ..WorldOptions::default()
        },
    }
}

/// Opens a store again; its lock goes when its last owner does.
pub(crate) async fn reopen(directory: &Path) -> Arc<dyn Store> {
    let path = directory.join("store");
    let store = until("the store's lock", || async {
        EmbeddedStore::open(&path, EmbeddedOptions::default()).ok()
    });
    Arc::new(store.await)
}

/// A platform with one account, its tenant and its site.
pub(crate) struct Scene {
    pub platform: Platform,
    pub account: AccountId,
    pub tenant: TenantId,
    pub site: SiteId,
    pub directory: tempfile::TempDir,
}

pub(crate) async fn scene(model: OfflineModelOptions) -> Scene {
    scene_at(model, Arc::new(SystemClock)).await
}

pub(crate) async fn scene_at(model: OfflineModelOptions, clock: Arc<dyn Clock>) -> Scene {
    let directory = tempfile::tempdir().unwrap();
    let world = world(open(directory.path()), directory.path(), model);
    let platform = Platform::start(World { clock, ..world }).await.unwrap();
    let (account, tenant) =
        platform.sign_up("ada@example.test", "correct horse", "Ada", "Coffee").await.unwrap();
    let site =
        platform.tenant(tenant).read(|tenant| tenant.sites().next().unwrap().id).await.unwrap();
    Scene { platform, account, tenant, site, directory }
}

/// Waits until a question has an answer, 60 s at most.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut ask: impl FnMut() -> F,
) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Keywords of five topics.
pub(crate) fn keywords() -> Vec<NewKeyword> {
    let topics =
        ["cold brew coffee", "espresso machine", "french press", "coffee grinder", "latte art"];
    let shapes = [
        "{}",
        "best {}",
        "how to use {}",
        "{} for beginners",
        "{} vs drip",
        "cheap {}",
        "{} cleaning",
        "{} tips",
    ];
    let texts =
        topics.iter().flat_map(|topic| shapes.iter().map(move |shape| shape.replace("{}", topic)));
    texts.map(|text| NewKeyword { text, figures: KeywordFigures::default() }).collect()
}
