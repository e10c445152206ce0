//! The end of an attempt: settlement, result and next actions in one commit.

use super::admission::{Placement, enqueue, waiting_deadline};
use super::record::{Failure, FailureClass, Task, TaskInput, TaskStatus};
use super::request::wanted_images;
use super::review::park;
use super::start::pause;
use super::{batch, obstacle, retention};
use crate::entity::{Context, Draft, Refusal};
use crate::ledger::price::PriceList;
use crate::sabotage::Sabotage;
use crate::site::command::{SiteReply, TaskOutcome};
use crate::site::document::{document, save};
use crate::site::record::{DocumentStatus, IdeaStatus, Publication, SiteRecord};
use crate::site::state::Site;
use crate::site::usage::cost_with_reuse;
use crate::site::{cluster, credit, idea};
use igny8_protocol_ids::{Credits, TaskId, Timestamp};

/// The model that was used, and the blob of its raw answer.
type Trace = (Option<String>, Option<[u8; 32]>);

pub(in crate::site) fn finish(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: TaskId,
    attempt: u32,
    outcome: TaskOutcome,
    (model, response): Trace,
) -> Result<SiteReply, Refusal> {
    let Some(mut task) = draft.task(id).cloned() else { return Ok(SiteReply::Stale) };
    if task.status != TaskStatus::Running || task.attempts != attempt {
        return Ok(SiteReply::Stale);
    }
    task.model = model.or(task.model);
    task.response = response.or(task.response);
    match outcome {
        TaskOutcome::Failed { class, message, retry_after_ms } => {
            failed(draft, context, task, class, message, retry_after_ms)?;
        }
        TaskOutcome::HeldUp { by, message, until, called } => {
            obstacle::hold_up(draft, context, task, by, message, (until, called))?;
        }
        TaskOutcome::Unreadable { call, message } => {
            park(draft, context, task, call, message)?;
        }
        TaskOutcome::Stopped { wrote, words } => stopped(draft, context, task, wrote, words)?,
        done => succeeded(draft, context, task, done)?,
    }
    Ok(SiteReply::Done)
}

fn succeeded(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    task: Task,
    outcome: TaskOutcome,
) -> Result<(), Refusal> {
    let mut cost = task.price;
    match (&task.input, outcome) {
        (TaskInput::Cluster { .. }, TaskOutcome::Clustered { clusters, orphans, method }) => {
            cluster::take_in(draft, context, clusters, &orphans, &method);
        }
        (TaskInput::Ideas { cluster, count }, TaskOutcome::Ideas { ideas }) => {
            let added = idea::take_in(draft, context, *cluster, ideas, *count);
            cost = PriceList::of(task.price_list).ideas(added as usize);
        }
        (TaskInput::Draft { images, .. }, TaskOutcome::Drafted { words }) => {
            drafted(draft, context, &task, words, *images);
        }
        (TaskInput::Image { document, index, .. }, TaskOutcome::Imaged { image }) => {
            if let Some(mut record) = draft.document(*document).cloned() {
                let place = if *index == 0 { 0 } else { record.images.len() };
                record.images.insert(place, image.id);
                record.provenance.push(image.provenance.clone());
                save(draft, context, record);
            }
            draft.put(SiteRecord::Image(image));
        }
        (TaskInput::TestRun { .. }, TaskOutcome::Tested)
        | (TaskInput::Rewrite { .. }, TaskOutcome::Suggested) => {}
        (TaskInput::Reparse { document }, TaskOutcome::Reparsed { words }) => {
            if let Some(mut record) = draft.document(*document).cloned() {
                record.words = words;
                save(draft, context, record);
            }
        }
        (
            TaskInput::Publish { document, .. },
            TaskOutcome::Published { post_id, permalink, modified_gmt },
        ) => {
            if let Some(mut record) = draft.document(*document).cloned() {
                record.status = DocumentStatus::Published;
                record.publication =
                    Some(Publication { post_id, permalink, modified_gmt, at: context.now });
                save(draft, context, record);
            }
        }
        (_, _) => {
            return Err(Refusal::invalid(
                "wrong_outcome",
                "The outcome does not belong to this kind of task.",
            ));
        }
    }
    note_duration(draft, &task, context.now);
    let cost = cost_with_reuse(&task, cost);
    close(draft, context, task, TaskStatus::Succeeded, cost)
}

