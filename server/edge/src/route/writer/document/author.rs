//! Who wrote what in a document.

use crate::access::{InDocument, ReadContent};
use crate::body::Json;
use crate::convert;
use crate::problem::Problem;
use igny8_actors_runtime::Author;
use igny8_protocol_ids::{DocumentId, RunId, SiteId, TaskId};
use igny8_protocol_wire::rest::document::author::Authorship;
use std::collections::HashMap;

/// The authors of a document's text: people, AI runs with their model, the server.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/authors", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)),
    responses((status = 200, body = Authorship)))]
pub(super) async fn authors(
    document: InDocument<ReadContent>,
) -> Result<Json<Authorship>, Problem> {
    let (authorship, tree) = document.handle.authorship().await?;
    let runs: Vec<RunId> = authorship
        .authors
        .iter()
        .filter_map(|author| match author {
            Author::Run { run, maker: None, .. } => Some(*run),
            _ => None,
        })
        .collect();
    let models: HashMap<RunId, String> = document
        .site
        .site
        .read(move |site| {
            let model = |run: RunId| site.task(TaskId::from_uuid(run.uuid()))?.model.clone();
            runs.into_iter().filter_map(|run| Some((run, model(run)?))).collect()
        })
        .await?;
    Ok(Json(convert::authorship(authorship, &tree, |run| models.get(&run).cloned())))
}
