//! A tenant's own models for pictures and vectors.

use crate::support::{fast, keywords, open, until, world};
use igny8_actors_domain::Origin;
use igny8_actors_domain::clustering::embedding::hashed_embedding;
use igny8_actors_domain::lane::{BudgetCaps, LaneKey, Policy, UsageRow};
use igny8_actors_domain::site::{Site, SiteCommand, SiteReply, TaskStatus};
use igny8_actors_domain::tenant::{
    AiCapability, AiModelSettings, AiProvider, AiRoute, AiRouting, KeyChange, RoutingChange,
    TenantCommand,
};
use igny8_actors_ports as ports;
use igny8_actors_ports::{Embedder, ModelError, SealError};
use igny8_actors_runtime::{
    Candidate, EmbeddingModel, ImageModel, ModelChoice, ModelSource, Platform,
};
use igny8_protocol_ids::{AccountId, SiteId, TenantId};
use igny8_server_adapters_ai::{OfflineEmbedder, OfflineModel};
use igny8_server_adapters_images::OfflineImages;
use std::sync::Arc;

/// Vectors twice as long as the server's own: one of each cannot be compared.
fn long(text: &str) -> Vec<f32> {
    hashed_embedding(text).into_iter().flat_map(|number| [number, number]).collect()
}

/// An embedder that is never there.
struct Absent;

#[async_trait::async_trait]
impl Embedder for Absent {
    fn name(&self) -> &str {
        "absent"
    }
    async fn embed(&self, _: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        let (class, message) = (ports::FailureClass::Unavailable, "no".to_owned());
        Err(ModelError { class, message, retry_after: None })
    }
}

/// The server's model for texts, and what the tenant lists for the rest.
struct Models;

fn own<P>(tenant: TenantId, route: &AiRoute, provider: P, server: &Candidate<P>) -> Candidate<P>
where
    P: Clone,
{
    let model = route.model.clone().unwrap();
    let (name, owner) = ("own.example".to_owned(), Some(tenant));
    let lane = LaneKey { provider: name, model: model.clone(), owner, key: 1 };
    let mut candidate = server.clone();
    candidate.choice = ModelChoice { provider, model };
    candidate.route.lane = lane;
    candidate
}

#[async_trait::async_trait]
impl ModelSource for Models {
    async fn text(&self, _: TenantId, _: &AiModelSettings) -> Result<ModelChoice, SealError> {
        let provider = Arc::new(OfflineModel::new(fast()));
        Ok(ModelChoice { provider, model: "writer".to_owned() })
    }
    async fn image_models(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        server: Candidate<ImageModel>,
    ) -> Result<Vec<Candidate<ImageModel>>, SealError> {
        let made = |route: &AiRoute| {
            let provider: ImageModel = Arc::new(OfflineImages::new());
            own(tenant, route, provider, &server)
        };
        let own: Vec<_> = routing.used_for(AiCapability::Picture).map(made).collect();
        Ok(if own.is_empty() { vec![server] } else { own })
    }
    async fn embedding_models(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        server: Candidate<EmbeddingModel>,
    ) -> Result<Vec<Candidate<EmbeddingModel>>, SealError> {
        let made = |route: &AiRoute| {
            let provider: EmbeddingModel = match route.model.as_deref() {
                Some("absent") => Arc::new(Absent),
                _ => Arc::new(OfflineEmbedder::new(long)),
            };
            own(tenant, route, provider, &server)
        };
        let own: Vec<_> = routing.used_for(AiCapability::Embedding).map(made).collect();
        Ok(if own.is_empty() { vec![server] } else { own })
    }
}

