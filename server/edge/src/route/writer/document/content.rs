//! A document's text in every form, and the work that a model does on it.

use super::super::task::{Queueing, queue};
use super::read;
use crate::access::{EditDocument, GenerateContent, Id, InDocument, InSite, ReadContent};
use crate::body::{Asked, Change, Empty, File, Json, media_type};
use crate::convert;
use crate::problem::Problem;
use http::{HeaderMap, StatusCode, header};
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_runtime::{Block, BlockEdit, ContentForm, ContentTree, NewContent};
use igny8_protocol_ids::{DocumentId, SiteId};
use igny8_protocol_wire::rest::history::{self as wire, BlockView, Blocks, PatchBlocks};
use igny8_protocol_wire::rest::writer::{
    ContentFormat, ContentQuery, ContentReplaced, DocumentContent, MakeImages, Queued,
};

/// Edits of blocks in one request.
const EDITS_MAX: usize = 100;

/// A text in a form.
pub(super) fn written(tree: &ContentTree, format: ContentFormat) -> String {
    match format {
        ContentFormat::Html => tree.to_html(),
        ContentFormat::Markdown => tree.to_markdown(),
        ContentFormat::Blocks => tree.to_wordpress_blocks(),
        ContentFormat::Text => tree.to_plain_text(),
        ContentFormat::Json => tree.to_prosemirror_json().to_string(),
    }
}

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
    let content = written(&tree, query.format);
    let words = u32::try_from(tree.word_count()).unwrap_or(u32::MAX);
    let revision = tree.revision();
    Ok(Json(DocumentContent { document, format: query.format, content, words, revision }))
}

/// Reads a whole text. A large one takes a while: not on a thread that serves sockets.
pub(super) async fn text_from(form: ContentForm, text: String) -> Result<ContentTree, Problem> {
    let text = tokio::task::spawn_blocking(move || form.read(&text)).await;
    let text = text.map_err(|_| Problem::internal())?;
    text.map_err(|error| Problem::invalid("content", format!("Nothing was changed: {error}.")))
}

fn form_of(headers: &HeaderMap) -> Result<ContentForm, Problem> {
    match media_type(headers).as_str() {
        "application/json" => Ok(ContentForm::Json),
        "text/html" => Ok(ContentForm::Html),
        "text/markdown" => Ok(ContentForm::Markdown),
        _ => {
            let detail =
                "Send the text as application/json (ProseMirror), text/html or text/markdown.";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type", detail))
        }
    }
}

/// The revision that `If-Match` names; `*` stands for any.
fn over(headers: &HeaderMap) -> Option<String> {
    let named = headers.get(header::IF_MATCH)?.to_str().unwrap_or_default().trim();
    let named = named.strip_prefix("W/").unwrap_or(named).trim_matches('"');
    (named != "*").then(|| named.to_owned())
}

/// Makes another text the document's, as TipTap's JSON, HTML or Markdown. What differs is changed
/// in one edit in the caller's name; what others type meanwhile stays, and so do comments and
/// formatting on the words that stay. What stood there is kept as a version. The same text once
/// more changes nothing. With `If-Match`, a text of another revision is not overwritten: 412.
#[utoipa::path(put, path = "/api/writer/sites/{site}/documents/{document}/content", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path),
        ("If-Match" = Option<String>, Header, description = "The revision that the text was made from.")),
    request_body(content((String = "text/html"), (String = "text/markdown"), (serde_json::Value = "application/json"))),
    responses((status = 200, body = ContentReplaced)))]
pub(super) async fn put_content(
    document: InDocument<EditDocument>,
    headers: HeaderMap,
    File(bytes): File,
) -> Result<Json<ContentReplaced>, Problem> {
    let form = form_of(&headers)?;
    let text = String::from_utf8(bytes.into());
    let text = text.map_err(|_| Problem::bad_request("utf8", "The text is not UTF-8."))?;
    let content = text_from(form, text).await?;
    let put = NewContent { content, form, over: over(&headers), only_first: false };
    let replaced = document.handle.put(put, document.site.member.account).await;
    replaced.map(convert::content_replaced).map(Json).map_err(|failure| {
        let problem = Problem::from(failure);
        match &*problem.code {
            "content_changed" => Problem { status: StatusCode::PRECONDITION_FAILED, ..problem },
            _ => problem,
        }
    })
}

fn view(tree: &ContentTree) -> Blocks {
    let markdown = |block: &Block| ContentTree { blocks: vec![block.clone()] }.to_markdown();
    let view = |(index, block): (usize, &Block)| BlockView {
        index: u32::try_from(index).unwrap_or(u32::MAX),
        key: block.key(),
        markdown: markdown(block),
        text: block.text(),
    };
    Blocks { blocks: tree.blocks.iter().enumerate().map(view).collect() }
}

/// The blocks of the text as it is now, as programs change them.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/blocks", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), responses((status = 200, body = Blocks)))]
pub(super) async fn blocks(document: InDocument<ReadContent>) -> Result<Json<Blocks>, Problem> {
    Ok(Json(view(&document.handle.tree().await?)))
}

/// Changes single blocks, all or none: a block that is not as it was read is not overwritten.
#[utoipa::path(patch, path = "/api/writer/sites/{site}/documents/{document}/blocks", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), request_body = PatchBlocks,
    responses((status = 200, body = Blocks)))]
pub(super) async fn patch_blocks(
    document: InDocument<EditDocument>,
    change: Change<PatchBlocks>,
) -> Result<Json<Blocks>, Problem> {
    let edits = change.body.edits;
    if !(1..=EDITS_MAX).contains(&edits.len()) {
        let detail = format!("A request has 1 to {EDITS_MAX} edits.");
        return Err(Problem::invalid("edits", detail));
    }
    let edits = edits.into_iter().map(edit_from).collect();
    Ok(Json(view(&document.handle.patch(edits, document.site.member.account).await?)))
}

fn edit_from(edit: wire::BlockEdit) -> BlockEdit {
    let blocks = |markdown: &str| ContentTree::from_markdown(markdown).blocks;
    match edit {
        wire::BlockEdit::Replace { index, key, markdown } => {
            BlockEdit::Replace { index: index as usize, key, blocks: blocks(&markdown) }
        }
        wire::BlockEdit::Insert { after, markdown } => BlockEdit::Insert {
            after: after.map(|index| index as usize),
            blocks: blocks(&markdown),
        },
    }
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
