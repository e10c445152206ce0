//! Which model a tenant gets: the server's own, or the tenant's by the tenant's key.

mod own;
mod refusing;

pub(crate) use refusing::Refusing;
pub(super) use {own::Kind, refusing::refusing};

use super::platform::{PlatformModels, none};
use igny8_actors_domain::lane::{LaneKey, LaneLimits, Route};
use igny8_actors_domain::tenant::{AiModelSettings, AiProvider, AiRoute, AiRouting, ModelKey};
use igny8_actors_ports::{KeyRing, ModelProvider, SealError, Sealed};
use igny8_actors_runtime::{
    Candidate, EmbeddingModel, ImageModel, ModelChoice, ModelSource, model_key_place,
};
use igny8_protocol_ids::TenantId;
use own::{Ready, connect, fingerprint, host};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// Gives each tenant its models.
pub(crate) struct ConfiguredModels {
    platform: PlatformModels,
    keys: Arc<dyn KeyRing>,
    allow_private: bool,
    texts: Ready<Arc<dyn ModelProvider>>,
    images: Ready<ImageModel>,
    embeddings: Ready<EmbeddingModel>,
}

impl ConfiguredModels {
    /// With the server's own models; `allow_private` lets tenants name addresses of this network.
    pub(crate) fn new(
        platform: PlatformModels,
        keys: Arc<dyn KeyRing>,
        allow_private: bool,
    ) -> Self {
        let (texts, images, embeddings) = (Ready::default(), Ready::default(), Ready::default());
        Self { platform, keys, allow_private, texts, images, embeddings }
    }

    async fn own<P: Kind>(
        &self,
        ready: &Ready<P>,
        tenant: TenantId,
        route: &AiRoute,
    ) -> Result<ModelChoice<P>, SealError> {
        // Opened each time: where the tenant's keys are gone, what was made with one goes too.
        let key = match &route.key {
            Some(key) => Some(self.open(tenant, key).await.inspect_err(|_| self.forget(tenant))?),
            None => None,
        };
        Ok(ready.get(tenant, route, || {
            connect(route, key, self.allow_private)
                .unwrap_or_else(|reason| refusing(&reason, P::refusing))
        }))
    }

    /// Forgets what was made with a tenant's keys.
    pub(crate) fn forget(&self, tenant: TenantId) {
        self.texts.forget(tenant);
        self.images.forget(tenant);
        self.embeddings.forget(tenant);
    }

    async fn open(&self, tenant: TenantId, key: &ModelKey) -> Result<SecretString, SealError> {
        let sealed = Sealed { key_id: key.sealed.key_id.clone(), bytes: key.sealed.bytes.clone() };
        let opened = self.keys.open(&model_key_place(tenant), &sealed).await?;
        let text = std::str::from_utf8(opened.expose_secret()).map_err(|_| SealError::Refused)?;
        Ok(text.into())
    }

    async fn candidate<P: Kind>(
        &self,
        ready: &Ready<P>,
        tenant: TenantId,
        route: &AiRoute,
        limits: LaneLimits,
    ) -> Result<Candidate<P>, SealError> {
        let choice = self.own(ready, tenant, route).await?;
        let limits = LaneLimits {
            concurrency: route.concurrency.unwrap_or(limits.concurrency),
            requests_per_minute: route.requests_per_minute.or(limits.requests_per_minute),
            tokens_per_minute: route.tokens_per_minute.or(limits.tokens_per_minute),
        };
        let lane = LaneKey {
            provider: host(route),
            model: choice.model.clone(),
            owner: Some(tenant),
            key: fingerprint(route),
        };
        let route = Route {
            lane,
            limits,
            price: route.price.or_else(|| self.platform.price(&choice.model)),
            context_tokens: route.context_tokens,
            json_schema: route.json_schema,
            weight: route.weight,
        };
        Ok(Candidate { choice, route })
    }

