//! What is due: on time, late, or missed.

use super::execution::{Execution, ExecutionId, ExecutionStatus, Trigger};
use super::schedule::{CatchUp, ON_TIME, Schedule, bound};
use super::{site, start};
use crate::entity::{Context, Draft};
use crate::site::{Site, SiteRecord};
use igny8_protocol_ids::{SiteId, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

/// A clock that went back by more than this stays there: then the future that was decided is
/// decided anew. Executions that are kept still come once, by their ids.
const CLOCK_BACK_MAX: Duration = Duration::from_hours(1);

/// Starts what is due in all schedules.
pub(super) fn fire_due(draft: &mut Draft<'_, Site>, context: &Context) {
    let Some(site) = site(draft) else { return };
    let touched: Vec<Schedule> = draft
        .automations()
        .stored()
        .filter(|schedule| {
            let due = schedule.next.is_some_and(|due| due.starts_at <= context.now);
            schedule.enabled && (due || is_far_ahead(schedule, context.now))
        })
        .cloned()
        .collect();
    for mut schedule in touched {
        if is_far_ahead(&schedule, context.now) {
            schedule.decided_until = context.now;
        } else {
            fire(draft, context, site, &mut schedule);
        }
        schedule.plan(site);
        draft.put(SiteRecord::Schedule(schedule));
    }
}

fn is_far_ahead(schedule: &Schedule, now: Timestamp) -> bool {
    schedule.decided_until.since(now) > CLOCK_BACK_MAX
}

/// The instants of a schedule whose time has come.
struct Passed {
    /// The last of them, the oldest first: no more than may be caught up with.
    kept: VecDeque<Timestamp>,
    /// The first one that is too old, or too many.
    missed: Option<Timestamp>,
    /// Up to here all are decided.
    until: Timestamp,
}

fn fire(draft: &mut Draft<'_, Site>, context: &Context, site: SiteId, schedule: &mut Schedule) {
    let Some(first) = schedule.next else { return };
    let mut passed = passed(schedule, site, first.scheduled_at, context.now);
    let window =
        before(context.now, Duration::from_secs(u64::from(schedule.rules.catch_up_minutes) * 60));
    let on_time = passed
        .kept
        .back()
        .copied()
        .filter(|at| context.now.since(schedule.due(site, *at).starts_at) <= ON_TIME);
    schedule.decided_until = schedule.decided_until.max(passed.until);
    if on_time.is_some() {
        passed.kept.pop_back();
    }
    let keep = match schedule.rules.catch_up {
        CatchUp::None => 0,
        CatchUp::Last => usize::from(on_time.is_none()),
        CatchUp::All => bound::CATCH_UP_MAX,
    };
    while passed.kept.len() > keep || passed.kept.front().is_some_and(|at| *at < window) {
        let oldest = passed.kept.pop_front();
        passed.missed = passed.missed.or(oldest);
    }
    if let Some(missed) = passed.missed {
        note_missed(draft, context, schedule, missed);
    }
    let late = passed.kept.into_iter().map(|at| (at, Trigger::CatchUp));
    for (at, trigger) in late.chain(on_time.map(|at| (at, Trigger::Schedule))) {
        let id = ExecutionId { kind: schedule.kind, at };
        let execution = Execution::new(id, trigger, schedule.rules.dry_run, context.now);
        start::launch(draft, context, execution);
    }
}

/// Looks no further back than the window and the last few: a year at rest costs no more than a
/// week.
fn passed(schedule: &Schedule, site: SiteId, first: Timestamp, now: Timestamp) -> Passed {
    let mut passed = Passed { kept: VecDeque::new(), missed: None, until: first };
    let Ok(recurrence) = schedule.timing.read() else { return passed };
    let minutes = schedule.rules.catch_up_minutes.max(2 * bound::JITTER_SECONDS_MAX / 60);
    let window = before(now, Duration::from_secs(u64::from(minutes) * 60));
    let from = if first < window {
        passed.missed = Some(first);
        passed.until = window;
        window
    } else {
        passed.kept.push_back(first);
        first
    };
    for at in recurrence.following(from) {
        if schedule.due(site, at).starts_at > now {
            break;
        }
        passed.kept.push_back(at);
        passed.until = at;
        if passed.kept.len() > bound::CATCH_UP_MAX + 1 {
            let oldest = passed.kept.pop_front();
            passed.missed = passed.missed.or(oldest);
        }
    }
    passed
}

fn before(now: Timestamp, age: Duration) -> Timestamp {
    let millis = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_sub(millis))
}

/// One line of the history for all that will not be caught up with.
fn note_missed(
    draft: &mut Draft<'_, Site>,
    context: &Context,
    schedule: &Schedule,
    first: Timestamp,
) {
    let id = ExecutionId { kind: schedule.kind, at: first };
    if draft.execution(id).is_some() {
        return;
    }
    let mut execution = Execution::new(id, Trigger::Schedule, false, context.now);
    let note = format!(
        "Missed from {} on: nothing could run then, and the schedule does not catch up with it.",
        schedule.wall_clock(first)
    );
    execution.end(context.now, ExecutionStatus::Skipped, Some(note));
    draft.put(SiteRecord::Execution(execution));
    super::end::bound_history(draft, schedule.kind);
}
