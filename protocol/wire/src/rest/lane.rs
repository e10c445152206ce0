//! Lanes to the models, what calls used and cost, and where a tenant's models come from.

use super::settings::Provider;
use crate::view::TaskKind;
use igny8_protocol_ids::{SiteId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;
use utoipa::ToSchema;

/// Whether calls pass a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum LaneState {
    /// They pass.
    Closed,
    /// It rests after failures.
    Open,
    /// It has rested: one call tries it.
    HalfOpen,
}

/// An allowance of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct LaneRate {
    /// What a minute allows.
    #[ts(type = "number")]
    pub per_minute: u64,
    /// What is left now.
    #[ts(type = "number")]
    pub left: u64,
}

/// A lane: provider × model × key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct LaneView {
    /// The provider: `platform`, or the host of the tenant's own service.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// By a key of the tenant's own; otherwise all tenants share it.
    pub own: bool,
    /// Whether calls pass.
    pub state: LaneState,
    /// The failure after which it rests: `rate_limited`, `quota`, `unauthorized`, …
    pub reason: Option<String>,
    /// Until when it rests; absent although it rests: until its key changes.
    pub until: Option<Timestamp>,
    /// Calls under way.
    pub under_way: u32,
    /// Calls under way at most.
    pub concurrency: u32,
    /// Calls that wait, of all tenants.
    pub waiting: u32,
    /// Calls that wait, of this tenant.
    pub waiting_own: u32,
    /// Calls a minute; absent where they are not counted.
    pub requests: Option<LaneRate>,
    /// Tokens a minute; absent where they are not counted.
    pub tokens: Option<LaneRate>,
    /// Milliseconds to the first word, on average.
    #[ts(type = "number | null")]
    pub latency_ms: Option<u64>,
    /// Calls since the server knows the lane.
    #[ts(type = "number")]
    pub calls: u64,
    /// Those of them that failed.
    #[ts(type = "number")]
    pub failed_calls: u64,
    /// How many of each failure: `rate_limited`, `timeout`, …
    #[ts(type = "{ [code in string]: number }")]
    pub failures: BTreeMap<String, u64>,
}

/// Why a running task's call to a model has not started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct LaneWaitView {
    /// Which task.
    pub task: TaskId,
    /// The model in whose line it stands.
    pub model: String,
    /// What holds the line up: `turn`, `places`, `site_places`, `site_rate`, `rate`,
    /// `rest`, `budget`.
    pub held_by: String,
    /// Calls that start before it.
    pub ahead: u32,
    /// Since when it waits.
    pub since: Timestamp,
    /// When that ends at the latest, where it is known.
    pub until: Option<Timestamp>,
    /// When the call will start, as far as can be told.
    pub starts_at: Option<Timestamp>,
    /// In words.
    pub text: String,
}

/// `GET /api/system/lanes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct Lanes {
    /// The server's own that were used since it started, and the tenant's own.
    pub lanes: Vec<LaneView>,
}

/// Calls, their tokens and their cost, summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct UsageView {
    /// Calls that a provider was asked for, failed ones too.
    #[ts(type = "number")]
    pub calls: u64,
    /// Those of them that brought no whole answer.
    #[ts(type = "number")]
    pub failed_calls: u64,
    /// Answers that were known already: no provider was asked.
    #[ts(type = "number")]
    pub reused_answers: u64,
    /// Tokens sent, cached ones among them.
    #[ts(type = "number")]
    pub input_tokens: u64,
    /// Tokens sent that the provider had cached.
    #[ts(type = "number")]
    pub cached_tokens: u64,
    /// Tokens received, without thinking.
    #[ts(type = "number")]
    pub output_tokens: u64,
    /// Tokens spent on thinking.
    #[ts(type = "number")]
    pub thinking_tokens: u64,
    /// Cost in millionths of a US dollar.
    #[ts(type = "number")]
    pub cost_micros: u64,
    /// What reused answers had cost the first time.
    #[ts(type = "number")]
    pub saved_micros: u64,
    /// Calls counted by a rule of thumb, because the provider did not tell.
    #[ts(type = "number")]
    pub estimated_calls: u64,
    /// Calls of models without a known price: their cost is not in the sum.
    #[ts(type = "number")]
    pub unpriced_calls: u64,
}

/// What one site, or none, used of one model for one kind of work on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct UsageRowView {
    /// The day's beginning (UTC).
    pub day: Timestamp,
    /// Which site; absent: none, it was a test of the model.
    pub site: Option<SiteId>,
    /// The provider, as its lane names it.
    pub provider: String,
    /// The model.
    pub model: String,
    /// What the calls were for; absent where it is not known.
    pub kind: Option<TaskKind>,
    /// How much.
    pub used: UsageView,
}

/// `GET /api/billing/usage?days=30`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, utoipa::IntoParams,
)]
#[into_params(parameter_in = Query)]
pub struct UsageQuery {
    /// Days back from today, today included; 30 if absent, 366 at most.
    pub days: Option<u32>,
}

/// What the tenant's calls used and cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct UsageReport {
    /// The first day's beginning (UTC).
    pub from: Timestamp,
    /// By day, site, model and kind of work; the latest day first.
    pub rows: Vec<UsageRowView>,
    /// All of them.
    pub total: UsageView,
    /// The version of the price table by which calls are priced now.
    pub price_table_version: u32,
}

/// What a model is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum AiCapability {
    /// Texts: of `platform`, `open_ai_compatible`, `anthropic`.
    #[default]
    Text,
    /// Pictures: of `platform`, `open_ai_compatible`, `runware`.
    Picture,
    /// Vectors of keywords, by which they are grouped: of `platform`, `open_ai_compatible`.
    Embedding,
}

