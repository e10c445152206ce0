//! `/api/publish/sites/{site}`: the WordPress link, and publications.

use super::writer::{Queueing, queue};
use crate::access::{Id, InSite, LinkSite, Publish, ReadContent};
use crate::body::{Change, Json};
use crate::convert;
use crate::problem::Problem;
use crate::state::EdgeState;
use http::StatusCode;
use igny8_actors_domain::site::SiteCommand;
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::rest::writer::{LinkState, PairSite, Publish as PublishBody, Queued};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(link_state, pair_site, unpair_site))
        .routes(routes!(publish_document))
}

/// The link, asked just now.
#[utoipa::path(get, path = "/api/publish/sites/{site}/link", tag = "publish",
    params(("site" = SiteId, Path)), responses((status = 200, body = LinkState)))]
async fn link_state(site: InSite<ReadContent>) -> Result<Json<LinkState>, Problem> {
    let (reachable, problem) = site.site.link_status().await?;
    let link = site.site.read(|site| site.card().and_then(|card| card.link.clone())).await?;
    Ok(Json(LinkState { link: link.map(convert::link_view), reachable, problem }))
}

/// Pairs with a WordPress site by the code that wp-admin shows.
#[utoipa::path(post, path = "/api/publish/sites/{site}/link", tag = "publish",
    params(("site" = SiteId, Path)), request_body = PairSite, responses((status = 200, body = LinkState)))]
async fn pair_site(
    site: InSite<LinkSite>,
    change: Change<PairSite>,
) -> Result<Json<LinkState>, Problem> {
    let PairSite { url, code } = change.body;
    let card = site.site.pair(site.origin(), url, code).await?;
    Ok(Json(LinkState { link: card.link.map(convert::link_view), reachable: true, problem: None }))
}

/// Ends the pairing: publications go to a folder from then on.
#[utoipa::path(delete, path = "/api/publish/sites/{site}/link", tag = "publish",
    params(("site" = SiteId, Path)), responses((status = 204)))]
async fn unpair_site(site: InSite<LinkSite>) -> Result<StatusCode, Problem> {
    site.site.unpair(site.origin()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Queues the publication of an approved document.
#[utoipa::path(post, path = "/api/publish/sites/{site}/documents/{document}", tag = "publish",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), request_body = PublishBody,
    responses((status = 202, body = Queued)))]
async fn publish_document(
    site: InSite<Publish>,
    Id(document): Id<DocumentId>,
    change: Change<PublishBody>,
) -> Queueing {
    let command = SiteCommand::QueuePublication { document, live: change.body.live };
    queue(&site.member, &site.site, change.idempotency, command).await
}
