//! Tasks: queueing, listing, cancelling, trying again.

use crate::access::{ControlTasks, GenerateContent, Id, InSite, Member, ReadContent};
use crate::body::{Asked, Change, Empty, Json};
use crate::convert::{self, Word};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::{QueueScope, Site, SiteCommand, SiteReply, Task, TaskEdit};
use igny8_actors_runtime::{Idempotency, SiteHandle};
use igny8_protocol_ids::{SiteId, TaskId, Timestamp};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::writer::{ChangeTasks, Generate, KeptQuery, Queued, ReplayTask};
use igny8_protocol_wire::view::TaskView;
use std::time::Duration;

/// The answer to everything that queues.
pub(in crate::route) type Queueing = Result<(StatusCode, Json<Queued>), Problem>;

/// Queues work, if the tenant can pay it.
pub(in crate::route) async fn queue<R>(
    member: &Member<R>,
    site: &SiteHandle,
    idempotency: Option<Idempotency>,
    command: SiteCommand,
) -> Queueing {
    let tasks = queued(site, member.origin(), member.state.now(), idempotency, command).await?;
    Ok((StatusCode::ACCEPTED, Json(Queued { tasks })))
}

/// What both doors do to queue work, and what they answer.
pub(crate) async fn queued(
    site: &SiteHandle,
    origin: Origin,
    now: Timestamp,
    idempotency: Option<Idempotency>,
    command: SiteCommand,
) -> Result<Vec<TaskView>, Problem> {
    let tasks = site.queue(origin, idempotency, command).await?;
    views(site, now, tasks).await
}

/// Tasks with the reason why each waits.
pub(super) async fn views(
    site: &SiteHandle,
    now: Timestamp,
    tasks: Vec<Task>,
) -> Result<Vec<TaskView>, Problem> {
    let read = move |site: &Site| tasks.into_iter().map(|task| view(site, now, &task)).collect();
    let mut views: Vec<TaskView> = site.read(read).await?;
    views.iter_mut().for_each(|view| stand(site, view));
    Ok(views)
}

pub(super) fn view(site: &Site, now: Timestamp, task: &Task) -> TaskView {
    convert::task_view(task.clone(), convert::outlook(site, task, now))
}

/// Why the call of a task that runs has not started.
fn stand(site: &SiteHandle, view: &mut TaskView) {
    let Some(standing) = site.lane_standing(view.id) else { return };
    let waiting = convert::lane_reason(&standing);
    view.waiting_for = Some(convert::waiting_word(&waiting).to_owned());
    view.waiting = Some(waiting);
    view.starts_at = standing.starts_at;
    view.lane = Some(convert::lane_wait(view.id, standing));
}

/// Queues one draft per idea.
#[utoipa::path(post, path = "/api/writer/generate", tag = "writer", request_body = Generate,
    responses((status = 202, body = Queued)))]
pub(super) async fn generate(
    member: Member<GenerateContent>,
    change: Change<Generate>,
) -> Queueing {
    let Generate { site, ideas, images, placement } = change.body;
    let site = member.site(site).await?;
    let command = Box::new(SiteCommand::QueueDrafts { ideas, images });
    let command = SiteCommand::Place { placement: convert::placement(placement)?, command };
    queue(&member, &site, change.idempotency, command).await
}

fn page(site: &Site, wanted: &Wanted, now: Timestamp) -> Page<TaskView> {
    let fits = |task: &&Task| {
        wanted
            .status
            .as_ref()
            .is_none_or(|wanted| *wanted == convert::task_status(task.status).word())
            && wanted
                .kind
                .as_ref()
                .is_none_or(|wanted| *wanted == convert::task_kind(task.input.kind()).word())
            && wanted.finds(&task.title)
    };
    let key = |task: &&Task| task.id.uuid().as_bytes().to_vec();
    wanted
        .cut(Order::NewestFirst, site.tasks().rev().filter(fits), key, |task| view(site, now, task))
}

