//! Free documents: rooms of any Yjs content.

use crate::access::{EditDocument, Id, InSite, ReadContent};
use crate::body::{Asked, Change, Json};
use crate::page::{Order, Wanted};
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::site::{FreeDocument, Site, SiteCommand, SiteReply};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::rest::page::{Page, PageQuery};
use igny8_protocol_wire::rest::writer::{FreeDocumentView, NewFreeDocument};

fn view(document: &FreeDocument) -> FreeDocumentView {
    let FreeDocument { id, name, created_at } = document.clone();
    FreeDocumentView { id, name, created_at }
}

fn page(site: &Site, wanted: &Wanted) -> Page<FreeDocumentView> {
    let fits = |document: &&FreeDocument| wanted.finds(&document.name);
    let key = |document: &&FreeDocument| document.id.uuid().as_bytes().to_vec();
    wanted.cut(Order::NewestFirst, site.free_documents().rev().filter(fits), key, view)
}

/// Free documents, the newest first.
#[utoipa::path(get, path = "/api/writer/sites/{site}/free-documents", tag = "writer",
    params(("site" = SiteId, Path), PageQuery), responses((status = 200, body = Page<FreeDocumentView>)))]
pub(super) async fn list_free_documents(
    site: InSite<ReadContent>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<Page<FreeDocumentView>>, Problem> {
    let wanted = Wanted::try_from(query)?;
    Ok(Json(site.site.read(move |site| page(site, &wanted)).await?))
}

/// Makes a free document; one of this name that is there already is the answer as it is.
#[utoipa::path(post, path = "/api/writer/sites/{site}/free-documents", tag = "writer",
    params(("site" = SiteId, Path)), request_body = NewFreeDocument,
    responses((status = 200, body = FreeDocumentView), (status = 201, body = FreeDocumentView)))]
pub(super) async fn create_free_document(
    site: InSite<EditDocument>,
    change: Change<NewFreeDocument>,
) -> Result<(StatusCode, Json<FreeDocumentView>), Problem> {
    let command = SiteCommand::OpenFreeDocument { name: change.body.name };
    let reply = site.site.command(site.origin(), change.idempotency, command).await?;
    let SiteReply::FreeDocument { document, created } = reply else {
        return Err(Problem::not_found("room"));
    };
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(view(&document))))
}

/// Deletes a free document with its content. Open sockets hear of it.
#[utoipa::path(delete, path = "/api/writer/sites/{site}/free-documents/{document}", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), responses((status = 204)))]
pub(super) async fn delete_free_document(
    site: InSite<EditDocument>,
    Id(document): Id<DocumentId>,
) -> Result<StatusCode, Problem> {
    let command = SiteCommand::DeleteFreeDocument { document };
    site.site.command(site.origin(), None, command).await?;
    Ok(StatusCode::NO_CONTENT)
}
