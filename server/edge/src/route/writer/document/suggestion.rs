//! Rewrites of a selection: asked for, and decided on. Nothing in the text changes in between.

use super::super::task::{Queueing, queue};
use crate::access::{EditDocument, GenerateContent, Id, InDocument, ReadContent};
use crate::body::{Change, Empty, Json};
use crate::convert;
use crate::problem::Problem;
use igny8_actors_domain::site::SiteCommand;
use igny8_protocol_ids::{DocumentId, RunId, SiteId};
use igny8_protocol_wire::rest::document::suggestion::{
    AcceptSuggestion, AskRewrite, SuggestionView,
};
use igny8_protocol_wire::rest::writer::Queued;

/// All suggestions, the oldest first; of those that are decided the latest hundred.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/suggestions", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)),
    responses((status = 200, body = Vec<SuggestionView>)))]
pub(super) async fn list_suggestions(
    document: InDocument<ReadContent>,
) -> Result<Json<Vec<SuggestionView>>, Problem> {
    let suggestions = document.handle.suggestions().await?;
    Ok(Json(suggestions.into_iter().map(convert::suggestion_view).collect()))
}

/// Queues the rewrite of a selection; the suggestion has the id of its task.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/suggestions", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), request_body = AskRewrite,
    responses((status = 202, body = Queued)))]
pub(super) async fn ask_rewrite(
    document: InDocument<GenerateContent>,
    Id(id): Id<DocumentId>,
    change: Change<AskRewrite>,
) -> Queueing {
    let AskRewrite { range, instruction } = change.body;
    let range = convert::range_from(range)
        .ok_or_else(|| Problem::invalid("range", "A position is not in base64."))?;
    let selection = document.handle.selection(range).await?;
    let (range, instruction) =
        ((selection.from, selection.to), convert::instruction_from(instruction));
    let command = SiteCommand::QueueRewrite { document: id, range, instruction };
    queue(&document.site.member, &document.site.site, change.idempotency, command).await
}

/// Makes the text what was suggested: one edit, of the run that wrote it. Repeated, it changes
/// nothing.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/suggestions/{suggestion}/accept",
    tag = "writer", params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("suggestion" = RunId, Path)),
    request_body = AcceptSuggestion, responses((status = 200, body = SuggestionView)))]
pub(super) async fn accept_suggestion(
    document: InDocument<EditDocument>,
    Id(suggestion): Id<RunId>,
    change: Change<AcceptSuggestion>,
) -> Result<Json<SuggestionView>, Problem> {
    let by = document.site.member.account;
    let accepted = document.handle.accept_suggestion(suggestion, change.body.over, by).await?;
    Ok(Json(convert::suggestion_view(accepted)))
}

/// Puts a suggestion away; the text stays as it is. Repeated, it changes nothing.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/suggestions/{suggestion}/reject",
    tag = "writer", params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("suggestion" = RunId, Path)),
    responses((status = 200, body = SuggestionView)))]
pub(super) async fn reject_suggestion(
    document: InDocument<EditDocument>,
    Id(suggestion): Id<RunId>,
    _: Change<Empty>,
) -> Result<Json<SuggestionView>, Problem> {
    let by = document.site.member.account;
    let rejected = document.handle.reject_suggestion(suggestion, by).await?;
    Ok(Json(convert::suggestion_view(rejected)))
}
