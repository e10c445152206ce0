//! `/api/billing`: credits.

mod csv;
mod statement;

use crate::access::{ManageBilling, Member, ReadBilling, ReadContent};
use crate::body::{Change, Json};
use crate::convert;
use crate::problem::Problem;
use crate::state::EdgeState;
use igny8_actors_domain::ledger::price::PriceList as Prices;
use igny8_actors_domain::tenant::{Tenant, TenantCommand};
use igny8_protocol_wire::rest::billing::{
    Balance, ChangeLowLevels, LowLevels, PriceList, SiteBalance,
};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(balance))
        .routes(routes!(statement::statement))
        .routes(routes!(csv::statement_csv))
        .routes(routes!(prices))
        .routes(routes!(low_levels, change_low_levels))
}

/// The tenant's credits: its own part plus all slices. Whoever sees the work sees what is left for
/// it; the statement is for those who see billing.
#[utoipa::path(get, path = "/api/billing/balance", tag = "billing", responses((status = 200, body = Balance)))]
async fn balance(member: Member<ReadContent>) -> Result<Json<Balance>, Problem> {
    let (total, slices) = member.state.platform.total_balance(member.id).await?;
    let buckets = member.state.platform.buckets(member.id).await?;
    let sites = slices
        .iter()
        .map(|(site, slice)| SiteBalance { site: *site, balance: convert::balance(slice) });
    Ok(Json(Balance {
        total: convert::balance(&total),
        sites: sites.collect(),
        buckets: buckets.iter().map(convert::bucket_view).collect(),
    }))
}

/// What each kind of work costs.
#[utoipa::path(get, path = "/api/billing/prices", tag = "billing", responses((status = 200, body = PriceList)))]
async fn prices(_: Member<ReadContent>) -> Json<PriceList> {
    let Prices { version, keywords_per_credit, idea, article, image, reparse, rewrite, publish } =
        Prices::CURRENT;
    Json(PriceList {
        version,
        keywords_per_credit,
        idea,
        article,
        image,
        reparse,
        rewrite,
        publish,
    })
}

/// Below which levels of credits the tenant is told.
#[utoipa::path(get, path = "/api/billing/low-levels", tag = "billing", responses((status = 200, body = LowLevels)))]
async fn low_levels(member: Member<ReadBilling>) -> Result<Json<LowLevels>, Problem> {
    Ok(Json(convert::low_levels(member.tenant.read(Tenant::low_levels).await?)))
}

/// Sets the levels of credits below which the tenant is told.
#[utoipa::path(put, path = "/api/billing/low-levels", tag = "billing", request_body = ChangeLowLevels,
    responses((status = 200, body = LowLevels)))]
async fn change_low_levels(
    member: Member<ManageBilling>,
    change: Change<ChangeLowLevels>,
) -> Result<Json<LowLevels>, Problem> {
    let command = TenantCommand::SetLowLevels { levels: change.body.levels };
    member.tenant.command(member.origin(), change.idempotency, command).await?;
    Ok(Json(convert::low_levels(member.tenant.read(Tenant::low_levels).await?)))
}
