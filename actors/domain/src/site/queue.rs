//! The queue: what may be queued, what starts when, and why a task waits.

use super::command::{SiteEffect, SiteReply};
use super::document::{document, fresh, save};
use super::record::{
    Ask, DocumentStatus, FailureClass, IdeaStatus, SiteRecord, Task, TaskInput, TaskKind,
    TaskStatus,
};
use super::state::Site;
use crate::entity::{Context, Draft, Origin, Refusal};
use crate::ledger::price;
use igny8_protocol_ids::{
    ClusterId, Credits, DocumentId, HoldId, IdeaId, ImageId, TaskId, Timestamp, TransferId,
};
use std::time::Duration;

/// Bounds of a site (R11).
pub mod limits {
    /// Keywords kept in one site: the state of a site is in memory.
    pub const KEYWORDS_PER_SITE_MAX: usize = 100_000;
    /// Tasks that may wait at once; more is answered with "busy".
    pub const TASKS_QUEUED_MAX: usize = 10_000;
    /// Items in one request.
    pub const ITEMS_PER_REQUEST_MAX: usize = 100;
    /// Ideas for one cluster in one request.
    pub const IDEAS_PER_CLUSTER_MAX: u32 = 10;
    /// Images for one document in one request.
    pub const IMAGES_PER_REQUEST_MAX: u32 = 3;
    /// Images of one document.
    pub const IMAGES_PER_DOCUMENT_MAX: usize = 20;
    /// Keywords in one clustering: the distance matrix of 5,000 takes 50 MB.
    pub const KEYWORDS_PER_CLUSTERING_MAX: usize = 5_000;
}

/// Attempts before a task is dead.
pub const ATTEMPTS_MAX: u32 = 4;
/// Longer than the longest ladder of retries (four attempts of at most 30 minutes, their pauses of
/// at most 15 minutes): a hold never ends before its task.
const HOLD_LIFETIME: Duration = Duration::from_hours(24);

/// How many tasks of a kind a site runs at once.
const fn lane(kind: TaskKind) -> u32 {
    match kind {
        // One set of keywords is clustered at a time: two runs would fight for the same ones.
        TaskKind::Cluster => 1,
        TaskKind::Ideas | TaskKind::Image => 4,
        // The demo's bench writes twenty drafts at once; providers allow about as many streams.
        TaskKind::Draft | TaskKind::Reparse => 20,
        // A shared WordPress host bears about two posts at a time.
        TaskKind::Publish => 2,
    }
}

/// Why a task waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A retry is due later.
    Retry,
    /// Credits are on their way, or missing.
    Credits,
    /// All places of its kind are taken.
    Lane,
}

impl Site {
    /// Why a task waits; `None` if it does not.
    pub fn waiting(&self, task: &Task, now: Timestamp) -> Option<Waiting> {
        if task.status != TaskStatus::Queued {
            return None;
        }
        if task.not_before.is_some_and(|at| at > now) {
            return Some(Waiting::Retry);
        }
        let unpaid = task.hold.is_none() && task.price > Credits::ZERO;
        if unpaid && self.ledger().spendable(now) < task.price {
            return Some(Waiting::Credits);
        }
        Some(Waiting::Lane)
    }
}

fn queue(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    inputs: Vec<(String, TaskInput, Credits)>,
) -> Result<SiteReply, Refusal> {
    let waiting = draft.queued().count();
    if waiting + inputs.len() > limits::TASKS_QUEUED_MAX {
        return Err(Refusal::new(
            crate::RefusalKind::Busy,
            "queue_full",
            format!(
                "{waiting} tasks wait already; {} may. Try again when some are done.",
                limits::TASKS_QUEUED_MAX
            ),
        ));
    }
    let tasks: Vec<Task> = inputs.into_iter().map(|input| enqueue(draft, context, input)).collect();
    let ids: Vec<TaskId> = tasks.iter().map(|task| task.id).collect();
    pump(draft, context);
    Ok(SiteReply::Tasks(ids.iter().filter_map(|id| draft.task(*id)).cloned().collect()))
}

