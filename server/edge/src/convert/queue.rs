//! A site's queue, as clients see and steer it.

use super::word::{task_kind, task_kind_from};
use crate::problem::Problem;
use igny8_actors_domain::lane::Cap;
use igny8_actors_domain::site::{
    BatchCounts, BatchStatus, BatchSummary, KindSettings, ModelLimit, Pause, PauseReason,
    PauseScope, Placement, Priority, QueuePause, QueueSettings, Rate, Site, SiteCommand, TaskKind,
    Waiting,
};
use igny8_actors_domain::tenant::WorkPause;
use igny8_protocol_wire::{queue as wire, view};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a unique key keeps another task out if nothing else is said.
const UNIQUE_DEFAULT: Duration = Duration::from_hours(1);

pub(crate) fn waiting_view(waiting: Waiting) -> wire::WaitingView {
    use wire::WaitingView as W;
    match waiting {
        Waiting::Paused { scope, pause } => W::Paused { pause: pause_view(scope, pause) },
        Waiting::Delayed { until } => W::Delayed { until },
        Waiting::Retry { class, until } => W::Retry { code: class.code().to_owned(), until },
        Waiting::Cap { cap, until } => W::Cap { cap: budget_cap(cap), until: Some(until) },
        Waiting::Rest { model, class, until } => {
            W::Rest { model, code: class.code().to_owned(), until: Some(until) }
        }
        Waiting::Credits { missing } => W::Credits { missing },
        Waiting::Places { taken, places } => W::Places { taken, places },
        Waiting::Rate { free_at } => W::Rate { free_at },
        Waiting::Turn { behind } => W::Turn { behind },
    }
}

pub(crate) const fn waiting_word(waiting: &wire::WaitingView) -> &'static str {
    use wire::WaitingView as W;
    match waiting {
        W::Paused { .. } => "paused",
        W::Delayed { .. } => "delayed",
        W::Retry { .. } => "retry",
        W::Cap { .. } => "cap",
        W::Rest { .. } => "rest",
        W::Credits { .. } => "credits",
        W::Places { .. } => "places",
        W::Rate { .. } => "rate",
        W::Turn { .. } => "turn",
        W::ModelPlaces { .. } => "model_places",
        W::ModelRate { .. } => "model_rate",
        W::ModelTurn { .. } => "model_turn",
    }
}

pub(super) const fn budget_cap(cap: Cap) -> wire::BudgetCap {
    match cap {
        Cap::Task => wire::BudgetCap::Task,
        Cap::Day => wire::BudgetCap::Day,
        Cap::Month => wire::BudgetCap::Month,
    }
}

fn pause_view(scope: PauseScope, pause: Pause) -> wire::PauseView {
    let (word, kind) = match scope {
        PauseScope::Tenant => (wire::PauseScope::Tenant, None),
        PauseScope::Site => (wire::PauseScope::Site, None),
        PauseScope::Kind(kind) => (wire::PauseScope::Kind, Some(task_kind(kind))),
        PauseScope::Batch => (wire::PauseScope::Batch, None),
        PauseScope::Task => (wire::PauseScope::Task, None),
    };
    wire::PauseView {
        scope: word,
        kind,
        by_error_rate: pause.reason == PauseReason::ErrorRate,
        by: pause.by,
        since: pause.at,
    }
}

pub(crate) fn queue_pause(pause: &QueuePause) -> wire::PauseView {
    pause_view(pause.scope, pause.pause)
}

pub(crate) fn work_pause(pause: WorkPause) -> wire::PauseView {
    let pause = Pause { reason: PauseReason::Person, by: pause.by, at: pause.since };
    pause_view(PauseScope::Tenant, pause)
}

fn some_of(count: u32) -> Option<u32> {
    (count > 0).then_some(count)
}

fn batch_counts(counts: BatchCounts, to_come: u32) -> wire::BatchCounts {
    let total = counts.total() + to_come;
    let BatchCounts { queued, running, waiting_for_review, succeeded, failed, cancelled, dead } =
        counts;
    wire::BatchCounts {
        total,
        to_come: some_of(to_come),
        queued,
        running,
        waiting_for_review,
        succeeded,
        failed,
        cancelled,
        dead,
    }
}

pub(crate) fn batch_view(summary: BatchSummary) -> wire::BatchView {
    let BatchSummary { batch, counts } = summary;
    wire::BatchView {
        id: batch.id,
        title: batch.title,
        status: match batch.status {
            BatchStatus::Open => wire::BatchStatus::Open,
            BatchStatus::Cancelled => wire::BatchStatus::Cancelled,
            BatchStatus::Finished => wire::BatchStatus::Finished,
        },
        paused: batch.paused.map(|pause| pause_view(PauseScope::Batch, pause)),
        stop_percent: batch.stop_percent,
        price: batch.price,
        counts: batch_counts(counts, batch.to_come),
        skipped: some_of(batch.skipped),
        created_by: batch.created_by,
        created_at: batch.created_at,
        ended_at: batch.ended_at,
    }
}