fn note_duration(draft: &mut Draft<'_, Site>, task: &Task, now: Timestamp) {
    let Some(started) = task.started_at else { return };
    let pace = draft.queue().pace(Some(task.input.kind()));
    if let Some(pace) = pace.after_end(now.since(started)) {
        draft.put(SiteRecord::Pace(pace));
    }
}

fn drafted(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    task: &Task,
    words: u32,
    images: u32,
) {
    let TaskInput::Draft { idea, document, .. } = task.input else { return };
    if let Some(mut record) = draft.idea(idea).cloned() {
        record.status = IdeaStatus::Drafted;
        record.updated_at = context.now;
        draft.put(SiteRecord::Idea(record));
    }
    if let Some(mut record) = draft.document(document).cloned() {
        record.words = words;
        record.provenance.extend(task.model.clone());
        save(draft, context, record);
    }
    if images > 0 {
        let placement =
            Placement { priority: task.priority, batch: task.batch, ..Placement::default() };
        for new in wanted_images(draft, context, document, images).unwrap_or_default() {
            enqueue(draft, context, &placement, new);
        }
    }
}

/// Stopped before the first durable block: nothing is paid. Afterwards: all of it, and the text
/// stays (R9).
fn stopped(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    task: Task,
    wrote: bool,
    words: u32,
) -> Result<(), Refusal> {
    let cost = if wrote { task.price } else { Credits::ZERO };
    if wrote {
        drafted(draft, context, &task, words, 0);
    }
    close(draft, context, task, TaskStatus::Cancelled, cost)
}

pub(super) fn failed(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    mut task: Task,
    class: FailureClass,
    message: String,
    retry_after_ms: Option<u64>,
) -> Result<(), Refusal> {
    task.failure = Some(Failure { class, message, at: context.now });
    if is_billed(class) {
        credit::lose(draft, context, &task, &format!("lost:{}:{}", task.id, task.attempts))?;
    }
    // A person who queues it again gives it all attempts anew.
    let tried = task.attempts.saturating_sub(task.attempts_before);
    // One repetition of a bad answer may help; then a person looks.
    let again = class.passes_by_itself() || (class == FailureClass::InvalidAnswer && tried < 2);
    let attempts = draft.queue_settings().kind(task.input.kind()).attempts;
    if again && tried < attempts && !task.stop_requested {
        let at = context.now.plus(pause(context, tried, retry_after_ms));
        task.held_up = None;
        task.not_before = Some(at);
        task.deadline = Some(waiting_deadline(draft, at));
        task.status = TaskStatus::Queued;
        task.updated_at = context.now;
        if Sabotage::HoldReleasedEarly.is_on() {
            credit::close(draft, context, &task, Credits::ZERO)?;
        }
        draft.put(SiteRecord::Task(task));
        return Ok(());
    }
    let end = match class {
        _ if task.stop_requested => TaskStatus::Cancelled,
        FailureClass::InvalidAnswer => TaskStatus::WaitingForReview,
        _ if again => TaskStatus::Dead,
        _ => TaskStatus::Failed,
    };
    let cost = if Sabotage::FailureCharged.is_on() { task.price } else { Credits::ZERO };
    close(draft, context, task, end, cost)
}

/// True if the provider did work before it failed, and will bill it: its stream broke, its answer
/// was of no use, or its end was not waited for.
const fn is_billed(class: FailureClass) -> bool {
    use FailureClass as F;
    matches!(class, F::BrokenStream | F::InvalidAnswer | F::ContentFilter | F::Timeout)
}