/// Puts one task into the queue.
pub(super) fn enqueue(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    (title, input, price): (String, TaskInput, Credits),
) -> Task {
    let task = Task {
        id: TaskId::new(context.now, context.entropy.chance()),
        number: draft.next_task_number(),
        title,
        input,
        status: TaskStatus::Queued,
        attempts: 0,
        price,
        hold: None,
        spent: Credits::ZERO,
        not_before: None,
        stop_requested: false,
        failure: None,
        model: None,
        response: None,
        created_by: match context.origin {
            Origin::Account(account) => Some(account),
            Origin::System => None,
        },
        created_at: context.now,
        updated_at: context.now,
    };
    draft.put(SiteRecord::Task(task.clone()));
    task
}

/// Refuses what was just queued if it costs more than there is: the draft is undone.
pub(super) fn within(reply: &SiteReply, budget: Credits) -> Result<(), Refusal> {
    let SiteReply::Tasks(tasks) = reply else { return Ok(()) };
    let price = tasks.iter().map(full_price).fold(0, i64::saturating_add);
    if price <= budget.0 {
        return Ok(());
    }
    Err(Refusal::new(
        crate::RefusalKind::PaymentRequired,
        "insufficient_credits",
        format!(
            "This needs {price} credits and {} are available. Nothing was charged. Buy credits or do less at once.",
            budget.0
        ),
    ))
}

/// A task's price with that of the images which it will queue.
fn full_price(task: &Task) -> i64 {
    let images = match task.input {
        TaskInput::Draft { images, .. } => price::price_of_images(images as usize).0,
        _ => 0,
    };
    task.price.0.saturating_add(images)
}

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