/// Tasks, the newest first.
#[utoipa::path(get, path = "/api/writer/sites/{site}/tasks", tag = "writer",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<TaskView>)))]
pub(super) async fn list_tasks(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<TaskView>>, Problem> {
    let (wanted, now) = (Wanted::try_from(query)?, site.member.state.now());
    let mut page = site.site.read(move |site| page(site, &wanted, now)).await?;
    page.items.iter_mut().for_each(|view| stand(&site.site, view));
    Ok(Json(page))
}

/// One task.
#[utoipa::path(get, path = "/api/writer/sites/{site}/tasks/{task}", tag = "writer",
    params(("site" = SiteId, Path), ("task" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(super) async fn task(
    site: InSite<ReadContent>,
    Id(id): Id<TaskId>,
) -> Result<Json<TaskView>, Problem> {
    let now = site.member.state.now();
    let found = site.site.read(move |site| site.task(id).map(|task| view(site, now, task))).await?;
    let mut found = found.ok_or_else(|| Problem::not_found("task"))?;
    stand(&site.site, &mut found);
    Ok(Json(found))
}

async fn control(
    site: &InSite<ControlTasks>,
    idempotency: Option<Idempotency>,
    command: SiteCommand,
) -> Result<Json<TaskView>, Problem> {
    let reply = site.site.command(site.origin(), idempotency, command).await?;
    let SiteReply::Tasks(tasks) = reply else { return Err(Problem::not_found("task")) };
    first_view(&site.site, site.member.state.now(), tasks).await
}

/// The one task that a command was about.
pub(super) async fn first_view(
    site: &SiteHandle,
    now: Timestamp,
    tasks: Vec<Task>,
) -> Result<Json<TaskView>, Problem> {
    let views = views(site, now, tasks).await?;
    views.into_iter().next().map(Json).ok_or_else(|| Problem::not_found("task"))
}

/// Cancels a task that waits or runs. What an AI has written already stays, and is paid.
#[utoipa::path(post, path = "/api/writer/sites/{site}/tasks/{task}/cancel", tag = "writer",
    params(("site" = SiteId, Path), ("task" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(super) async fn cancel_task(
    site: InSite<ControlTasks>,
    Id(task): Id<TaskId>,
    change: Change<Empty>,
) -> Result<Json<TaskView>, Problem> {
    control(&site, change.idempotency, SiteCommand::CancelTask { task }).await
}

/// Queues a task again that failed or was cancelled.
#[utoipa::path(post, path = "/api/writer/sites/{site}/tasks/{task}/retry", tag = "writer",
    params(("site" = SiteId, Path), ("task" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(super) async fn retry_task(
    site: InSite<ControlTasks>,
    Id(task): Id<TaskId>,
    change: Change<Empty>,
) -> Result<Json<TaskView>, Problem> {
    control(&site, change.idempotency, SiteCommand::RetryTask { task }).await
}

/// Queues an ended task again, edited.
#[utoipa::path(post, path = "/api/writer/sites/{site}/tasks/{task}/replay", tag = "writer",
    params(("site" = SiteId, Path), ("task" = TaskId, Path)), request_body = ReplayTask,
    responses((status = 200, body = TaskView)))]
pub(super) async fn replay_task(
    site: InSite<ControlTasks>,
    Id(task): Id<TaskId>,
    change: Change<ReplayTask>,
) -> Result<Json<TaskView>, Problem> {
    let ReplayTask { priority, ideas, images } = change.body;
    let priority = priority.map(convert::priority).transpose()?;
    let edit = TaskEdit { priority, ideas, images };
    control(&site, change.idempotency, SiteCommand::ReplayTask { task, edit }).await
}

fn pause(task: TaskId, paused: bool) -> SiteCommand {
    SiteCommand::PauseQueue { scope: QueueScope::Task(task), paused }
}

/// Holds a task up that waits.
#[utoipa::path(post, path = "/api/writer/sites/{site}/tasks/{task}/pause", tag = "writer",
    params(("site" = SiteId, Path), ("task" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(super) async fn pause_task(
    site: InSite<ControlTasks>,
    Id(task): Id<TaskId>,
    change: Change<Empty>,
) -> Result<Json<TaskView>, Problem> {
    control(&site, change.idempotency, pause(task, true)).await
}

/// Lets a paused task go on.
#[utoipa::path(post, path = "/api/writer/sites/{site}/tasks/{task}/resume", tag = "writer",
    params(("site" = SiteId, Path), ("task" = TaskId, Path)), responses((status = 200, body = TaskView)))]
pub(super) async fn resume_task(
    site: InSite<ControlTasks>,
    Id(task): Id<TaskId>,
    change: Change<Empty>,
) -> Result<Json<TaskView>, Problem> {
    control(&site, change.idempotency, pause(task, false)).await
}

/// Puts waiting tasks first, last or off.
#[utoipa::path(post, path = "/api/writer/sites/{site}/tasks/change", tag = "writer",
    params(("site" = SiteId, Path)), request_body = ChangeTasks, responses((status = 200, body = Queued)))]
pub(super) async fn change_tasks(
    site: InSite<ControlTasks>,
    change: Change<ChangeTasks>,
) -> Result<Json<Queued>, Problem> {
    let ChangeTasks { tasks, priority, not_before } = change.body;
    let priority = priority.map(convert::priority).transpose()?;
    let command = SiteCommand::ChangeTasks { tasks, priority, not_before };
    let reply = site.site.command(site.origin(), change.idempotency, command).await?;
    let SiteReply::Tasks(tasks) = reply else { return Err(Problem::not_found("task")) };
    Ok(Json(Queued { tasks: views(&site.site, site.member.state.now(), tasks).await? }))
}

/// The longest time that one look into the log covers: the store looks into each day of it.
const KEPT_DAYS_MAX: u64 = 31;
/// Tasks in one answer of the log.
const KEPT_PAGE: usize = 100;

/// Ended tasks that are no longer at hand, from the log, the oldest first: 100 at most.
#[utoipa::path(get, path = "/api/writer/sites/{site}/tasks/kept", tag = "writer",
    params(("site" = SiteId, Path), KeptQuery), responses((status = 200, body = Vec<TaskView>)))]
pub(super) async fn kept_tasks(
    site: InSite<ReadContent>,
    Asked(query): Asked<KeptQuery>,
) -> Result<Json<Vec<TaskView>>, Problem> {
    let KeptQuery { from, until, after } = query;
    if until.since(from) > Duration::from_hours(24 * KEPT_DAYS_MAX) {
        let detail = format!("Ask for {KEPT_DAYS_MAX} days at most.");
        return Err(Problem::invalid("until", detail));
    }
    let tasks = site.site.kept_tasks((from, until), after, KEPT_PAGE).await?;
    let view = |task| convert::task_view(task, convert::Outlook::default());
    Ok(Json(tasks.into_iter().map(view).collect()))
}
