//! `/api/settings`: sites, AI models, automations.

mod automation;

use crate::access::{InSite, ManageModels, ManageSites, Member, ReadContent};
use crate::body::{Change, Json};
use crate::convert;
use crate::problem::Problem;
use crate::state::EdgeState;
use http::StatusCode;
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_runtime::SiteHandle;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::rest::lane::{AiRouteTest, AiRoutes, ChangeAiRoutes, TestAiRoute};
use igny8_protocol_wire::rest::settings::{AiModels, ChangeAiModels, ChangeSite, NewSite};
use igny8_protocol_wire::view::SiteView;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(list_sites, create_site))
        .routes(routes!(change_site))
        .routes(routes!(ai_models, change_ai_models))
        .merge(automation::routes())
        .routes(routes!(list_ai_routes, change_ai_routes))
        .routes(routes!(test_ai_route))
}

async fn card(site: &SiteHandle) -> Result<Option<SiteView>, Problem> {
    Ok(site.read(|site| site.card().cloned()).await?.map(convert::site_view))
}

/// All sites of the tenant.
#[utoipa::path(get, path = "/api/settings/sites", tag = "settings", responses((status = 200, body = Vec<SiteView>)))]
async fn list_sites(member: Member<ReadContent>) -> Result<Json<Vec<SiteView>>, Problem> {
    let ids =
        member.tenant.read(|tenant| tenant.sites().map(|site| site.id).collect::<Vec<_>>()).await?;
    let mut sites = Vec::with_capacity(ids.len());
    for id in ids {
        sites.extend(card(&member.state.platform.site(member.id, id)).await?);
    }
    Ok(Json(sites))
}

/// Adds a site.
#[utoipa::path(post, path = "/api/settings/sites", tag = "settings", request_body = NewSite,
    responses((status = 201, body = SiteView)))]
async fn create_site(
    member: Member<ManageSites>,
    change: Change<NewSite>,
) -> Result<(StatusCode, Json<SiteView>), Problem> {
    let NewSite { name, language, brand_voice } = change.body;
    let (language, voice) =
        (language.unwrap_or_else(|| "en".to_owned()), brand_voice.unwrap_or_default());
    let id = member
        .tenant
        .create_site(member.origin(), change.idempotency, name, language, voice)
        .await?;
    let site = card(&member.state.platform.site(member.id, id)).await?;
    Ok((StatusCode::CREATED, Json(site.ok_or_else(|| Problem::not_found("site"))?)))
}

/// Changes a site's name, language or voice.
#[utoipa::path(patch, path = "/api/settings/sites/{site}", tag = "settings",
    params(("site" = SiteId, Path)), request_body = ChangeSite, responses((status = 200, body = SiteView)))]
async fn change_site(
    site: InSite<ManageSites>,
    change: Change<ChangeSite>,
) -> Result<Json<SiteView>, Problem> {
    let ChangeSite { name, language, brand_voice, persona, link_hosts } = change.body;
    let command = SiteCommand::ChangeSite { name, language, brand_voice, persona, link_hosts };
    site.site.command(site.origin(), change.idempotency, command).await?;
    card(&site.site).await?.map(Json).ok_or_else(|| Problem::not_found("site"))
}

/// Where the tenant's models come from. Never shows a key.
#[utoipa::path(get, path = "/api/settings/ai-models", tag = "settings", responses((status = 200, body = AiModels)))]
async fn ai_models(member: Member<ManageModels>) -> Result<Json<AiModels>, Problem> {
    let settings = member.tenant.read(igny8_actors_domain::tenant::Tenant::models).await?;
    Ok(Json(convert::ai_models(settings)))
}

/// Chooses where the tenant's models come from. A key is kept sealed; an empty one is removed.
#[utoipa::path(put, path = "/api/settings/ai-models", tag = "settings", request_body = ChangeAiModels,
    responses((status = 200, body = AiModels)))]
async fn change_ai_models(
    member: Member<ManageModels>,
    change: Change<ChangeAiModels>,
) -> Result<Json<AiModels>, Problem> {
    let ChangeAiModels { provider, base_url, model, key } = change.body;
    let provider = convert::provider(provider);
    let settings =
        member.tenant.set_models(member.origin(), provider, base_url, model, key).await?;
    Ok(Json(convert::ai_models(settings)))
}

/// The tenant's models in the order of fallbacks, and what they may cost. Never shows a key.
#[utoipa::path(get, path = "/api/settings/ai-routes", tag = "settings", responses((status = 200, body = AiRoutes)))]
async fn list_ai_routes(member: Member<ManageModels>) -> Result<Json<AiRoutes>, Problem> {
    let routing = member.tenant.read(igny8_actors_domain::tenant::Tenant::routing).await?;
    Ok(Json(convert::ai_routes(routing)))
}

/// Sets all models at once. A key is kept sealed; an absent one stays as it is.
#[utoipa::path(put, path = "/api/settings/ai-routes", tag = "settings", request_body = ChangeAiRoutes,
    responses((status = 200, body = AiRoutes)))]
async fn change_ai_routes(
    member: Member<ManageModels>,
    change: Change<ChangeAiRoutes>,
) -> Result<Json<AiRoutes>, Problem> {
    let change_text = convert::routing_change(change.body);
    let routing = member.tenant.set_routing(member.origin(), change_text).await?;
    Ok(Json(convert::ai_routes(routing)))
}

/// Asks one of the kept models for a word, a small picture or a vector, by its own key. Rests of
/// its lane do not count; an answer ends them.
#[utoipa::path(post, path = "/api/settings/ai-routes/test", tag = "settings", request_body = TestAiRoute,
    responses((status = 200, body = AiRouteTest)))]
async fn test_ai_route(
    member: Member<ManageModels>,
    change: Change<TestAiRoute>,
) -> Result<Json<AiRouteTest>, Problem> {
    let tested = member.tenant.test_route(change.body.name).await?;
    Ok(Json(AiRouteTest {
        ok: tested.failure.is_none(),
        model: tested.model,
        text: tested.text,
        failure: tested.failure.map(|class| class.code().to_owned()),
        took_ms: u64::try_from(tested.took.as_millis()).unwrap_or(u64::MAX),
        input_tokens: tested.used.input_tokens,
        output_tokens: tested.used.output_tokens,
    }))
}
