//! Comments on a document: whoever may read it may comment, also without the right to change it.

use crate::access::{Comment, Id, InDocument, InThread, Member, ReadContent};
use crate::body::{Change, Empty, Json};
use crate::convert;
use crate::problem::Problem;
use http::StatusCode;
use igny8_actors_domain::role::{Action, allows};
use igny8_actors_runtime::{Commenter, NewComment};
use igny8_protocol_ids::{AccountId, CommentId, DocumentId, SiteId, ThreadId};
use igny8_protocol_wire::rest::document::comment::{
    BeginThread, ChangeComment, ThreadView, WriteComment,
};

type Answer = Result<Json<ThreadView>, Problem>;

fn commenter(member: &Member<Comment>) -> Commenter {
    let may = |action| allows(member.role, action);
    let (resolves, moderates) = (may(Action::EditDocument), may(Action::ModerateComments));
    Commenter { account: member.account, resolves, moderates }
}

/// Only members can be mentioned: nobody else could read what it is about.
async fn check_mentions(member: &Member<Comment>, mentions: &[AccountId]) -> Result<(), Problem> {
    let mentions = mentions.to_vec();
    let stranger = member.tenant.read(move |tenant| {
        mentions.iter().find(|account| tenant.role_of(**account).is_none()).copied()
    });
    match stranger.await? {
        None => Ok(()),
        Some(account) => {
            let detail = format!("{account} is no member of this workspace: mention members.");
            Err(Problem::invalid("mentions", detail))
        }
    }
}

async fn checked(member: &Member<Comment>, comment: WriteComment) -> Result<NewComment, Problem> {
    let WriteComment { id, text, mentions } = comment;
    check_mentions(member, &mentions).await?;
    Ok(NewComment { id, text, mentions })
}

/// All threads of a document, the oldest first, the resolved ones included.
#[utoipa::path(get, path = "/api/writer/sites/{site}/documents/{document}/threads", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)),
    responses((status = 200, body = Vec<ThreadView>)))]
pub(super) async fn list_threads(
    document: InDocument<ReadContent>,
) -> Result<Json<Vec<ThreadView>>, Problem> {
    let threads = document.handle.threads().await?;
    Ok(Json(threads.into_iter().map(convert::thread_view).collect()))
}

/// Begins a thread on a range of the text: the mark and the comment, both or neither.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/threads", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path)), request_body = BeginThread,
    responses((status = 201, body = ThreadView)))]
pub(super) async fn begin_thread(
    document: InDocument<Comment>,
    change: Change<BeginThread>,
) -> Result<(StatusCode, Json<ThreadView>), Problem> {
    let BeginThread { id, range, comment } = change.body;
    let member = &document.site.member;
    let range = convert::range_from(range)
        .ok_or_else(|| Problem::invalid("range", "A position is not in base64."))?;
    let comment = checked(member, comment).await?;
    let thread = document.handle.begin_thread(id, range, comment, member.account).await?;
    Ok((StatusCode::CREATED, Json(convert::thread_view(thread))))
}

/// Deletes a thread with its comments and its mark. Repeated, it changes nothing.
#[utoipa::path(delete, path = "/api/writer/sites/{site}/documents/{document}/threads/{thread}", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("thread" = ThreadId, Path)),
    responses((status = 204)))]
pub(super) async fn delete_thread(
    document: InDocument<Comment>,
    Id(thread): Id<ThreadId>,
) -> Result<StatusCode, Problem> {
    let by = commenter(&document.site.member);
    document.handle.delete_thread(thread, by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answers in a thread; one that was resolved is open again.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/threads/{thread}/comments", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("thread" = ThreadId, Path)),
    request_body = WriteComment, responses((status = 201, body = ThreadView)))]
pub(super) async fn reply(
    document: InDocument<Comment>,
    InThread(thread): InThread,
    change: Change<WriteComment>,
) -> Result<(StatusCode, Json<ThreadView>), Problem> {
    let member = &document.site.member;
    let comment = checked(member, change.body).await?;
    let thread = document.handle.reply(thread, comment, member.account).await?;
    Ok((StatusCode::CREATED, Json(convert::thread_view(thread))))
}

/// Changes what one said oneself.
#[utoipa::path(patch, path = "/api/writer/sites/{site}/documents/{document}/threads/{thread}/comments/{comment}", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("thread" = ThreadId, Path),
        ("comment" = CommentId, Path)),
    request_body = ChangeComment, responses((status = 200, body = ThreadView)))]
pub(super) async fn change_comment(
    document: InDocument<Comment>,
    InThread(thread): InThread,
    Id(id): Id<CommentId>,
    change: Change<ChangeComment>,
) -> Answer {
    let ChangeComment { text, mentions } = change.body;
    let member = &document.site.member;
    let comment = checked(member, WriteComment { id, text, mentions }).await?;
    let thread = document.handle.edit_comment(thread, comment, member.account).await?;
    Ok(Json(convert::thread_view(thread)))
}

/// Deletes a comment: one's own, or anybody's with the right to moderate.
#[utoipa::path(delete, path = "/api/writer/sites/{site}/documents/{document}/threads/{thread}/comments/{comment}", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("thread" = ThreadId, Path),
        ("comment" = CommentId, Path)),
    responses((status = 200, body = ThreadView)))]
pub(super) async fn delete_comment(
    document: InDocument<Comment>,
    InThread(thread): InThread,
    Id(id): Id<CommentId>,
) -> Answer {
    let by = commenter(&document.site.member);
    let thread = document.handle.delete_comment(thread, id, by).await?;
    Ok(Json(convert::thread_view(thread)))
}

/// Resolves a thread: it stays readable, and editors show its mark no more.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/threads/{thread}/resolve", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("thread" = ThreadId, Path)),
    responses((status = 200, body = ThreadView)))]
pub(super) async fn resolve_thread(
    document: InDocument<Comment>,
    InThread(thread): InThread,
    _: Change<Empty>,
) -> Answer {
    let by = commenter(&document.site.member);
    let thread = document.handle.resolve_thread(thread, true, by).await?;
    Ok(Json(convert::thread_view(thread)))
}

/// Opens a resolved thread again.
#[utoipa::path(post, path = "/api/writer/sites/{site}/documents/{document}/threads/{thread}/reopen", tag = "writer",
    params(("site" = SiteId, Path), ("document" = DocumentId, Path), ("thread" = ThreadId, Path)),
    responses((status = 200, body = ThreadView)))]
pub(super) async fn reopen_thread(
    document: InDocument<Comment>,
    InThread(thread): InThread,
    _: Change<Empty>,
) -> Answer {
    let by = commenter(&document.site.member);
    let thread = document.handle.resolve_thread(thread, false, by).await?;
    Ok(Json(convert::thread_view(thread)))
}
