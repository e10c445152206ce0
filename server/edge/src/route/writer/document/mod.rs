//! Documents: here without their text, below with all that belongs to it.

mod activity;
mod author;
mod comment;
mod content;
mod history;
mod suggestion;

use crate::access::{EditDocument, Id, InSite, ReadContent};
use crate::body::{Asked, Change, Json};
use crate::convert::{self, Place, Word};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use crate::state::EdgeState;
use http::StatusCode;
use igny8_actors_domain::role::Action;
use igny8_actors_domain::site::{Document, Site, SiteCommand, SiteReply};
use igny8_actors_runtime::{ContentForm, NewContent};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::writer::ContentFormat;
use igny8_protocol_wire::rest::writer::{ChangeDocument, NewDocument};
use igny8_protocol_wire::view::{DocumentStatus, DocumentView};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<EdgeState> {
    OpenApiRouter::new()
        .routes(routes!(list_documents, create_document))
        .routes(routes!(document, change_document))
        .routes(routes!(content::content, content::put_content))
        .routes(routes!(content::blocks, content::patch_blocks))
        .routes(routes!(history::list_versions, history::keep_version))
        .routes(routes!(history::rename_version, history::delete_version))
        .routes(routes!(history::version_content))
        .routes(routes!(history::compare_versions))
        .routes(routes!(history::restore_version))
        .routes(routes!(history::list_runs))
        .routes(routes!(history::undo_run))
        .routes(routes!(author::authors))
        .routes(routes!(activity::activity))
        .routes(routes!(suggestion::list_suggestions, suggestion::ask_rewrite))
        .routes(routes!(suggestion::accept_suggestion))
        .routes(routes!(suggestion::reject_suggestion))
        .routes(routes!(comment::list_threads, comment::begin_thread))
        .routes(routes!(comment::delete_thread))
        .routes(routes!(comment::reply))
        .routes(routes!(comment::change_comment, comment::delete_comment))
        .routes(routes!(comment::resolve_thread))
        .routes(routes!(comment::reopen_thread))
        .routes(routes!(content::make_images))
        .routes(routes!(content::reparse))
}

const fn place<R>(site: &InSite<R>) -> Place {
    Place { tenant: site.member.id, site: site.id }
}

/// A document as it is now.
async fn read<R>(site: &InSite<R>, id: DocumentId) -> Result<DocumentView, Problem> {
    let place = place(site);
    let found = site.site.read(move |site| site.document_summary(id)).await?;
    found
        .map(|summary| convert::document_view(place, summary))
        .ok_or_else(|| Problem::not_found("document"))
}

fn page(site: &Site, wanted: &Wanted, place: Place) -> Page<DocumentView> {
    let fits = |document: &&Document| {
        let status = convert::document_status(document.status).word();
        wanted.status.as_ref().is_none_or(|wanted| *wanted == status)
            && wanted.finds(&document.title)
    };
    let key = |document: &&Document| document.id.uuid().as_bytes().to_vec();
    let page =
        wanted.cut(Order::NewestFirst, site.documents().rev().filter(fits), key, |document| {
            document.id
        });
    let items = page.items.into_iter().filter_map(|id| site.document_summary(id));
    let items = items.map(|summary| convert::document_view(place, summary)).collect();
    Page { items, next_cursor: page.next_cursor, total: page.total }
}

/// Documents, the newest first.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents", tag = "writer",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<DocumentView>)))]
pub(super) async fn list_documents(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<DocumentView>>, Problem> {
    let (wanted, place) = (Wanted::try_from(query)?, place(&site));
    Ok(Json(site.site.read(move |site| page(site, &wanted, place)).await?))
}

/// The text that a document begins with.
async fn first_content(new: &NewDocument) -> Result<Option<NewContent>, Problem> {
    let Some(text) = new.content.clone() else { return Ok(None) };
    let form = match new.format.unwrap_or_default() {
        ContentFormat::Html => ContentForm::Html,
        ContentFormat::Markdown => ContentForm::Markdown,
        ContentFormat::Json => ContentForm::Json,
        ContentFormat::Blocks | ContentFormat::Text => {
            let detail = "A text is read from html, markdown or json.";
            return Err(Problem::invalid("format", detail));
        }
    };
    let content = content::text_from(form, text).await?;
    Ok(Some(NewContent { content, form, over: None, only_first: true }))
}

/// Makes a document for hand-written work, with or without a text to begin with.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents", tag = "writer",
    params(("site" = SiteId, Path)), request_body = NewDocument, responses((status = 201, body = DocumentView)))]
pub(super) async fn create_document(
    site: InSite<EditDocument>,
    change: Change<NewDocument>,
) -> Result<(StatusCode, Json<DocumentView>), Problem> {
    let first = first_content(&change.body).await?;
    let command = SiteCommand::CreateDocument { title: change.body.title };
    let reply = site.site.command(site.origin(), change.idempotency, command).await?;
    let SiteReply::Document(document) = reply else { return Err(Problem::not_found("document")) };
    if let Some(first) = first {
        let handle = site.member.state.platform.document(site.member.id, document.id);
        handle.put(first, site.member.account).await?;
    }
    Ok((StatusCode::CREATED, Json(read(&site, document.id).await?)))
}

/// One document.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), responses((status = 200, body = DocumentView)))]
pub(super) async fn document(
    site: InSite<ReadContent>,
    Id(document): Id<DocumentId>,
) -> Result<Json<DocumentView>, Problem> {
    read(&site, document).await.map(Json)
}

/// Renames a document, or moves it along. Approving keeps the version that will be published.
#[utoipa::path(patch, path = "/api/writer/sites/{site}/documents/{document}", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), request_body = ChangeDocument,
    responses((status = 200, body = DocumentView)))]
pub(super) async fn change_document(
    site: InSite<EditDocument>,
    Id(document): Id<DocumentId>,
    change: Change<ChangeDocument>,
) -> Result<Json<DocumentView>, Problem> {
    let ChangeDocument { title, status } = change.body;
    if status == Some(DocumentStatus::Approved) {
        site.member.require(Action::ApproveDocument)?;
    }
    if let Some(title) = title {
        let command = SiteCommand::RenameDocument { document, title };
        site.site.command(site.origin(), change.idempotency, command).await?;
    }
    match status {
        None => {}
        Some(DocumentStatus::Approved) => drop(site.site.approve(site.origin(), document).await?),
        Some(status) => {
            let status = convert::document_status_from(status);
            let command =
                SiteCommand::ChangeDocumentStatus { document, status, version: None, words: None };
            site.site.command(site.origin(), None, command).await?;
        }
    }
    read(&site, document).await.map(Json)
}