/// By what models are chosen for a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum RoutePolicy {
    /// As listed: the first that can, the others as fallbacks.
    #[default]
    Order,
    /// The cheapest first.
    Price,
    /// The fastest first word first.
    Latency,
    /// What can do the most first.
    Capability,
    /// By weight.
    Balance,
}

/// A model's price in millionths of a US dollar for a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct PriceView {
    /// Tokens sent.
    #[ts(type = "number")]
    pub input: u64,
    /// Tokens sent that the provider had cached.
    #[ts(type = "number")]
    pub cached: u64,
    /// Tokens sent that the provider puts into its cache.
    #[ts(type = "number")]
    pub cache_write: u64,
    /// Tokens received.
    #[ts(type = "number")]
    pub output: u64,
}

/// Caps in millionths of a US dollar; absent is no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct BudgetView {
    /// For one task, all its attempts together.
    #[ts(type = "number | null")]
    pub task_micros: Option<u64>,
    /// For one day (UTC).
    #[ts(type = "number | null")]
    pub day_micros: Option<u64>,
    /// For one calendar month (UTC).
    #[ts(type = "number | null")]
    pub month_micros: Option<u64>,
}

/// One of a tenant's models.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct AiRouteView {
    /// Its name, unique in the tenant.
    pub name: String,
    /// What it is asked for.
    pub capability: AiCapability,
    /// The provider.
    pub provider: Provider,
    /// Its address; absent for the provider's own.
    pub base_url: Option<String>,
    /// The model; empty leaves it to the server, for `platform`. Its model for pictures or
    /// embeddings is never named.
    pub model: String,
    /// The last four characters of the key, if there is one.
    pub key_hint: Option<String>,
    /// Its share under the policy `balance`.
    pub weight: u32,
    /// Tokens that the model takes in and gives out at most; absent: unknown. For texts.
    #[ts(type = "number | null")]
    pub context_tokens: Option<u64>,
    /// The provider can be held to a JSON schema. For texts.
    pub json_schema: bool,
    /// What it costs; absent: the list price, where the model is on the list.
    pub price: Option<PriceView>,
    /// Calls a minute, until the provider says otherwise.
    #[ts(type = "number | null")]
    pub requests_per_minute: Option<u64>,
    /// Tokens a minute, until the provider says otherwise.
    #[ts(type = "number | null")]
    pub tokens_per_minute: Option<u64>,
    /// Calls under way at once.
    pub concurrency: Option<u32>,
    /// Whether it is used.
    pub enabled: bool,
}

/// `GET /api/settings/ai-routes`: never shows a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct AiRoutes {
    /// The models, for each capability in the order of fallbacks. Where none is used for pictures or
    /// embeddings, the server's own is asked.
    pub routes: Vec<AiRouteView>,
    /// By what one is chosen.
    pub policy: RoutePolicy,
    /// What calls may cost.
    pub budget: BudgetView,
    /// Whether the same question gets the answer that is known already, for nothing.
    pub reuse_answers: bool,
}

/// A model as it shall be.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeAiRoute {
    /// Its name, unique in the tenant.
    pub name: String,
    /// What it is asked for; texts if absent.
    #[serde(default)]
    pub capability: AiCapability,
    /// The provider.
    pub provider: Provider,
    /// Its address.
    pub base_url: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// The key: kept sealed, shown never again. Absent keeps the one of the route with this name;
    /// empty removes it.
    pub key: Option<String>,
    /// Its share under the policy `balance`; 1 if absent.
    pub weight: Option<u32>,
    /// Tokens that the model takes in and gives out at most.
    #[ts(type = "number | null")]
    pub context_tokens: Option<u64>,
    /// The provider can be held to a JSON schema.
    #[serde(default)]
    pub json_schema: bool,
    /// What it costs.
    pub price: Option<PriceView>,
    /// Calls a minute.
    #[ts(type = "number | null")]
    pub requests_per_minute: Option<u64>,
    /// Tokens a minute.
    #[ts(type = "number | null")]
    pub tokens_per_minute: Option<u64>,
    /// Calls under way at once.
    pub concurrency: Option<u32>,
    /// Whether it is used; yes if absent.
    pub enabled: Option<bool>,
}

/// `PUT /api/settings/ai-routes`: all of them, for each capability in the order of fallbacks; one
/// for texts at least is used.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ChangeAiRoutes {
    /// The models.
    pub routes: Vec<ChangeAiRoute>,
    /// By what one is chosen.
    #[serde(default)]
    pub policy: RoutePolicy,
    /// What calls may cost.
    #[serde(default)]
    pub budget: BudgetView,
    /// Whether the same question gets the answer that is known already.
    #[serde(default)]
    pub reuse_answers: bool,
}

/// `POST /api/settings/ai-routes/test`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct TestAiRoute {
    /// Which of the kept routes.
    pub name: String,
}

/// What became of the test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, TS)]
pub struct AiRouteTest {
    /// Whether the model answered.
    pub ok: bool,
    /// The model that was asked.
    pub model: String,
    /// The beginning of its answer, or what it made, or what went wrong and what to do.
    pub text: String,
    /// A stable code of what went wrong: `unauthorized`, `quota`, …
    pub failure: Option<String>,
    /// Milliseconds until the end.
    #[ts(type = "number")]
    pub took_ms: u64,
    /// Tokens sent.
    #[ts(type = "number")]
    pub input_tokens: u64,
    /// Tokens received.
    #[ts(type = "number")]
    pub output_tokens: u64,
}
