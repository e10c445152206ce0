//! Lanes: whose call is next, which model answers, what it cost.

use crate::support::{Shifted, fast, keywords, open, until, world};
use futures::StreamExt;
use igny8_actors_domain::Origin;
use igny8_actors_domain::lane::{
    BreakerState, BudgetCaps, Cap, HeldBy, LaneLimits, ModelPrice, Obstacle, Standing, UsageRow,
    UsageSum,
};
use igny8_actors_domain::site::{
    FailureClass, Placement, Site, SiteCommand, SiteReply, Task, TaskStatus, Waiting,
};
use igny8_actors_domain::tenant::{
    AiModelSettings, AiProvider, AiRoute, AiRouting, KeyChange, RoutingChange, TenantCommand,
};
use igny8_actors_ports as ports;
use igny8_actors_ports::{
    GeneratedImage, ImageError, ImageProvider, ImageRequest, ModelCapabilities, ModelError,
    ModelEvent, ModelProvider, ModelRequest, ModelStream, RateHint, RateHints, SealError,
};
use igny8_actors_runtime::{Candidate, ModelChoice, ModelSource, Platform, SiteHandle, World};
use igny8_protocol_ids::{AccountId, ClusterId, Credits, SiteId, TaskId, TenantId, Timestamp};
use igny8_server_adapters_ai::OfflineModel;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Tasks that wait at most in one site: what the acceptance asks for.
const MANY: usize = 10_000;
/// A lane of three places without a free one.
const FULL: HeldBy = HeldBy::Places { taken: 3, places: 3 };

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

/// Models that are found when the test lets them be, by settings that were read before.
struct Late {
    models: Models,
    gate: Arc<Semaphore>,
    asked: Arc<AtomicU32>,
}

