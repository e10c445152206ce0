//! Automations, as clients see and set them.

use super::word::{
    automation_kind, catch_up, catch_up_from, execution_status, overlap, overlap_from,
};
use igny8_actors_domain::site::automation::{
    Execution, Pick, PickOutcome, Recurrence, Schedule, ScheduleRules, Timing, Trigger,
};
use igny8_protocol_ids::Timestamp;
use igny8_protocol_wire::automation as wire;

/// Times that a preview names.
const PREVIEW_MAX: usize = 5;

pub(crate) fn timing(timing: wire::Timing) -> Timing {
    Timing { cron: timing.cron.trim().to_owned(), zone: timing.zone.trim().to_owned() }
}

pub(crate) fn timing_preview(recurrence: &Recurrence, now: Timestamp) -> wire::TimingPreview {
    let moment = |at| wire::Moment { at, wall_clock: recurrence.wall_clock(at) };
    wire::TimingPreview {
        words: recurrence.words(),
        upcoming: recurrence.following(now).take(PREVIEW_MAX).map(moment).collect(),
    }
}

fn rules_view(rules: ScheduleRules) -> wire::AutomationRules {
    wire::AutomationRules {
        catch_up: catch_up(rules.catch_up),
        catch_up_minutes: rules.catch_up_minutes,
        overlap: overlap(rules.overlap),
        jitter_seconds: rules.jitter_seconds,
        items_max: rules.items_max,
        each: rules.each,
        credits_max: rules.credits_max,
        per_day_max: rules.per_day_max,
        live: rules.live,
        keep_days: rules.keep_days,
        dry_run: rules.dry_run,
    }
}

pub(crate) fn rules(rules: wire::AutomationRules) -> ScheduleRules {
    ScheduleRules {
        catch_up: catch_up_from(rules.catch_up),
        catch_up_minutes: rules.catch_up_minutes,
        overlap: overlap_from(rules.overlap),
        jitter_seconds: rules.jitter_seconds,
        items_max: rules.items_max,
        each: rules.each,
        credits_max: rules.credits_max,
        per_day_max: rules.per_day_max,
        live: rules.live,
        keep_days: rules.keep_days,
        dry_run: rules.dry_run,
    }
}

pub(crate) fn schedule_view(schedule: Schedule) -> wire::ScheduleView {
    wire::ScheduleView {
        kind: automation_kind(schedule.kind),
        enabled: schedule.enabled,
        words: schedule.timing.read().map_or_else(|_| String::new(), |timing| timing.words()),
        timing: wire::Timing { cron: schedule.timing.cron, zone: schedule.timing.zone },
        rules: rules_view(schedule.rules),
        next_at: schedule.next.map(|next| next.starts_at),
        updated_at: schedule.updated_at,
    }
}

fn pick_view(pick: Pick) -> wire::PickView {
    let (outcome, failure) = match pick.outcome {
        None => (None, None),
        Some(PickOutcome::Succeeded) => (Some(wire::PickOutcome::Succeeded), None),
        Some(PickOutcome::Failed(why)) => (Some(wire::PickOutcome::Failed), Some(why)),
        Some(PickOutcome::Cancelled) => (Some(wire::PickOutcome::Cancelled), None),
    };
    wire::PickView { title: pick.title, task: pick.task, price: pick.price, outcome, failure }
}

pub(crate) fn execution_view(execution: Execution) -> wire::ExecutionView {
    let (trigger, asked_by) = match execution.trigger {
        Trigger::Schedule => (wire::ExecutionTrigger::Schedule, None),
        Trigger::CatchUp => (wire::ExecutionTrigger::CatchUp, None),
        Trigger::Person(account) => (wire::ExecutionTrigger::Person, Some(account)),
        Trigger::System => (wire::ExecutionTrigger::System, None),
    };
    let skipped = execution.skipped.into_iter().map(|skip| wire::SkipView {
        title: skip.title,
        code: skip.code,
        reason: skip.reason,
    });
    wire::ExecutionView {
        kind: automation_kind(execution.id.kind),
        scheduled_at: execution.id.at,
        trigger,
        asked_by,
        dry_run: execution.dry_run,
        status: execution_status(execution.status),
        picked: execution.picked.into_iter().map(pick_view).collect(),
        skipped: skipped.collect(),
        skipped_more: execution.skipped_more,
        price: execution.price,
        spent: execution.spent,
        note: execution.note,
        created_at: execution.created_at,
        started_at: execution.started_at,
        ended_at: execution.ended_at,
    }
}
