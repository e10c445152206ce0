//! Content ideas.

use crate::access::{GenerateContent, Id, InSite, ManageClusters, ReadContent};
use crate::body::{Asked, Change, Json};
use crate::convert::{self, Word};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use crate::route::writer::{Queueing, queue};
use igny8_actors_domain::site::{Idea, Site, SiteCommand, SiteReply};
use igny8_protocol_ids::{IdeaId, SiteId};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::planner::{ChangeIdea, MakeIdeas};
use igny8_protocol_wire::rest::writer::Queued;
use igny8_protocol_wire::view::IdeaView;

fn page(site: &Site, wanted: &Wanted) -> Page<IdeaView> {
    let fits = |idea: &&Idea| {
        wanted
            .status
            .as_ref()
            .is_none_or(|wanted| *wanted == convert::idea_status(idea.status).word())
            && wanted.cluster.as_ref().is_none_or(|wanted| *wanted == idea.cluster.to_string())
            && wanted.finds(&idea.title)
    };
    let key = |idea: &&Idea| idea.id.uuid().as_bytes().to_vec();
    wanted.cut(Order::OldestFirst, site.ideas().filter(fits), key, |idea| {
        convert::idea_view(idea.clone())
    })
}

/// Ideas, the oldest first.
#[utoipa::path(get, path = "/api/planner/sites/{site}/ideas", tag = "planner",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<IdeaView>)))]
pub(super) async fn list_ideas(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<IdeaView>>, Problem> {
    let wanted = Wanted::try_from(query)?;
    Ok(Json(site.site.read(move |site| page(site, &wanted)).await?))
}

/// Queues ideas, one task per cluster.
#[utoipa::path(post, path = "/api/planner/sites/{site}/ideas", tag = "planner",
    params(("site" = SiteId, Path)), request_body = MakeIdeas, responses((status = 202, body = Queued)))]
pub(super) async fn make_ideas(
    site: InSite<GenerateContent>,
    change: Change<MakeIdeas>,
) -> Queueing {
    let MakeIdeas { clusters, count, placement } = change.body;
    let command = Box::new(SiteCommand::QueueIdeas { clusters, count });
    let command = SiteCommand::Place { placement: convert::placement(placement)?, command };
    queue(&site.member, &site.site, change.idempotency, command).await
}

/// Renames an idea, archives it or brings it back.
#[utoipa::path(patch, path = "/api/planner/sites/{site}/ideas/{idea}", tag = "planner",
    params(("site" = SiteId, Path), ("idea" = IdeaId, Path)), request_body = ChangeIdea,
    responses((status = 200, body = IdeaView)))]
pub(super) async fn change_idea(
    site: InSite<ManageClusters>,
    Id(idea): Id<IdeaId>,
    change: Change<ChangeIdea>,
) -> Result<Json<IdeaView>, Problem> {
    let ChangeIdea { title, status } = change.body;
    let command =
        SiteCommand::ChangeIdea { idea, title, status: status.map(convert::idea_status_from) };
    match site.site.command(site.origin(), change.idempotency, command).await? {
        SiteReply::Idea(idea) => Ok(Json(convert::idea_view(idea))),
        _ => Err(Problem::not_found("idea")),
    }
}
