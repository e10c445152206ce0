//! `/api/billing/usage`: what calls to models used and cost.

use crate::access::{Member, ReadBilling};
use crate::body::{Asked, Json};
use crate::convert;
use crate::problem::Problem;
use crate::state::EdgeState;
use igny8_actors_domain::lane::{PRICE_TABLE_VERSION, UsageSum, day_of, start_of};
use igny8_protocol_wire::rest::lane::{UsageQuery, UsageReport};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Days of a report that names none.
const DAYS: u32 = 30;
/// Days of a report at most: what a site keeps.
const DAYS_MAX: u32 = 366;

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new().routes(routes!(usage))
}

/// What the tenant's calls used and cost, by day, site, model and kind of work.
#[utoipa::path(get, path = "/api/billing/usage", tag = "billing", params(UsageQuery),
    responses((status = 200, body = UsageReport)))]
async fn usage(
    member: Member<ReadBilling>,
    Asked(query): Asked<UsageQuery>,
) -> Result<Json<UsageReport>, Problem> {
    let days = query.days.unwrap_or(DAYS).clamp(1, DAYS_MAX);
    let first = (day_of(member.state.now()) + 1).saturating_sub(days);
    let read = member.tenant.read(move |tenant| {
        let sites: Vec<_> = tenant.sites().map(|site| site.id).collect();
        (sites, tenant.usage().since(first))
    });
    let (sites, of_none) = read.await?;
    let (mut total, mut rows) = (UsageSum::default(), Vec::new());
    for row in of_none {
        total.add(&row.used.sum);
        rows.push(convert::usage_row(None, row));
    }
    for id in sites {
        let site = member.state.platform.site(member.id, id);
        for row in site.read(move |site| site.usage_since(first)).await? {
            total.add(&row.used.sum);
            rows.push(convert::usage_row(Some(id), row));
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.day));
    Ok(Json(UsageReport {
        from: start_of(first),
        rows,
        total: convert::usage_view(&total),
        price_table_version: PRICE_TABLE_VERSION,
    }))
}
