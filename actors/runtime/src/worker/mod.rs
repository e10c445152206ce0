//! The AI workers and the WordPress link: they run a task's effect beside the actors, hold no state
//! of their own, and answer with a command (R4).

mod answer;
mod article;
mod call;
mod cluster;
mod idea;
mod image;
mod job;
mod progress;
mod publication;
mod reparse;
mod rewrite;
mod trial;

pub(crate) use call::{estimated, from_port, priced};
pub(crate) use job::{cut, pack, unpack};
pub(crate) use progress::{ProgressBoard, Runners};

use crate::entity::Errand;
use crate::platform::Inner;
use igny8_actors_domain::site::{
    FailureClass, Site, SiteCommand, Task, TaskOrder, TaskOutcome, TaskStatus, TaskWork,
};
use igny8_protocol_ids::{SiteId, TaskId, TenantId};
use job::Job;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How an attempt ended, and what it leaves for the record.
pub(super) struct Report {
    pub outcome: TaskOutcome,
    pub model: Option<String>,
    pub response: Option<[u8; 32]>,
}

impl From<TaskOutcome> for Report {
    fn from(outcome: TaskOutcome) -> Self {
        Self { outcome, model: None, response: None }
    }
}

/// What a worker is told of an attempt.
pub(crate) struct Brief {
    task: TaskId,
    attempt: u32,
    /// What is to be done; none if it is gone, while the attempt runs for the site until it hears
    /// of its end.
    order: Option<TaskOrder>,
}

/// What a worker is told; none if the attempt does not run (any more).
pub(crate) fn brief(site: &Site, task: TaskId, attempt: u32) -> Option<Brief> {
    let runs = |task: &&Task| task.status == TaskStatus::Running && task.attempts == attempt;
    site.task(task).filter(runs)?;
    Some(Brief { task, attempt, order: site.order(task, attempt) })
}

/// Runs one attempt of a task; the answer finishes it.
pub(crate) async fn run(
    inner: Arc<Inner>,
    tenant: TenantId,
    site: SiteId,
    errand: Errand<Site>,
    brief: Brief,
) -> Option<SiteCommand> {
    let Brief { task, attempt, order } = brief;
    let Some(order) = order else { return Some(finished(task, attempt, nothing_to_do())) };
    let stop = inner.runners.begin(task, attempt);
    if order.stop_requested {
        stop.cancel();
    }
    let started = inner.world.now();
    let kind = errand_name(&order.work);
    let life = Notify::new();
    let (voice, hosts, given) = (order.voice.clone(), order.hosts.clone(), order.given.clone());
    let (used, spent_micros) = (call::Used::default(), order.spent_micros);
    let limits = order.models.clone();
    let job = Job {
        inner: inner.clone(),
        tenant,
        site,
        task,
        errand,
        stop,
        voice,
        hosts,
        given,
        limits,
        life,
        used,
        spent_micros,
    };
    let (start_max, silence_max) = (order.start_max, order.silence_max);
    let mut report = tokio::select! {
        biased;
        report = work(&job, order) => report,
        after = silence(&job.life, start_max, silence_max) => given_up(after),
    };
    inner.progress.clear(site, task);
    inner.runners.end(task, attempt);
    log(&job, kind, &report, inner.world.now().since(started));
    let used = std::mem::take(&mut job.used.lock().models);
    if let TaskOutcome::HeldUp { called, .. } = &mut report.outcome {
        *called = !used.is_empty();
    }
    let finish = finished(task, attempt, report);
    Some(match used.is_empty() {
        true => finish,
        false => SiteCommand::Used { task: Some(task), used, command: Box::new(finish) },
    })
}

fn finished(task: TaskId, attempt: u32, report: Report) -> SiteCommand {
    let Report { outcome, model, response } = report;
    SiteCommand::FinishTask { task, attempt, outcome, model, response }
}

/// What it was to work on is gone: merged into another, or removed, while it waited.
fn nothing_to_do() -> Report {
    let message = "What this works on has been merged or removed. Nothing was charged.";
    TaskOutcome::Failed {
        class: FailureClass::InvalidRequest,
        message: message.to_owned(),
        retry_after_ms: None,
    }
    .into()
}

