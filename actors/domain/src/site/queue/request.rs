//! What may be queued, and what it costs.

use super::admission::{New, Placement, Wanted, keeper, known, queue};
use super::limits;
use super::record::{Instruction, TaskInput, TaskKind, Unique};
use crate::entity::{Context, Draft, Refusal, RefusalKind};
use crate::ledger::price;
use crate::site::command::SiteReply;
use crate::site::document::{being_written, document, fresh, save};
use crate::site::record::{DocumentStatus, Idea, IdeaStatus, SiteRecord};
use crate::site::state::{Site, bounded};
use crate::tenant::prompt::{PromptKind, render};
use igny8_protocol_ids::{ClusterId, DocumentId, IdeaId, ImageId, Timestamp};
use uuid::Uuid;

/// A relative position names an item, a root or a type, and has a side.
const POSITION_BYTES_MAX: usize = 64;

fn bounded_items(placement: &Placement, count: usize) -> Result<(), Refusal> {
    let max = match placement.batch {
        Some(_) => limits::ITEMS_PER_BATCH_MAX,
        None => limits::ITEMS_PER_REQUEST_MAX,
    };
    if (1..=max).contains(&count) {
        return Ok(());
    }
    let message = format!("The request names {count} items; 1 to {max} are allowed.");
    Err(Refusal::invalid("invalid_count", message))
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
    placement: &Placement,
) -> Result<SiteReply, Refusal> {
    if let Some(known) = known(draft, placement, "", context.now) {
        return queue(draft, context, placement, vec![known]);
    }
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
    let new = New::of(title, TaskInput::Cluster { keywords }, price);
    let wanted = new.keyed(placement, "", context.now);
    queue(draft, context, placement, vec![wanted])
}

pub(in crate::site) fn ideas(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    clusters: &[ClusterId],
    count: u32,
) -> Result<SiteReply, Refusal> {
    bounded_items(placement, clusters.len())?;
    bounded_number("ideas", count, limits::IDEAS_PER_CLUSTER_MAX)?;
    let wanted = clusters
        .iter()
        .map(|id| wanted_ideas(draft, placement, *id, count, context.now))
        .collect::<Result<Vec<_>, Refusal>>()?;
    queue(draft, context, placement, wanted)
}

/// Asked twice before the first answer is there, the same ideas are made once.
fn wanted_ideas(
    site: &Site,
    placement: &Placement,
    id: ClusterId,
    count: u32,
    now: Timestamp,
) -> Result<Wanted, Refusal> {
    let cluster = site.cluster(id).ok_or_else(|| Refusal::not_found("cluster"))?;
    let item = format!("ideas:{id}:{count}");
    let twice = || keeper(site, &item, now).map(Wanted::Known);
    if let Some(known) = known(site, placement, &item, now).or_else(twice) {
        return Ok(known);
    }
    let title = format!("{count} ideas for \u{201c}{}\u{201d}", cluster.name);
    let price = price::price_of_ideas(count as usize);
    let mut new = New::of(title, TaskInput::Ideas { cluster: id, count }, price);
    new.unique = Some(Box::new(Unique { key: item.clone(), until: None }));
    Ok(new.keyed(placement, &item, now))
}

pub(super) fn idea_in_use(idea: &Idea) -> Refusal {
    let message = format!("\u{201c}{}\u{201d} has a draft already, or is archived.", idea.title);
    Refusal::conflict("idea_in_use", message)
}

pub(in crate::site) fn drafts(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    ideas: &[IdeaId],
    images: u32,
) -> Result<SiteReply, Refusal> {
    bounded_items(placement, ideas.len())?;
    if images > limits::IMAGES_PER_REQUEST_MAX {
        bounded_number("images", images, limits::IMAGES_PER_REQUEST_MAX)?;
    }
    let mut wanted = Vec::with_capacity(ideas.len());
    for id in ideas {
        let item = format!("draft:{id}");
        if let Some(known) = known(draft, placement, &item, context.now) {
            wanted.push(known);
            continue;
        }
        let mut idea = draft.idea(*id).cloned().ok_or_else(|| Refusal::not_found("idea"))?;
        if idea.status != IdeaStatus::New {
            return Err(idea_in_use(&idea));
        }
        let document = fresh(context, &idea.title, Some(*id));
        idea.status = IdeaStatus::Queued;
        idea.document = Some(document.id);
        idea.updated_at = context.now;
        let input = TaskInput::Draft { idea: *id, document: document.id, images };
        let new = New::of(idea.title.clone(), input, price::ARTICLE);
        wanted.push(new.keyed(placement, &item, context.now));
        draft.put(SiteRecord::Document(document));
        draft.put(SiteRecord::Idea(idea));
    }
    queue(draft, context, placement, wanted)
}

