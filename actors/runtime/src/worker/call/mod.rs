//! A call to a model: by a lane, counted to the token, with fallbacks until its first word.

mod known;
mod whole;

use super::job::{Job, ModelSettings, NoAnswer, Prompt};
use super::{Report, internal};
use crate::lane::{Candidate, Permit};
use crate::world::{EmbeddingModel, ImageModel, World};
use igny8_actors_domain::lane::{
    Ask, BudgetCaps, CallEnd, LaneKey, ModelPrice, ModelUsage, Need, Outcome, Policy, Route, Spent,
    UsageSum, day_of, month_of,
};
use igny8_actors_domain::site::FailureClass;
use igny8_actors_domain::tenant::Plan;
use igny8_actors_ports as ports;
use igny8_actors_ports::{
    ModelError, ModelEvent, ModelProvider, ModelRequest, ModelStream, ResponseFormat, SealError,
    Usage,
};
use igny8_protocol_ids::{SiteId, Timestamp};
use parking_lot::Mutex;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// For providers that do not count: a rule of thumb.
const BYTES_PER_TOKEN: usize = 4;

/// How often a call that waits for its turn says so: well below any bound on a runner's silence.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// A wait that is longer is told to whoever looks at the task.
const FIRST_WORD_OF_WAIT: Duration = Duration::from_secs(1);

/// What the calls of an attempt used, so far.
pub(super) type Used = Arc<Mutex<Tally>>;

/// What calls used.
#[derive(Default)]
pub(super) struct Tally {
    /// By model.
    pub models: Vec<ModelUsage>,
    /// The latest call alone.
    pub last: UsageSum,
    /// The model that answered last.
    pub answered: Option<String>,
}

/// The models among which a call chooses, for texts where nothing else is said.
#[derive(Clone)]
pub(super) struct Candidates<P = Arc<dyn ModelProvider>> {
    list: Vec<Candidate<P>>,
    /// By what it chooses.
    pub terms: Terms,
}

/// What the tenant set for calls, whatever they ask for.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    policy: Policy,
    weight: u32,
    caps: BudgetCaps,
    spent: Spent,
    /// The same question gets the answer that is known already.
    pub reuse_answers: bool,
}

impl Candidates {
    /// The lane that is asked if all can.
    pub(super) fn first_lane(&self) -> Option<&LaneKey> {
        self.list.first().map(|candidate| &candidate.route.lane)
    }

    /// The model that is asked if all can.
    pub(super) fn first(&self) -> &str {
        self.list.first().map_or("none", |candidate| &candidate.choice.model)
    }

    /// True if a repeated call brings the same text: then a lost attempt is replayed (R9).
    pub(super) fn repeat_themselves(&self) -> bool {
        match &self.list[..] {
            [only] => only.choice.provider.capabilities(&only.choice.model).deterministic,
            _ => false,
        }
    }
}

impl Job {
    /// The models of the tenant, and what their calls may cost.
    pub(super) async fn candidates(&self, settings: &ModelSettings) -> Result<Candidates, Report> {
        let world = &self.inner.world;
        let routing = &settings.routing;
        let list = world.models.candidates(self.tenant, routing, world.options.lanes).await;
        Ok(Candidates { list: list.map_err(unopened)?, terms: self.terms(settings).await? })
    }

    /// The tenant's models for pictures.
    pub(super) async fn image_models(&self) -> Result<Candidates<ImageModel>, Report> {
        let settings = self.model_settings().await?;
        let list = self.inner.world.image_models(self.tenant, &settings.routing).await;
        Ok(Candidates { list: list.map_err(unopened)?, terms: self.terms(&settings).await? })
    }

    /// The tenant's models for vectors.
    pub(super) async fn embedding_models(&self) -> Result<Candidates<EmbeddingModel>, Report> {
        let settings = self.model_settings().await?;
        let list = self.inner.world.embedding_models(self.tenant, &settings.routing).await;
        Ok(Candidates { list: list.map_err(unopened)?, terms: self.terms(&settings).await? })
    }

