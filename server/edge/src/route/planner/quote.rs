//! What a run would cost.

use crate::access::{GenerateContent, InSite};
use crate::body::{Change, Json};
use crate::problem::Problem;
use igny8_actors_domain::ledger::price::{KEYWORDS_PER_CREDIT, PRICE_LIST_VERSION};
use igny8_actors_domain::site::{SiteCommand, limits};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::rest::planner::{Quote, QuoteRequest};
use igny8_protocol_wire::view::TaskKind;

fn document(request: &QuoteRequest) -> Result<DocumentId, Problem> {
    request.document.ok_or_else(|| Problem::invalid("document", "Name the document."))
}

/// The command that would be given: it is priced by the same code as the run.
fn command(request: QuoteRequest) -> Result<SiteCommand, Problem> {
    if request.clusters.len().max(request.ideas.len()) > limits::ITEMS_PER_REQUEST_MAX {
        let detail = format!("At most {} items can be run at once.", limits::ITEMS_PER_REQUEST_MAX);
        return Err(Problem::invalid("items", detail));
    }
    Ok(match request.kind {
        TaskKind::Cluster => SiteCommand::QueueClustering,
        TaskKind::Ideas => {
            SiteCommand::QueueIdeas { clusters: request.clusters, count: request.count.max(1) }
        }
        TaskKind::Draft => {
            SiteCommand::QueueDrafts { ideas: request.ideas, images: request.images }
        }
        TaskKind::Image => {
            SiteCommand::QueueImages { document: document(&request)?, count: request.images.max(1) }
        }
        TaskKind::Reparse => SiteCommand::QueueReparse { document: document(&request)? },
        TaskKind::TestRun => {
            let detail = "A test run of a prompt always costs one credit.";
            return Err(Problem::invalid("kind", detail));
        }
        TaskKind::Rewrite => {
            let detail = "A rewrite of a selection always costs one credit.";
            return Err(Problem::invalid("kind", detail));
        }
        TaskKind::Publish => {
            SiteCommand::QueuePublication { document: document(&request)?, live: false }
        }
    })
}

/// How many items would be worked on, and how the price comes about.
fn explain(command: &SiteCommand, unclustered: usize) -> (usize, String) {
    match command {
        SiteCommand::QueueClustering => (
            unclustered,
            format!("{unclustered} keywords, 1 credit per {KEYWORDS_PER_CREDIT}, rounded up"),
        ),
        SiteCommand::QueueIdeas { clusters, count } => {
            let ideas = clusters.len() * *count as usize;
            (ideas, format!("{} clusters × {count} ideas × 1 credit", clusters.len()))
        }
        SiteCommand::QueueDrafts { ideas, images: 0 } => {
            (ideas.len(), format!("{} articles × 3 credits", ideas.len()))
        }
        SiteCommand::QueueDrafts { ideas, images } => (
            ideas.len(),
            format!("{} articles × (3 credits + {images} images × 1 credit)", ideas.len()),
        ),
        SiteCommand::QueueImages { count, .. } => {
            (*count as usize, format!("{count} images × 1 credit"))
        }
        SiteCommand::QueueReparse { .. } => (1, "1 document × 1 credit".to_owned()),
        _ => (1, "Publishing is free".to_owned()),
    }
}

/// What a run would cost. Changes nothing.
#[utoipa::path(post, path = "/api/planner/sites/{site}/quote", tag = "planner",
    params(("site" = SiteId, Path)), request_body = QuoteRequest, responses((status = 200, body = Quote)))]
pub(super) async fn quote(
    site: InSite<GenerateContent>,
    change: Change<QuoteRequest>,
) -> Result<Json<Quote>, Problem> {
    let command = command(change.body)?;
    let price = site.site.price(site.origin(), command.clone()).await?;
    let (total, _) = site.member.state.platform.total_balance(site.member.id).await?;
    let unclustered = site
        .site
        .read(|site| site.unclustered().take(limits::KEYWORDS_PER_CLUSTERING_MAX).count())
        .await?;
    let (items, explanation) = explain(&command, unclustered);
    let items = u32::try_from(items).unwrap_or(u32::MAX);
    Ok(Json(Quote {
        price,
        available: total.available,
        explanation,
        items,
        price_list: PRICE_LIST_VERSION,
    }))
}
