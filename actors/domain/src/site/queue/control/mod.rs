//! What people do with tasks that are there: cancel, try again, put off, put first, hold up.

mod dead;
mod pause;

pub use dead::DeadFilter;
pub(in crate::site) use dead::{discard, replay_dead};
pub use pause::QueueScope;
pub(in crate::site) use pause::{pause_queue, tenant_pause};

use super::admission::{keeper, waiting_deadline};
use super::finish::{close, reclaim};
use super::limits;
use super::record::{Priority, QueueSettings, Task, TaskInput, TaskStatus};
use super::start::pump;
use crate::entity::{Context, Draft, Refusal};
use crate::ledger::price;
use crate::site::command::{SiteEffect, SiteReply};
use crate::site::record::SiteRecord;
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, TaskId, Timestamp};
use std::time::Duration;

/// The longest snooze.
const SNOOZE_MAX: Duration = Duration::from_hours(366 * 24);

/// What to do differently when a task is tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskEdit {
    /// Another priority.
    pub priority: Option<Priority>,
    /// Ideas to make; for tasks that make ideas.
    pub ideas: Option<u32>,
    /// Images to make afterwards; for drafts.
    pub images: Option<u32>,
}

pub(super) fn task(site: &Site, id: TaskId) -> Result<Task, Refusal> {
    site.task(id).cloned().ok_or_else(|| Refusal::not_found("task"))
}

pub(super) fn save(draft: &mut Draft<'_, Site>, context: &Context, mut task: Task) {
    task.updated_at = context.now;
    draft.put(SiteRecord::Task(task));
}

fn answer(site: &Site, id: TaskId) -> SiteReply {
    SiteReply::Tasks(site.task(id).cloned().into_iter().collect())
}

pub(in crate::site) fn cancel(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: TaskId,
) -> Result<SiteReply, Refusal> {
    let task = task(draft, id)?;
    if !task.status.is_open() {
        return Err(Refusal::conflict(
            "task_ended",
            "The task has ended: there is nothing to cancel.",
        ));
    }
    end(draft, context, task)?;
    Ok(answer(draft, id))
}

/// Ends a task that waits; tells one that runs to end.
pub(super) fn end(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    mut task: Task,
) -> Result<(), Refusal> {
    if task.status == TaskStatus::Queued {
        return close(draft, context, task, TaskStatus::Cancelled, Credits::ZERO);
    }
    // The runner answers with what was written: that decides what is paid (R9).
    task.stop_requested = true;
    let effect = SiteEffect::StopTask { task: task.id, attempt: Some(task.attempts) };
    save(draft, context, task);
    draft.effect(effect);
    Ok(())
}

pub(in crate::site) fn retry(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: TaskId,
    edit: TaskEdit,
) -> Result<SiteReply, Refusal> {
    let task = task(draft, id)?;
    if !(task.status.is_dead_letter() || task.status == TaskStatus::Cancelled) {
        return Err(Refusal::conflict(
            "not_failed",
            "Only a task that failed or was cancelled can be tried again.",
        ));
    }
    replay(draft, context, task, edit)?;
    pump(draft, context);
    Ok(answer(draft, id))
}

/// Queues an ended task again, edited.
fn replay(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    mut task: Task,
    edit: TaskEdit,
) -> Result<(), Refusal> {
    apply(&mut task, edit)?;
    let key = task.unique.as_ref().map(|unique| unique.key.as_str());
    if key.is_some_and(|key| keeper(draft, key, context.now).is_some_and(|id| id != task.id)) {
        let message = "Another task does this already: it was queued since with the same key.";
        return Err(Refusal::conflict("already_queued", message));
    }
    reclaim(draft, context, &task)?;
    task.status = TaskStatus::Queued;
    task.attempts_before = task.attempts;
    task.not_before = None;
    task.deadline = Some(waiting_deadline(draft, context.now));
    task.stop_requested = false;
    task.unread = None;
    save(draft, context, task);
    Ok(())
}

fn apply(task: &mut Task, edit: TaskEdit) -> Result<(), Refusal> {
    task.priority = edit.priority.unwrap_or(task.priority);
    if let Some(wanted) = edit.ideas {
        let TaskInput::Ideas { count, .. } = &mut task.input else {
            return Err(Refusal::invalid("not_ideas", "This task does not make ideas."));
        };
        bounded("ideas", wanted, 1, limits::IDEAS_PER_CLUSTER_MAX)?;
        *count = wanted;
        task.price = price::price_of_ideas(wanted as usize);
        task.price_list = price::PRICE_LIST_VERSION;
    }
    if let Some(wanted) = edit.images {
        let TaskInput::Draft { images, .. } = &mut task.input else {
            return Err(Refusal::invalid("not_a_draft", "This task does not write a draft."));
        };
        bounded("images", wanted, 0, limits::IMAGES_PER_REQUEST_MAX)?;
        *images = wanted;
    }
    Ok(())
}

fn bounded(what: &str, count: u32, min: u32, max: u32) -> Result<(), Refusal> {
    if (min..=max).contains(&count) {
        return Ok(());
    }
    let message = format!("{count} {what} were asked for; {min} to {max} are allowed.");
    Err(Refusal::invalid("invalid_count", message))
}

/// Puts waiting tasks first or last, or off.
pub(in crate::site) fn change(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    ids: &[TaskId],
    priority: Option<Priority>,
    not_before: Option<Timestamp>,
) -> Result<SiteReply, Refusal> {
    if ids.is_empty() || ids.len() > limits::TASKS_PER_CHANGE_MAX {
        let max = limits::TASKS_PER_CHANGE_MAX;
        let message = format!("{} tasks are named; 1 to {max} are allowed.", ids.len());
        return Err(Refusal::invalid("invalid_count", message));
    }
    if not_before.is_some_and(|at| at > context.now.plus(SNOOZE_MAX)) {
        return Err(Refusal::invalid("not_before", "A task can be put off by a year at most."));
    }
    for id in ids {
        let mut task = task(draft, *id)?;
        if task.status != TaskStatus::Queued {
            let message = format!("\u{201c}{}\u{201d} does not wait (any more).", task.title);
            return Err(Refusal::conflict("not_waiting", message));
        }
        task.priority = priority.unwrap_or(task.priority);
        if let Some(at) = not_before {
            // Credits are not kept from others while a task is put off.
            super::finish::release(draft, context, &mut task)?;
            task.not_before = Some(at).filter(|at| *at > context.now);
            task.held_up = None;
            task.deadline = Some(waiting_deadline(draft, at.max(context.now)));
        }
        save(draft, context, task);
    }
    pump(draft, context);
    Ok(SiteReply::Tasks(ids.iter().filter_map(|id| draft.task(*id)).cloned().collect()))
}

/// Changes the settings of the queue.
pub(in crate::site) fn set(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    settings: QueueSettings,
) -> Result<SiteReply, Refusal> {
    settings.check()?;
    draft.put(SiteRecord::QueueSettings(settings));
    pump(draft, context);
    Ok(SiteReply::Done)
}
