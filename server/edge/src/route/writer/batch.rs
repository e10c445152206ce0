//! Batches: many tasks of one request, watched and steered as one.

use crate::access::{ControlTasks, GenerateContent, Id, InSite, ReadContent};
use crate::body::{Asked, Change, Empty, Json};
use crate::convert;
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::site::{Batch, QueueScope, Site, SiteCommand, SiteReply};
use igny8_actors_runtime::Idempotency;
use igny8_protocol_ids::{BatchId, SiteId};
use igny8_protocol_wire::queue::BatchView;
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::writer::NewBatch;

fn view(reply: SiteReply) -> Result<Json<BatchView>, Problem> {
    match reply {
        SiteReply::Batch(summary) => Ok(Json(convert::batch_view(summary))),
        _ => Err(Problem::not_found("batch")),
    }
}

/// Queues up to 10,000 tasks as one batch.
#[utoipa::path(post, path = "/api/writer/sites/{site}/batches", tag = "writer",
    params(("site" = SiteId, Path)), request_body = NewBatch, responses((status = 202, body = BatchView)))]
pub(super) async fn create_batch(
    site: InSite<GenerateContent>,
    change: Change<NewBatch>,
) -> Result<(StatusCode, Json<BatchView>), Problem> {
    let NewBatch { title, work, stop_percent, placement } = change.body;
    let command = SiteCommand::QueueBatch {
        title,
        stop_percent,
        placement: convert::placement(placement)?,
        command: Box::new(convert::queue_work(work)),
    };
    let reply = site.site.spend(site.origin(), change.idempotency, command).await?;
    Ok((StatusCode::ACCEPTED, view(reply)?))
}

fn page(site: &Site, wanted: &Wanted) -> Page<BatchView> {
    let fits = |batch: &&Batch| wanted.finds(&batch.title);
    let key = |batch: &&Batch| batch.id.uuid().as_bytes().to_vec();
    let page = wanted.cut(Order::NewestFirst, site.batches().rev().filter(fits), key, |batch| {
        site.batch_summary(batch.id).map(convert::batch_view)
    });
    Page {
        items: page.items.into_iter().flatten().collect(),
        next_cursor: page.next_cursor,
        total: page.total,
    }
}

/// Batches, the newest first.
#[utoipa::path(get, path = "/api/writer/sites/{site}/batches", tag = "writer",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<BatchView>)))]
pub(super) async fn list_batches(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<BatchView>>, Problem> {
    let wanted = Wanted::try_from(query)?;
    Ok(Json(site.site.read(move |site| page(site, &wanted)).await?))
}

/// One batch.
#[utoipa::path(get, path = "/api/writer/sites/{site}/batches/{batch}", tag = "writer",
    params(("site" = SiteId, Path), ("batch" = BatchId, Path)), responses((status = 200, body = BatchView)))]
pub(super) async fn batch(
    site: InSite<ReadContent>,
    Id(id): Id<BatchId>,
) -> Result<Json<BatchView>, Problem> {
    let found = site.site.read(move |site| site.batch_summary(id)).await?;
    found.map(convert::batch_view).map(Json).ok_or_else(|| Problem::not_found("batch"))
}

async fn control(
    site: &InSite<ControlTasks>,
    idempotency: Option<Idempotency>,
    command: SiteCommand,
) -> Result<Json<BatchView>, Problem> {
    view(site.site.command(site.origin(), idempotency, command).await?)
}

/// Cancels what waits of a batch; what runs is told to end.
#[utoipa::path(post, path = "/api/writer/sites/{site}/batches/{batch}/cancel", tag = "writer",
    params(("site" = SiteId, Path), ("batch" = BatchId, Path)), responses((status = 200, body = BatchView)))]
pub(super) async fn cancel_batch(
    site: InSite<ControlTasks>,
    Id(batch): Id<BatchId>,
    change: Change<Empty>,
) -> Result<Json<BatchView>, Problem> {
    control(&site, change.idempotency, SiteCommand::CancelBatch { batch }).await
}

fn pause(batch: BatchId, paused: bool) -> SiteCommand {
    SiteCommand::PauseQueue { scope: QueueScope::Batch(batch), paused }
}

/// Holds a batch up. What runs goes on to its end.
#[utoipa::path(post, path = "/api/writer/sites/{site}/batches/{batch}/pause", tag = "writer",
    params(("site" = SiteId, Path), ("batch" = BatchId, Path)), responses((status = 200, body = BatchView)))]
pub(super) async fn pause_batch(
    site: InSite<ControlTasks>,
    Id(batch): Id<BatchId>,
    change: Change<Empty>,
) -> Result<Json<BatchView>, Problem> {
    control(&site, change.idempotency, pause(batch, true)).await
}

/// Lets a batch go on that was paused, or that stopped because too much of it failed.
#[utoipa::path(post, path = "/api/writer/sites/{site}/batches/{batch}/resume", tag = "writer",
    params(("site" = SiteId, Path), ("batch" = BatchId, Path)), responses((status = 200, body = BatchView)))]
pub(super) async fn resume_batch(
    site: InSite<ControlTasks>,
    Id(batch): Id<BatchId>,
    change: Change<Empty>,
) -> Result<Json<BatchView>, Problem> {
    control(&site, change.idempotency, pause(batch, false)).await
}
