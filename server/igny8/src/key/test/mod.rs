//! A running platform with sealed secrets: a site that is linked to a press which knows its secret,
//! and a tenant with a key of its own.

mod rotation;
mod scan;

use super::keeper::{Entities, KeyKeeper};
use crate::admin::Progress;
use crate::port::{
    Argon2Passwords, ConfiguredModels, KeyFile, OsEntropy, PasswordCost, PlatformModels, Ring,
    SystemClock, TenantKeyRing, ThreadPool,
};
use igny8_actors_domain::Origin;
use igny8_actors_domain::clustering::embedding::hashed_embedding;
use igny8_actors_domain::tenant::AiProvider;
use igny8_actors_ports::{
    Clock, PairRequest, Pairing, PublishError, PublishPost, PublishedPost, SiteInfo, SitePublisher,
    SiteTarget,
};
use igny8_actors_runtime::{Platform, StoreAtRest, World, WorldOptions, sealed_secrets};
use igny8_protocol_ids::{Credits, SiteId, TenantId};
use igny8_server_adapters_ai::{OfflineEmbedder, OfflineModel, OfflineModelOptions};
use igny8_server_adapters_export::FolderPublisher;
use igny8_server_adapters_images::OfflineImages;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A secret of a link begins so.
const LINK_SECRET: &str = "a-secret-of-the-link-";
/// The key for a model's service.
const MODEL_KEY: &str = "sk-a-key-for-the-models-of-this-tenant";
const PASSWORD: &str = "a password that nobody guesses";

/// A site that takes whoever knows its secret: that of the pairing, and any that came after.
struct Press(FolderPublisher);

fn check(target: &SiteTarget) -> Result<(), PublishError> {
    match target.secret.starts_with(LINK_SECRET.as_bytes()) {
        true => Ok(()),
        false => panic!("the link's secret was opened wrongly"),
    }
}

#[async_trait::async_trait]
impl SitePublisher for Press {
    async fn pair(&self, request: PairRequest) -> Result<Pairing, PublishError> {
        let secret = format!("{LINK_SECRET}{}", request.code).into_bytes();
        let site = SiteInfo::default();
        Ok(Pairing { url: request.url, key_id: "key-1".to_owned(), secret, site })
    }
    async fn status(&self, target: &SiteTarget) -> Result<SiteInfo, PublishError> {
        check(target).map(|()| SiteInfo::default())
    }
    async fn publish(
        &self,
        target: &SiteTarget,
        post: PublishPost,
    ) -> Result<PublishedPost, PublishError> {
        check(target)?;
        let folder =
            SiteTarget { url: String::new(), key_id: "press".to_owned(), secret: Vec::new() };
        self.0.publish(&folder, post).await
    }
    async fn disconnect(&self, _: &SiteTarget) -> Result<(), PublishError> {
        Ok(())
    }
}

struct Life {
    ring: Ring,
    platform: Platform,
    models: Arc<ConfiguredModels>,
}

impl Life {
    async fn begin() -> Self {
        Self::of(Ring::new()).await
    }

    /// A process on this store.
    async fn of(ring: Ring) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let folder = ring.directory.path().join("exports");
        let offline =
            OfflineModelOptions { words_per_second: 0.0, ..OfflineModelOptions::default() };
        let platform = PlatformModels::one(Arc::new(OfflineModel::new(offline)), "offline");
        let models = Arc::new(ConfiguredModels::new(platform, ring.ring.clone(), true));
        let world = World {
            store: ring.store.clone(),
            models: models.clone(),
            images: Arc::new(OfflineImages::new()),
            embedder: Arc::new(OfflineEmbedder::new(hashed_embedding)),
            wordpress: Arc::new(Press(FolderPublisher::new(&folder, clock.clone()))),
            export: Arc::new(FolderPublisher::new(&folder, clock.clone())),
            clock,
            entropy: Arc::new(OsEntropy),
            keys: ring.ring.clone(),
            passwords: Arc::new(Argon2Passwords::new(PasswordCost::TEST).unwrap()),
            compute: Arc::new(ThreadPool::new()),
            options: WorldOptions { demo_credits: Some(Credits(600)), ..WorldOptions::default() },
        };
        let platform = Platform::start(world).await.unwrap();
        Self { ring, platform, models }
    }

    /// A tenant with a linked site and a key of its own.
    async fn tenant(&self, name: &str) -> (TenantId, SiteId) {
        let email = format!("{name}@example.com");
        let (_, tenant) = self.platform.sign_up(&email, PASSWORD, name, name).await.unwrap();
        let handle = self.platform.tenant(tenant);
        let site = handle.read(|tenant| tenant.sites().next().unwrap().id).await.unwrap();
        self.enter_key(tenant, MODEL_KEY).await;
        self.pair(tenant, site, "1").await;
        (tenant, site)
    }

    /// The server's own models, and a key that is kept all the same.
    async fn enter_key(&self, tenant: TenantId, key: &str) {
        let (provider, key) = (AiProvider::Platform, Some(key.to_owned()));
        let handle = self.platform.tenant(tenant);
        handle.set_models(Origin::System, provider, None, None, key).await.unwrap();
    }

    async fn pair(&self, tenant: TenantId, site: SiteId, code: &str) {
        let (url, code) = ("https://press.example.com".to_owned(), code.to_owned());
        self.platform.site(tenant, site).pair(Origin::System, url, code).await.unwrap();
    }

    fn keeper(&self) -> KeyKeeper {
        let entities = Entities::Running(self.platform.clone(), self.models.clone());
        KeyKeeper { ring: self.ring.ring.clone(), store: self.ring.store.clone(), entities }
    }

    /// As a command does it while no server runs: by a ring of its own.
    fn keeper_at_rest(&self) -> KeyKeeper {
        let ring = self.ring.other();
        let (store, keys) = (self.ring.store.clone(), ring.clone());
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let entities = Entities::AtRest(StoreAtRest { store: store.clone(), keys, clock, entropy });
        KeyKeeper { ring, store, entities }
    }

    fn add_key(&self) -> String {
        KeyFile::add(&self.ring.file()).unwrap()
    }

    /// The name of the key of every stored secret; each of them opens by this ring.
    async fn sealed_by(&self, ring: &TenantKeyRing) -> Vec<String> {
        use igny8_actors_ports::KeyRing;
        use secrecy::ExposeSecret;
        let mut names = Vec::new();
        for entity in self.ring.store.entities(None, 500).await.unwrap() {
            let found = sealed_secrets(self.ring.store.as_ref(), &entity).await.unwrap();
            for (place, sealed) in found {
                let opened = ring.open(&place, &sealed).await.unwrap();
                let opened = opened.expose_secret();
                let link = opened.starts_with(LINK_SECRET.as_bytes());
                assert!(link || opened.starts_with(b"sk-"), "{entity}");
                names.push(sealed.key_id);
            }
        }
        names
    }
}

/// Nobody looks.
fn unseen() -> Progress {
    Progress::here(|_| {}, CancellationToken::new())
}
