//! Automations as clients see them.

use super::id;
use igny8_protocol_ids::{Credits, Timestamp};
use igny8_protocol_wire::automation::{
    AutomationKind, AutomationRules, CatchUp, ExecutionStatus, ExecutionTrigger, ExecutionView,
    Overlap, PickOutcome, PickView, ScheduleView, SkipView, Timing,
};

const AT: Timestamp = Timestamp::from_millis(1_795_000_000_123);

pub(crate) fn schedule() -> ScheduleView {
    ScheduleView {
        kind: AutomationKind::Drafts,
        enabled: true,
        timing: Timing { cron: "40 */3 * * *".into(), zone: "Europe/London".into() },
        words: "At minute 40, of every 3 hours.".into(),
        rules: AutomationRules {
            catch_up: CatchUp::Last,
            catch_up_minutes: 1_440,
            overlap: Overlap::Skip,
            jitter_seconds: 300,
            items_max: 5,
            each: 0,
            credits_max: Some(15),
            per_day_max: 10,
            live: true,
            keep_days: 30,
            dry_run: false,
        },
        next_at: Some(AT),
        updated_at: None,
    }
}

pub(crate) fn execution() -> ExecutionView {
    ExecutionView {
        kind: AutomationKind::Drafts,
        scheduled_at: AT,
        trigger: ExecutionTrigger::Person,
        asked_by: Some(id('1')),
        dry_run: false,
        status: ExecutionStatus::Failed,
        picked: vec![PickView {
            title: "Why your starter sleeps".into(),
            task: Some(id('4')),
            price: Credits(3),
            outcome: Some(PickOutcome::Failed),
            failure: Some("Nothing was charged.".into()),
        }],
        skipped: vec![SkipView {
            title: "Another idea".into(),
            code: "item_limit".into(),
            reason: "1 item an execution is allowed.".into(),
        }],
        skipped_more: 7,
        price: Credits(3),
        spent: Credits(0),
        note: None,
        created_at: AT,
        started_at: Some(AT),
        ended_at: Some(AT),
    }
}
