//! Clusters.

use crate::access::{GenerateContent, Id, InSite, ManageClusters, ReadContent};
use crate::body::{Asked, Change, Empty, Json};
use crate::convert;
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use crate::route::writer::{Queueing, queue};
use igny8_actors_domain::site::{Cluster, Site, SiteCommand, SiteReply};
use igny8_protocol_ids::{ClusterId, SiteId};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::planner::{ChangeCluster, MergeClusters, MoveKeywords};
use igny8_protocol_wire::rest::writer::Queued;
use igny8_protocol_wire::view::ClusterView;

/// Clusters or keywords that one request names.
const IDS_MAX: usize = 1_000;

fn page(site: &Site, wanted: &Wanted) -> Page<ClusterView> {
    let status = |cluster: &Cluster| if cluster.locked { "locked" } else { "open" };
    let fits = |cluster: &&Cluster| {
        wanted.status.as_deref().is_none_or(|wanted| wanted == status(cluster))
            && (wanted.finds(&cluster.name) || wanted.finds(&cluster.pillar))
    };
    let key = |cluster: &&Cluster| cluster.id.uuid().as_bytes().to_vec();
    let page =
        wanted.cut(Order::OldestFirst, site.clusters().filter(fits), key, |cluster| cluster.id);
    let items = page.items.into_iter().filter_map(|id| site.cluster_summary(id));
    Page {
        items: items.map(convert::cluster_view).collect(),
        next_cursor: page.next_cursor,
        total: page.total,
    }
}

fn cluster(reply: SiteReply) -> Result<Json<ClusterView>, Problem> {
    match reply {
        SiteReply::Cluster(cluster) => Ok(Json(convert::cluster_view(cluster))),
        _ => Err(Problem::not_found("cluster")),
    }
}

fn bounded(count: usize, field: &str) -> Result<(), Problem> {
    if count <= IDS_MAX {
        return Ok(());
    }
    Err(Problem::invalid(field, format!("At most {IDS_MAX} can be named at once.")))
}

/// Clusters, the oldest first. `status` may be `locked` or `open`.
#[utoipa::path(get, path = "/api/planner/sites/{site}/clusters", tag = "planner",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<ClusterView>)))]
pub(super) async fn list_clusters(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<ClusterView>>, Problem> {
    let wanted = Wanted::try_from(query)?;
    Ok(Json(site.site.read(move |site| page(site, &wanted)).await?))
}

/// Renames or locks a cluster.
#[utoipa::path(patch, path = "/api/planner/sites/{site}/clusters/{cluster}", tag = "planner",
    params(("site" = SiteId, Path), ("cluster" = ClusterId, Path)), request_body = ChangeCluster,
    responses((status = 200, body = ClusterView)))]
pub(super) async fn change_cluster(
    site: InSite<ManageClusters>,
    Id(id): Id<ClusterId>,
    change: Change<ChangeCluster>,
) -> Result<Json<ClusterView>, Problem> {
    let ChangeCluster { name, locked } = change.body;
    let command = SiteCommand::ChangeCluster { cluster: id, name, locked };
    cluster(site.site.command(site.origin(), change.idempotency, command).await?)
}

/// Merges other clusters into this one.
#[utoipa::path(post, path = "/api/planner/sites/{site}/clusters/{cluster}/merge", tag = "planner",
    params(("site" = SiteId, Path), ("cluster" = ClusterId, Path)), request_body = MergeClusters,
    responses((status = 200, body = ClusterView)))]
pub(super) async fn merge_clusters(
    site: InSite<ManageClusters>,
    Id(into): Id<ClusterId>,
    change: Change<MergeClusters>,
) -> Result<Json<ClusterView>, Problem> {
    bounded(change.body.from.len(), "from")?;
    let command = SiteCommand::MergeClusters { into, from: change.body.from };
    cluster(site.site.command(site.origin(), change.idempotency, command).await?)
}

/// Moves keywords to this cluster.
#[utoipa::path(post, path = "/api/planner/sites/{site}/clusters/{cluster}/keywords", tag = "planner",
    params(("site" = SiteId, Path), ("cluster" = ClusterId, Path)), request_body = MoveKeywords,
    responses((status = 200, body = ClusterView)))]
pub(super) async fn move_keywords(
    site: InSite<ManageClusters>,
    Id(id): Id<ClusterId>,
    change: Change<MoveKeywords>,
) -> Result<Json<ClusterView>, Problem> {
    bounded(change.body.ids.len(), "ids")?;
    let command = SiteCommand::MoveKeywords { cluster: id, ids: change.body.ids };
    cluster(site.site.command(site.origin(), change.idempotency, command).await?)
}

/// Queues the clustering of all keywords that are in no cluster.
#[utoipa::path(post, path = "/api/planner/sites/{site}/cluster", tag = "planner",
    params(("site" = SiteId, Path)), responses((status = 202, body = Queued)))]
pub(super) async fn queue_clustering(
    site: InSite<GenerateContent>,
    change: Change<Empty>,
) -> Queueing {
    queue(&site.member, &site.site, change.idempotency, SiteCommand::QueueClustering).await
}
