//! Documents: from draft to approved. Their text lives in entities of their own.

use super::command::SiteReply;
use super::idea::TITLE_CHARS_MAX;
use super::queue::TaskKind;
use super::record::{Document, DocumentStatus, DocumentStep, SiteRecord, StepKind};
use super::state::{Site, bounded};
use crate::entity::{Context, Draft, Origin, Refusal};
use igny8_protocol_ids::{DocumentId, IdeaId};

/// Steps that are kept of a document: it is made, reviewed and published a few times. All of a
/// site's documents are in memory.
const STEPS_MAX: usize = 40;

/// A fresh document record.
pub(super) fn fresh(context: &mut Context, title: &str, idea: Option<IdeaId>) -> Document {
    Document {
        id: DocumentId::new(context.now, context.entropy.chance()),
        title: title.to_owned(),
        status: DocumentStatus::Draft,
        idea,
        images: Vec::new(),
        approved: None,
        revision: 0,
        publication: None,
        words: 0,
        provenance: Vec::new(),
        created_at: context.now,
        updated_at: context.now,
        steps: vec![step(context, StepKind::Created)],
    }
}

fn step(context: &Context, what: StepKind) -> DocumentStep {
    let by = match context.origin {
        Origin::Account(account) => Some(account),
        Origin::System => None,
    };
    DocumentStep { at: context.now, by, what }
}

pub(super) fn document(draft: &Draft<'_, Site>, id: DocumentId) -> Result<Document, Refusal> {
    draft.document(id).cloned().ok_or_else(|| Refusal::not_found("document"))
}

/// Writes a document down, with what has happened to it since it was written last.
pub(super) fn save(draft: &mut Draft<'_, Site>, context: &Context, mut document: Document) {
    document.updated_at = context.now;
    let before = draft.document(document.id);
    if before.is_some_and(|before| before.title != document.title) {
        document.steps.push(step(context, StepKind::Renamed(document.title.clone())));
    }
    if before.is_some_and(|before| before.status != document.status) {
        let moved = StepKind::Moved(document.status, document.revision);
        document.steps.push(step(context, moved));
    }
    let beyond = document.steps.len().saturating_sub(STEPS_MAX);
    document.steps.drain(..beyond);
    draft.put(SiteRecord::Document(document));
}

pub(super) fn create(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    title: &str,
) -> Result<SiteReply, Refusal> {
    let title = bounded("title", title.trim(), 1, TITLE_CHARS_MAX)?;
    let document = fresh(context, &title, None);
    draft.put(SiteRecord::Document(document.clone()));
    Ok(SiteReply::Document(document))
}

pub(super) fn rename(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    id: DocumentId,
    title: &str,
) -> Result<SiteReply, Refusal> {
    let mut document = document(draft, id)?;
    document.title = bounded("title", title.trim(), 1, TITLE_CHARS_MAX)?;
    save(draft, context, document.clone());
    Ok(SiteReply::Document(document))
}

/// Moves a document along. Publishing is not a status that one sets: it is a task.
pub(super) fn change_status(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    id: DocumentId,
    status: DocumentStatus,
    version: Option<[u8; 32]>,
    words: Option<u32>,
) -> Result<SiteReply, Refusal> {
    use DocumentStatus as S;
    let mut document = document(draft, id)?;
    match (document.status, status) {
        (S::Publishing, _) => {
            return Err(Refusal::conflict(
                "publishing",
                "The document is being published: wait for the end of that task.",
            ));
        }
        (_, S::Draft | S::InReview) => document.approved = None,
        (_, S::Approved) => {
            if being_written(draft, id) {
                return Err(Refusal::conflict(
                    "being_written",
                    "An AI is still writing here: wait for its end or stop it.",
                ));
            }
            document.approved = Some(
                version
                    .ok_or_else(|| Refusal::invalid("no_version", "Approval needs a version."))?,
            );
        }
        (_, S::Publishing | S::Published | S::Conflict) => {
            return Err(Refusal::invalid(
                "invalid_status",
                "A document can be set to draft, in review or approved.",
            ));
        }
    }
    document.status = status;
    document.words = words.unwrap_or(document.words);
    save(draft, context, document.clone());
    Ok(SiteReply::Document(document))
}

/// True while a draft or reparse task of this document waits or runs.
pub(super) fn being_written(draft: &Draft<'_, Site>, id: DocumentId) -> bool {
    let open = draft.queue().open_about(id).filter_map(|id| draft.task(id));
    open.map(|task| task.input.kind())
        .any(|kind| matches!(kind, TaskKind::Draft | TaskKind::Reparse))
}
