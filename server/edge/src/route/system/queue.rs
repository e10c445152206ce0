//! Queues: how busy they are, what is paused, their settings.

use crate::access::{ControlTasks, InSite, ManageSites, Member, ReadContent};
use crate::body::{Change, Empty, Json};
use crate::convert;
use crate::problem::Problem;
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_runtime::Idempotency;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::queue::{QueueSettings, QueueView};
use igny8_protocol_wire::rest::system::{PauseQueue, WorkState};

async fn look<R>(site: &InSite<R>) -> Result<Json<QueueView>, Problem> {
    Ok(Json(site.site.read(convert::queue_view).await?))
}

/// A site's queue: how busy it is, what is paused, its settings.
#[utoipa::path(get, path = "/api/system/sites/{site}/queue", tag = "system",
    params(("site" = SiteId, Path)), responses((status = 200, body = QueueView)))]
pub(super) async fn site_queue(site: InSite<ReadContent>) -> Result<Json<QueueView>, Problem> {
    look(&site).await
}

/// Changes the settings of a site's queue.
#[utoipa::path(put, path = "/api/system/sites/{site}/queue/settings", tag = "system",
    params(("site" = SiteId, Path)), request_body = QueueSettings, responses((status = 200, body = QueueView)))]
pub(super) async fn set_queue(
    site: InSite<ManageSites>,
    change: Change<QueueSettings>,
) -> Result<Json<QueueView>, Problem> {
    let before = site.site.read(|site| site.queue_settings().clone()).await?;
    let settings = convert::queue_settings_from(change.body, &before);
    let command = SiteCommand::SetQueue { settings };
    site.site.command(site.origin(), change.idempotency, command).await?;
    look(&site).await
}

async fn pause(
    site: &InSite<ControlTasks>,
    change: Change<PauseQueue>,
    paused: bool,
) -> Result<Json<QueueView>, Problem> {
    let scope = convert::pause_scope(change.body.kind);
    let command = SiteCommand::PauseQueue { scope, paused };
    site.site.command(site.origin(), change.idempotency, command).await?;
    look(site).await
}

/// Holds a site's work up, or that of one kind. What runs goes on to its end.
#[utoipa::path(post, path = "/api/system/sites/{site}/queue/pause", tag = "system",
    params(("site" = SiteId, Path)), request_body = PauseQueue, responses((status = 200, body = QueueView)))]
pub(super) async fn pause_site(
    site: InSite<ControlTasks>,
    change: Change<PauseQueue>,
) -> Result<Json<QueueView>, Problem> {
    pause(&site, change, true).await
}

/// Lets a site's work go on, or that of one kind.
#[utoipa::path(post, path = "/api/system/sites/{site}/queue/resume", tag = "system",
    params(("site" = SiteId, Path)), request_body = PauseQueue, responses((status = 200, body = QueueView)))]
pub(super) async fn resume_site(
    site: InSite<ControlTasks>,
    change: Change<PauseQueue>,
) -> Result<Json<QueueView>, Problem> {
    pause(&site, change, false).await
}

async fn state<R>(member: &Member<R>) -> Result<Json<WorkState>, Problem> {
    let pause = member.tenant.read(|tenant| tenant.work_pause()).await?;
    Ok(Json(WorkState { pause: pause.map(convert::work_pause) }))
}

/// Whether all work of the tenant is held up.
#[utoipa::path(get, path = "/api/system/work", tag = "system", responses((status = 200, body = WorkState)))]
pub(super) async fn work(member: Member<ReadContent>) -> Result<Json<WorkState>, Problem> {
    state(&member).await
}

async fn hold(
    member: &Member<ControlTasks>,
    idempotency: Option<Idempotency>,
    paused: bool,
) -> Result<Json<WorkState>, Problem> {
    let command = TenantCommand::PauseWork { paused };
    member.tenant.command(member.origin(), idempotency, command).await?;
    state(member).await
}

/// Holds the work of all sites up. What runs goes on to its end.
#[utoipa::path(post, path = "/api/system/work/pause", tag = "system", responses((status = 200, body = WorkState)))]
pub(super) async fn pause_work(
    member: Member<ControlTasks>,
    change: Change<Empty>,
) -> Result<Json<WorkState>, Problem> {
    hold(&member, change.idempotency, true).await
}

/// Lets the work of all sites go on.
#[utoipa::path(post, path = "/api/system/work/resume", tag = "system", responses((status = 200, body = WorkState)))]
pub(super) async fn resume_work(
    member: Member<ControlTasks>,
    change: Change<Empty>,
) -> Result<Json<WorkState>, Problem> {
    hold(&member, change.idempotency, false).await
}
