//! What a model answered, and a person's answer in its place.

use super::task::first_view;
use crate::access::{GenerateContent, Id, InSite, ReadContent};
use crate::body::{Change, Json};
use crate::problem::Problem;
use igny8_actors_domain::site::TaskStatus;
use igny8_protocol_ids::{SiteId, TaskId};
use igny8_protocol_wire::rest::writer::{RawAnswer, SubmitAnswer};
use igny8_protocol_wire::view::TaskView;

/// What the model answered, as it came.
#[utoipa::path(get, path = "/api/writer/sites/{site}/tasks/{task}/answer", tag = "writer",
    params(("site" = SiteId, Path), ("task" = TaskId, Path)), responses((status = 200, body = RawAnswer)))]
pub(super) async fn answer(
    site: InSite<ReadContent>,
    Id(id): Id<TaskId>,
) -> Result<Json<RawAnswer>, Problem> {
    let task = site.site.read(move |site| site.task(id).cloned()).await?;
    let task = task.ok_or_else(|| Problem::not_found("task"))?;
    let text = site.site.raw_answer(id).await?;
    let wanted = task.status == TaskStatus::WaitingForReview && task.unread.is_some();
    let schema = task.input.kind().shape().map(|(_, shape)| shape.schema());
    let text = match text {
        Some(text) => text,
        None if wanted => String::new(),
        None => return Err(Problem::not_found("answer")),
    };
    Ok(Json(RawAnswer { text, wanted, schema }))
}

/// Gives the answer that a model did not give in a readable form: the task goes on with it.
#[utoipa::path(post, path = "/api/writer/sites/{site}/tasks/{task}/answer", tag = "writer",
    params(("site" = SiteId, Path), ("task" = TaskId, Path)), request_body = SubmitAnswer,
    responses((status = 200, body = TaskView)))]
pub(super) async fn submit_answer(
    site: InSite<GenerateContent>,
    Id(task): Id<TaskId>,
    change: Change<SubmitAnswer>,
) -> Result<Json<TaskView>, Problem> {
    let (origin, answer) = (site.origin(), change.body.answer);
    let tasks = site.site.submit_answer(origin, change.idempotency, task, answer).await?;
    first_view(&site.site, site.member.state.now(), tasks).await
}