struct Stage {
    platform: Platform,
    account: AccountId,
    tenant: TenantId,
    site: SiteId,
    _directory: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut world = world(open(directory.path()), directory.path(), fast());
        world.models = Arc::new(Models);
        let platform = Platform::start(world).await.unwrap();
        let signed = platform.sign_up("ada@example.test", "correct horse", "Ada", "Coffee");
        let (account, tenant) = signed.await.unwrap();
        let handle = platform.tenant(tenant);
        let site = handle.read(|tenant| tenant.sites().next().unwrap().id).await.unwrap();
        Self { platform, account, tenant, site, _directory: directory }
    }

    /// The server's texts, and these models.
    async fn set(&self, own: &[(&str, AiCapability)]) {
        let text = AiRoute::plain("texts", AiProvider::Platform);
        let own = own.iter().map(|(model, capability)| AiRoute {
            capability: *capability,
            base_url: Some("https://own.example/v1".to_owned()),
            model: Some((*model).to_owned()),
            ..AiRoute::plain(model, AiProvider::OpenAiCompatible)
        });
        let routes = std::iter::once(text).chain(own).map(|route| (route, KeyChange::Keep));
        let change = RoutingChange {
            routes: routes.collect(),
            policy: Policy::Order,
            budget: BudgetCaps::default(),
            reuse_answers: false,
        };
        let command = TenantCommand::SetRouting(change);
        self.platform.tenant(self.tenant).command(Origin::System, None, command).await.unwrap();
    }

    /// Groups new keywords, and says how that was done.
    async fn methods(&self) -> Vec<String> {
        let site = self.platform.site(self.tenant, self.site);
        site.import(Origin::Account(self.account), keywords()).await.unwrap();
        let origin = Origin::Account(self.account);
        site.command(origin, None, SiteCommand::QueueClustering).await.unwrap();
        until("clusters", || async {
            let methods = |site: &Site| site.clusters().map(|one| one.method.clone()).collect();
            let methods: Vec<String> = site.read(methods).await.unwrap();
            (!methods.is_empty()).then_some(methods)
        })
        .await
    }

    /// What was used of one of the tenant's own models.
    async fn used(&self, model: &str) -> Option<UsageRow> {
        let site = self.platform.site(self.tenant, self.site);
        let rows = site.read(|site| site.usage_since(0)).await.unwrap();
        let is_it =
            |row: &UsageRow| (&*row.used.provider, &*row.used.model) == ("own.example", model);
        rows.into_iter().find(is_it)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keywords_are_grouped_by_vectors_of_one_model_and_the_record_names_it() {
    let stage = Stage::new().await;
    let embedding = AiCapability::Embedding;
    stage.set(&[("absent", embedding), ("long-vectors", embedding)]).await;
    for method in stage.methods().await {
        assert!(method.contains("long-vectors"), "{method}");
    }
    let (absent, long) = (stage.used("absent").await.unwrap(), stage.used("long-vectors").await);
    assert_eq!((absent.used.sum.calls, absent.used.sum.failed_calls), (1, 1));
    assert_eq!(long.unwrap().used.sum.failed_calls, 0);
    let lanes = stage.platform.lanes(stage.tenant);
    for model in ["absent", "long-vectors"] {
        let lane = lanes.iter().find(|lane| lane.lane.model == model).unwrap();
        assert_eq!((lane.lane.owner, lane.calls), (Some(stage.tenant), 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_models_of_its_own_the_servers_are_asked() {
    let stage = Stage::new().await;
    stage.set(&[("painter", AiCapability::Picture)]).await;
    for method in stage.methods().await {
        assert!(method.contains("offline-hashed"), "{method}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_made_by_the_tenants_own_model() {
    let stage = Stage::new().await;
    stage.set(&[("painter", AiCapability::Picture)]).await;
    let (site, origin) = (stage.platform.site(stage.tenant, stage.site), stage.account);
    let origin = Origin::Account(origin);
    let create = SiteCommand::CreateDocument { title: "Cold brew".to_owned() };
    let SiteReply::Document(document) = site.command(origin, None, create).await.unwrap() else {
        panic!("a document is made");
    };
    let command = SiteCommand::QueueImages { document: document.id, count: 1 };
    let task = site.queue(origin, None, command).await.unwrap()[0].id;
    until("the picture", || async {
        let status = site.read(move |site| site.task(task).unwrap().status).await.unwrap();
        (status == TaskStatus::Succeeded).then_some(())
    })
    .await;
    assert_eq!(stage.used("painter").await.unwrap().used.sum.calls, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_asks_each_for_what_it_makes_and_is_booked() {
    let stage = Stage::new().await;
    let models = [("painter", AiCapability::Picture), ("long-vectors", AiCapability::Embedding)];
    stage.set(&[models[0], models[1], ("absent", AiCapability::Embedding)]).await;
    let tenant = stage.platform.tenant(stage.tenant);
    for (name, words) in [("painter", "a picture of 256 × 256"), ("long-vectors", "a vector of ")]
    {
        let tested = tenant.test_route(name.to_owned()).await.unwrap();
        assert!(tested.failure.is_none() && tested.text.starts_with(words), "{tested:?}");
        assert_eq!((&*tested.model, tested.used.estimated_calls), (name, 1));
    }
    let failed = tenant.test_route("absent".to_owned()).await.unwrap();
    assert_eq!((&*failed.text, failed.used.failed_calls), ("no", 1));
    let rows = tenant.read(|tenant| tenant.usage().since(0)).await.unwrap();
    let mut booked: Vec<_> = rows.iter().map(|row| &*row.used.model).collect();
    booked.sort_unstable();
    assert_eq!(booked, ["absent", "long-vectors", "painter"]);
}
