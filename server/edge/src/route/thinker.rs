//! `/api/thinker`: prompt templates with typed variables, their versions, previews and test runs.

use crate::access::{Id, InSite, ManagePrompts, Member, ReadContent};
use crate::body::{Asked, Change, Json};
use crate::convert;
use crate::problem::Problem;
use crate::route::writer::{Queueing, queue};
use crate::state::EdgeState;
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_domain::tenant::prompt::{PromptKind, PromptValues, Voice, render, system};
use igny8_actors_domain::tenant::{TenantCommand, TenantReply};
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::rest::thinker::{
    ChangePrompt, DifferenceQuery, PromptDifference, PromptPreview, PromptVersionView, PromptView,
    RestorePrompt, TryPrompt,
};
use igny8_protocol_wire::rest::writer::Queued;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Stands for the secret border of imported text, which is drawn anew for each real prompt.
const EXAMPLE_NONCE: &str = "example";

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(list_prompts))
        .routes(routes!(change_prompt))
        .routes(routes!(preview_prompt))
        .routes(routes!(prompt_versions))
        .routes(routes!(prompt_difference))
        .routes(routes!(restore_prompt))
        .routes(routes!(preview_with_site))
        .routes(routes!(test_prompt))
}

fn kind(name: &str) -> Result<PromptKind, Problem> {
    PromptKind::from_name(name).ok_or_else(|| Problem::not_found("prompt"))
}

/// The templates that are used now.
#[utoipa::path(get, path = "/api/thinker/prompts", tag = "thinker", responses((status = 200, body = Vec<PromptView>)))]
async fn list_prompts(member: Member<ReadContent>) -> Result<Json<Vec<PromptView>>, Problem> {
    let all = member.tenant.read(|tenant| PromptKind::ALL.map(|kind| tenant.prompt(kind))).await?;
    Ok(Json(all.into_iter().map(convert::prompt_view).collect()))
}

async fn command(
    member: &Member<ManagePrompts>,
    idempotency: Option<igny8_actors_runtime::Idempotency>,
    command: TenantCommand,
) -> Result<Json<PromptView>, Problem> {
    match member.tenant.command(member.origin(), idempotency, command).await? {
        TenantReply::Prompt(prompt) => Ok(Json(convert::prompt_view(prompt))),
        _ => Err(Problem::not_found("prompt")),
    }
}

/// Writes a new version of a template. Unknown variables are refused.
#[utoipa::path(put, path = "/api/thinker/prompts/{kind}", tag = "thinker", params(("kind" = String, Path)),
    request_body = ChangePrompt, responses((status = 200, body = PromptView)))]
async fn change_prompt(
    member: Member<ManagePrompts>,
    Id(name): Id<String>,
    change: Change<ChangePrompt>,
) -> Result<Json<PromptView>, Problem> {
    let (kind, template) = (kind(&name)?, change.body.template);
    command(&member, change.idempotency, TenantCommand::SetPrompt { kind, template }).await
}

/// Uses an older version again, as a new one; those in between stay.
#[utoipa::path(post, path = "/api/thinker/prompts/{kind}/restore", tag = "thinker", params(("kind" = String, Path)),
    request_body = RestorePrompt, responses((status = 200, body = PromptView)))]
async fn restore_prompt(
    member: Member<ManagePrompts>,
    Id(name): Id<String>,
    change: Change<RestorePrompt>,
) -> Result<Json<PromptView>, Problem> {
    let (kind, version) = (kind(&name)?, change.body.version);
    command(&member, change.idempotency, TenantCommand::RestorePrompt { kind, version }).await
}

/// The versions that are kept, the newest first; ours is the last.
#[utoipa::path(get, path = "/api/thinker/prompts/{kind}/versions", tag = "thinker", params(("kind" = String, Path)),
    responses((status = 200, body = Vec<PromptVersionView>)))]
async fn prompt_versions(
    member: Member<ReadContent>,
    Id(name): Id<String>,
) -> Result<Json<Vec<PromptVersionView>>, Problem> {
    let kind = kind(&name)?;
    let read = move |tenant: &igny8_actors_domain::tenant::Tenant| {
        let ours = tenant.prompt_version(kind, 0);
        let mut versions: Vec<PromptVersionView> = ours
            .iter()
            .chain(tenant.prompt_versions(kind))
            .map(|prompt| convert::prompt_version_view(tenant, prompt))
            .collect();
        versions.reverse();
        versions
    };
    Ok(Json(member.tenant.read(read).await?))
}

