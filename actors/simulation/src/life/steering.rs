//! How people steer the queue and the automations: batches, pauses, order, dead letters, schedules.

use super::Life;
use super::person::{any_document, chosen, command_of};
use crate::plan::{Act, Step};
use igny8_actors_domain::Origin;
use igny8_actors_domain::site::automation::{AutomationKind, CatchUp, Overlap, Preset, Timing};
use igny8_actors_domain::site::{
    BatchStatus, DeadFilter, KindSettings, PauseScope, Placement, Priority, QueueScope,
    QueueSettings, Rate, Site, SiteCommand, Task, TaskEdit, TaskKind, TaskStatus,
};
use igny8_actors_domain::tenant::TenantCommand;
use igny8_actors_runtime::Platform;
use igny8_protocol_ids::{EntityKey, SiteId, TaskId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// Zones of schedules: with hours that are skipped and doubled, and without.
const ZONES: [&str; 3] = ["Europe/London", "America/New_York", "UTC"];
/// Times of schedules that come several times in a life's day.
const TIMES: [&str; 3] = ["*/20 * * * *", "7 */2 * * *", "30 1 * * *"];
/// Rests that are short beside the pause at the end of a life.
const DELAY_MINUTES_MAX: u64 = 40;

/// The command of steering that an act means; `None` if there is nothing for it.
pub(super) fn steering(site: &Site, act: Act, pick: u64, now: Timestamp) -> Option<SiteCommand> {
    use SiteCommand as C;
    let small = |range: u64| (pick >> 24) % range;
    Some(match act {
        Act::Batch(count) => C::QueueBatch {
            title: format!("Batch {}", pick % 100),
            stop_percent: pick.is_multiple_of(2).then_some(40),
            placement: placement(pick, now, false),
            command: Box::new(queueing(site, count, pick)?),
        },
        Act::Place(count) => C::Place {
            placement: placement(pick, now, true),
            command: Box::new(queueing(site, count, pick)?),
        },
        Act::CancelBatch => {
            let open = site.batches().filter(|batch| batch.status == BatchStatus::Open);
            C::CancelBatch { batch: chosen(open.map(|batch| batch.id).collect(), pick)? }
        }
        Act::Pause => C::PauseQueue { scope: scope(site, pick)?, paused: true },
        Act::Resume => C::PauseQueue { scope: chosen(paused(site), pick)?, paused: false },
        Act::Reorder => {
            let waits = tasks(site, |task| task.status == TaskStatus::Queued);
            C::ChangeTasks {
                tasks: vec![chosen(waits, pick)?],
                priority: Some(priority(pick)),
                not_before: pick.is_multiple_of(3).then(|| later(pick, now)),
            }
        }
        Act::Replay => {
            let dead = site.dead_letters().map(|task| task.id).collect();
            let edit = TaskEdit { priority: Some(Priority::HIGH), ideas: None, images: None };
            C::ReplayTask { task: chosen(dead, pick)?, edit }
        }
        Act::ReplayAll => C::ReplayDead { filter: DeadFilter::default() },
        Act::Discard => {
            let dead = site.dead_letters().map(|task| task.id).collect();
            C::DiscardTasks { tasks: vec![chosen(dead, pick)?] }
        }
        Act::SetQueue => C::SetQueue { settings: settings(pick) },
        Act::Schedule => {
            let kind = AutomationKind::ALL[small(6) as usize];
            let mut rules = site.schedule(kind).rules;
            rules.catch_up = [CatchUp::None, CatchUp::Last, CatchUp::All][small(3) as usize];
            rules.overlap = [Overlap::Skip, Overlap::Queue][small(2) as usize];
            rules.jitter_seconds = (pick % 120) as u32;
            rules.dry_run = pick.is_multiple_of(5);
            C::SetSchedule { kind, enabled: !pick.is_multiple_of(4), timing: timing(pick), rules }
        }
        Act::Preset => C::ApplyPreset {
            preset: [Preset::Standard, Preset::HourlyDrafts][small(2) as usize],
            zone: ZONES[small(3) as usize].to_owned(),
        },
        Act::Automate => C::RunAutomation {
            kind: AutomationKind::ALL[small(6) as usize],
            dry_run: pick.is_multiple_of(5),
        },
        _ => return None,
    })
}

/// Something that queues several tasks.
fn queueing(site: &Site, count: u8, pick: u64) -> Option<SiteCommand> {
    let act = match pick % 3 {
        0 => Act::Drafts(count, 1),
        1 => Act::Ideas(count),
        _ => {
            let document = any_document(site, pick)?;
            return Some(SiteCommand::QueueImages { document, count: u32::from(count.min(3)) });
        }
    };
    command_of(site, act, pick >> 3)
}

fn priority(pick: u64) -> Priority {
    [Priority::LOW, Priority::NORMAL, Priority::HIGH, Priority::URGENT][(pick >> 4) as usize % 4]
}

fn later(pick: u64, now: Timestamp) -> Timestamp {
    now.plus(Duration::from_mins(1 + (pick >> 8) % DELAY_MINUTES_MAX))
}

fn placement(pick: u64, now: Timestamp, is_unique: bool) -> Placement {
    let key = format!("key {}", (pick >> 32) % 5);
    Placement {
        priority: priority(pick),
        not_before: pick.is_multiple_of(4).then(|| later(pick, now)),
        unique: (is_unique && pick.is_multiple_of(2)).then(|| (key, Duration::from_hours(2))),
        batch: None,
    }
}

fn settings(pick: u64) -> QueueSettings {
    let mut kinds = BTreeMap::new();
    let kind = TaskKind::ALL[pick as usize % TaskKind::ALL.len()];
    let rate = pick.is_multiple_of(2).then_some(Rate { per_minute: 10, burst: 2 });
    kinds.insert(kind, KindSettings { places: 1, rate, ..KindSettings::of(kind) });
    QueueSettings { places: 1 + (pick >> 8) as u32 % 6, kinds, ..QueueSettings::default() }
}

fn timing(pick: u64) -> Timing {
    let cron = TIMES[(pick >> 40) as usize % TIMES.len()].to_owned();
    Timing { cron, zone: ZONES[(pick >> 44) as usize % ZONES.len()].to_owned() }
}

fn tasks(site: &Site, wanted: impl Fn(&Task) -> bool) -> Vec<TaskId> {
    site.tasks().filter(|task| wanted(task)).map(|task| task.id).collect()
}

/// Something that can be paused.
fn scope(site: &Site, pick: u64) -> Option<QueueScope> {
    Some(match pick % 4 {
        0 => QueueScope::Site,
        1 => QueueScope::Kind(TaskKind::ALL[(pick >> 8) as usize % TaskKind::ALL.len()]),
        2 => {
            let open = site.batches().filter(|batch| batch.status == BatchStatus::Open);
            QueueScope::Batch(chosen(open.map(|batch| batch.id).collect(), pick)?)
        }
        _ => QueueScope::Task(chosen(tasks(site, |t| t.status == TaskStatus::Queued), pick)?),
    })
}

/// What is paused at a site, but for what its tenant has paused.
fn paused(site: &Site) -> Vec<QueueScope> {
    let of_queue = site.pauses().filter_map(|pause| match pause.scope {
        PauseScope::Site => Some(QueueScope::Site),
        PauseScope::Kind(kind) => Some(QueueScope::Kind(kind)),
        PauseScope::Tenant | PauseScope::Batch | PauseScope::Task => None,
    });
    let batches = site.batches().filter(|batch| batch.paused.is_some());
    let tasks = site.tasks().filter(|task| task.paused.is_some() && task.status.is_open());
    of_queue
        .chain(batches.map(|batch| QueueScope::Batch(batch.id)))
        .chain(tasks.map(|task| QueueScope::Task(task.id)))
        .collect()
}

impl Life {
    /// Holds up the work of all sites, or lets it go on.
    pub(super) async fn pause_work(&self, paused: bool) {
        self.tenant_command(TenantCommand::PauseWork { paused }).await;
    }

    /// Somebody mends an answer that no machine could read.
    pub(super) async fn mend(&self, step: &Step, site: SiteId) {
        let waits = self.witness().site(self.tenant, site, |site| {
            tasks(site, |task| task.status == TaskStatus::WaitingForReview)
        });
        let Some(task) = waits.and_then(|waits| chosen(waits, step.pick)) else { return };
        let origin = Origin::Account(self.people[step.user]);
        self.insist(EntityKey::site(self.tenant, site), async |platform: Platform| {
            let answer = r#"{"ideas": [{"title": "By a person", "angle": "Mended"}]}"#.to_owned();
            platform.site(self.tenant, site).submit_answer(origin, None, task, answer).await
        })
        .await;
    }

    /// Ends what would go on for ever: pauses and schedules.
    pub(super) async fn let_all_go(&self) {
        self.pause_work(false).await;
        for site in self.sites.clone() {
            let read = |site: &Site| {
                let resume = paused(site).into_iter();
                let mut commands: Vec<_> =
                    resume.map(|scope| SiteCommand::PauseQueue { scope, paused: false }).collect();
                for kind in AutomationKind::ALL {
                    let schedule = site.schedule(kind);
                    if schedule.enabled {
                        commands.push(SiteCommand::SetSchedule {
                            kind,
                            enabled: false,
                            timing: schedule.timing,
                            rules: schedule.rules,
                        });
                    }
                }
                commands
            };
            for command in self.witness().site(self.tenant, site, read).unwrap_or_default() {
                self.site_command(0, site, command).await;
            }
        }
    }
}
