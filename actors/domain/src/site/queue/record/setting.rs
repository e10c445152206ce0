//! What a site sets for its queue, and the bounds of each setting.

use super::task::TaskKind;
use crate::entity::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Starts a minute.
    pub per_minute: u32,
    /// Starts at once after a rest.
    pub burst: u32,
}

impl Rate {
    /// The time between two starts at full rate.
    pub(super) fn interval_us(self) -> u64 {
        60_000_000 / u64::from(self.per_minute.max(1))
    }
}

/// What is set for a kind of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindSettings {
    /// Tasks that run at once.
    pub places: u32,
    /// Starts per time; absent: as fast as there are places.
    pub rate: Option<Rate>,
    /// Attempts before a task is dead.
    pub attempts: u32,
    /// The longest attempt.
    pub run_seconds: u32,
}

impl KindSettings {
    /// What holds for a kind until something is set.
    pub const fn of(kind: TaskKind) -> Self {
        let places = match kind {
            // One set of keywords is clustered at a time: two runs would fight for the same ones.
            TaskKind::Cluster => 1,
            TaskKind::Ideas | TaskKind::Image | TaskKind::TestRun => 4,
            // The demo's bench writes twenty drafts at once; providers allow about as many.
            TaskKind::Draft | TaskKind::Reparse | TaskKind::Rewrite => 20,
            // A shared WordPress host bears about two posts at a time.
            TaskKind::Publish => 2,
        };
        Self { places, rate: None, attempts: 4, run_seconds: 30 * 60 }
    }
    /// The longest attempt.
    pub const fn run_max(&self) -> Duration {
        Duration::from_secs(self.run_seconds as u64)
    }
}

/// What a site allows of a model, whichever tasks call it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelLimit {
    /// Calls under way at once; absent: as many as there are places.
    pub calls: Option<u32>,
    /// Calls per time; absent: as fast as its lane bears.
    pub rate: Option<Rate>,
}

/// What a site sets for its queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSettings {
    /// Tasks of all kinds that run at once.
    pub places: u32,
    /// Starts of all kinds per time; absent: as fast as there are places.
    pub rate: Option<Rate>,
    /// Kinds with settings of their own.
    pub kinds: BTreeMap<TaskKind, KindSettings>,
    /// Models with limits of the site's own.
    #[serde(default)]
    pub models: BTreeMap<String, ModelLimit>,
    /// A task that could start and still waits after so long is dead.
    pub waiting_hours: u32,
    /// A worker that has shown no sign of life so long after its start is given up.
    pub start_seconds: u32,
    /// A worker that has been silent for so long is given up.
    pub silence_seconds: u32,
    /// Ended tasks that stay in the state; the oldest go into the log.
    pub kept_tasks: u32,
    /// How long they stay.
    pub kept_days: u32,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            places: 40,
            rate: None,
            kinds: BTreeMap::new(),
            models: BTreeMap::new(),
            waiting_hours: 7 * 24,
            start_seconds: 600,
            silence_seconds: 300,
            kept_tasks: 2_000,
            kept_days: 30,
        }
    }
}

/// More streams at once no provider gives one customer.
const PLACES: RangeInclusive<u32> = 1..=100;
/// One in a minute to a hundred in a second.
const PER_MINUTE: RangeInclusive<u32> = 1..=6_000;
const BURST: RangeInclusive<u32> = 1..=1_000;
/// Eight attempts of an hour with their pauses end within the life of a hold.
const ATTEMPTS: RangeInclusive<u32> = 1..=8;
const RUN_SECONDS: RangeInclusive<u32> = 10..=3_600;
const WAITING_HOURS: RangeInclusive<u32> = 1..=30 * 24;
const LIFE_SECONDS: RangeInclusive<u32> = 10..=3_600;
/// Ended tasks are in memory: 20,000 of them take about 20 MB.
const KEPT_TASKS: RangeInclusive<u32> = 100..=20_000;
const KEPT_DAYS: RangeInclusive<u32> = 1..=365;

/// More models than a site's tasks use.
const MODELS_MAX: usize = 32;
/// The longest name of a model: as in the tenant's settings.
const MODEL_CHARS_MAX: usize = 200;

fn within(what: &str, value: u32, bounds: &RangeInclusive<u32>) -> Result<(), Refusal> {
    if bounds.contains(&value) {
        return Ok(());
    }
    let message = format!("{what} is {value}; {} to {} are allowed.", bounds.start(), bounds.end());
    Err(Refusal::invalid("queue_setting", message))
}

fn check_rate(rate: Option<Rate>) -> Result<(), Refusal> {
    let Some(Rate { per_minute, burst }) = rate else { return Ok(()) };
    within("per_minute", per_minute, &PER_MINUTE)?;
    within("burst", burst, &BURST)
}

impl QueueSettings {
    /// What holds for a kind.
    pub fn kind(&self, kind: TaskKind) -> KindSettings {
        self.kinds.get(&kind).copied().unwrap_or_else(|| KindSettings::of(kind))
    }
    /// How long a task may wait that could start.
    pub const fn waiting_max(&self) -> Duration {
        Duration::from_hours(self.waiting_hours as u64)
    }
    /// How long ended tasks stay.
    pub const fn kept(&self) -> Duration {
        Duration::from_hours(24 * self.kept_days as u64)
    }
    /// Refuses what is out of bounds, and says which are allowed.
    pub fn check(&self) -> Result<(), Refusal> {
        within("places", self.places, &PLACES)?;
        check_rate(self.rate)?;
        within("waiting_hours", self.waiting_hours, &WAITING_HOURS)?;
        within("start_seconds", self.start_seconds, &LIFE_SECONDS)?;
        within("silence_seconds", self.silence_seconds, &LIFE_SECONDS)?;
        within("kept_tasks", self.kept_tasks, &KEPT_TASKS)?;
        within("kept_days", self.kept_days, &KEPT_DAYS)?;
        self.check_models()?;
        for (kind, settings) in &self.kinds {
            within("places", settings.places, &PLACES)?;
            check_rate(settings.rate)?;
            within("attempts", settings.attempts, &ATTEMPTS)?;
            within("run_seconds", settings.run_seconds, &RUN_SECONDS)?;
            if *kind == TaskKind::Cluster && settings.places != 1 {
                let message = "Only one clustering runs at a time: two would fight for keywords.";
                return Err(Refusal::invalid("queue_setting", message));
            }
        }
        Ok(())
    }

    fn check_models(&self) -> Result<(), Refusal> {
        let length = |model: &String| model.trim().chars().count();
        if self.models.len() > MODELS_MAX
            || !self.models.keys().all(|model| (1..=MODEL_CHARS_MAX).contains(&length(model)))
        {
            let message = format!(
                "At most {MODELS_MAX} models have limits, with names of 1 to {MODEL_CHARS_MAX} characters."
            );
            return Err(Refusal::invalid("queue_setting", message));
        }
        for limit in self.models.values() {
            within("calls", limit.calls.unwrap_or(1), &PLACES)?;
            check_rate(limit.rate)?;
        }
        Ok(())
    }
}
