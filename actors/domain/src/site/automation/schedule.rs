//! A schedule: when an automation runs, and within which bounds.

use super::kind::AutomationKind;
use super::timing::{Recurrence, Timing};
use crate::entity::{Dice, Refusal};
use crate::site::queue::limits;
use igny8_protocol_ids::{SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Bounds of what can be set (R11).
pub mod bound {
    /// Items of one execution: each is a task in the same commit.
    pub const ITEMS_MAX: u32 = 100;
    /// Executions of one kind that are kept; older ones go.
    pub const HISTORY_MAX: usize = 50;
    /// Items that an execution names as skipped; the rest is counted.
    pub const SKIPPED_NAMED_MAX: usize = 20;
    /// Executions that a catch-up runs, and that wait for the one before, at most.
    pub const CATCH_UP_MAX: usize = 24;
    /// The longest time that is caught up with: a week.
    pub const CATCH_UP_MINUTES_MAX: u32 = 7 * 24 * 60;
    /// The longest jitter: more would mix up the hours.
    pub const JITTER_SECONDS_MAX: u32 = 3_600;
    /// Credits of one execution: the largest plan's month.
    pub const CREDITS_MAX: u32 = 2_000;
    /// Publications a day.
    pub const PER_DAY_MAX: u32 = 100;
    /// Days for which ended tasks can be kept.
    pub const KEEP_DAYS_MAX: u32 = 365;
}

/// So late a start still counts as on time: a restart of the server takes less.
pub(super) const ON_TIME: Duration = Duration::from_mins(5);

/// What happens to executions whose time passed while nothing could run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CatchUp {
    /// They are missed.
    None,
    /// The last of them runs.
    Last,
    /// All of them run, one after another.
    All,
}

/// What happens when it is time and the execution before has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Overlap {
    /// The new one is skipped.
    Skip,
    /// The new one waits; one waits at most.
    Queue,
}

/// Within which bounds an automation runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleRules {
    /// What is caught up with.
    pub catch_up: CatchUp,
    /// How far back.
    pub catch_up_minutes: u32,
    /// When the execution before has not ended.
    pub overlap: Overlap,
    /// Executions start up to so much later, so that not all sites start at once. Which delay it
    /// is follows from the site, the kind and the instant.
    pub jitter_seconds: u32,
    /// Items of one execution.
    pub items_max: u32,
    /// Ideas for each cluster, or images for each draft; without meaning elsewhere.
    pub each: u32,
    /// Credits that one execution may cost; no bound of its own without it.
    pub credits_max: Option<u32>,
    /// Publications a day in the schedule's zone, those by people counted too.
    pub per_day_max: u32,
    /// Publish at once, or as a draft at the site.
    pub live: bool,
    /// Days for which ended tasks are kept.
    pub keep_days: u32,
    /// Only write down what would be done.
    pub dry_run: bool,
}

impl ScheduleRules {
    /// What a kind starts with.
    pub fn of(kind: AutomationKind) -> Self {
        use AutomationKind as K;
        let (items_max, each, credits_max) = match kind {
            K::Cluster => (1, 1, Some(50)),
            K::Ideas => (5, 5, Some(25)),
            K::Drafts => (5, 0, Some(15)),
            K::Images => (10, 1, Some(10)),
            K::Publish => (5, 1, None),
            K::CleanUp => (1, 1, None),
        };
        Self {
            catch_up: CatchUp::Last,
            catch_up_minutes: 24 * 60,
            overlap: Overlap::Skip,
            jitter_seconds: 300,
            items_max,
            each,
            credits_max,
            per_day_max: 10,
            live: true,
            keep_days: 30,
            dry_run: false,
        }
    }

    pub(super) fn check(&self, kind: AutomationKind) -> Result<(), Refusal> {
        let each = match kind {
            AutomationKind::Ideas => (1, limits::IDEAS_PER_CLUSTER_MAX),
            AutomationKind::Images => (1, limits::IMAGES_PER_REQUEST_MAX),
            _ => (0, limits::IMAGES_PER_REQUEST_MAX),
        };
        let credits = self.credits_max.unwrap_or(1);
        for (field, value, (min, max)) in [
            ("catch_up_minutes", self.catch_up_minutes, (1, bound::CATCH_UP_MINUTES_MAX)),
            ("jitter_seconds", self.jitter_seconds, (0, bound::JITTER_SECONDS_MAX)),
            ("items_max", self.items_max, (1, bound::ITEMS_MAX)),
            ("each", self.each, each),
            ("credits_max", credits, (1, bound::CREDITS_MAX)),
            ("per_day_max", self.per_day_max, (1, bound::PER_DAY_MAX)),
            ("keep_days", self.keep_days, (1, bound::KEEP_DAYS_MAX)),
        ] {
            if !(min..=max).contains(&value) {
                return Err(Refusal::invalid(
                    &format!("invalid_{field}"),
                    format!("{field} is {value}; {min} to {max} are allowed."),
                ));
            }
        }
        Ok(())
    }
}

/// The next execution of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The instant that the expression names: with the kind, the execution's id.
    pub scheduled_at: Timestamp,
    /// When it starts: its jitter later.
    pub starts_at: Timestamp,
}

/// When an automation runs by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Of what.
    pub kind: AutomationKind,
    /// Off: only by hand.
    pub enabled: bool,
    /// When.
    pub timing: Timing,
    /// Within which bounds.
    pub rules: ScheduleRules,
    /// Instants up to this one are decided, whatever the clock says later.
    pub decided_until: Timestamp,
    /// What comes next; nothing while it is off.
    pub next: Option<Due>,
    /// When a person changed it last.
    pub updated_at: Option<Timestamp>,
}

impl Schedule {
    /// Plans the first instant that is not decided yet.
    pub(super) fn plan(&mut self, site: SiteId) {
        let recurrence = if self.enabled { self.timing.read().ok() } else { None };
        let next = recurrence.and_then(|recurrence| recurrence.after(self.decided_until));
        self.next = next.map(|at| self.due(site, at));
    }

    /// When the execution of an instant starts.
    pub(super) fn due(&self, site: SiteId, scheduled_at: Timestamp) -> Due {
        let jitter = jitter(site, self.kind, scheduled_at, self.rules.jitter_seconds);
        Due { scheduled_at, starts_at: scheduled_at.plus(jitter) }
    }

    /// An instant on the wall clock of its zone.
    pub fn wall_clock(&self, at: Timestamp) -> String {
        self.timing.read().map_or_else(|_| String::new(), |recurrence| recurrence.wall_clock(at))
    }

    /// The next executions, for a form that asks.
    pub fn upcoming(&self, from: Timestamp, count: usize) -> Vec<Timestamp> {
        let recurrence: Option<Recurrence> = self.timing.read().ok();
        recurrence.iter().flat_map(|recurrence| recurrence.following(from).take(count)).collect()
    }
}

/// The same delay for the same site, kind and instant, on every machine.
fn jitter(site: SiteId, kind: AutomationKind, at: Timestamp, seconds_max: u32) -> Duration {
    let (high, low) = site.uuid().as_u64_pair();
    let seed = [high, low, u64::from(kind.byte()), at.as_millis().unsigned_abs()]
        .into_iter()
        .fold(0, |seed, part| Dice::new(seed ^ part).roll());
    Duration::from_millis(seed % (u64::from(seconds_max) * 1_000 + 1))
}