pub(in crate::site) fn images(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    id: DocumentId,
    count: u32,
) -> Result<SiteReply, Refusal> {
    bounded_number("images", count, limits::IMAGES_PER_REQUEST_MAX)?;
    let item = format!("images:{id}:");
    if let Some(known) = known(draft, placement, &item, context.now) {
        return queue(draft, context, placement, vec![known]);
    }
    let images = wanted_images(draft, context, id, count)?;
    let wanted = images.into_iter().map(|new| new.keyed(placement, &item, context.now)).collect();
    queue(draft, context, placement, wanted)
}

/// The tasks that make `count` more images for a document.
pub(super) fn wanted_images(
    draft: &Draft<'_, Site>,
    context: &mut Context,
    id: DocumentId,
    count: u32,
) -> Result<Vec<New>, Refusal> {
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
            New::of(title, TaskInput::Image { document: id, image, index }, price::IMAGE)
        })
        .collect())
}

pub(in crate::site) fn reparse(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    id: DocumentId,
) -> Result<SiteReply, Refusal> {
    let item = format!("reparse:{id}");
    if let Some(known) = known(draft, placement, &item, context.now) {
        return queue(draft, context, placement, vec![known]);
    }
    let document = document(draft, id)?;
    if being_written(draft, id) {
        return Err(Refusal::conflict(
            "being_written",
            "An AI is writing here already: wait for its end or stop it.",
        ));
    }
    let title = format!("Restructure \u{201c}{}\u{201d}", document.title);
    let new = New::of(title, TaskInput::Reparse { document: id }, price::REPARSE);
    let wanted = new.keyed(placement, &item, context.now);
    queue(draft, context, placement, vec![wanted])
}

/// Rewrites of several places of one document, and a draft that is being written there, go on side by
/// side: each is a run of its own, and none changes the text before somebody accepts it.
pub(in crate::site) fn rewrite(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    id: DocumentId,
    (range, mut instruction): ((Vec<u8>, Vec<u8>), Instruction),
) -> Result<SiteReply, Refusal> {
    let title = document(draft, id)?.title;
    if let Instruction::Own(words) = &mut instruction {
        *words = bounded("instruction", words.trim(), 1, limits::INSTRUCTION_CHARS_MAX)?;
    }
    if range.0.len().max(range.1.len()) > POSITION_BYTES_MAX {
        return Err(Refusal::invalid("range", "The selection cannot be read: select it again."));
    }
    let open = draft.queue().open_about(id).filter_map(|task| draft.task(task));
    let rewrites = open.filter(|task| task.input.kind() == TaskKind::Rewrite).count();
    if rewrites >= limits::REWRITES_PER_DOCUMENT_MAX {
        let message = format!("{rewrites} rewrites of this draft are under way: wait for some.");
        return Err(Refusal::new(RefusalKind::Busy, "too_many_rewrites", message));
    }
    let title = format!("Rewrite in \u{201c}{title}\u{201d}");
    let input = TaskInput::Rewrite { document: id, range, instruction };
    let wanted = Wanted::New(New::of(title, input, price::REWRITE));
    queue(draft, context, placement, vec![wanted])
}

/// Everything that could be refused is refused here, before anything is spent.
pub(in crate::site) fn test_run(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    (kind, template, subject): (PromptKind, String, Option<Uuid>),
) -> Result<SiteReply, Refusal> {
    let (about, values) = draft.sample(kind, subject).ok_or_else(|| {
        let message = "The site has nothing yet to try this prompt on.";
        Refusal::conflict("nothing_to_try", message)
    })?;
    render(kind, &template, &values, "trial")
        .map_err(|refusal| Refusal::invalid("prompt_template", refusal.to_string()))?;
    let title = format!("Try the {} prompt on \u{201c}{about}\u{201d}", kind.name());
    let input = TaskInput::TestRun { prompt: kind, template, subject };
    let wanted = Wanted::New(New::of(title, input, price::TEST_RUN));
    queue(draft, context, placement, vec![wanted])
}

pub(in crate::site) fn publication(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    placement: &Placement,
    id: DocumentId,
    live: bool,
) -> Result<SiteReply, Refusal> {
    let item = format!("publish:{id}");
    if let Some(known) = known(draft, placement, &item, context.now) {
        return queue(draft, context, placement, vec![known]);
    }
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
    let wanted = New::of(title, input, price::PUBLISH).keyed(placement, &item, context.now);
    queue(draft, context, placement, vec![wanted])
}
