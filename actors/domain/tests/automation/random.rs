//! Any order of commands, ticks, sleeps and clocks: what holds after each.

use super::world::{World, account};
use igny8_actors_domain::site::SiteCommand;
use igny8_actors_domain::site::automation::{
    AutomationKind, CatchUp, ExecutionStatus, Overlap, Preset, ScheduleRules, Timing, bound,
};
use igny8_actors_domain::{Entity, Origin};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::time::Duration;

fn kind(number: u8) -> AutomationKind {
    AutomationKind::ALL[usize::from(number) % 6]
}

fn set(world: &mut World, a: u8, b: u8) {
    let crons = ["* * * * *", "*/20 * * * *", "0 * * * *", "0 */3 * * *", "30 1 * * *"];
    let zones = ["UTC", "Europe/London", "Australia/Lord_Howe", "America/Santiago"];
    let rules = ScheduleRules {
        catch_up: [CatchUp::None, CatchUp::Last, CatchUp::All][usize::from(b) % 3],
        catch_up_minutes: 1 + u32::from(b) * 10,
        overlap: if b.is_multiple_of(2) { Overlap::Skip } else { Overlap::Queue },
        jitter_seconds: u32::from(b) * 14,
        items_max: 1 + u32::from(a) % 4,
        dry_run: b.is_multiple_of(7),
        ..ScheduleRules::of(kind(a))
    };
    let timing = Timing::new(crons[usize::from(a) % 5], zones[usize::from(b) % 4]);
    let enabled = !b.is_multiple_of(5);
    world.give(SiteCommand::SetSchedule { kind: kind(a), enabled, timing, rules });
}

fn step(world: &mut World, what: u8, a: u8, b: u8) {
    match what % 11 {
        0 => world.import(usize::from(a) % 20),
        1 => set(world, a, b),
        2 => world.pass(Duration::from_mins(u64::from(a))),
        3 => world.sleep(Duration::from_mins(u64::from(a) * u64::from(b))),
        4 => {
            let run = SiteCommand::RunAutomation { kind: kind(a), dry_run: b.is_multiple_of(3) };
            drop(world.by(Origin::Account(account()), run));
        }
        5 => world.answer(),
        6 => world.work(),
        7 => world.fail(),
        8 => world.budget = i64::from(b),
        9 => {
            let back = i64::from(a) * 60_000;
            let now = world.now.as_millis() - back;
            world.now = igny8_protocol_ids::Timestamp::from_millis(now);
            world.give(SiteCommand::Tick);
        }
        _ => {
            let drafts: Vec<_> = world.site.documents().map(|document| document.id).collect();
            if let Some(document) = drafts.get(usize::from(a)) {
                let status = world.site.document(*document).unwrap().status;
                if status == igny8_actors_domain::site::DocumentStatus::Draft
                    && world.running.is_empty()
                {
                    drop(world.try_give(SiteCommand::ChangeDocumentStatus {
                        document: *document,
                        status: igny8_actors_domain::site::DocumentStatus::Approved,
                        version: Some([1; 32]),
                        words: None,
                    }));
                }
            } else if b.is_multiple_of(9) {
                let zone = "Asia/Kathmandu".to_owned();
                world.give(SiteCommand::ApplyPreset { preset: Preset::HourlyDrafts, zone });
            }
        }
    }
}

fn check(world: &World) {
    let mut tasks = BTreeSet::new();
    for kind in AutomationKind::ALL {
        let history = world.history(kind);
        let open = |status: ExecutionStatus| status.is_open();
        let under_way = history.iter().filter(|one| {
            matches!(one.status, ExecutionStatus::Starting | ExecutionStatus::Running)
        });
        assert!(under_way.count() <= 1, "one execution of a kind at a time");
        let waiting = history.iter().filter(|one| one.status == ExecutionStatus::Waiting).count();
        assert!(waiting <= bound::CATCH_UP_MAX);
        if waiting > 0 {
            assert!(
                history
                    .iter()
                    .any(|one| open(one.status) && one.status != ExecutionStatus::Waiting),
                "what waits, waits for something"
            );
        }
        assert!(history.len() <= bound::HISTORY_MAX + bound::CATCH_UP_MAX + 1);
        for execution in history {
            for pick in &execution.picked {
                assert!(pick.task.is_none_or(|task| tasks.insert(task)), "a task has one cause");
            }
            assert_eq!(open(execution.status), execution.ended_at.is_none(), "{execution:?}");
        }
        let schedule = world.site.schedule(kind);
        assert_eq!(schedule.enabled, schedule.next.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn r1_automations_keep_their_promises_after_any_commands(
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..60)
    ) {
        let mut world = World::new();
        for (what, a, b) in steps {
            step(&mut world, what, a, b);
            check(&world);
        }
        let again = world.reload();
        for kind in AutomationKind::ALL {
            prop_assert_eq!(again.schedule(kind), world.site.schedule(kind));
            prop_assert!(again.executions(kind).eq(world.site.executions(kind)));
        }
        prop_assert_eq!(again.next_due(), world.site.next_due());
        // What is open ends, once everybody answers and all work is done.
        for _ in 0..60 {
            world.answer();
            world.work();
        }
        for kind in AutomationKind::ALL {
            prop_assert!(world.history(kind).iter().all(|one| !one.status.is_open()));
        }
    }
}
