//! Lanes, usage and the routes to models, as clients see them, and what they ask for.

use super::queue::budget_cap;
use super::tenant::{provider, provider_view};
use super::word::task_kind;
use igny8_actors_domain::lane::{
    BreakerState, BudgetCaps, HeldBy, LaneView, ModelPrice, Policy, Standing, UsageRow, UsageSum,
    start_of,
};
use igny8_actors_domain::tenant::{AiCapability, AiRoute, AiRouting};
use igny8_actors_runtime::{RouteText, RoutingText};
use igny8_protocol_ids::{SiteId, TaskId};
use igny8_protocol_wire::queue::WaitingView;
use igny8_protocol_wire::rest::lane as wire;

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(crate) fn lane_view(view: LaneView) -> wire::LaneView {
    let (state, reason, until) = match view.state {
        BreakerState::Closed => (wire::LaneState::Closed, None, None),
        BreakerState::Open { until, class } => (wire::LaneState::Open, Some(class), until),
        BreakerState::HalfOpen { class, .. } => (wire::LaneState::HalfOpen, Some(class), None),
    };
    let rate = |(per_minute, left)| wire::LaneRate { per_minute, left };
    let failed_calls = view.failed_calls();
    let failures = view.failures.into_iter();
    wire::LaneView {
        provider: view.lane.provider,
        model: view.lane.model,
        own: view.lane.owner.is_some(),
        state,
        reason: reason.map(|class| class.code().to_owned()),
        until,
        under_way: view.under_way,
        concurrency: view.concurrency,
        waiting: count(view.waiting),
        waiting_own: count(view.waiting_own),
        requests: view.requests.map(rate),
        tokens: view.tokens.map(rate),
        latency_ms: view.latency_ms,
        calls: view.calls,
        failed_calls,
        failures: failures.map(|(class, calls)| (class.code().to_owned(), calls)).collect(),
    }
}

/// Why the call of a task that runs waits, among the reasons for which tasks wait.
pub(crate) fn lane_reason(standing: &Standing) -> WaitingView {
    let model = standing.lane.model.clone();
    match standing.held_by {
        HeldBy::Turn => WaitingView::ModelTurn {
            model,
            behind: count(standing.ahead),
            of_others: count(standing.ahead_of_others),
        },
        HeldBy::Places { taken, places } => {
            WaitingView::ModelPlaces { model, taken, places, by_site: false }
        }
        HeldBy::SitePlaces { taken, places } => {
            WaitingView::ModelPlaces { model, taken, places, by_site: true }
        }
        HeldBy::Rate(free_at) => WaitingView::ModelRate { model, free_at, by_site: false },
        HeldBy::SiteRate(free_at) => WaitingView::ModelRate { model, free_at, by_site: true },
        HeldBy::Rest(until, class) => {
            WaitingView::Rest { model, code: class.code().to_owned(), until }
        }
        HeldBy::Budget(cap) => WaitingView::Cap { cap: budget_cap(cap), until: None },
    }
}

pub(crate) fn lane_wait(task: TaskId, standing: Standing) -> wire::LaneWaitView {
    let (held_by, until) = match standing.held_by {
        HeldBy::Turn => ("turn", None),
        HeldBy::Places { .. } => ("places", None),
        HeldBy::SitePlaces { .. } => ("site_places", None),
        HeldBy::SiteRate(at) => ("site_rate", Some(at)),
        HeldBy::Rate(at) => ("rate", Some(at)),
        HeldBy::Rest(until, _) => ("rest", until),
        HeldBy::Budget(_) => ("budget", None),
    };
    wire::LaneWaitView {
        task,
        text: standing.to_string(),
        model: standing.lane.model,
        held_by: held_by.to_owned(),
        ahead: count(standing.ahead),
        since: standing.since,
        until,
        starts_at: standing.starts_at,
    }
}

pub(crate) const fn usage_view(sum: &UsageSum) -> wire::UsageView {
    wire::UsageView {
        calls: sum.calls,
        failed_calls: sum.failed_calls,
        reused_answers: sum.reused_answers,
        input_tokens: sum.input_tokens,
        cached_tokens: sum.cached_tokens,
        output_tokens: sum.output_tokens,
        thinking_tokens: sum.thinking_tokens,
        cost_micros: sum.cost_micros,
        saved_micros: sum.saved_micros,
        estimated_calls: sum.estimated_calls,
        unpriced_calls: sum.unpriced_calls,
    }
}