pub(super) fn clustering(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
) -> Result<SiteReply, Refusal> {
    let clustering = |task: &Task| {
        matches!(task.status, TaskStatus::Queued | TaskStatus::Running)
            && task.input.kind() == TaskKind::Cluster
    };
    if draft.tasks().any(clustering) {
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

pub(super) fn ideas(
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

pub(super) fn drafts(
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

pub(super) fn images(
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
pub(super) fn image_inputs(
    draft: &Draft<'_, Site>,
    context: &mut Context,
    id: DocumentId,
    count: u32,
) -> Result<Vec<(String, TaskInput, Credits)>, Refusal> {
    let document = document(draft, id)?;
    let waiting = draft.tasks().filter(|task| {
        matches!(task.status, TaskStatus::Queued | TaskStatus::Running)
            && matches!(task.input, TaskInput::Image { document, .. } if document == id)
    });
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

pub(super) fn reparse(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: DocumentId,
) -> Result<SiteReply, Refusal> {
    let document = document(draft, id)?;
    if super::document::being_written(draft, id) {
        return Err(Refusal::conflict(
            "being_written",
            "An AI is writing here already: wait for its end or stop it.",
        ));
    }
    let title = format!("Restructure \u{201c}{}\u{201d}", document.title);
    queue(draft, context, vec![(title, TaskInput::Reparse { document: id }, price::REPARSE)])
}

pub(super) fn publication(
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

fn task(draft: &Draft<'_, Site>, id: TaskId) -> Result<Task, Refusal> {
    draft.task(id).cloned().ok_or_else(|| Refusal::not_found("task"))
}

pub(super) fn cancel(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: TaskId,
) -> Result<SiteReply, Refusal> {
    let mut task = task(draft, id)?;
    match task.status {
        TaskStatus::Queued => {
            super::finish::close(draft, context, task, TaskStatus::Cancelled, Credits::ZERO)?;
        }
        TaskStatus::Running => {
            // The runner answers with what was written: that decides what is paid (R9).
            task.stop_requested = true;
            task.updated_at = context.now;
            draft.put(SiteRecord::Task(task));
            draft.effect(SiteEffect::StopTask { task: id });
        }
        _ => {
            return Err(Refusal::conflict(
                "task_ended",
                "The task has ended: there is nothing to cancel.",
            ));
        }
    }
    Ok(SiteReply::Tasks(draft.task(id).cloned().into_iter().collect()))
}

pub(super) fn retry(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: TaskId,
) -> Result<SiteReply, Refusal> {
    let mut task = task(draft, id)?;
    let ended =
        [TaskStatus::Failed, TaskStatus::Dead, TaskStatus::Cancelled, TaskStatus::WaitingForReview];
    if !ended.contains(&task.status) {
        return Err(Refusal::conflict(
            "not_failed",
            "Only a task that failed or was cancelled can be tried again.",
        ));
    }
    super::finish::reclaim(draft, context, &task)?;
    task.status = TaskStatus::Queued;
    task.attempts = 0;
    task.not_before = None;
    task.stop_requested = false;
    task.updated_at = context.now;
    draft.put(SiteRecord::Task(task));
    pump(draft, context);
    Ok(SiteReply::Tasks(draft.task(id).cloned().into_iter().collect()))
}

/// Starts what can start: hold, start and outbox record in the same commit (R6). Asks the tenant
/// for the credits that are missing.
pub(super) fn pump(draft: &mut Draft<'_, Site>, context: &mut Context) {
    if draft.card().is_none() {
        return;
    }
    let mut missing = Credits::ZERO;
    let mut reserved = draft.ledger().spendable(context.now);
    let waiting: Vec<TaskId> = draft.queued().map(|task| task.id).collect();
    for id in waiting {
        let Some(task) = draft.task(id).cloned() else { continue };
        let price = if task.hold.is_none() { task.price } else { Credits::ZERO };
        if task.not_before.is_some_and(|at| at > context.now) {
            continue;
        }
        if reserved < price {
            missing = Credits(missing.0 + price.0 - reserved.0);
            reserved = Credits::ZERO;
            continue;
        }
        reserved = Credits(reserved.0 - price.0);
        if draft.running(task.input.kind()) < lane(task.input.kind()) {
            start(draft, context, task, price);
        }
    }
    if missing > Credits::ZERO && draft.ask().is_none() {
        let transfer = TransferId::new(context.now, context.entropy.chance());
        draft.put(SiteRecord::Ask(Ask { transfer, amount: missing, again_at: None }));
        draft.effect(SiteEffect::AskCredits { transfer, amount: missing });
    }
}

fn start(draft: &mut Draft<'_, Site>, context: &mut Context, mut task: Task, price: Credits) {
    if price > Credits::ZERO {
        let hold = HoldId::new(context.now, context.entropy.chance());
        let expires = context.now.plus(HOLD_LIFETIME);
        let reason = task.title.clone();
        // Checked against the same balance just before; a refusal leaves the task waiting.
        let key = format!("hold:{hold}");
        let Ok(posting) = draft.ledger().hold(context.now, &key, hold, price, expires, reason)
        else {
            return;
        };
        super::credit::book(draft, posting.changes);
        task.hold = Some(hold);
    }
    task.status = TaskStatus::Running;
    task.attempts += 1;
    task.not_before = None;
    task.updated_at = context.now;
    let effect = SiteEffect::RunTask { task: task.id, attempt: task.attempts };
    draft.put(SiteRecord::Task(task));
    draft.effect(effect);
}

/// How long to wait before the next attempt: twice as long each time, with full jitter, unless the
/// other side named a time.
pub(super) fn pause(context: &mut Context, attempts: u32, retry_after_ms: Option<u64>) -> Duration {
    const FIRST: u64 = 2_000;
    const LONGEST: u64 = 5 * 60_000;
    const NAMED_MAX: u64 = 15 * 60_000;
    match retry_after_ms {
        // A little more than named, so that a crowd does not come back at once.
        Some(named) => Duration::from_millis(named.min(NAMED_MAX) + context.entropy.roll() % 250),
        None => {
            let ceiling =
                FIRST.saturating_mul(1 << attempts.min(16).saturating_sub(1)).min(LONGEST);
            Duration::from_millis(ceiling / 2 + context.entropy.roll() % (ceiling / 2 + 1))
        }
    }
}

/// True if trying again can help without anybody doing something first.
pub(super) const fn passes_by_itself(class: FailureClass) -> bool {
    use FailureClass as F;
    matches!(class, F::Timeout | F::RateLimited | F::Unavailable | F::BrokenStream | F::Internal)
}
