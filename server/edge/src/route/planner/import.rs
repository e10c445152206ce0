//! Importing keywords from a file or pasted text: the body is the file.

use crate::access::{ImportKeywords, InSite};
use crate::body::{Asked, File, Json};
use crate::convert;
use crate::problem::Problem;
use igny8_actors_domain::import::{self, ImportOptions};
use igny8_actors_domain::site::NewKeyword;
use igny8_protocol_ids::SiteId;
use igny8_protocol_wire::rest::planner::{ImportPreview, ImportQuery, ImportReport};

/// Files are read off the threads that serve requests: 32 MiB take a second or two.
async fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    match tokio::task::spawn_blocking(read).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::error!(%error, "reading a file failed");
            Err(Problem::internal())
        }
    }
}

/// What an import would read. Changes nothing.
#[utoipa::path(post, path = "/api/planner/sites/{site}/imports/preview", tag = "planner",
    params(("site" = SiteId, Path)), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportPreview)))]
pub(super) async fn preview_import(
    _: InSite<ImportKeywords>,
    File(bytes): File,
) -> Result<Json<ImportPreview>, Problem> {
    let read = move || {
        import::preview(&bytes, &ImportOptions::default())
            .map_err(|refused| convert::import_refused(&refused))
    };
    Ok(Json(convert::preview(aside(read).await?)))
}

/// Imports keywords: new ones are added, known ones merged, the rest is reported row by row.
#[utoipa::path(post, path = "/api/planner/sites/{site}/imports", tag = "planner",
    params(("site" = SiteId, Path), ImportQuery), request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ImportReport)))]
pub(super) async fn import_keywords(
    site: InSite<ImportKeywords>,
    Asked(query): Asked<ImportQuery>,
    File(bytes): File,
) -> Result<Json<ImportReport>, Problem> {
    let mapping = query
        .mapping
        .filter(|text| !text.is_empty())
        .map(|text| convert::mapping(&text))
        .transpose()?;
    let read = move || {
        let options = ImportOptions::default();
        let mapping = match mapping {
            Some(mapping) => Ok(mapping),
            None => import::preview(&bytes, &options).map(|preview| preview.mapping),
        };
        let table = mapping.and_then(|mapping| import::read(&bytes, &mapping, &options));
        table.map_err(|refused| convert::import_refused(&refused))
    };
    let table = aside(read).await?;
    let keywords: Vec<NewKeyword> = table.rows.iter().map(convert::new_keyword).collect();
    let (added, merged) = site.site.import(site.origin(), keywords).await?;
    Ok(Json(convert::report(&table, added, &merged)))
}