pub(crate) fn usage_row(site: Option<SiteId>, row: UsageRow) -> wire::UsageRowView {
    wire::UsageRowView {
        day: start_of(row.day),
        site,
        kind: row.kind.map(task_kind),
        used: usage_view(&row.used.sum),
        provider: row.used.provider,
        model: row.used.model,
    }
}

const fn policy_view(policy: Policy) -> wire::RoutePolicy {
    match policy {
        Policy::Order => wire::RoutePolicy::Order,
        Policy::Price => wire::RoutePolicy::Price,
        Policy::Latency => wire::RoutePolicy::Latency,
        Policy::Capability => wire::RoutePolicy::Capability,
        Policy::Balance => wire::RoutePolicy::Balance,
    }
}

const fn policy(policy: wire::RoutePolicy) -> Policy {
    match policy {
        wire::RoutePolicy::Order => Policy::Order,
        wire::RoutePolicy::Price => Policy::Price,
        wire::RoutePolicy::Latency => Policy::Latency,
        wire::RoutePolicy::Capability => Policy::Capability,
        wire::RoutePolicy::Balance => Policy::Balance,
    }
}

const fn capability_view(capability: AiCapability) -> wire::AiCapability {
    match capability {
        AiCapability::Text => wire::AiCapability::Text,
        AiCapability::Picture => wire::AiCapability::Picture,
        AiCapability::Embedding => wire::AiCapability::Embedding,
    }
}

const fn capability(capability: wire::AiCapability) -> AiCapability {
    match capability {
        wire::AiCapability::Text => AiCapability::Text,
        wire::AiCapability::Picture => AiCapability::Picture,
        wire::AiCapability::Embedding => AiCapability::Embedding,
    }
}

fn route_view(route: AiRoute) -> wire::AiRouteView {
    let price = |ModelPrice { input, cached, cache_write, output }| wire::PriceView {
        input,
        cached,
        cache_write,
        output,
    };
    wire::AiRouteView {
        name: route.name,
        capability: capability_view(route.capability),
        provider: provider_view(route.provider),
        base_url: route.base_url,
        model: route.model.unwrap_or_default(),
        key_hint: route.key.map(|key| key.hint),
        weight: route.weight,
        context_tokens: route.context_tokens,
        json_schema: route.json_schema,
        price: route.price.map(price),
        requests_per_minute: route.requests_per_minute,
        tokens_per_minute: route.tokens_per_minute,
        concurrency: route.concurrency,
        enabled: route.enabled,
    }
}

pub(crate) fn ai_routes(routing: AiRouting) -> wire::AiRoutes {
    let BudgetCaps { task_micros, day_micros, month_micros } = routing.budget;
    wire::AiRoutes {
        routes: routing.routes.into_iter().map(route_view).collect(),
        policy: policy_view(routing.policy),
        budget: wire::BudgetView { task_micros, day_micros, month_micros },
        reuse_answers: routing.reuse_answers,
    }
}

fn route_text(change: wire::ChangeAiRoute) -> RouteText {
    let price = |wire::PriceView { input, cached, cache_write, output }| ModelPrice {
        input,
        cached,
        cache_write,
        output,
    };
    let route = AiRoute {
        capability: capability(change.capability),
        base_url: change.base_url,
        model: change.model,
        weight: change.weight.unwrap_or(1),
        context_tokens: change.context_tokens,
        json_schema: change.json_schema,
        price: change.price.map(price),
        requests_per_minute: change.requests_per_minute,
        tokens_per_minute: change.tokens_per_minute,
        concurrency: change.concurrency,
        enabled: change.enabled.unwrap_or(true),
        ..AiRoute::plain(&change.name, provider(change.provider))
    };
    RouteText { route, key: change.key }
}

pub(crate) fn routing_change(change: wire::ChangeAiRoutes) -> RoutingText {
    let wire::BudgetView { task_micros, day_micros, month_micros } = change.budget;
    RoutingText {
        routes: change.routes.into_iter().map(route_text).collect(),
        policy: policy(change.policy),
        budget: BudgetCaps { task_micros, day_micros, month_micros },
        reuse_answers: change.reuse_answers,
    }
}
