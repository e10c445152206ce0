//! Tasks that found no model to call: they give their place and their credits back, and go on by
//! themselves when what was in their way has gone.

use super::admission::waiting_deadline;
use super::finish::{close, release};
use super::record::{Failure, FailureClass, HeldUp, Task, TaskStatus};
use crate::entity::{Context, Draft, Refusal};
use crate::lane::Obstacle;
use crate::site::command::{SiteEffect, SiteReply};
use crate::site::record::SiteRecord;
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, Timestamp};
use std::time::Duration;

/// All that one obstacle held up does not come back in one moment.
const JITTER_MS: u64 = 250;
/// Tasks woken in one decision: ten thousand of them must not make one commit too large.
const WOKEN_PER_DECISION_MAX: usize = 256;

/// Puts a task off until its obstacle has gone. An attempt that called nobody is none of those that
/// a task has.
pub(super) fn hold_up(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    mut task: Task,
    by: Obstacle,
    message: String,
    (until, called): (Timestamp, bool),
) -> Result<(), Refusal> {
    let since = task.held_up.as_ref().map_or(context.now, |held_up| held_up.since);
    let settings = draft.queue_settings();
    let attempts = settings.kind(task.input.kind()).attempts;
    let is_spent = called && task.attempts.saturating_sub(task.attempts_before) >= attempts;
    // A cap is the tenant's own will; a provider that stays away does not come back for a task.
    let is_late =
        matches!(by, Obstacle::Rest { .. }) && since.plus(settings.waiting_max()) <= context.now;
    if task.stop_requested || is_spent || is_late {
        let (end, class) = match (&by, task.stop_requested) {
            (_, true) => (TaskStatus::Cancelled, FailureClass::WaitedTooLong),
            (Obstacle::Cap(_), _) => (TaskStatus::Failed, FailureClass::Quota),
            (Obstacle::Rest { .. }, _) => (TaskStatus::Dead, FailureClass::WaitedTooLong),
        };
        task.failure = Some(Failure { class, message, at: context.now });
        return close(draft, context, task, end, Credits::ZERO);
    }
    // Credits are not kept from others meanwhile.
    release(draft, context, &mut task)?;
    let is_over = task.models_changed;
    let at = if is_over { context.now } else { until.max(context.now) };
    let at = at.plus(Duration::from_millis(context.entropy.roll() % (JITTER_MS + 1)));
    task.attempts_before += u32::from(!called);
    task.status = TaskStatus::Queued;
    task.not_before = Some(at);
    task.deadline = Some(waiting_deadline(draft, at));
    task.held_up = (!is_over).then(|| Box::new(HeldUp { by, since }));
    task.updated_at = context.now;
    draft.put(SiteRecord::Task(task));
    Ok(())
}

/// The tenant changed its models or their budget: what they held up tries again now, and what runs
/// does if it meets what they were before.
pub(in crate::site) fn models_changed(draft: &mut Draft<'_, Site>) {
    let runs = |task: &&Task| task.status == TaskStatus::Running && !task.models_changed;
    let running: Vec<Task> = draft.tasks().filter(runs).cloned().collect();
    for task in running {
        draft.put(SiteRecord::Task(Task { models_changed: true, ..task }));
    }
    wake_held_up(draft);
}

/// What is held up tries again, some at a time.
pub(in crate::site) fn wake_held_up(draft: &mut Draft<'_, Site>) -> SiteReply {
    let held_up: Vec<_> = draft.queue().held_up().take(WOKEN_PER_DECISION_MAX).collect();
    for id in &held_up {
        let Some(mut task) = draft.task(*id).cloned() else { continue };
        (task.not_before, task.held_up) = (None, None);
        draft.put(SiteRecord::Task(task));
    }
    if draft.queue().held_up().next().is_some() {
        draft.effect(SiteEffect::WakeHeldUp);
    }
    SiteReply::Done
}
