//! Lanes: whose call is next, which model answers, what it cost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use futures::StreamExt;
use igny8_actors_domain::Origin;
use igny8_actors_domain::lane::{
    BreakerState, BudgetCaps, HeldBy, LaneLimits, ModelPrice, UsageSum,
};
use igny8_actors_domain::site::{FailureClass, Placement, Site, SiteCommand, Task, TaskStatus};
use igny8_actors_domain::tenant::{
    AiModelSettings, AiProvider, AiRoute, AiRouting, KeyChange, RoutingChange, TenantCommand,
};
use igny8_actors_ports as ports;
use igny8_actors_ports::{
    ModelCapabilities, ModelError, ModelEvent, ModelProvider, ModelRequest, ModelStream, RateHint,
    RateHints, SealError,
};
use igny8_actors_runtime::{Candidate, ModelChoice, ModelSource, Platform, SiteHandle, World};
use igny8_protocol_ids::{AccountId, ClusterId, Credits, SiteId, TaskId, TenantId};
use igny8_server_adapters_ai::OfflineModel;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use support::{fast, keywords, open, until, world};
use tokio::sync::Semaphore;

/// Tasks that wait at most in one site: what the acceptance asks for.
const MANY: usize = 10_000;

/// The same candidates for everybody.
struct Models(Vec<(&'static str, Arc<dyn ModelProvider>)>);

#[async_trait::async_trait]
impl ModelSource for Models {
    async fn text(&self, _: TenantId, _: &AiModelSettings) -> Result<ModelChoice, SealError> {
        let (model, provider) = &self.0[0];
        Ok(ModelChoice { provider: provider.clone(), model: (*model).to_owned() })
    }
    async fn candidates(
        &self,
        _: TenantId,
        _: &AiRouting,
        limits: LaneLimits,
    ) -> Result<Vec<Candidate>, SealError> {
        let candidate = |(model, provider): &(&str, Arc<dyn ModelProvider>)| {
            let choice = ModelChoice { provider: provider.clone(), model: (*model).to_owned() };
            let mut candidate = Candidate::platform(choice, limits);
            let price = ModelPrice { input: 1_000_000, output: 2_000_000, ..ModelPrice::default() };
            candidate.route.price = Some(price);
            candidate
        };
        Ok(self.0.iter().map(candidate).collect())
    }
}

/// A model that fails before its first word.
struct Failing(ports::FailureClass);

#[async_trait::async_trait]
impl ModelProvider for Failing {
    fn capabilities(&self, _: &str) -> ModelCapabilities {
        ModelCapabilities { deterministic: false, continuation: false, json_schema: false }
    }
    async fn generate(&self, _: ModelRequest) -> Result<ModelStream, ModelError> {
        Err(ModelError { class: self.0, message: "no".to_owned(), retry_after: None })
    }
}

/// The offline model, one answer for each permit that the test gives out, telling its limits.
struct Gated {
    model: OfflineModel,
    gate: Arc<Semaphore>,
    asked: Arc<AtomicU32>,
}

#[async_trait::async_trait]
impl ModelProvider for Gated {
    fn capabilities(&self, model: &str) -> ModelCapabilities {
        self.model.capabilities(model)
    }
    async fn generate(&self, request: ModelRequest) -> Result<ModelStream, ModelError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        let limits = RateHint { limit: Some(6_000), ..RateHint::default() };
        let told = RateHints { requests: limits, ..RateHints::default() };
        let told = futures::stream::iter([Ok(ModelEvent::Limits(told))]);
        Ok(told.chain(self.model.generate(request).await?).boxed())
    }
}

fn offline() -> Arc<dyn ModelProvider> {
    Arc::new(OfflineModel::new(fast()))
}

struct Stage {
    platform: Platform,
    _directory: tempfile::TempDir,
}

/// A tenant with a site that has clusters.
struct Tenant {
    account: AccountId,
    id: TenantId,
    site: SiteHandle,
    clusters: Vec<ClusterId>,
    requests: AtomicU32,
}

impl Stage {
    async fn new(models: Models, lanes: LaneLimits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut world: World = world(open(directory.path()), directory.path(), fast());
        world.models = Arc::new(models);
        world.options.lanes = lanes;
        world.options.demo_credits = Some(Credits(1_000_000));
        let platform = Platform::start(world).await.unwrap();
        Self { platform, _directory: directory }
    }

    async fn tenant(&self, name: &str) -> Tenant {
        let address = format!("{name}@example.test");
        let (account, id) =
            self.platform.sign_up(&address, "correct horse", name, name).await.unwrap();
        let site: SiteId = self
            .platform
            .tenant(id)
            .read(|tenant| tenant.sites().next().unwrap().id)
            .await
            .unwrap();
        let site = self.platform.site(id, site);
        site.import(Origin::Account(account), keywords()).await.unwrap();
        let origin = Origin::Account(account);
        site.command(origin, None, SiteCommand::QueueClustering).await.unwrap();
        let clusters = until("clusters", || async {
            let all = |site: &Site| site.clusters().map(|cluster| cluster.id).collect::<Vec<_>>();
            let clusters = site.read(all).await.unwrap();
            (!clusters.is_empty()).then_some(clusters)
        });
        Tenant { account, id, clusters: clusters.await, site, requests: AtomicU32::new(0) }
    }
}

impl Tenant {
    /// Queues so many tasks. Each request has a key of its own: without one the same ideas, asked
    /// for twice at once, are made once.
    async fn ideas(&self, count: usize) -> Vec<TaskId> {
        let mut tasks = Vec::with_capacity(count);
        while tasks.len() < count {
            let clusters = self.clusters.iter().copied().take(count - tasks.len()).collect();
            let key = format!("request {}", self.requests.fetch_add(1, Ordering::SeqCst));
            let unique = Some((key, Duration::from_secs(60)));
            let command = SiteCommand::Place {
                placement: Placement { unique, ..Placement::default() },
                command: Box::new(SiteCommand::QueueIdeas { clusters, count: 1 }),
            };
            let origin = Origin::Account(self.account);
            let queued = self.site.queue(origin, None, command).await.unwrap();
            tasks.extend(queued.into_iter().map(|task| task.id));
        }
        tasks
    }

    async fn task(&self, id: TaskId) -> Task {
        self.site.read(move |site| site.task(id).unwrap().clone()).await.unwrap()
    }

    async fn ended(&self, id: TaskId) -> Task {
        until("the end of a task", || async {
            let task = self.task(id).await;
            let open = matches!(task.status, TaskStatus::Queued | TaskStatus::Running);
            (!open).then_some(task)
        })
        .await
    }

    async fn waiting(&self) -> usize {
        let queued = |task: &&Task| task.status == TaskStatus::Queued;
        self.site.read(move |site| site.tasks().filter(queued).count()).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_task_starts_at_once_beside_ten_thousand_of_another_tenant() {
    let gate = Arc::new(Semaphore::new(2));
    let asked = Arc::new(AtomicU32::new(0));
    let model = Gated { model: OfflineModel::new(fast()), gate: gate.clone(), asked };
    // Fewer places than one site may use: without its share the other tenant would wait.
    let lanes = LaneLimits { concurrency: 3, ..LaneLimits::OPEN };
    let stage = Stage::new(Models(vec![("m", Arc::new(model))]), lanes).await;
    let (many, one) = (stage.tenant("many").await, stage.tenant("one").await);
    many.ideas(MANY).await;
    assert!(many.waiting().await >= MANY - 4);
    let single = one.ideas(1).await[0];
    // Its call is under way although no call of the other has ended.
    until("the single call", || async {
        let task = one.task(single).await;
        let waits = one.site.lane_standing(single).is_some();
        (task.status == TaskStatus::Running && !waits).then_some(())
    })
    .await;
    assert!(many.waiting().await >= MANY - 4, "nothing of the other had to end for it");
    // The rest of the lane's places waits for its turn, and says so.
    let running = many.site.read(|site| {
        let runs = site.tasks().filter(|task| task.status == TaskStatus::Running);
        runs.map(|task| task.id).collect::<Vec<_>>()
    });
    let running = running.await.unwrap();
    let waits: Vec<_> = running.iter().filter_map(|task| many.site.lane_standing(*task)).collect();
    assert_eq!(waits.len(), running.len() - 2, "two of three places are the other's");
    assert!(waits.iter().all(|wait| wait.held_by == HeldBy::Turn), "{waits:?}");
    assert!(waits[0].to_string().starts_with("waiting for m: "), "{}", waits[0]);
    gate.add_permits(100);
    assert_eq!(one.ended(single).await.status, TaskStatus::Succeeded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_model_takes_over_before_the_first_word_and_both_calls_count() {
    let failing: Arc<dyn ModelProvider> = Arc::new(Failing(ports::FailureClass::Quota));
    let models = Models(vec![("broken", failing), ("second", offline())]);
    let stage = Stage::new(models, LaneLimits::OPEN).await;
    let tenant = stage.tenant("ada").await;
    let task = tenant.ideas(1).await[0];
    let task = tenant.ended(task).await;
    assert_eq!(task.status, TaskStatus::Succeeded, "{:?}", task.failure);
    assert_eq!(task.attempts, 1, "the same attempt went on with another model");
    let lanes = stage.platform.lanes(tenant.id);
    let broken = lanes.iter().find(|lane| lane.lane.model == "broken").unwrap();
    assert!(
        matches!(broken.state, BreakerState::Open { class: FailureClass::Quota, .. }),
        "{broken:?}"
    );
    assert_eq!(broken.failed_calls(), 1, "a lane out of budget is not asked again");
    let rows = tenant.site.read(|site| site.usage_since(0)).await.unwrap();
    // One row for each kind of work.
    let used = |model: &str| {
        let mut sum = UsageSum::default();
        let rows = rows.iter().filter(|row| row.used.model == model);
        rows.for_each(|row| sum.add(&row.used.sum));
        sum
    };
    assert_eq!((used("broken").calls, used("broken").failed_calls), (1, 1));
    assert_eq!(used("broken").cost_micros, 0, "it refused the request: nothing was sent");
    let mut kinds = 0;
    for second in rows.iter().filter(|row| row.used.model == "second").map(|row| row.used.sum) {
        assert!(second.calls >= 1 && second.input_tokens > 0 && second.output_tokens > 0);
        let cost = second.input_tokens + 2 * second.output_tokens;
        assert_eq!(second.cost_micros, cost, "a millionth for a token sent, two for one received");
        kinds += 1;
    }
    assert_eq!(kinds, 2, "names of clusters, and ideas");
    assert!(task.usage.calls == 1 && task.usage.cost_micros > 0, "{:?}", task.usage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_could_pass_a_cap_is_not_made_and_nothing_is_charged() {
    let stage = Stage::new(Models(vec![("m", offline())]), LaneLimits::OPEN).await;
    let tenant = stage.tenant("ada").await;
    let (before, _) = stage.platform.total_balance(tenant.id).await.unwrap();
    let budget = BudgetCaps { task_micros: Some(100), ..BudgetCaps::default() };
    let routes = vec![(AiRoute::plain("m", AiProvider::Platform), KeyChange::Keep)];
    let policy = igny8_actors_domain::lane::Policy::Order;
    let change = RoutingChange { routes, policy, budget, reuse_answers: false };
    let command = TenantCommand::SetRouting(change);
    stage.platform.tenant(tenant.id).command(Origin::System, None, command).await.unwrap();
    let task = tenant.ideas(1).await[0];
    let failed = until("the refusal", || async { tenant.task(task).await.failure }).await;
    assert_eq!(failed.class, FailureClass::Quota);
    assert!(failed.message.contains("the task's budget cap"), "{}", failed.message);
    let (after, _) = stage.platform.total_balance(tenant.id).await.unwrap();
    assert_eq!((after.settled, after.spent), (before.settled, before.spent));
    assert_eq!(tenant.task(task).await.usage.calls, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_learns_its_limits_from_answers_and_a_stopped_call_gives_its_place_back() {
    let gate = Arc::new(Semaphore::new(1));
    let asked = Arc::new(AtomicU32::new(0));
    let model =
        Gated { model: OfflineModel::new(fast()), gate: gate.clone(), asked: asked.clone() };
    let lanes = LaneLimits { concurrency: 1, ..LaneLimits::OPEN };
    let stage = Stage::new(Models(vec![("m", Arc::new(model))]), lanes).await;
    let tenant = stage.tenant("ada").await;
    let learned = stage.platform.lanes(tenant.id)[0].requests.unwrap();
    assert_eq!(learned.0, 6_000);
    let tasks = tenant.ideas(2).await;
    until("the first call", || async { (asked.load(Ordering::SeqCst) == 2).then_some(()) }).await;
    let cancel = SiteCommand::CancelTask { task: tasks[0] };
    tenant.site.command(Origin::Account(tenant.account), None, cancel).await.unwrap();
    assert_eq!(tenant.ended(tasks[0]).await.status, TaskStatus::Cancelled);
    gate.add_permits(1);
    assert_eq!(tenant.ended(tasks[1]).await.status, TaskStatus::Succeeded);
    assert_eq!(stage.platform.lanes(tenant.id)[0].under_way, 0);
}