fn rate(rate: Rate) -> wire::Rate {
    wire::Rate { per_minute: rate.per_minute, burst: rate.burst }
}

fn rate_from(rate: wire::Rate) -> Rate {
    Rate { per_minute: rate.per_minute, burst: rate.burst }
}

fn model_limit((model, limit): (&String, &ModelLimit)) -> wire::ModelLimit {
    wire::ModelLimit { model: model.clone(), calls: limit.calls, rate: limit.rate.map(rate) }
}

fn model_limits_from(limits: Vec<wire::ModelLimit>) -> BTreeMap<String, ModelLimit> {
    let limit = |limit: wire::ModelLimit| {
        let kept = ModelLimit { calls: limit.calls, rate: limit.rate.map(rate_from) };
        (limit.model.trim().to_owned(), kept)
    };
    limits.into_iter().map(limit).collect()
}

pub(crate) fn queue_settings(settings: &QueueSettings) -> wire::QueueSettings {
    let kind = |kind: TaskKind| {
        let set = settings.kind(kind);
        wire::KindSettings {
            kind: task_kind(kind),
            places: set.places,
            rate: set.rate.map(rate),
            attempts: set.attempts,
            run_seconds: set.run_seconds,
        }
    };
    wire::QueueSettings {
        places: settings.places,
        rate: settings.rate.map(rate),
        kinds: TaskKind::ALL.map(kind).to_vec(),
        models: Some(settings.models.iter().map(model_limit).collect()),
        waiting_hours: settings.waiting_hours,
        start_seconds: settings.start_seconds,
        silence_seconds: settings.silence_seconds,
        kept_tasks: settings.kept_tasks,
        kept_days: settings.kept_days,
    }
}

/// Kinds that are left out keep what they have.
pub(crate) fn queue_settings_from(
    settings: wire::QueueSettings,
    before: &QueueSettings,
) -> QueueSettings {
    let mut kinds = before.kinds.clone();
    kinds.extend(settings.kinds.into_iter().map(|set| {
        let kind = KindSettings {
            places: set.places,
            rate: set.rate.map(rate_from),
            attempts: set.attempts,
            run_seconds: set.run_seconds,
        };
        (task_kind_from(set.kind), kind)
    }));
    QueueSettings {
        places: settings.places,
        rate: settings.rate.map(rate_from),
        kinds,
        models: settings.models.map_or_else(|| before.models.clone(), model_limits_from),
        waiting_hours: settings.waiting_hours,
        start_seconds: settings.start_seconds,
        silence_seconds: settings.silence_seconds,
        kept_tasks: settings.kept_tasks,
        kept_days: settings.kept_days,
    }
}

pub(crate) fn queue_view(site: &Site) -> wire::QueueView {
    let load = site.queue_load();
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    wire::QueueView {
        waiting: count(load.waiting),
        running: load.running,
        dead_letters: count(load.dead_letters),
        kinds: load
            .kinds
            .into_iter()
            .map(|kind| wire::KindLoad {
                kind: task_kind(kind.kind),
                open: kind.open,
                running: kind.running,
                places: kind.places,
                average_ms: kind.average_ms,
            })
            .collect(),
        pauses: site.pauses().map(queue_pause).collect(),
        settings: queue_settings(site.queue_settings()),
    }
}

/// A priority from outside.
pub(crate) fn priority(number: u8) -> Result<Priority, Problem> {
    Priority::new(number)
        .ok_or_else(|| Problem::invalid("priority", "A priority is a number from 0 to 100."))
}

/// How tasks are placed; absent: like everything else.
pub(crate) fn placement(placement: Option<wire::Placement>) -> Result<Placement, Problem> {
    let placement = placement.unwrap_or_default();
    let mut placed = Placement { not_before: placement.not_before, ..Placement::default() };
    if let Some(number) = placement.priority {
        placed.priority = priority(number)?;
    }
    let window = placement.unique_seconds.map(|seconds| Duration::from_secs(seconds.into()));
    placed.unique = placement.unique_key.map(|key| (key, window.unwrap_or(UNIQUE_DEFAULT)));
    Ok(placed)
}

/// The command that queues some work.
pub(crate) fn queue_work(work: wire::QueueWork) -> SiteCommand {
    use wire::QueueWork as W;
    match work {
        W::Cluster {} => SiteCommand::QueueClustering,
        W::Ideas { clusters, count } => SiteCommand::QueueIdeas { clusters, count },
        W::Draft { ideas, images } => SiteCommand::QueueDrafts { ideas, images },
        W::Image { document, count } => SiteCommand::QueueImages { document, count },
        W::Reparse { document } => SiteCommand::QueueReparse { document },
    }
}

/// The kind of tasks that a pause names.
pub(crate) fn pause_scope(kind: Option<view::TaskKind>) -> igny8_actors_domain::site::QueueScope {
    use igny8_actors_domain::site::QueueScope;
    kind.map_or(QueueScope::Site, |kind| QueueScope::Kind(task_kind_from(kind)))
}
