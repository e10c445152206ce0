//! Why a task waits, and when it will start.

use super::index::unpaid;
use super::record::{FailureClass, Pause, PauseScope, Task, TaskKind, TaskStatus};
use super::start::{Closed, closed, rate_free_at};
use crate::lane::{Cap, Obstacle};
use crate::site::state::Site;
use igny8_protocol_ids::{Credits, Timestamp};
use std::time::Duration;

/// Why a task waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It, its batch, its kind, its site or its tenant is paused.
    Paused {
        /// What is paused.
        scope: PauseScope,
        /// Why, by whom and since when.
        pause: Pause,
    },
    /// It is put off.
    Delayed {
        /// Until then.
        until: Timestamp,
    },
    /// An attempt failed; the next one is due later.
    Retry {
        /// How it failed.
        class: FailureClass,
        /// Until then.
        until: Timestamp,
    },
    /// A budget cap of the tenant is used up.
    Cap {
        /// Which.
        cap: Cap,
        /// Until then.
        until: Timestamp,
    },
    /// The provider of its model rests after failures.
    Rest {
        /// Which model.
        model: String,
        /// How calls to it failed.
        class: FailureClass,
        /// Until then.
        until: Timestamp,
    },
    /// Credits are on their way, or missing.
    Credits {
        /// How many.
        missing: Credits,
    },
    /// All places are taken.
    Places {
        /// How many run.
        taken: u32,
        /// How many may.
        places: u32,
    },
    /// The rate of its kind or its site allows the next start later.
    Rate {
        /// Then.
        free_at: Timestamp,
    },
    /// Others are before it.
    Turn {
        /// How many at most.
        behind: u32,
    },
}

impl Site {
    /// Why a task waits; `None` if it does not.
    pub fn waiting(&self, task: &Task, now: Timestamp) -> Option<Waiting> {
        if task.status != TaskStatus::Queued {
            return None;
        }
        if let Some((scope, pause)) = self.held_up_by(task) {
            return Some(Waiting::Paused { scope, pause });
        }
        if let Some(until) = task.not_before.filter(|at| *at > now) {
            let held_up = task.held_up.as_deref().map(|held_up| &held_up.by);
            return Some(match (held_up, &task.failure) {
                (Some(Obstacle::Cap(cap)), _) => Waiting::Cap { cap: *cap, until },
                (Some(Obstacle::Rest { model, class }), _) => {
                    Waiting::Rest { model: model.clone(), class: *class, until }
                }
                (None, Some(failure)) if task.attempts > task.attempts_before => {
                    Waiting::Retry { class: failure.class, until }
                }
                _ => Waiting::Delayed { until },
            });
        }
        let kind = task.input.kind();
        let unpaid = unpaid(task);
        let spendable = self.ledger().spendable(now);
        if spendable < unpaid {
            return Some(Waiting::Credits { missing: Credits(unpaid.0 - spendable.0) });
        }
        let behind = self.queue().behind(task);
        match closed(self, kind, now) {
            Some(Closed::Rate(free_at)) => Some(Waiting::Rate { free_at }),
            Some(Closed::Places) if behind == 0 => Some(self.places_of(task)),
            _ => Some(match self.missing_for_next(now) {
                Some(missing) => Waiting::Credits { missing },
                None => Waiting::Turn { behind },
            }),
        }
    }

    /// What the next one in line lacks: what there is stays reserved for it, and all behind it
    /// wait.
    fn missing_for_next(&self, now: Timestamp) -> Option<Credits> {
        let may = |kind| closed(self, kind, now).is_none();
        let next = self.queue().next(may, true).and_then(|id| self.task(id))?;
        let missing = Credits(unpaid(next).0 - self.ledger().spendable(now).0);
        (missing > Credits::ZERO).then_some(missing)
    }

    fn places_of(&self, task: &Task) -> Waiting {
        let (kind, settings) = (task.input.kind(), self.queue_settings());
        let (taken, places) = (self.queue().running(kind), settings.kind(kind).places);
        if taken >= places {
            return Waiting::Places { taken, places };
        }
        Waiting::Places { taken: self.queue().running_all(), places: settings.places }
    }

    fn held_up_by(&self, task: &Task) -> Option<(PauseScope, Pause)> {
        if let Some(pause) = self.queue().pause_of(task.input.kind()) {
            return Some((pause.scope, pause.pause));
        }
        let batch = task.batch.and_then(|id| self.batch(id)).and_then(|batch| batch.paused);
        batch
            .map(|pause| (PauseScope::Batch, pause))
            .or_else(|| task.paused.map(|pause| (PauseScope::Task, pause)))
    }

    /// When a waiting task will start, as far as can be told: from the average duration of its
    /// kind, its places and its rate. `None` if it depends on somebody, or nothing is known yet.
    pub fn start_estimate(&self, task: &Task, now: Timestamp) -> Option<Timestamp> {
        match self.waiting(task, now)? {
            Waiting::Paused { .. } | Waiting::Credits { .. } => None,
            Waiting::Delayed { until }
            | Waiting::Retry { until, .. }
            | Waiting::Cap { until, .. }
            | Waiting::Rest { until, .. } => Some(until),
            Waiting::Places { .. } | Waiting::Rate { .. } | Waiting::Turn { .. } => {
                let by_rate = self.by_rate(task, now);
                Some(now.plus(self.by_places(task)?).max(by_rate))
            }
        }
    }

    /// Each place takes the next task when its own ends: on average after its share of a duration.
    fn by_places(&self, task: &Task) -> Option<Duration> {
        let kind = task.input.kind();
        let average = self.queue().pace(Some(kind)).average_ms;
        let places = self.queue_settings().kind(kind).places.max(1);
        let free = places.saturating_sub(self.queue().running(kind));
        let before = u64::from((self.queue().behind(task) + 1).saturating_sub(free));
        (average > 0 || before == 0)
            .then(|| Duration::from_millis(average.saturating_mul(before) / u64::from(places)))
    }

    fn by_rate(&self, task: &Task, now: Timestamp) -> Timestamp {
        let kind = task.input.kind();
        let free = rate_free_at(self, kind).unwrap_or(now).max(now);
        let rate = self.queue_settings().kind(kind).rate.or(self.queue_settings().rate);
        let interval_ms = rate.map_or(0, |rate| 60_000 / u64::from(rate.per_minute.max(1)));
        free.plus(Duration::from_millis(interval_ms * u64::from(self.queue().behind(task))))
    }
}

/// How busy a kind is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindLoad {
    /// Which kind.
    pub kind: TaskKind,
    /// Tasks that wait or run.
    pub open: u32,
    /// Tasks that run.
    pub running: u32,
    /// How many may.
    pub places: u32,
    /// How long a task takes on average; 0: nothing is known yet.
    pub average_ms: u64,
}

/// How busy a queue is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueLoad {
    /// Tasks that wait.
    pub waiting: usize,
    /// Tasks that run.
    pub running: u32,
    /// Dead letters.
    pub dead_letters: usize,
    /// How busy each kind is.
    pub kinds: Vec<KindLoad>,
}

impl Site {
    /// How busy the queue is.
    pub fn queue_load(&self) -> QueueLoad {
        let load = |kind| KindLoad {
            kind,
            open: self.queue().open(kind),
            running: self.queue().running(kind),
            places: self.queue_settings().kind(kind).places,
            average_ms: self.queue().pace(Some(kind)).average_ms,
        };
        QueueLoad {
            waiting: self.queue().waiting(),
            running: self.queue().running_all(),
            dead_letters: self.queue().dead_count(),
            kinds: TaskKind::ALL.map(load).to_vec(),
        }
    }
}