/// Ends when the runner has been silent for too long, and says for how long.
async fn silence(life: &Notify, start_max: Duration, silence_max: Duration) -> Duration {
    let mut longest = start_max;
    while tokio::time::timeout(longest, life.notified()).await.is_ok() {
        longest = silence_max;
    }
    longest
}

/// A runner that was silent for too long: tried again.
fn given_up(after: Duration) -> Report {
    TaskOutcome::Failed {
        class: FailureClass::Timeout,
        message: format!(
            "There was no sign of life for {} seconds. Nothing was charged.",
            after.as_secs()
        ),
        retry_after_ms: None,
    }
    .into()
}

async fn work(job: &Job, order: TaskOrder) -> Report {
    match order.work {
        TaskWork::Cluster(keywords) => cluster::run(job, keywords).await,
        TaskWork::Ideas(ideas) => idea::run(job, ideas).await,
        TaskWork::Draft(draft) => article::run(job, draft).await,
        TaskWork::Image(image) => image::run(job, image).await,
        TaskWork::Reparse(document) => reparse::run(job, document).await,
        TaskWork::Rewrite(rewrite) => rewrite::run(job, rewrite).await,
        TaskWork::TestRun(test) => trial::run(job, test).await,
        TaskWork::Publish(publish) => publication::run(job, publish).await,
    }
}

const fn errand_name(work: &TaskWork) -> &'static str {
    match work {
        TaskWork::Cluster(_) => "cluster",
        TaskWork::Ideas(_) => "ideas",
        TaskWork::Draft(_) => "draft",
        TaskWork::Image(_) => "image",
        TaskWork::Reparse(_) => "reparse",
        TaskWork::Publish(_) => "publish",
        TaskWork::TestRun(_) => "test_run",
        TaskWork::Rewrite(_) => "rewrite",
    }
}

/// One structured line per attempt.
fn log(job: &Job, task_type: &'static str, report: &Report, took: Duration) {
    let status = match &report.outcome {
        TaskOutcome::Failed { class, .. } => class.code(),
        TaskOutcome::Stopped { .. } => "stopped",
        TaskOutcome::HeldUp { .. } => "held_up",
        _ => "succeeded",
    };
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(tenant = %job.tenant, site = %job.site, task = %job.task, task_type, status, duration_ms,
        model = report.model.as_deref().unwrap_or("-"), "task attempt ended");
    metrics::counter!("igny8_task_attempts_total", "kind" => task_type, "outcome" => status)
        .increment(1);
    metrics::histogram!("igny8_task_attempt_seconds", "kind" => task_type)
        .record(took.as_secs_f64());
}

/// A defect or an unavailable part of ours: tried again, nothing charged.
pub(super) fn internal(what: &str, error: &dyn std::fmt::Display) -> Report {
    tracing::warn!(what, %error, "an attempt could not go on");
    TaskOutcome::Failed {
        class: FailureClass::Internal,
        message: format!("{what} did not work just now. Nothing was charged; it is tried again."),
        retry_after_ms: None,
    }
    .into()
}

/// Ends with `None` as soon as a person stops the task.
pub(super) async fn unless_stopped<T>(
    stop: &CancellationToken,
    work: impl Future<Output = T>,
) -> Option<T> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        value = work => Some(value),
    }
}

/// Stopped before anything was written: nothing is charged.
pub(super) fn stopped() -> Report {
    TaskOutcome::Stopped { wrote: false, words: 0 }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START_MAX: Duration = Duration::from_millis(20);
    const SILENCE_MAX: Duration = Duration::from_millis(10);

    #[tokio::test]
    async fn after_the_first_sign_of_life_silence_counts() {
        let life = Notify::new();
        assert_eq!(START_MAX, silence(&life, START_MAX, SILENCE_MAX).await);
        life.notify_one();
        assert_eq!(SILENCE_MAX, silence(&life, START_MAX, SILENCE_MAX).await);
    }
}
