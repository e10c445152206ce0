//! Documents without their text.

use crate::access::{EditDocument, Id, InSite, ReadContent};
use crate::body::{Asked, Change, Json};
use crate::convert::{self, Place, Word};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::role::Action;
use igny8_actors_domain::site::{Document, Site, SiteCommand, SiteReply};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::writer::{ChangeDocument, NewDocument};
use igny8_protocol_wire::view::{DocumentStatus, DocumentView};

pub(super) const fn place<R>(site: &InSite<R>) -> Place {
    Place { tenant: site.member.id, site: site.id }
}

/// A document as it is now.
pub(super) async fn read<R>(site: &InSite<R>, id: DocumentId) -> Result<DocumentView, Problem> {
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

/// Makes an empty document for hand-written work.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents", tag = "writer",
    params(("site" = SiteId, Path)), request_body = NewDocument, responses((status = 201, body = DocumentView)))]
pub(super) async fn create_document(
    site: InSite<EditDocument>,
    change: Change<NewDocument>,
) -> Result<(StatusCode, Json<DocumentView>), Problem> {
    let command = SiteCommand::CreateDocument { title: change.body.title };
    let reply = site.site.command(site.origin(), change.idempotency, command).await?;
    let SiteReply::Document(document) = reply else { return Err(Problem::not_found("document")) };
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
