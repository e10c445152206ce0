//! The ports, wired: which adapter serves what.

use crate::config::{EmbeddingSettings, ImageSettings, PlatformAi, Settings};
use crate::port::{
    Argon2Passwords, ConfiguredModels, KeyFile, OsEntropy, PlatformModels, Refusing, SystemClock,
    TenantKeyRing, ThreadPool,
};
use igny8_actors_domain::clustering::embedding::hashed_embedding;
use igny8_actors_ports::{Clock, Embedder, Entropy, ImageProvider};
use igny8_actors_runtime::{World, WorldOptions};
use igny8_server_adapters_ai::{
    OfflineEmbedder, OfflineModel, OfflineModelOptions, OpenAiEmbedder, Reach,
};
use igny8_server_adapters_export::FolderPublisher;
use igny8_server_adapters_images::OfflineImages;
use igny8_server_adapters_wordpress::{WordPressPublisher, WordPressSettings};
use igny8_storage_api::Store;
use std::sync::Arc;

/// The name under which tasks record the offline model.
const OFFLINE_MODEL: &str = "offline";

/// What a tenant without a picture model of its own reads where the server has none either.
const NO_IMAGES: &str = "this server has no model for pictures: write without pictures, or enter a \
                         provider and its key in the settings";

/// Everything that the actors ask of the world; and what is needed beside it.
pub(super) struct Wired {
    /// For the actors.
    pub(super) world: World,
    /// Closed at the end.
    pub(super) pool: Arc<ThreadPool>,
    /// The world's ring, as operators use it.
    pub(super) ring: Arc<TenantKeyRing>,
    /// The world's models: they forget a deleted tenant.
    pub(super) models: Arc<ConfiguredModels>,
}

/// Wires the ports.
pub(super) fn world(
    settings: &Settings,
    keys: &KeyFile,
    store: Arc<dyn Store>,
) -> anyhow::Result<Wired> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
    let (masters, file) = (keys.masters.clone(), settings.keys_file.clone());
    let ring = Arc::new(TenantKeyRing::new(masters, file, store.clone(), clock.clone()));
    let pool = Arc::new(ThreadPool::new());
    let platform = platform_models(&settings.ai)?.with_prices(settings.prices.clone());
    let allow_private = settings.allow_private_networks;
    let wordpress =
        WordPressSettings { allow_private_networks: allow_private, ..WordPressSettings::default() };
    let passwords = Argon2Passwords::new(settings.password).map_err(anyhow::Error::msg)?;
    let models = Arc::new(ConfiguredModels::new(platform, ring.clone(), allow_private));
    let world = World {
        store,
        models: models.clone(),
        images: images(&settings.images)?,
        embedder: embedder(&settings.embeddings)?,
        wordpress: Arc::new(WordPressPublisher::new(wordpress, clock.clone(), entropy.clone())?),
        export: Arc::new(FolderPublisher::new(&settings.export_dir, clock.clone())),
        clock,
        entropy,
        keys: ring.clone(),
        passwords: Arc::new(passwords),
        compute: pool.clone(),
        options: WorldOptions {
            idle_timeout: settings.idle,
            document_idle_timeout: settings.idle.min(WorldOptions::default().document_idle_timeout),
            model_idle_timeout: settings.model_idle,
            demo_credits: settings.demo_credits,
            lanes: settings.lanes,
            ..WorldOptions::default()
        },
    };
    Ok(Wired { world, pool, ring, models })
}

fn platform_models(ai: &PlatformAi) -> anyhow::Result<PlatformModels> {
    Ok(match ai {
        PlatformAi::Offline { words_per_second, least } => {
            let options = OfflineModelOptions {
                words_per_second: *words_per_second,
                least: *least,
                ..OfflineModelOptions::default()
            };
            PlatformModels::one(Arc::new(OfflineModel::new(options)), OFFLINE_MODEL)
        }
        PlatformAi::Providers(providers) => PlatformModels::of(providers)?,
        PlatformAi::None => PlatformModels::default(),
    })
}

fn images(settings: &ImageSettings) -> anyhow::Result<Arc<dyn ImageProvider>> {
    Ok(match (settings, settings.connect()?) {
        (_, Some(provider)) => provider,
        (ImageSettings::Offline, None) => Arc::new(OfflineImages::new()),
        (_, None) => Refusing::because(NO_IMAGES),
    })
}

fn embedder(settings: &EmbeddingSettings) -> anyhow::Result<Arc<dyn Embedder>> {
    Ok(match settings {
        EmbeddingSettings::Offline => Arc::new(OfflineEmbedder::new(hashed_embedding)),
        EmbeddingSettings::Provider(config) => {
            Arc::new(OpenAiEmbedder::new(config.clone(), &Reach::Anywhere)?)
        }
    })
}
