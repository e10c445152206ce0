//! The two steps of an execution: it comes about, and it picks its items.

use super::execution::{Execution, ExecutionId, ExecutionStatus, Trigger};
use super::kind::AutomationKind;
use super::schedule::{Overlap, bound};
use super::{end, pick};
use crate::entity::{Context, Draft, Origin, Refusal};
use crate::site::command::{SiteEffect, SiteReply};
use crate::site::{Site, SiteRecord};
use igny8_protocol_ids::Credits;

/// The oldest execution of a kind that has not ended.
pub(super) fn open(draft: &Draft<'_, Site>, kind: AutomationKind) -> Option<ExecutionId> {
    draft.executions(kind).find(|execution| execution.status.is_open()).map(|open| open.id)
}

/// Lets an execution come about: it asks what may be spent, waits for the one before, or is
/// skipped. One that is there already stays as it is.
pub(super) fn launch(draft: &mut Draft<'_, Site>, context: &Context, mut execution: Execution) {
    if draft.execution(execution.id).is_some() {
        return;
    }
    let kind = execution.id.kind;
    match open(draft, kind) {
        None => ask(draft, execution),
        Some(before) => {
            if waits(draft, &execution) {
                execution.status = ExecutionStatus::Waiting;
            } else {
                let before = draft.schedule(kind).wall_clock(before.at);
                let note = format!("The execution of {before} had not ended.");
                execution.end(context.now, ExecutionStatus::Skipped, Some(note));
            }
            draft.put(SiteRecord::Execution(execution));
        }
    }
    end::bound_history(draft, kind);
}

/// What is caught up with waits for its turn; else the schedule's rule decides, for one.
fn waits(draft: &Draft<'_, Site>, execution: &Execution) -> bool {
    let kind = execution.id.kind;
    let waiting = draft
        .executions(kind)
        .filter(|execution| execution.status == ExecutionStatus::Waiting)
        .count();
    match (execution.trigger, draft.schedule(kind).rules.overlap) {
        (Trigger::CatchUp, _) => waiting < bound::CATCH_UP_MAX,
        (_, Overlap::Queue) => waiting == 0,
        (_, Overlap::Skip) => false,
    }
}

/// Only the tenant knows what all its sites may spend.
pub(super) fn ask(draft: &mut Draft<'_, Site>, mut execution: Execution) {
    execution.status = ExecutionStatus::Starting;
    let id = execution.id;
    draft.put(SiteRecord::Execution(execution));
    draft.effect(SiteEffect::AskBudget { execution: id });
}

/// Picks the items of an execution and queues their tasks, as a person would.
pub(in crate::site) fn execute(
    draft: &mut Draft<'_, Site>,
    context: &mut Context,
    id: ExecutionId,
    budget: Credits,
) -> Result<SiteReply, Refusal> {
    let starting = |execution: &&Execution| execution.status == ExecutionStatus::Starting;
    let Some(mut execution) = draft.execution(id).filter(starting).cloned() else {
        return Ok(SiteReply::Stale);
    };
    let asked_by = context.origin;
    if let Trigger::Person(account) = execution.trigger {
        context.origin = Origin::Account(account);
    }
    execution.started_at = Some(context.now);
    let rules = draft.schedule(id.kind).rules;
    if execution.dry_run {
        draft.rehearse(|draft| pick::pick(draft, context, &mut execution, &rules, budget));
        execution.picked.iter_mut().for_each(|pick| pick.task = None);
    } else {
        pick::pick(draft, context, &mut execution, &rules, budget);
    }
    context.origin = asked_by;
    if execution.status == ExecutionStatus::Starting {
        execution.status = ExecutionStatus::Running;
    }
    draft.put(SiteRecord::Execution(execution));
    end::end_if_done(draft, context, id);
    Ok(SiteReply::Done)
}
