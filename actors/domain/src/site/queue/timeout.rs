//! What has waited or run for too long.

use super::admission::waiting_deadline;
use super::finish::{close, failed};
use super::record::{Failure, FailureClass, Task, TaskStatus};
use super::waiting::Waiting;
use crate::entity::{Context, Draft, Refusal};
use crate::site::command::SiteEffect;
use crate::site::record::SiteRecord;
use crate::site::state::Site;
use igny8_protocol_ids::Credits;

/// Deadlines treated in one decision: the rest come with the next tick, a moment later.
const OVERDUE_PER_DECISION_MAX: usize = 128;

/// Gives up what is overdue.
pub(in crate::site) fn sweep(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
) -> Result<(), Refusal> {
    for id in draft.queue().overdue(context.now, OVERDUE_PER_DECISION_MAX) {
        let Some(task) = draft.task(id).cloned() else { continue };
        if task.status == TaskStatus::Running {
            give_up(draft, context, task)?;
        } else {
            bury(draft, context, task)?;
        }
    }
    Ok(())
}

/// An attempt that ran for too long; its late answer is stale.
fn give_up(draft: &mut Draft<'_, Site>, context: &mut Context, task: Task) -> Result<(), Refusal> {
    let longest = draft.queue_settings().kind(task.input.kind()).run_seconds;
    let message = format!("It ran longer than {longest} seconds. Nothing was charged.");
    draft.effect(SiteEffect::StopTask { task: task.id, attempt: Some(task.attempts) });
    failed(draft, context, task, FailureClass::Timeout, message, None)
}

/// A task that waited for too long. One that is held up is not to blame: it may wait on.
fn bury(draft: &mut Draft<'_, Site>, context: &mut Context, mut task: Task) -> Result<(), Refusal> {
    let why = draft.waiting(&task, context.now);
    // What was put off is: whatever it was, it cannot be its fault.
    if matches!(why, Some(Waiting::Paused { .. })) || task.not_before > Some(context.now) {
        let from = task.not_before.unwrap_or(context.now).max(context.now);
        task.deadline = Some(waiting_deadline(draft, from));
        draft.put(SiteRecord::Task(task));
        return Ok(());
    }
    let hours = draft.queue_settings().waiting_hours;
    let reason = match why {
        Some(Waiting::Credits { missing }) => format!("{} credits were missing", missing.0),
        Some(Waiting::Rate { .. }) => "the rate was too low".to_owned(),
        _ => "other work went first".to_owned(),
    };
    let message = format!(
        "It waited longer than {hours} hours: {reason}. Nothing was charged; try it again when there is room."
    );
    task.failure = Some(Failure { class: FailureClass::WaitedTooLong, message, at: context.now });
    close(draft, context, task, TaskStatus::Dead, Credits::ZERO)
}