    /// What calls may cost, and what they have cost.
    async fn terms(&self, settings: &ModelSettings) -> Result<Terms, Report> {
        let ModelSettings { routing, plan } = settings;
        let spent = match routing.budget.is_open() {
            true => Spent::default(),
            false => self.spent_by_tenant().await?,
        };
        let weight = plan.map_or(1, Plan::weight);
        let (policy, caps, reuse_answers) = (routing.policy, routing.budget, routing.reuse_answers);
        Ok(Terms { policy, weight, caps, spent, reuse_answers })
    }

    /// What the tenant has spent today and this month, all sites together.
    async fn spent_by_tenant(&self) -> Result<Spent, Report> {
        let today = day_of(self.inner.world.now());
        let month = month_of(today).0;
        let failed = |failure| internal("Reading what was spent", &failure);
        let tenant = self.inner.tenant(self.tenant);
        let read = tenant.read(move |tenant| {
            let sites: Vec<SiteId> = tenant.sites().map(|site| site.id).collect();
            let usage = tenant.usage();
            let (day_micros, month_micros) = (usage.cost_since(today), usage.cost_since(month));
            (sites, Spent { day_micros, month_micros, ..Spent::default() })
        });
        let (sites, mut spent) = read.await.map_err(failed)?;
        for site in sites {
            let site = self.inner.site(self.tenant, site);
            let cost = site.read(move |site| (site.cost_since(today), site.cost_since(month)));
            let (of_day, of_month) = cost.await.map_err(failed)?;
            spent.day_micros = spent.day_micros.saturating_add(of_day);
            spent.month_micros = spent.month_micros.saturating_add(of_month);
        }
        Ok(spent)
    }

    /// Starts a call, and waits for its first word: until then another candidate may take over.
    pub(super) async fn call(
        &self,
        prompt: &Prompt,
        prefix: Option<&str>,
    ) -> Result<Call, NoAnswer> {
        self.book_if_lost(&prompt.candidates).await;
        let request = &prompt.request;
        let sent = request.system.len() + request.prompt.len() + prefix.map_or(0, str::len);
        let need = Need {
            input_tokens: tokens(sent),
            output_tokens_max: u64::from(request.output_tokens_max),
            json_schema: matches!(request.format, ResponseFormat::Json { .. }),
        };
        let start = |candidate: Candidate, permit| async move {
            let model = candidate.choice.model.clone();
            let prefix = prefix.map(str::to_owned);
            let request = ModelRequest { model, prefix, ..request.clone() };
            Call::start(self, &candidate, permit, request).await
        };
        self.of_those_that_can(&prompt.candidates, need, start).await
    }