/// Two versions of a template, compared line by line.
#[utoipa::path(get, path = "/api/thinker/prompts/{kind}/difference", tag = "thinker",
    params(("kind" = String, Path), DifferenceQuery), responses((status = 200, body = PromptDifference)))]
async fn prompt_difference(
    member: Member<ReadContent>,
    Id(name): Id<String>,
    Asked(query): Asked<DifferenceQuery>,
) -> Result<Json<PromptDifference>, Problem> {
    let kind = kind(&name)?;
    let DifferenceQuery { from, to } = query;
    let versions = member
        .tenant
        .read(move |tenant| [from, to].map(|version| tenant.prompt_version(kind, version)))
        .await?;
    let [Some(before), Some(after)] = versions else {
        return Err(Problem::not_found("prompt version"));
    };
    Ok(Json(convert::prompt_difference(&before.template, &after.template)))
}

fn preview(
    about: Option<String>,
    voice: &Voice,
    (kind, template): (PromptKind, &str),
    values: &PromptValues,
) -> Result<Json<PromptPreview>, Problem> {
    let text = render(kind, template, values, EXAMPLE_NONCE)
        .map_err(|refusal| Problem::invalid("template", refusal.to_string()))?;
    Ok(Json(PromptPreview { about, system: system(voice), text }))
}

/// What a model would get of a template, with example data. Changes nothing.
#[utoipa::path(post, path = "/api/thinker/prompts/{kind}/preview", tag = "thinker", params(("kind" = String, Path)),
    request_body = ChangePrompt, responses((status = 200, body = PromptPreview)))]
async fn preview_prompt(
    _: Member<ManagePrompts>,
    Id(name): Id<String>,
    change: Change<ChangePrompt>,
) -> Result<Json<PromptPreview>, Problem> {
    let values = PromptValues::example();
    let voice = Voice {
        language: values.language.clone(),
        brand_voice: values.brand_voice.clone(),
        persona: values.persona.clone(),
    };
    preview(None, &voice, (kind(&name)?, &change.body.template), &values)
}

fn subject(text: Option<&str>) -> Result<Option<Uuid>, Problem> {
    let parse = |text: &str| text.parse().map_err(|_| Problem::not_found("subject"));
    text.map(parse).transpose()
}

/// What a model would get of a template, with the site's own data. Nothing is called or spent.
#[utoipa::path(post, path = "/api/thinker/sites/{site}/prompts/{kind}/preview", tag = "thinker",
    params(("site" = SiteId, Path), ("kind" = String, Path)), request_body = TryPrompt,
    responses((status = 200, body = PromptPreview)))]
async fn preview_with_site(
    site: InSite<ManagePrompts>,
    Id(name): Id<String>,
    change: Change<TryPrompt>,
) -> Result<Json<PromptPreview>, Problem> {
    let TryPrompt { template, subject: wanted, values: given } = change.body;
    let (kind, wanted) = (kind(&name)?, subject(wanted.as_deref())?);
    let sampled = site
        .site
        .read(move |site| Some((site.sample(kind, wanted)?, site.card()?.voice())))
        .await?;
    let Some(((about, mut values), voice)) = sampled else {
        let detail = "The site has nothing yet to show this prompt with.";
        return Err(Problem::invalid("subject", detail));
    };
    for (name, value) in given {
        let unknown = || Problem::invalid("values", format!("There is no variable {name} here."));
        let variable = kind.variable(&name).ok_or_else(unknown)?;
        values
            .set(variable, convert::variable_value(value))
            .map_err(|refusal| Problem::invalid("values", refusal.to_string()))?;
    }
    preview(Some(about), &voice, (kind, &template), &values)
}

/// Tries a template with the site's data: one call of one credit, whose answer is kept with the
/// task and goes nowhere else.
#[utoipa::path(post, path = "/api/thinker/sites/{site}/prompts/{kind}/test", tag = "thinker",
    params(("site" = SiteId, Path), ("kind" = String, Path)), request_body = TryPrompt,
    responses((status = 202, body = Queued)))]
async fn test_prompt(
    site: InSite<ManagePrompts>,
    Id(name): Id<String>,
    change: Change<TryPrompt>,
) -> Queueing {
    let TryPrompt { template, subject: wanted, .. } = change.body;
    let (kind, subject) = (kind(&name)?, subject(wanted.as_deref())?);
    let command = SiteCommand::QueueTestRun { kind, template, subject };
    queue(&site.member, &site.site, change.idempotency, command).await
}
