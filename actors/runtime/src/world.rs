//! Everything the actors ask of the world, in one place.

use crate::lane::Candidate;
use igny8_actors_domain::lane::LaneLimits;
use igny8_actors_domain::tenant::{AiModelSettings, AiRouting};
use igny8_actors_ports::{
    Clock, Compute, Embedder, Entropy, ImageProvider, KeyRing, ModelProvider, PasswordHash,
    SealError, SitePublisher,
};
use igny8_protocol_ids::{Credits, TenantId, Timestamp};
use igny8_storage_api::Store;
use std::{sync::Arc, time::Duration};

/// Who makes pictures.
pub type ImageModel = Arc<dyn ImageProvider>;
/// Who makes vectors of texts.
pub type EmbeddingModel = Arc<dyn Embedder>;

/// A provider, for texts where nothing else is said, and the model to ask it for.
#[derive(Clone)]
pub struct ModelChoice<P = Arc<dyn ModelProvider>> {
    /// The provider.
    pub provider: P,
    /// The model's name there.
    pub model: String,
}

/// Gives a tenant its models: the platform's own, or the tenant's by its own key.
#[async_trait::async_trait]
pub trait ModelSource: Send + Sync + 'static {
    /// The model for text. The settings' key is opened only here.
    async fn text(
        &self,
        tenant: TenantId,
        settings: &AiModelSettings,
    ) -> Result<ModelChoice, SealError>;

    /// The models for text among which each call chooses, in the order of fallbacks. At least one:
    /// where none can be used, one that says why.
    async fn candidates(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        limits: LaneLimits,
    ) -> Result<Vec<Candidate>, SealError> {
        let _ = routing;
        let choice = self.text(tenant, &AiModelSettings::default()).await?;
        Ok(vec![Candidate::platform(choice, limits)])
    }

    /// The models for pictures, in the order of fallbacks: the tenant's own, and the server's where
    /// the tenant lists it or uses no other.
    async fn image_models(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        server: Candidate<ImageModel>,
    ) -> Result<Vec<Candidate<ImageModel>>, SealError> {
        let _ = (tenant, routing);
        Ok(vec![server])
    }

    /// The models for vectors, likewise.
    async fn embedding_models(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        server: Candidate<EmbeddingModel>,
    ) -> Result<Vec<Candidate<EmbeddingModel>>, SealError> {
        let _ = (tenant, routing);
        Ok(vec![server])
    }
}

/// Settings of the actors.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// An entity that nobody asks for so long leaves memory.
    pub idle_timeout: Duration,
    /// The same for a document, also while people have it open: it is back in milliseconds.
    pub document_idle_timeout: Duration,
    /// How often wake hints are read: work of an entity at rest begins at most so late.
    pub wake_period: Duration,
    /// A model that sends nothing for so long has failed.
    pub model_idle_timeout: Duration,
    /// Credits of a new tenant in development mode.
    pub demo_credits: Option<Credits>,
    /// What a lane to a model bears until its provider says otherwise.
    pub lanes: LaneLimits,
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            idle_timeout: Duration::from_mins(5),
            document_idle_timeout: Duration::from_mins(1),
            wake_period: Duration::from_secs(1),
            model_idle_timeout: Duration::from_secs(60),
            demo_credits: None,
            lanes: LaneLimits::OPEN,
        }
    }
}

/// The ports, wired by the binary (or by a test).
#[derive(Clone)]
pub struct World {
    /// Where state lives.
    pub store: Arc<dyn Store>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Models.
    pub models: Arc<dyn ModelSource>,
    /// Images, of the server's own model.
    pub images: ImageModel,
    /// Vectors for clustering, of the server's own model.
    pub embedder: EmbeddingModel,
    /// WordPress.
    pub wordpress: Arc<dyn SitePublisher>,
    /// The folder of exports, for sites without a link.
    pub export: Arc<dyn SitePublisher>,
    /// Secrets.
    pub keys: Arc<dyn KeyRing>,
    /// Passwords.
    pub passwords: Arc<dyn PasswordHash>,
    /// Threads for heavy work.
    pub compute: Arc<dyn Compute>,
    /// Settings.
    pub options: WorldOptions,
}

impl World {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
    /// Sixty-four random bits.
    pub fn roll(&self) -> u64 {
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
    /// Chance for an id.
    pub fn chance(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.entropy.fill(&mut bytes);
        bytes
    }
    /// Among whom a tenant's call for a picture chooses.
    pub(crate) async fn image_models(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
    ) -> Result<Vec<Candidate<ImageModel>>, SealError> {
        let (provider, model) = (self.images.clone(), self.images.name().to_owned());
        let server = Candidate::shared(ModelChoice { provider, model }, self.options.lanes);
        self.models.image_models(tenant, routing, server).await
    }
    /// Among whom a tenant's call for vectors chooses.
    pub(crate) async fn embedding_models(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
    ) -> Result<Vec<Candidate<EmbeddingModel>>, SealError> {
        let (provider, model) = (self.embedder.clone(), self.embedder.name().to_owned());
        let server = Candidate::shared(ModelChoice { provider, model }, self.options.lanes);
        self.models.embedding_models(tenant, routing, server).await
    }
    /// A commit id.
    pub fn commit_id(&self) -> igny8_storage_api::CommitId {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        igny8_storage_api::CommitId(u128::from_le_bytes(bytes))
    }
}
