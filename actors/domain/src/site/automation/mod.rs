//! Automation: six schedules per site, which give the same commands that the buttons give.
//!
//! An execution goes in two steps. When it is time, or when somebody asks, it is written down with
//! an order to ask the tenant what may be spent; the answer picks items and queues their tasks. It
//! ends with the last of them. Its id is the kind and the instant, so it comes about once.

mod clean;
mod end;
mod execution;
mod fire;
mod kind;
mod pick;
mod schedule;
mod start;
mod state;
mod timing;

pub use execution::{Execution, ExecutionId, ExecutionStatus, Pick, PickOutcome, Skip, Trigger};
pub use kind::{AutomationKind, Preset};
pub use schedule::{CatchUp, Due, Overlap, Schedule, ScheduleRules, bound};
pub use state::DEFAULT_ZONE;
pub use timing::{Recurrence, Timing, zones};

pub(super) use clean::clean;
pub(super) use start::execute;
pub(super) use state::{Automations, execution_key, schedule_key};

use super::command::SiteReply;
use super::record::SiteRecord;
use super::state::Site;
use crate::entity::{Context, Draft, Origin, Refusal};
use igny8_protocol_ids::SiteId;

/// Sets a schedule. What was due before is decided by the old one; the new one begins now.
pub(super) fn set(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    kind: AutomationKind,
    enabled: bool,
    timing: Timing,
    rules: ScheduleRules,
) -> Result<SiteReply, Refusal> {
    timing.read()?;
    rules.check(kind)?;
    let before = draft.schedule(kind);
    let same_timing = before.enabled && before.timing == timing;
    let mut schedule = Schedule { enabled, timing, rules, ..before };
    if !same_timing {
        schedule.decided_until = context.now;
    }
    save(draft, context, schedule.clone());
    if !enabled {
        end::drop_waiting(draft, context, kind);
    }
    Ok(SiteReply::Schedules(vec![draft.schedule(kind)]))
}

/// Sets all six as a preset has them, and turns them on. Bounds that were set stay.
pub(super) fn apply(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    preset: Preset,
    zone: &str,
) -> Result<SiteReply, Refusal> {
    for kind in AutomationKind::ALL {
        let rules = draft.schedule(kind).rules;
        set(draft, context, kind, true, Timing::new(preset.cron(kind), zone), rules)?;
    }
    Ok(SiteReply::Schedules(AutomationKind::ALL.map(|kind| draft.schedule(kind)).to_vec()))
}

fn save(draft: &mut Draft<'_, Site>, context: &Context, mut schedule: Schedule) {
    let Some(site) = site(draft) else { return };
    schedule.updated_at = Some(context.now);
    schedule.plan(site);
    draft.put(SiteRecord::Schedule(schedule));
}

fn site(draft: &Draft<'_, Site>) -> Option<SiteId> {
    draft.card().map(|card| card.id)
}

/// Runs an automation because somebody asks: the same way as when it is time.
pub(super) fn run(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    kind: AutomationKind,
    dry_run: bool,
) -> Result<SiteReply, Refusal> {
    let id = ExecutionId { kind, at: context.now };
    if let Some(open) = start::open(draft, kind) {
        return Err(Refusal::conflict(
            "execution_open",
            format!(
                "The execution of {} has not ended: wait for its end or cancel its tasks.",
                draft.schedule(kind).wall_clock(open.at)
            ),
        ));
    }
    let trigger = match context.origin {
        Origin::Account(account) => Trigger::Person(account),
        Origin::System => Trigger::System,
    };
    start::launch(draft, context, Execution::new(id, trigger, dry_run, context.now));
    let execution = draft.execution(id).cloned().ok_or_else(|| Refusal::not_found("execution"))?;
    Ok(SiteReply::Execution(Box::new(execution)))
}

/// What every decision ends with: tasks that ended end their executions, and what is due begins.
pub(super) fn advance(draft: &mut Draft<'_, Site>, context: &Context) {
    end::settle(draft, context);
    fire::fire_due(draft, context);
}