    /// What the tenant lists for this capability and uses.
    async fn listed<P: Kind>(
        &self,
        ready: &Ready<P>,
        tenant: TenantId,
        routing: &AiRouting,
        limits: LaneLimits,
        server: impl Fn(&AiRoute) -> Vec<Candidate<P>> + Send,
    ) -> Result<Vec<Candidate<P>>, SealError> {
        let mut found = Vec::with_capacity(routing.routes.len());
        for route in routing.used_for(P::CAPABILITY) {
            match route.provider {
                AiProvider::Platform => found.extend(server(route)),
                _ => found.push(self.candidate(ready, tenant, route, limits).await?),
            }
        }
        Ok(found)
    }

    /// Of a capability for which the server has one model of its own.
    async fn listed_or<P: Kind>(
        &self,
        ready: &Ready<P>,
        tenant: TenantId,
        routing: &AiRouting,
        server: Candidate<P>,
    ) -> Result<Vec<Candidate<P>>, SealError> {
        let (limits, own) = (server.route.limits, || vec![server.clone()]);
        let found = self.listed(ready, tenant, routing, limits, |_| own()).await?;
        Ok(if found.is_empty() { own() } else { found })
    }
}

#[async_trait::async_trait]
impl ModelSource for ConfiguredModels {
    async fn text(
        &self,
        tenant: TenantId,
        settings: &AiModelSettings,
    ) -> Result<ModelChoice, SealError> {
        let AiModelSettings { provider, base_url, model, key } = settings.clone();
        match provider {
            AiProvider::Platform => {
                let found = self.platform.candidates(model.as_deref(), LaneLimits::OPEN);
                let first = found.into_iter().next().map(|candidate| candidate.choice);
                Ok(first.unwrap_or_else(|| refusing("this server has no AI model", Kind::refusing)))
            }
            _ => {
                let plain = AiRoute::plain("default", provider);
                let route = AiRoute { base_url, model, key, ..plain };
                self.own(&self.texts, tenant, &route).await
            }
        }
    }

    async fn candidates(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        limits: LaneLimits,
    ) -> Result<Vec<Candidate>, SealError> {
        let server = |route: &AiRoute| self.platform.candidates(route.model.as_deref(), limits);
        let mut found = self.listed(&self.texts, tenant, routing, limits, server).await?;
        if found.is_empty() {
            found.push(none("none of your models is switched on: see the settings", limits));
        }
        Ok(found)
    }

    async fn image_models(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        server: Candidate<ImageModel>,
    ) -> Result<Vec<Candidate<ImageModel>>, SealError> {
        self.listed_or(&self.images, tenant, routing, server).await
    }