#[async_trait::async_trait]
impl ModelSource for Late {
    async fn text(&self, of: TenantId, by: &AiModelSettings) -> Result<ModelChoice, SealError> {
        self.models.text(of, by).await
    }
    async fn candidates(
        &self,
        tenant: TenantId,
        routing: &AiRouting,
        limits: LaneLimits,
    ) -> Result<Vec<Candidate>, SealError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        self.models.candidates(tenant, routing, limits).await
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
        Self::with(models, lanes, |_| {}).await
    }

    async fn with(
        models: impl ModelSource,
        lanes: LaneLimits,
        set: impl FnOnce(&mut World),
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut world: World = world(open(directory.path()), directory.path(), fast());
        set(&mut world);
        world.models = Arc::new(models);
        world.options.lanes = lanes;
        world.options.demo_credits = Some(Credits(1_000_000));
        let platform = Platform::start(world).await.unwrap();
        Self { platform, _directory: directory }
    }

    async fn cap(&self, tenant: &Tenant, budget: BudgetCaps) {
        let routes = vec![(AiRoute::plain("m", AiProvider::Platform), KeyChange::Keep)];
        let policy = igny8_actors_domain::lane::Policy::Order;
        let change = RoutingChange { routes, policy, budget, reuse_answers: false };
        let command = TenantCommand::SetRouting(change);
        self.platform.tenant(tenant.id).command(Origin::System, None, command).await.unwrap();
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

    /// How many tasks run, and how those of them stand that wait at the lane.
    async fn standings(&self) -> (usize, Vec<Standing>) {
        let running = |task: &&Task| task.status == TaskStatus::Running;
        let ids = self
            .site
            .read(move |site| site.tasks().filter(running).map(|task| task.id).collect::<Vec<_>>());
        let ids = ids.await.unwrap();
        (ids.len(), ids.iter().filter_map(|id| self.site.lane_standing(*id)).collect())
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
    // Its call is under way although no call of the other has ended: it has the lane's third place.
    until("the single call", || async {
        let runs = one.task(single).await.status == TaskStatus::Running;
        let full = many.standings().await.1.iter().any(|wait| wait.held_by == FULL);
        (runs && full && one.site.lane_standing(single).is_none()).then_some(())
    })
    .await;
    assert!(many.waiting().await >= MANY - 4, "nothing of the other had to end for it");
    // The rest of the lane's places waits for its turn, and says so.
    let (running, waits) = many.standings().await;
    assert_eq!(waits.len(), running - 2, "two of three places are the other's");
    for wait in &waits {
        assert_eq!(wait.held_by, if wait.ahead == 0 { FULL } else { HeldBy::Turn }, "{waits:?}");
        assert!(wait.to_string().starts_with("waiting for m: "), "{wait}");
    }
    // Whoever looks at the task reads it in its progress.
    until("the wait in the progress", || async {
        let progress = many.site.progress().borrow().clone();
        progress.iter().any(|task| task.stage.starts_with("waiting for m: ")).then_some(())
    })
    .await;
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
    let used = |model: &str| sum_of(&rows, model);
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
    stage.cap(&tenant, budget).await;
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

/// What was used of a model, for all kinds of work.
fn sum_of(rows: &[UsageRow], model: &str) -> UsageSum {
    let mut sum = UsageSum::default();
    rows.iter().filter(|row| row.used.model == model).for_each(|row| sum.add(&row.used.sum));
    sum
}

/// A tenant whose cap of the day has just held a task up.
async fn held_up(stage: &Stage) -> (Tenant, TaskId) {
    let tenant = stage.tenant("ada").await;
    // A call could cost about 17,000 millionths, and costs some hundred.
    let budget = BudgetCaps { day_micros: Some(18_000), ..BudgetCaps::default() };
    stage.cap(&tenant, budget).await;
    loop {
        let id = tenant.ideas(1).await[0];
        let task = until("an end or an obstacle", || async {
            let task = tenant.task(id).await;
            (task.held_up.is_some() || !task.status.is_open()).then_some(task)
        })
        .await;
        if let Some(held_up) = &task.held_up {
            assert_eq!(held_up.by, Obstacle::Cap(Cap::Day));
            assert_eq!((task.status, task.hold), (TaskStatus::Queued, None));
            return (tenant, id);
        }
        assert_eq!(task.status, TaskStatus::Succeeded, "{:?}", task.failure);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_what_a_day_s_cap_held_up_goes_on_by_itself_the_next_day() {
    let clock = Arc::new(Shifted::default());
    let stage = Stage::with(Models(vec![("m", offline())]), LaneLimits::OPEN, |world| {
        world.clock = clock.clone();
        world.options.idle_timeout = Duration::from_millis(100);
    });
    let stage = stage.await;
    let (tenant, task) = held_up(&stage).await;
    let why = tenant.site.read(move |site| site.waiting(site.task(task)?, Timestamp::default()));
    assert!(matches!(why.await.unwrap(), Some(Waiting::Cap { cap: Cap::Day, .. })));
    // Nobody looks at it: the site goes to rest, and its hint brings it back.
    until("the site to rest", || async {
        let kinds = stage.platform.status().kinds;
        kinds.iter().any(|(kind, resident)| *kind == "site" && *resident == 0).then_some(())
    })
    .await;
    clock.0.store(24 * 3_600_000, Ordering::SeqCst);
    assert_eq!(tenant.ended(task).await.status, TaskStatus::Succeeded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_higher_cap_wakes_what_the_lower_one_held_up() {
    let stage = Stage::new(Models(vec![("m", offline())]), LaneLimits::OPEN).await;
    let (tenant, task) = held_up(&stage).await;
    stage.cap(&tenant, BudgetCaps::default()).await;
    assert_eq!(tenant.ended(task).await.status, TaskStatus::Succeeded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cap_that_is_raised_in_the_moment_of_its_refusal_holds_nothing_up() {
    let (gate, asked) = (Arc::new(Semaphore::new(100)), Arc::new(AtomicU32::new(0)));
    let models = Models(vec![("m", offline())]);
    let late = Late { models, gate: gate.clone(), asked: asked.clone() };
    let stage = Stage::with(late, LaneLimits::OPEN, |_| {}).await;
    let tenant = stage.tenant("ada").await;
    stage.cap(&tenant, BudgetCaps { day_micros: Some(1), ..BudgetCaps::default() }).await;
    gate.forget_permits(100);
    let before = asked.load(Ordering::SeqCst);
    let task = tenant.ideas(1).await[0];
    let is_asked = || async { (asked.load(Ordering::SeqCst) > before).then_some(()) };
    until("the low cap to be read", is_asked).await;
    stage.cap(&tenant, BudgetCaps::default()).await;
    let hears = || async { tenant.task(task).await.models_changed.then_some(()) };
    until("the site to hear of the higher one", hears).await;
    gate.add_permits(100);
    let ended = tenant.ended(task).await;
    assert_eq!((ended.status, ended.attempts), (TaskStatus::Succeeded, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_test_of_a_model_is_booked_as_use_of_no_site() {
    let stage = Stage::new(Models(vec![("m", offline())]), LaneLimits::OPEN).await;
    let tenant = stage.tenant("ada").await;
    let handle = stage.platform.tenant(tenant.id);
    let name = handle.read(|tenant| tenant.routing().routes[0].name.clone()).await.unwrap();
    let mut cost = 0;
    for _ in 0..2 {
        let tested = handle.test_route(name.clone()).await.unwrap();
        assert!(tested.failure.is_none() && tested.used.cost_micros > 0, "{tested:?}");
        cost += tested.used.cost_micros;
    }
    let rows = handle.read(|tenant| tenant.usage().since(0)).await.unwrap();
    assert_eq!(rows.len(), 1);
    let used = &rows[0].used;
    assert_eq!((&*used.provider, &*used.model), ("platform", "m"));
    assert_eq!((used.sum.calls, used.sum.failed_calls, used.sum.cost_micros), (2, 0, cost));
}

/// A painter that is asked too often.
struct Busy;

#[async_trait::async_trait]
impl ImageProvider for Busy {
    fn name(&self) -> &str {
        "painter"
    }
    async fn generate(&self, _: ImageRequest) -> Result<GeneratedImage, ImageError> {
        let (class, message) = (ports::FailureClass::RateLimited, "too often".to_owned());
        Err(ImageError { class, message, retry_after: Some(Duration::from_secs(3_600)) })
    }
}

/// Queues one picture for a document of its own.
async fn picture(tenant: &Tenant, title: &str) -> TaskId {
    let origin = Origin::Account(tenant.account);
    let create = SiteCommand::CreateDocument { title: title.to_owned() };
    let SiteReply::Document(document) = tenant.site.command(origin, None, create).await.unwrap()
    else {
        panic!("a document is made");
    };
    let command = SiteCommand::QueueImages { document: document.id, count: 1 };
    tenant.site.queue(origin, None, command).await.unwrap()[0].id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_and_vectors_go_by_lanes_and_are_counted() {
    let stage = Stage::new(Models(vec![("m", offline())]), LaneLimits::OPEN).await;
    let tenant = stage.tenant("ada").await;
    let task = picture(&tenant, "Cold brew").await;
    assert_eq!(tenant.ended(task).await.status, TaskStatus::Succeeded);
    let lanes = stage.platform.lanes(tenant.id);
    let rows = tenant.site.read(|site| site.usage_since(0)).await.unwrap();
    // Its describing call, and the picture.
    assert_eq!(tenant.task(task).await.usage.calls, 2);
    let models: BTreeSet<&str> = rows.iter().map(|row| &*row.used.model).collect();
    assert_eq!(models.len(), 3, "text, vectors, pictures: {models:?}");
    for model in models {
        let lane = lanes.iter().find(|lane| lane.lane.model == model).unwrap();
        assert_eq!(lane.calls, sum_of(&rows, model).calls, "{model}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_painter_that_was_asked_too_often_is_left_alone_until_it_said() {
    let models = Models(vec![("m", offline())]);
    let set = |world: &mut World| world.images = Arc::new(Busy);
    let stage = Stage::with(models, LaneLimits::OPEN, set).await;
    let tenant = stage.tenant("ada").await;
    let first = picture(&tenant, "Cold brew").await;
    until("the refusal", || async { tenant.task(first).await.failure }).await;
    let second = picture(&tenant, "Latte art").await;
    let held_up = until("the obstacle", || async { tenant.task(second).await.held_up }).await;
    let class = FailureClass::RateLimited;
    assert_eq!(held_up.by, Obstacle::Rest { model: "painter".to_owned(), class });
    let task = tenant.task(second).await;
    assert_eq!((task.hold, task.attempts_before), (None, 0), "its describing call was made");
}
