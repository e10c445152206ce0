//! `/api/dashboard`: one look at a site.

use crate::access::{InSite, ReadContent};
use crate::body::Json;
use crate::convert::{self, Word};
use crate::problem::Problem;
use crate::state::EdgeState;
use igny8_actors_domain::site::{IdeaStatus, Site};
use igny8_protocol_ids::{SiteId, Timestamp};
use igny8_protocol_wire::rest::system::{Overview, StatusCount};
use igny8_protocol_wire::view::BalanceView;
use std::collections::BTreeMap;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Tasks that the overview shows.
const RECENT_TASKS: usize = 10;

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new().routes(routes!(overview))
}

fn by_status(words: impl Iterator<Item = String>) -> Vec<StatusCount> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    counts.into_iter().map(|(status, count)| StatusCount { status, count }).collect()
}

fn look(site: &Site, now: Timestamp) -> Overview {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let recent = site.tasks().rev().take(RECENT_TASKS);
    Overview {
        keywords: convert::counts(site.keyword_counts()),
        clusters: count(site.clusters().count()),
        ideas_new: count(site.ideas().filter(|idea| idea.status == IdeaStatus::New).count()),
        documents: by_status(
            site.documents().map(|document| convert::document_status(document.status).word()),
        ),
        tasks: by_status(site.tasks().map(|task| convert::task_status(task.status).word())),
        recent: recent
            .map(|task| convert::task_view(task.clone(), convert::outlook(site, task, now)))
            .collect(),
        balance: BalanceView::default(),
    }
}

/// Counts, the latest tasks, and the tenant's credits.
#[utoipa::path(get, path = "/api/dashboard/sites/{site}/overview", tag = "dashboard",
    params(("site" = SiteId, Path)), responses((status = 200, body = Overview)))]
async fn overview(site: InSite<ReadContent>) -> Result<Json<Overview>, Problem> {
    let now = site.member.state.now();
    let (total, _) = site.member.state.platform.total_balance(site.member.id).await?;
    let seen = site.site.read(move |site| look(site, now)).await?;
    Ok(Json(Overview { balance: convert::balance(&total), ..seen }))
}
