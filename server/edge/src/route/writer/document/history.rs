//! Kept states of a document, what differs between two of them, and AI runs that are taken back.

use super::content::written;
use crate::access::{EditDocument, Id, InDocument, ReadContent};
use crate::body::{Asked, Change, Empty, Json};
use crate::convert;
use crate::problem::Problem;
use http::StatusCode;
use igny8_protocol_ids::{DocumentId, RunId, SiteId, VersionId};
use igny8_protocol_wire::rest::history::{
    Comparison, ComparisonQuery, NameVersion, RunView, VersionContent, VersionView,
};
use igny8_protocol_wire::rest::writer::ContentQuery;

/// The states of a document that are kept, the latest first.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/versions", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)),
    responses((status = 200, body = Vec<VersionView>)))]
pub(super) async fn list_versions(
    document: InDocument<ReadContent>,
) -> Result<Json<Vec<VersionView>>, Problem> {
    let versions = document.handle.versions().await?;
    Ok(Json(versions.into_iter().map(convert::version_view).collect()))
}

/// Keeps a document as it is now, under a name.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/versions", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), request_body = NameVersion,
    responses((status = 201, body = VersionView)))]
pub(super) async fn keep_version(
    document: InDocument<EditDocument>,
    change: Change<NameVersion>,
) -> Result<(StatusCode, Json<VersionView>), Problem> {
    let account = document.site.member.account;
    let version = document.handle.name_version(change.body.name, account).await?;
    Ok((StatusCode::CREATED, Json(convert::version_view(version))))
}

/// Gives a kept state another name.
#[utoipa::path(patch, path = "/api/writer/sites/{site}/documents/{document}/versions/{version}", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("version" = VersionId, Path)),
    request_body = NameVersion, responses((status = 200, body = VersionView)))]
pub(super) async fn rename_version(
    document: InDocument<EditDocument>,
    Id(version): Id<VersionId>,
    change: Change<NameVersion>,
) -> Result<Json<VersionView>, Problem> {
    let account = document.site.member.account;
    let version = document.handle.rename_version(version, change.body.name, account).await?;
    Ok(Json(convert::version_view(version)))
}

/// Forgets a kept state; one that was approved stays.
#[utoipa::path(delete, path = "/api/writer/sites/{site}/documents/{document}/versions/{version}", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("version" = VersionId, Path)),
    responses((status = 204)))]
pub(super) async fn delete_version(
    document: InDocument<EditDocument>,
    Id(version): Id<VersionId>,
) -> Result<StatusCode, Problem> {
    document.handle.delete_version(version, document.site.member.account).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The text of a kept state.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/versions/{version}/content", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("version" = VersionId, Path), ContentQuery),
    responses((status = 200, body = VersionContent)))]
pub(super) async fn version_content(
    document: InDocument<ReadContent>,
    Id(version): Id<VersionId>,
    Asked(query): Asked<ContentQuery>,
) -> Result<Json<VersionContent>, Problem> {
    let (version, tree) = document.handle.kept(version).await?;
    let content = written(&tree, query.format);
    Ok(Json(VersionContent {
        version: convert::version_view(version),
        format: query.format,
        content,
    }))
}

/// What changed from a kept state to a later one, or to what is there now.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/versions/{version}/comparison", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("version" = VersionId, Path), ComparisonQuery),
    responses((status = 200, body = Comparison)))]
pub(super) async fn compare_versions(
    document: InDocument<ReadContent>,
    Id(version): Id<VersionId>,
    Asked(query): Asked<ComparisonQuery>,
) -> Result<Json<Comparison>, Problem> {
    let (_, before) = document.handle.kept(version).await?;
    let after = match query.with {
        Some(version) => document.handle.kept(version).await?.1,
        None => document.handle.tree().await?,
    };
    // Two books beside each other take a while: not on a thread that serves sockets.
    let compared = tokio::task::spawn_blocking(move || after.compared_to(&before)).await;
    compared.map(convert::comparison).map(Json).map_err(|_| Problem::internal())
}

/// Makes the content what it was in a kept state. What stood there is kept as a version of its own,
/// and what others type meanwhile stays.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/versions/{version}/restore", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("version" = VersionId, Path)),
    responses((status = 204)))]
pub(super) async fn restore_version(
    document: InDocument<EditDocument>,
    Id(version): Id<VersionId>,
    _: Change<Empty>,
) -> Result<StatusCode, Problem> {
    document.handle.restore(version, document.site.member.account).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The AI runs that wrote in a document.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/runs", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)),
    responses((status = 200, body = Vec<RunView>)))]
pub(super) async fn list_runs(
    document: InDocument<ReadContent>,
) -> Result<Json<Vec<RunView>>, Problem> {
    let runs = document.handle.runs().await?;
    Ok(Json(runs.into_iter().map(convert::run_view).collect()))
}

/// Takes back what an AI run wrote, in one step; what people wrote into it stays.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/runs/{run}/undo", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("run" = RunId, Path)),
    responses((status = 204)))]
pub(super) async fn undo_run(
    document: InDocument<EditDocument>,
    Id(run): Id<RunId>,
    _: Change<Empty>,
) -> Result<StatusCode, Problem> {
    document.handle.undo_run(run, document.site.member.account).await?;
    Ok(StatusCode::NO_CONTENT)
}
