//! Keywords.

use crate::access::{ImportKeywords, InSite, ReadContent};
use crate::body::{Asked, Change, Json};
use crate::convert::{self, Word};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::site::{Keyword, Site, SiteCommand};
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::planner::ChangeKeywords;
use igny8_protocol_wire::view::KeywordView;

/// Keywords in one change.
const IDS_MAX: usize = 1_000;

fn fits(wanted: &Wanted, keyword: &Keyword) -> bool {
    let status = convert::keyword_status(keyword.status).word();
    let cluster = |wanted: &String| keyword.cluster.is_some_and(|id| id.to_string() == *wanted);
    wanted.status.as_ref().is_none_or(|wanted| *wanted == status)
        && wanted.cluster.as_ref().is_none_or(cluster)
        && wanted.finds(&keyword.text)
}

fn page(site: &Site, wanted: &Wanted) -> Page<KeywordView> {
    let fitting = site.keywords().filter(|keyword| fits(wanted, keyword));
    let key = |keyword: &&Keyword| keyword.id.uuid().as_bytes().to_vec();
    wanted.cut(Order::OldestFirst, fitting, key, convert::keyword_view)
}

/// Keywords in the order of their import.
#[utoipa::path(get, path = "/api/planner/sites/{site}/keywords", tag = "planner",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<KeywordView>)))]
pub(super) async fn list_keywords(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<KeywordView>>, Problem> {
    let wanted = Wanted::try_from(query)?;
    Ok(Json(site.site.read(move |site| page(site, &wanted)).await?))
}

/// Archives keywords or brings them back.
#[utoipa::path(patch, path = "/api/planner/sites/{site}/keywords", tag = "planner",
    params(("site" = SiteId, Path)), request_body = ChangeKeywords, responses((status = 204)))]
pub(super) async fn change_keywords(
    site: InSite<ImportKeywords>,
    change: Change<ChangeKeywords>,
) -> Result<StatusCode, Problem> {
    let ChangeKeywords { ids, status } = change.body;
    if ids.len() > IDS_MAX {
        return Err(Problem::invalid(
            "ids",
            format!("At most {IDS_MAX} keywords can be changed at once."),
        ));
    }
    let command = SiteCommand::ChangeKeywords { ids, status: convert::keyword_status_from(status) };
    site.site.command(site.origin(), change.idempotency, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