    /// Asks by their lanes, each where the one before could not, until one has done it.
    async fn of_those_that_can<P: Clone, T, W>(
        &self,
        candidates: &Candidates<P>,
        need: Need,
        start: impl Fn(Candidate<P>, Permit) -> W,
    ) -> Result<T, NoAnswer>
    where
        W: Future<Output = Result<T, ModelError>>,
    {
        let mut left: Vec<usize> = (0..candidates.list.len()).collect();
        let mut last: Option<ModelError> = None;
        loop {
            let routes = left.iter().map(|place| candidates.list[*place].route.clone()).collect();
            let ask = self.ask_for(&candidates.terms, routes, need);
            let permit = match self.patiently(self.inner.lanes.acquire(ask)).await {
                Ok(permit) => permit,
                Err(refused) => {
                    return Err(last.map_or(NoAnswer::Refused(refused), NoAnswer::Failed));
                }
            };
            let place = left[permit.route];
            let candidate = candidates.list[place].clone();
            let model = candidate.choice.model.clone();
            match start(candidate, permit).await {
                Ok(done) => return Ok(done),
                Err(error) if another_may_help(error.class) && left.len() > 1 => {
                    tracing::info!(task = %self.task, model, %error, "another model is asked");
                    left.retain(|known| *known != place);
                    last = Some(error);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whoever waits for its turn is alive: only the model's silence counts against it. Its progress
    /// says for what it waits.
    async fn patiently<T>(&self, wait: impl Future<Output = T>) -> T {
        tokio::pin!(wait);
        let (mut before, mut pause) = (None, FIRST_WORD_OF_WAIT);
        loop {
            tokio::select! {
                biased;
                done = &mut wait => {
                    self.is_alive();
                    before.and_then(|stage| self.stage(stage));
                    return done;
                }
                () = tokio::time::sleep(pause) => {
                    self.is_alive();
                    let standing = self.inner.lanes.standing(self.task);
                    let said = standing.and_then(|standing| self.stage(standing.to_string().into()));
                    before = before.or(said);
                    pause = SIGN_OF_LIFE;
                }
            }
        }
    }

    fn stage(&self, stage: Cow<'static, str>) -> Option<Cow<'static, str>> {
        self.inner.progress.set_stage(self.site, self.task, stage)
    }

    /// One call among these routes, as the tenant and the site have set it.
    fn ask_for(&self, terms: &Terms, routes: Vec<Route>, need: Need) -> Ask {
        let attempt: u64 = self.used.lock().models.iter().map(|used| used.sum.cost_micros).sum();
        Ask {
            task: self.task,
            tenant: self.tenant,
            site: self.site,
            limits: self.limits.clone(),
            weight: terms.weight,
            policy: terms.policy,
            routes,
            need,
            caps: terms.caps,
            spent: Spent { task_micros: self.spent_micros.saturating_add(attempt), ..terms.spent },
        }
    }
}

/// True if another model may do what this one did not.
const fn another_may_help(class: ports::FailureClass) -> bool {
    use ports::FailureClass as F;
    // What a filter refused is not carried on to the next; a bad answer is asked for again, with
    // what was wrong about it.
    !matches!(class, F::ContentFilter | F::InvalidAnswer)
}

/// Counts a call.
struct Meter {
    world: World,
    provider: String,
    model: String,
    price: Option<ModelPrice>,
    began: Timestamp,
    first_word: Option<Duration>,
    sent_bytes: usize,
    text_bytes: usize,
    /// The provider took the request: from then on it bills what was sent.
    taken: bool,
}

impl Meter {
    fn new(world: &World, permit: &Permit, price: Option<ModelPrice>, sent_bytes: usize) -> Self {
        Self {
            provider: permit.lane.provider.clone(),
            model: permit.lane.model.clone(),
            price,
            began: world.now(),
            first_word: None,
            sent_bytes,
            text_bytes: 0,
            taken: false,
            world: world.clone(),
        }
    }

    fn sum(&self, usage: Option<Usage>, failed: bool) -> UsageSum {
        let usage = usage.unwrap_or_else(|| match self.taken {
            true => estimated(self.sent_bytes, self.text_bytes),
            false => Usage { output_tokens: tokens(self.text_bytes), ..Usage::default() },
        });
        priced(&usage, self.price, failed)
    }
}

/// What was used where the provider does not tell.
pub(crate) fn estimated(sent_bytes: usize, text_bytes: usize) -> Usage {
    let (input_tokens, output_tokens) = (tokens(sent_bytes), tokens(text_bytes));
    Usage { input_tokens, output_tokens, estimated: true, ..Usage::default() }
}

/// What was used, with what it cost: as the provider says, or by the price.
pub(crate) fn priced(usage: &Usage, price: Option<ModelPrice>, failed: bool) -> UsageSum {
    let mut sum = UsageSum {
        calls: 1,
        failed_calls: u64::from(failed),
        input_tokens: usage.input_tokens,
        cached_tokens: usage.cached_tokens,
        cache_write_tokens: usage.cache_write_tokens,
        output_tokens: usage.output_tokens,
        thinking_tokens: usage.thinking_tokens,
        estimated_calls: u64::from(usage.estimated),
        ..UsageSum::default()
    };
    match usage.cost_micros.or_else(|| price.map(|price| price.cost(&sum))) {
        Some(cost) => sum.cost_micros = cost,
        None => sum.unpriced_calls = 1,
    }
    sum
}

/// A call under way. Dropped, it is broken off, and counted as far as it came.
pub(super) struct Call {
    stream: Option<ModelStream>,
    /// What came while the first word was waited for.
    first: Option<ModelEvent>,
    permit: Permit,
    meter: Meter,
    used: Used,
    ended: bool,
}

impl Call {
    async fn start(
        job: &Job,
        candidate: &Candidate,
        permit: Permit,
        request: ModelRequest,
    ) -> Result<Self, ModelError> {
        let prefix = request.prefix.as_ref().map_or(0, String::len);
        let sent_bytes = request.system.len() + request.prompt.len() + prefix;
        let meter = Meter::new(&job.inner.world, &permit, candidate.route.price, sent_bytes);
        let used = job.used.clone();
        let mut call = Self { stream: None, first: None, permit, meter, used, ended: false };
        match candidate.choice.provider.generate(request).await {
            Ok(stream) => call.stream = Some(stream),
            Err(error) => {
                call.fail(&error);
                return Err(error);
            }
        }
        call.meter.taken = true;
        match call.next().await {
            Some(Ok(event)) => {
                call.used.lock().answered = Some(candidate.choice.model.clone());
                call.first = Some(event);
            }
            Some(Err(error)) => return Err(error),
            None => {
                let error = super::job::cut();
                call.fail(&error);
                return Err(error);
            }
        }
        Ok(call)
    }

    /// The next piece, the end, or what went wrong. May be dropped and called again.
    pub(super) async fn next(&mut self) -> Option<Result<ModelEvent, ModelError>> {
        use futures::StreamExt;
        if let Some(event) = self.first.take() {
            return Some(Ok(event));
        }
        loop {
            let Some(event) = self.stream.as_mut()?.next().await else {
                self.fail(&super::job::cut());
                return None;
            };
            match &event {
                Ok(ModelEvent::Limits(hints)) => {
                    self.permit.learn(hints);
                    continue;
                }
                Ok(ModelEvent::Text(piece)) => self.hear(piece),
                Ok(ModelEvent::Done { usage, .. }) => self.end(CallEnd::Answered, Some(*usage)),
                Err(error) => self.fail(error),
            }
            return Some(event);
        }
    }

    fn hear(&mut self, piece: &str) {
        self.meter.text_bytes += piece.len();
        if self.meter.first_word.is_none() {
            self.meter.first_word = Some(self.meter.world.now().since(self.meter.began));
            self.permit.answers();
        }
    }

    fn fail(&mut self, error: &ModelError) {
        let class = from_port(error.class);
        self.end(CallEnd::Failed { class, retry_after: error.retry_after }, None);
    }

    /// Settles the call: once.
    fn end(&mut self, end: CallEnd, usage: Option<Usage>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let sum = self.meter.sum(usage, end != CallEnd::Answered);
        let millis = |first: Duration| u64::try_from(first.as_millis()).unwrap_or(u64::MAX);
        self.permit.end(&Outcome {
            end,
            tokens: sum.input_tokens + sum.output_tokens + sum.thinking_tokens,
            cost_micros: sum.cost_micros,
            first_word_ms: self.meter.first_word.map(millis),
        });
        let (provider, model) = (self.meter.provider.clone(), self.meter.model.clone());
        let mut tally = self.used.lock();
        tally.last = sum;
        ModelUsage { provider, model, sum }.add_to(&mut tally.models);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(CallEnd::BrokenOff, None);
    }
}

fn unopened(error: SealError) -> Report {
    internal("Opening the provider's key", &error)
}

fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(BYTES_PER_TOKEN) as u64
}

/// A port's class of failure as the core knows it.
pub(crate) const fn from_port(class: ports::FailureClass) -> FailureClass {
    use ports::FailureClass as P;
    match class {
        P::Timeout => FailureClass::Timeout,
        P::RateLimited => FailureClass::RateLimited,
        P::Quota => FailureClass::Quota,
        P::Unauthorized => FailureClass::Unauthorized,
        P::ContextLength => FailureClass::ContextLength,
        P::ContentFilter => FailureClass::ContentFilter,
        P::Unavailable => FailureClass::Unavailable,
        P::BrokenStream => FailureClass::BrokenStream,
        P::InvalidAnswer => FailureClass::InvalidAnswer,
        P::InvalidRequest => FailureClass::InvalidRequest,
    }
}
