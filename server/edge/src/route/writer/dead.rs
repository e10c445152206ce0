//! Dead letters: tasks that ended without success and wait for a person.

use super::task::view;
use crate::access::{ControlTasks, InSite, ReadContent};
use crate::body::{Asked, Change, Json};
use crate::convert::{self, Word};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::site::{DeadFilter, FailureClass, Site, SiteCommand, SiteReply, Task};
use igny8_protocol_ids::{SiteId, Timestamp};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::writer::{DiscardTasks, ReplayDead, Replayed};
use igny8_protocol_wire::view::TaskView;
use std::collections::BTreeMap;

/// The word of a dead letter's failure: its code.
fn code(task: &Task) -> &'static str {
    task.failure.as_ref().map_or("", |failure| failure.class.code())
}

fn page(site: &Site, wanted: &Wanted, now: Timestamp) -> Page<TaskView> {
    let kind = |task: &Task| convert::task_kind(task.input.kind()).word();
    let fits = |task: &&Task| {
        wanted.status.as_ref().is_none_or(|wanted| *wanted == code(task))
            && wanted.kind.as_ref().is_none_or(|wanted| *wanted == kind(task))
            && wanted.finds(&task.title)
    };
    let key = |task: &&Task| task.id.uuid().as_bytes().to_vec();
    let letters = site.dead_letters().rev().filter(fits);
    wanted.cut(Order::NewestFirst, letters, key, |task| view(site, now, task))
}

/// Dead letters, the newest first; `status` filters by the code of the failure.
#[utoipa::path(get, path = "/api/writer/sites/{site}/dead-letters", tag = "writer",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<TaskView>)))]
pub(super) async fn list_dead(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<TaskView>>, Problem> {
    let (wanted, now) = (Wanted::try_from(query)?, site.member.state.now());
    Ok(Json(site.site.read(move |site| page(site, &wanted, now)).await?))
}

/// How many dead letters there are of each failure.
#[utoipa::path(get, path = "/api/writer/sites/{site}/dead-letters/reasons", tag = "writer",
    params(("site" = SiteId, Path)), responses((status = 200, body = BTreeMap<String, u32>)))]
pub(super) async fn dead_reasons(
    site: InSite<ReadContent>,
) -> Result<Json<BTreeMap<String, u32>>, Problem> {
    let count = |site: &Site| {
        let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
        for task in site.dead_letters() {
            *reasons.entry(code(task).to_owned()).or_default() += 1;
        }
        reasons
    };
    Ok(Json(site.site.read(count).await?))
}

fn class(code: &str) -> Result<FailureClass, Problem> {
    FailureClass::ALL
        .into_iter()
        .find(|class| class.code() == code)
        .ok_or_else(|| Problem::invalid("code", "This is not the code of a failure."))
}

/// Queues dead letters again, the oldest first, at most 500 at once.
#[utoipa::path(post, path = "/api/writer/sites/{site}/dead-letters/replay", tag = "writer",
    params(("site" = SiteId, Path)), request_body = ReplayDead, responses((status = 200, body = Replayed)))]
pub(super) async fn replay_dead(
    site: InSite<ControlTasks>,
    change: Change<ReplayDead>,
) -> Result<Json<Replayed>, Problem> {
    let ReplayDead { kind, code } = change.body;
    let filter = DeadFilter {
        kind: kind.map(convert::task_kind_from),
        class: code.as_deref().map(class).transpose()?,
    };
    let command = SiteCommand::ReplayDead { filter };
    match site.site.command(site.origin(), change.idempotency, command).await? {
        SiteReply::Replayed { replayed, refused, left } => {
            Ok(Json(Replayed { replayed, refused, left }))
        }
        _ => Err(Problem::not_found("task")),
    }
}

/// Puts dead letters away: they are in the log from then on.
#[utoipa::path(post, path = "/api/writer/sites/{site}/dead-letters/discard", tag = "writer",
    params(("site" = SiteId, Path)), request_body = DiscardTasks, responses((status = 204)))]
pub(super) async fn discard_dead(
    site: InSite<ControlTasks>,
    change: Change<DiscardTasks>,
) -> Result<StatusCode, Problem> {
    let command = SiteCommand::DiscardTasks { tasks: change.body.tasks };
    site.site.command(site.origin(), change.idempotency, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
