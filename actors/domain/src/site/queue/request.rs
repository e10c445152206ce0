//! What may be queued, and what it costs.

use super::admission::queue;
use super::limits;
use super::task::{TaskInput, TaskKind};
use crate::entity::{Context, Draft, Refusal};
use crate::ledger::price;
use crate::site::command::SiteReply;
use crate::site::document::{being_written, document, fresh, save};
use crate::site::record::{DocumentStatus, IdeaStatus, SiteRecord};
use crate::site::state::Site;
use igny8_protocol_ids::{ClusterId, Credits, DocumentId, IdeaId, ImageId};

fn bounded_items(count: usize) -> Result<(), Refusal> {
    if (1..=limits::ITEMS_PER_REQUEST_MAX).contains(&count) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "invalid_count",
        format!(
            "The request names {count} items; 1 to {} are allowed.",
            limits::ITEMS_PER_REQUEST_MAX
        ),
    ))
}

fn bounded_number(what: &str, count: u32, max: u32) -> Result<(), Refusal> {
    if (1..=max).contains(&count) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "invalid_count",
        format!("{count} {what} were asked for; 1 to {max} are allowed."),
    ))
}

pub(in crate::site) fn clustering(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
) -> Result<SiteReply, Refusal> {
    if draft.queue().open(TaskKind::Cluster) > 0 {
        return Err(Refusal::conflict(
            "already_clustering",
            "A clustering is under way: wait for its end.",
        ));
    }
    let keywords: Vec<_> = draft
        .unclustered()
        .map(|keyword| keyword.id)
        .take(limits::KEYWORDS_PER_CLUSTERING_MAX)
        .collect();
    if keywords.is_empty() {
        return Err(Refusal::conflict(
            "nothing_to_cluster",
            "There is no keyword without a cluster: import some first.",
        ));
    }
    let price = price::price_of_clustering(keywords.len());
    let title = format!("Cluster {} keywords", keywords.len());
    queue(draft, context, vec![(title, TaskInput::Cluster { keywords }, price)])
}

pub(in crate::site) fn ideas(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    clusters: &[ClusterId],
    count: u32,
) -> Result<SiteReply, Refusal> {
    bounded_items(clusters.len())?;
    bounded_number("ideas", count, limits::IDEAS_PER_CLUSTER_MAX)?;
    let inputs = clusters
        .iter()
        .map(|id| {
            let cluster = draft.cluster(*id).ok_or_else(|| Refusal::not_found("cluster"))?;
            let title = format!("{count} ideas for \u{201c}{}\u{201d}", cluster.name);
            Ok((
                title,
                TaskInput::Ideas { cluster: *id, count },
                price::price_of_ideas(count as usize),
            ))
        })
        .collect::<Result<Vec<_>, Refusal>>()?;
    queue(draft, context, inputs)
}

pub(in crate::site) fn drafts(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    ideas: &[IdeaId],
    images: u32,
) -> Result<SiteReply, Refusal> {
    bounded_items(ideas.len())?;
    if images > limits::IMAGES_PER_REQUEST_MAX {
        bounded_number("images", images, limits::IMAGES_PER_REQUEST_MAX)?;
    }
    let mut inputs = Vec::with_capacity(ideas.len());
    for id in ideas {
        let mut idea = draft.idea(*id).cloned().ok_or_else(|| Refusal::not_found("idea"))?;
        if idea.status != IdeaStatus::New {
            return Err(Refusal::conflict(
                "idea_in_use",
                format!("\u{201c}{}\u{201d} has a draft already, or is archived.", idea.title),
            ));
        }
        let document = fresh(context, &idea.title, Some(*id));
        idea.status = IdeaStatus::Queued;
        idea.document = Some(document.id);
        idea.updated_at = context.now;
        inputs.push((
            idea.title.clone(),
            TaskInput::Draft { idea: *id, document: document.id, images },
            price::ARTICLE,
        ));
        draft.put(SiteRecord::Document(document));
        draft.put(SiteRecord::Idea(idea));
    }
    queue(draft, context, inputs)
}

pub(in crate::site) fn images(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: DocumentId,
    count: u32,
) -> Result<SiteReply, Refusal> {
    bounded_number("images", count, limits::IMAGES_PER_REQUEST_MAX)?;
    let inputs = image_inputs(draft, context, id, count)?;
    queue(draft, context, inputs)
}

/// The tasks that make `count` more images for a document.
pub(in crate::site) fn image_inputs(
    draft: &Draft<'_, Site>,
    context: &mut Context,
    id: DocumentId,
    count: u32,
) -> Result<Vec<(String, TaskInput, Credits)>, Refusal> {
    let document = document(draft, id)?;
    let open = draft.queue().open_about(id).filter_map(|id| draft.task(id));
    let waiting = open.filter(|task| task.input.kind() == TaskKind::Image);
    let present = document.images.len() + waiting.count();
    if present + count as usize > limits::IMAGES_PER_DOCUMENT_MAX {
        return Err(Refusal::conflict(
            "too_many_images",
            format!(
                "The document has {present} images; {} are allowed.",
                limits::IMAGES_PER_DOCUMENT_MAX
            ),
        ));
    }
    let first = u32::try_from(present).unwrap_or(0);
    Ok((first..first + count)
        .map(|index| {
            let image = ImageId::new(context.now, context.entropy.chance());
            let title = format!("Image {} for \u{201c}{}\u{201d}", index + 1, document.title);
            (title, TaskInput::Image { document: id, image, index }, price::IMAGE)
        })
        .collect())
}

pub(in crate::site) fn reparse(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: DocumentId,
) -> Result<SiteReply, Refusal> {
    let document = document(draft, id)?;
    if being_written(draft, id) {
        return Err(Refusal::conflict(
            "being_written",
            "An AI is writing here already: wait for its end or stop it.",
        ));
    }
    let title = format!("Restructure \u{201c}{}\u{201d}", document.title);
    queue(draft, context, vec![(title, TaskInput::Reparse { document: id }, price::REPARSE)])
}

pub(in crate::site) fn publication(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: DocumentId,
    live: bool,
) -> Result<SiteReply, Refusal> {
    let mut document = document(draft, id)?;
    let version = match (document.status, document.approved) {
        (DocumentStatus::Approved, Some(version)) => version,
        (DocumentStatus::Publishing, _) => {
            return Err(Refusal::conflict(
                "publishing",
                "The document is being published already.",
            ));
        }
        _ => {
            return Err(Refusal::conflict(
                "not_approved",
                "Only an approved document can be published: approve it first.",
            ));
        }
    };
    document.status = DocumentStatus::Publishing;
    document.revision += 1;
    let input = TaskInput::Publish { document: id, version, revision: document.revision, live };
    let title = format!("Publish \u{201c}{}\u{201d}", document.title);
    save(draft, context, document);
    queue(draft, context, vec![(title, input, price::PUBLISH)])
}
