//! Tasks: queueing, listing, cancelling, trying again.

use crate::access::{ControlTasks, GenerateContent, Id, InSite, Member, ReadContent};
use crate::body::{Asked, Change, Empty, Json};
use crate::convert::{self, Word};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::site::{Site, SiteCommand, SiteReply, Task};
use igny8_actors_runtime::{Idempotency, SiteHandle};
use igny8_protocol_ids::{SiteId, TaskId, Timestamp};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::writer::{Generate, Queued};
use igny8_protocol_wire::view::TaskView;

/// The answer to everything that queues.
pub(in crate::route) type Queueing = Result<(StatusCode, Json<Queued>), Problem>;

/// Queues work, if the tenant can pay it.
pub(in crate::route) async fn queue<R>(
    member: &Member<R>,
    site: &SiteHandle,
    idempotency: Option<Idempotency>,
    command: SiteCommand,
) -> Queueing {
    let tasks = site.queue(member.origin(), idempotency, command).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(Queued { tasks: views(site, member.state.now(), tasks).await? }),
    ))
}

/// Tasks with the reason why each waits.
async fn views(
    site: &SiteHandle,
    now: Timestamp,
    tasks: Vec<Task>,
) -> Result<Vec<TaskView>, Problem> {
    let read = move |site: &Site| tasks.into_iter().map(|task| view(site, now, &task)).collect();
    Ok(site.read(read).await?)
}

fn view(site: &Site, now: Timestamp, task: &Task) -> TaskView {
    convert::task_view(task.clone(), site.waiting(task, now))
}

/// Queues one draft per idea.
#[utoipa::path(post, path = "/api/writer/generate", tag = "writer", request_body = Generate,
    responses((status = 202, body = Queued)))]
pub(super) async fn generate(
    member: Member<GenerateContent>,
    change: Change<Generate>,
) -> Queueing {
    let Generate { site, ideas, images } = change.body;
    let site = member.site(site).await?;
    queue(&member, &site, change.idempotency, SiteCommand::QueueDrafts { ideas, images }).await
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
    Ok(Json(site.site.read(move |site| page(site, &wanted, now)).await?))
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
    found.map(Json).ok_or_else(|| Problem::not_found("task"))
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
