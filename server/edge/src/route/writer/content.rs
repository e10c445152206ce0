//! A document's text in every form, and the work that a model does on it.

use super::document::read;
use super::task::{Queueing, queue};
use crate::access::{GenerateContent, Id, InSite, ReadContent};
use crate::body::{Asked, Change, Empty, Json};
use crate::problem::Problem;
use igny8_actors_domain::site::SiteCommand;
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::rest::writer::{
    ContentFormat, ContentQuery, DocumentContent, MakeImages, Queued,
};

/// The text as it is now; all of it is durable.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/content", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ContentQuery),
    responses((status = 200, body = DocumentContent)))]
pub(super) async fn content(
    site: InSite<ReadContent>,
    Id(id): Id<DocumentId>,
    Asked(query): Asked<ContentQuery>,
) -> Result<Json<DocumentContent>, Problem> {
    let document = read(&site, id).await?;
    let tree = site.member.state.platform.document(site.member.id, id).tree().await?;
    let content = match query.format {
        ContentFormat::Html => tree.to_html(),
        ContentFormat::Markdown => tree.to_markdown(),
        ContentFormat::Blocks => tree.to_wordpress_blocks(),
        ContentFormat::Text => tree.to_plain_text(),
        ContentFormat::Json => tree.to_prosemirror_json().to_string(),
    };
    let words = u32::try_from(tree.word_count()).unwrap_or(u32::MAX);
    Ok(Json(DocumentContent { document, format: query.format, content, words }))
}

/// Queues images for a document.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/images", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), request_body = MakeImages,
    responses((status = 202, body = Queued)))]
pub(super) async fn make_images(
    site: InSite<GenerateContent>,
    Id(document): Id<DocumentId>,
    change: Change<MakeImages>,
) -> Queueing {
    let command = SiteCommand::QueueImages { document, count: change.body.count };
    queue(&site.member, &site.site, change.idempotency, command).await
}

/// Queues the restructuring of a document.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/reparse", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), responses((status = 202, body = Queued)))]
pub(super) async fn reparse(
    site: InSite<GenerateContent>,
    Id(document): Id<DocumentId>,
    change: Change<Empty>,
) -> Queueing {
    queue(&site.member, &site.site, change.idempotency, SiteCommand::QueueReparse { document })
        .await
}