/// Ends a task: its hold is settled or released, exactly once, in the same commit (R6).
pub(super) fn close(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    mut task: Task,
    status: TaskStatus,
    cost: Credits,
) -> Result<(), Refusal> {
    let cost = credit::close(draft, context, &task, cost)?;
    task.hold = None;
    task.spent = cost;
    task.status = status;
    task.updated_at = context.now;
    (task.deadline, task.paused, task.not_before, task.held_up) = (None, None, None, None);
    if status != TaskStatus::Succeeded {
        give_back(draft, context, &task);
    } else {
        task.failure = None;
    }
    let of = task.batch;
    draft.put(SiteRecord::Task(task));
    if let Some(of) = of {
        batch::note_end(draft, context, of);
    }
    retention::sweep(draft, context);
    Ok(())
}

/// Gives back what a task that waits holds; its start takes it anew.
pub(super) fn release(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    task: &mut Task,
) -> Result<(), Refusal> {
    credit::close(draft, context, task, Credits::ZERO)?;
    task.hold = None;
    Ok(())
}

/// What a task that did not succeed had taken goes back: its idea, its document's status.
fn give_back(draft: &mut Draft<'_, Site>, context: &mut Context, task: &Task) {
    match &task.input {
        TaskInput::Draft { idea, .. } => {
            if let Some(mut record) =
                draft.idea(*idea).cloned().filter(|idea| idea.status == IdeaStatus::Queued)
            {
                record.status = IdeaStatus::New;
                record.updated_at = context.now;
                draft.put(SiteRecord::Idea(record));
            }
        }
        TaskInput::Publish { document, .. } => {
            let conflict = task
                .failure
                .as_ref()
                .is_some_and(|failure| failure.class == FailureClass::Conflict);
            if let Some(mut record) = draft.document(*document).cloned() {
                record.status =
                    if conflict { DocumentStatus::Conflict } else { DocumentStatus::Approved };
                save(draft, context, record);
            }
        }
        _ => {}
    }
}

/// Takes again what `give_back` gave back, or refuses the retry.
pub(super) fn reclaim(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    task: &Task,
) -> Result<(), Refusal> {
    match &task.input {
        TaskInput::Draft { idea, document, .. } => {
            let mut record =
                draft.idea(*idea).cloned().ok_or_else(|| Refusal::not_found("idea"))?;
            if record.status != IdeaStatus::New {
                return Err(Refusal::conflict(
                    "idea_in_use",
                    "Another task has written this idea since.",
                ));
            }
            record.status = IdeaStatus::Queued;
            record.document = Some(*document);
            record.updated_at = context.now;
            draft.put(SiteRecord::Idea(record));
        }
        TaskInput::Publish { document, version, .. } => {
            let mut record = self::document(draft, *document)?;
            if record.status != DocumentStatus::Approved || record.approved != Some(*version) {
                return Err(Refusal::conflict(
                    "not_approved",
                    "The document has changed since: approve and publish it anew.",
                ));
            }
            record.status = DocumentStatus::Publishing;
            save(draft, context, record);
        }
        TaskInput::Cluster { .. }
        | TaskInput::Ideas { .. }
        | TaskInput::Image { .. }
        | TaskInput::Reparse { .. }
        | TaskInput::Rewrite { .. }
        | TaskInput::TestRun { .. } => {}
    }
    Ok(())
}

/// A crash lost an attempt that the provider will bill: the house pays, not the tenant (R6).
pub(in crate::site) fn book_lost_attempt(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    id: TaskId,
    attempt: u32,
    owner: u64,
) -> Result<SiteReply, Refusal> {
    let Some(task) = draft.task(id).cloned() else { return Ok(SiteReply::Stale) };
    credit::lose(draft, context, &task, &format!("lost:{id}:{attempt}:{owner}"))?;
    Ok(SiteReply::Done)
}
