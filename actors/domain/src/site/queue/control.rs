//! What people do with a task that is there: cancel it, try it again.

use super::finish::{close, reclaim};
use super::start::pump;
use super::task::{Task, TaskStatus};
use crate::entity::{Context, Draft, Refusal};
use crate::site::command::{SiteEffect, SiteReply};
use crate::site::record::SiteRecord;
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, TaskId};

fn task(draft: &Draft<'_, Site>, id: TaskId) -> Result<Task, Refusal> {
    draft.task(id).cloned().ok_or_else(|| Refusal::not_found("task"))
}

pub(in crate::site) fn cancel(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: TaskId,
) -> Result<SiteReply, Refusal> {
    let mut task = task(draft, id)?;
    match task.status {
        TaskStatus::Queued => {
            close(draft, context, task, TaskStatus::Cancelled, Credits::ZERO)?;
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

pub(in crate::site) fn retry(
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
    reclaim(draft, context, &task)?;
    task.status = TaskStatus::Queued;
    task.attempts = 0;
    task.not_before = None;
    task.stop_requested = false;
    task.unread = None;
    task.updated_at = context.now;
    draft.put(SiteRecord::Task(task));
    pump(draft, context);
    Ok(SiteReply::Tasks(draft.task(id).cloned().into_iter().collect()))
}
