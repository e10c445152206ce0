//! The end of an execution, and of its place in the history.

use super::execution::{ExecutionId, ExecutionStatus, PickOutcome};
use super::kind::AutomationKind;
use super::schedule::bound::HISTORY_MAX;
use super::start;
use crate::entity::{Context, Draft};
use crate::site::{Site, SiteRecord, Task, TaskStatus};
use igny8_protocol_ids::Credits;
use std::collections::BTreeSet;

/// Tells executions of their tasks' ends.
pub(super) fn settle(draft: &mut Draft<'_, Site>, context: &Context) {
    let touched: BTreeSet<ExecutionId> = draft
        .changes()
        .puts
        .iter()
        .filter_map(|record| match record {
            SiteRecord::Task(task) => draft.automations().waits_for(task.id),
            _ => None,
        })
        .collect();
    for id in touched {
        end_if_done(draft, context, id);
    }
}

/// How a task ended, in an execution's words; none while it has not.
fn outcome(task: &Task) -> Option<PickOutcome> {
    let why = || task.failure.as_ref().map_or_else(String::new, |failure| failure.message.clone());
    match task.status {
        TaskStatus::Succeeded => Some(PickOutcome::Succeeded),
        TaskStatus::Cancelled => Some(PickOutcome::Cancelled),
        TaskStatus::Failed | TaskStatus::Dead => Some(PickOutcome::Failed(why())),
        TaskStatus::WaitingForReview => {
            Some(PickOutcome::Failed(format!("Waits for review. {}", why())))
        }
        _ => None,
    }
}

/// Takes in what its tasks came to; after the last one it ends, and the next may start.
pub(super) fn end_if_done(draft: &mut Draft<'_, Site>, context: &Context, id: ExecutionId) {
    let Some(before) = draft.execution(id).filter(|execution| execution.status.is_open()) else {
        return start_waiting(draft, id.kind);
    };
    let mut execution = before.clone();
    for pick in execution.picked.iter_mut().filter(|pick| pick.outcome.is_none()) {
        let Some(task) = pick.task.and_then(|task| draft.task(task)) else { continue };
        pick.outcome = outcome(task);
        if pick.outcome.is_some() {
            execution.spent = Credits(execution.spent.0.saturating_add(task.spent.0));
        }
    }
    if execution.open_tasks().next().is_none() {
        let failed = execution.failed() > 0;
        let status = if failed { ExecutionStatus::Failed } else { ExecutionStatus::Succeeded };
        execution.end(context.now, status, None);
    }
    let changed = *before != execution;
    let ended = !execution.status.is_open();
    if changed {
        draft.put(SiteRecord::Execution(execution));
    }
    if ended {
        start_waiting(draft, id.kind);
    }
}

/// The oldest that waits begins, if nothing else of its kind is under way.
fn start_waiting(draft: &mut Draft<'_, Site>, kind: AutomationKind) {
    let open = draft.executions(kind).find(|execution| execution.status.is_open());
    if let Some(next) = open.filter(|open| open.status == ExecutionStatus::Waiting).cloned() {
        start::ask(draft, next);
    }
}

/// Those that wait end with their schedule: it was turned off.
pub(super) fn drop_waiting(draft: &mut Draft<'_, Site>, context: &Context, kind: AutomationKind) {
    let waiting: Vec<_> = draft
        .executions(kind)
        .filter(|execution| execution.status == ExecutionStatus::Waiting)
        .cloned()
        .collect();
    for mut execution in waiting {
        let note = "The schedule was turned off before its turn came.".to_owned();
        execution.end(context.now, ExecutionStatus::Skipped, Some(note));
        draft.put(SiteRecord::Execution(execution));
    }
}

/// The oldest that have ended go.
pub(super) fn bound_history(draft: &mut Draft<'_, Site>, kind: AutomationKind) {
    let surplus = draft.executions(kind).count().saturating_sub(HISTORY_MAX);
    let old: Vec<ExecutionId> = draft
        .executions(kind)
        .filter(|execution| !execution.status.is_open())
        .map(|execution| execution.id)
        .take(surplus)
        .collect();
    for id in old {
        draft.delete(crate::site::state::execution_record_key(id));
    }
}