    async fn embedding_models(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        server: Candidate<EmbeddingModel>,
    ) -> Result<Vec<Candidate<EmbeddingModel>>, SealError> {
        self.listed_or(&self.embeddings, tenant, routing, server).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Ring;
    use igny8_actors_domain::secret::SealedSecret;
    use igny8_actors_domain::tenant::AiCapability;
    use igny8_actors_ports::{
        FailureClass, ImageRequest, ModelError, ModelRequest, ResponseFormat,
    };
    use igny8_protocol_ids::Timestamp;
    use std::time::Duration;

    /// The ring comes along: it keeps the store's folder.
    fn models(allow_private: bool) -> (ConfiguredModels, Ring) {
        let ring = Ring::new();
        (ConfiguredModels::new(PlatformModels::default(), ring.ring.clone(), allow_private), ring)
    }

    fn tenant(byte: u8) -> TenantId {
        TenantId::new(Timestamp::from_millis(1), [byte; 10])
    }

    fn own(base_url: &str) -> AiModelSettings {
        AiModelSettings {
            provider: AiProvider::OpenAiCompatible,
            base_url: Some(base_url.to_owned()),
            model: Some("m".to_owned()),
            key: None,
        }
    }

    async fn error(choice: ModelChoice) -> ModelError {
        let request = ModelRequest {
            model: choice.model,
            system: String::new(),
            prompt: String::new(),
            prefix: None,
            output_tokens_max: 10,
            format: ResponseFormat::Markdown,
            idempotency_key: "k".to_owned(),
            idle_timeout: Duration::from_secs(5),
        };
        choice.provider.generate(request).await.err().expect("there is nothing to talk to")
    }

    #[tokio::test]
    async fn private_addresses_are_refused_as_numbers_and_as_names() {
        for url in ["http://127.0.0.1:9/v1", "http://169.254.169.254/", "http://localhost:9/v1"] {
            let choice = models(false).0.text(tenant(1), &own(url)).await.unwrap();
            let message = error(choice).await.message;
            assert!(message.contains("private network") || url.contains("localhost"), "{message}");
        }
        // Port 9 has nobody: where private networks are allowed the call itself is tried.
        let choice = models(true).0.text(tenant(1), &own("http://127.0.0.1:9/v1")).await.unwrap();
        assert_eq!(error(choice).await.class, FailureClass::Unavailable);
    }

    #[tokio::test]
    async fn server_without_a_model_says_what_to_do() {
        let choice = models(false).0.text(tenant(1), &AiModelSettings::default()).await.unwrap();
        assert!(error(choice).await.message.contains("settings"));
    }

    #[tokio::test]
    async fn key_of_another_tenant_does_not_open_and_a_destroyed_one_no_more() {
        let (models, ring) = models(false);
        let sealed = models.keys.seal(&model_key_place(tenant(1)), b"sk-1").await.unwrap();
        let sealed = SealedSecret { key_id: sealed.key_id, bytes: sealed.bytes };
        let key = Some(ModelKey { sealed, hint: String::new() });
        let settings = AiModelSettings { key, ..own("https://api.example.com/v1") };
        assert!(models.text(tenant(1), &settings).await.is_ok());
        assert!(models.text(tenant(2), &settings).await.is_err());
        ring.ring.shelf().destroy(tenant(1)).await.unwrap();
        ring.ring.forget(tenant(1));
        assert!(models.text(tenant(1), &settings).await.is_err());
        assert!(models.texts.is_empty());
    }

    #[tokio::test]
    async fn each_route_has_its_own_lane_and_a_new_key_a_new_one() {
        let (models, _ring) = models(false);
        let sealed = |byte| ModelKey {
            sealed: SealedSecret { key_id: "k".to_owned(), bytes: vec![byte] },
            hint: String::new(),
        };
        let plain = AiRoute::plain("a", AiProvider::Anthropic);
        let named = AiRoute { model: Some("claude-sonnet-4-5".to_owned()), ..plain };
        let off = AiRoute { enabled: false, ..named.clone() };
        let server = AiRoute::plain("s", AiProvider::Platform);
        let routing =
            AiRouting { routes: vec![named.clone(), off, server], ..AiRouting::default() };
        let found = models.candidates(tenant(1), &routing, LaneLimits::default()).await.unwrap();
        let lanes: Vec<_> = found.iter().map(|found| found.route.lane.clone()).collect();
        assert_eq!(lanes.len(), 2);
        assert_eq!((&*lanes[0].provider, lanes[0].owner), ("api.anthropic.com", Some(tenant(1))));
        assert_eq!((&*lanes[1].provider, lanes[1].owner), ("platform", None));
        assert_eq!(found[0].route.price.unwrap().output, 15_000_000);
        let keyed = |byte| fingerprint(&AiRoute { key: Some(sealed(byte)), ..named.clone() });
        assert!(keyed(1) != keyed(2) && keyed(1) == keyed(1));
    }

    fn painter(model: &str) -> Candidate<ImageModel> {
        let choice = refusing(model, Kind::refusing);
        Candidate::shared(choice, LaneLimits::default())
    }

    fn of(capability: AiCapability, provider: AiProvider, base_url: &str) -> AiRoute {
        let (base_url, model) = (Some(base_url.to_owned()), Some("m".to_owned()));
        AiRoute { capability, base_url, model, ..AiRoute::plain("r", provider) }
    }

    #[tokio::test]
    async fn pictures_and_vectors_are_the_tenants_own_where_it_uses_some() {
        let (models, _ring) = models(true);
        let url = "http://127.0.0.1:9/v1";
        let picture = of(AiCapability::Picture, AiProvider::OpenAiCompatible, url);
        let off = AiRoute { enabled: false, ..picture.clone() };
        let server = AiRoute { model: None, ..of(AiCapability::Picture, AiProvider::Platform, "") };
        let text = of(AiCapability::Text, AiProvider::OpenAiCompatible, url);
        for (routes, expected) in [
            (vec![text.clone()], vec![None]),
            (vec![text.clone(), off.clone()], vec![None]),
            (vec![picture.clone()], vec![Some(tenant(1))]),
            (vec![picture.clone(), server], vec![Some(tenant(1)), None]),
        ] {
            let routing = AiRouting { routes, ..AiRouting::default() };
            let found = models.image_models(tenant(1), &routing, painter("s")).await.unwrap();
            let owners: Vec<_> = found.iter().map(|found| found.route.lane.owner).collect();
            assert_eq!(owners, expected);
        }
        let embedding = of(AiCapability::Embedding, AiProvider::OpenAiCompatible, url);
        let routing = AiRouting { routes: vec![embedding, picture], ..AiRouting::default() };
        let choice = refusing("s", Kind::refusing);
        let server = Candidate::shared(choice, LaneLimits::default());
        let found = models.embedding_models(tenant(1), &routing, server).await.unwrap();
        assert_eq!((found.len(), found[0].choice.provider.name()), (1, "m"));
        // Port 9 has nobody: the call itself is tried.
        let error = found[0].choice.provider.embed(&["a".to_owned()]).await.unwrap_err();
        assert_eq!(error.class, FailureClass::Unavailable);
    }

    #[tokio::test]
    async fn private_addresses_are_refused_for_pictures_and_vectors_too() {
        let (models, _ring) = models(false);
        let url = "http://169.254.169.254/v1";
        let picture = of(AiCapability::Picture, AiProvider::OpenAiCompatible, url);
        let embedding = of(AiCapability::Embedding, AiProvider::OpenAiCompatible, url);
        let routing = AiRouting { routes: vec![picture, embedding], ..AiRouting::default() };
        let found = models.image_models(tenant(1), &routing, painter("s")).await.unwrap();
        let request = ImageRequest {
            model: "default".to_owned(),
            prompt: "A cup".to_owned(),
            width: 256,
            height: 256,
            idempotency_key: "k".to_owned(),
        };
        let refused = found[0].choice.provider.generate(request).await.unwrap_err();
        assert!(refused.message.contains("private network"), "{}", refused.message);
        let server = Candidate::shared(refusing("s", Kind::refusing), LaneLimits::default());
        let found = models.embedding_models(tenant(1), &routing, server).await.unwrap();
        let refused = found[0].choice.provider.embed(&["a".to_owned()]).await.unwrap_err();
        assert!(refused.message.contains("private network"), "{}", refused.message);
    }

    #[tokio::test]
    async fn runware_is_asked_at_its_own_address_by_the_tenants_key() {
        let (models, _ring) = models(false);
        let sealed = models.keys.seal(&model_key_place(tenant(1)), b"rw-1").await.unwrap();
        let sealed = SealedSecret { key_id: sealed.key_id, bytes: sealed.bytes };
        let key = Some(ModelKey { sealed, hint: String::new() });
        let runware = of(AiCapability::Picture, AiProvider::Runware, "");
        let runware = AiRoute { base_url: None, key, ..runware };
        let routing = AiRouting { routes: vec![runware], ..AiRouting::default() };
        let found = models.image_models(tenant(1), &routing, painter("s")).await.unwrap();
        assert_eq!(
            (&*found[0].route.lane.provider, &*found[0].choice.model),
            ("api.runware.ai", "m")
        );
        assert!(models.image_models(tenant(2), &routing, painter("s")).await.is_err());
    }
}
