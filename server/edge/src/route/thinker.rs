//! `/api/thinker`: prompt templates with versions.

use crate::access::{Id, ManagePrompts, Member, ReadContent};
use crate::body::{Change, Json};
use crate::convert;
use crate::problem::Problem;
use crate::state::EdgeState;
use igny8_actors_domain::tenant::prompt::{PromptKind, PromptValues, render};
use igny8_actors_domain::tenant::{TenantCommand, TenantReply};
use igny8_protocol_wire::rest::settings::{ChangePrompt, PromptPreview, PromptView};
use utoipa_axum::{router::OpenApiRouter, routes};

/// Stands for the secret border of imported text, which is drawn anew for each real prompt.
const EXAMPLE_NONCE: &str = "example";

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(list_prompts))
        .routes(routes!(change_prompt))
        .routes(routes!(preview_prompt))
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

/// Writes a new version of a template. Unknown variables are refused.
#[utoipa::path(put, path = "/api/thinker/prompts/{kind}", tag = "thinker", params(("kind" = String, Path)),
    request_body = ChangePrompt, responses((status = 200, body = PromptView)))]
async fn change_prompt(
    member: Member<ManagePrompts>,
    Id(name): Id<String>,
    change: Change<ChangePrompt>,
) -> Result<Json<PromptView>, Problem> {
    let command = TenantCommand::SetPrompt { kind: kind(&name)?, template: change.body.template };
    match member.tenant.command(member.origin(), change.idempotency, command).await? {
        TenantReply::Prompt(prompt) => Ok(Json(convert::prompt_view(prompt))),
        _ => Err(Problem::not_found("prompt")),
    }
}

/// What a model would get of a template, with example data. Changes nothing.
#[utoipa::path(post, path = "/api/thinker/prompts/{kind}/preview", tag = "thinker", params(("kind" = String, Path)),
    request_body = ChangePrompt, responses((status = 200, body = PromptPreview)))]
async fn preview_prompt(
    _: Member<ManagePrompts>,
    Id(name): Id<String>,
    change: Change<ChangePrompt>,
) -> Result<Json<PromptPreview>, Problem> {
    let rendered =
        render(kind(&name)?, &change.body.template, &PromptValues::example(), EXAMPLE_NONCE);
    let text = rendered.map_err(|refusal| Problem::invalid("template", refusal.to_string()))?;
    Ok(Json(PromptPreview { text }))
}
