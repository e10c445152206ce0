//! Many lives, on all cores.

use crate::life::{Done, Outcome, live};
use crate::plan::Plan;
use serde::Serialize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Failing lives that are kept: more would say the same.
const FAILED_MAX: usize = 5;

/// What came of many lives. Its JSON is one line.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// Lives that were lived.
    pub lives: u64,
    /// Acts of people.
    pub steps: u64,
    /// Faults that happened.
    pub faults: u64,
    /// Lives with a broken promise.
    pub violations: u64,
    /// By the clock on the wall.
    pub seconds: f64,
    /// What was done in all of them.
    #[serde(skip)]
    pub done: Done,
    /// The first lives that failed.
    #[serde(skip)]
    pub failed: Vec<(Plan, Outcome)>,
}

impl Summary {
    fn add(&mut self, plan: Plan, outcome: Outcome) {
        self.lives += 1;
        self.steps += outcome.steps;
        self.faults += outcome.faults;
        self.done.commands += outcome.done.commands;
        self.done.edits += outcome.done.edits;
        self.done.succeeded += outcome.done.succeeded;
        self.done.ended += outcome.done.ended;
        self.done.posts += outcome.done.posts;
        if !outcome.violations.is_empty() {
            self.violations += 1;
            if self.failed.len() < FAILED_MAX {
                self.failed.push((plan, outcome));
            }
        }
    }
}

/// Lives the lives of `lives` seeds from `seed` on, one runtime and one clock each, as many at a
/// time as there are cores.
pub fn live_many(seed: u64, lives: u64) -> Summary {
    let start = Instant::now();
    let (next, summary) = (AtomicU64::new(0), Mutex::new(Summary::default()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= lives {
                        return;
                    }
                    let plan = Plan::draw(seed.wrapping_add(number));
                    let outcome = live(&plan);
                    summary.lock().expect("nobody panics here").add(plan, outcome);
                }
            });
        }
    });
    let mut summary = summary.into_inner().expect("nobody panics here");
    summary.seconds = start.elapsed().as_secs_f64();
    summary
}
