//! What happened in a document.

use crate::access::{Id, InDocument, ReadContent};
use crate::body::{Asked, Json};
use crate::convert::{self, Names};
use crate::problem::Problem;
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::rest::document::activity::{ActivityPage, ActivityQuery};

/// Entries of a page if nothing is said.
const LIMIT: u32 = 30;
/// Entries of a page at the most.
const LIMIT_MAX: u32 = 100;

async fn names(document: &InDocument<ReadContent>) -> Result<Names, Problem> {
    let members = document.site.member.tenant.read(|tenant| {
        tenant.members().map(|member| (member.account, member.name.clone())).collect()
    });
    Ok(Names { accounts: members.await?, makers: document.handle.makers().await? })
}

/// What happened in a document, when and by whom, the latest first: the latest 500 things in its
/// text, and the latest 40 steps from draft to publication.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/activity", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ActivityQuery),
    responses((status = 200, body = ActivityPage)))]
pub(super) async fn activity(
    document: InDocument<ReadContent>,
    Id(id): Id<DocumentId>,
    Asked(query): Asked<ActivityQuery>,
) -> Result<Json<ActivityPage>, Problem> {
    let limit = query.limit.unwrap_or(LIMIT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::invalid("limit", format!("A page has 1 to {LIMIT_MAX} entries.")));
    }
    let before = query.before.as_deref().map(|text| {
        let unreadable = || Problem::invalid("before", "Give the `next` of the page before.");
        convert::place_from(text).ok_or_else(unreadable)
    });
    let before = before.transpose()?;
    let found = document.site.site.read(move |site| site.document(id).cloned()).await?;
    let record = found.ok_or_else(|| Problem::not_found("document"))?;
    let noted = document.handle.activity().await?;
    let views = convert::activity_views(&record, noted, &names(&document).await?);
    let mut rest =
        views.into_iter().filter(|(place, _)| before.is_none_or(|before| *place < before));
    let page: Vec<_> = rest.by_ref().take(limit as usize).collect();
    let last = page.last().map(|(place, _)| convert::place_text(*place));
    let next = last.filter(|_| rest.next().is_some());
    Ok(Json(ActivityPage { items: page.into_iter().map(|(_, view)| view).collect(), next }))
}
