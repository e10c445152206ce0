//! Progress on the standard error.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use parking_lot::Mutex;
use std::time::Duration;

const TICK: Duration = Duration::from_millis(120);

/// The steps of the job, one bar at a time; a finished one stays as a line.
pub(super) struct Steps {
    bar: Mutex<ProgressBar>,
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {prefix:12} [{bar:30}] {pos}/{len} {msg}")
        .expect("the template is constant")
        .progress_chars("=> ")
}

impl Steps {
    pub(super) fn new() -> Self {
        Self { bar: Mutex::new(ProgressBar::hidden()) }
    }

    /// Begins the next step, of so many parts.
    pub(super) fn step(&self, name: &'static str, parts: usize) {
        let bar = ProgressBar::with_draw_target(Some(parts as u64), ProgressDrawTarget::stderr());
        let bar = bar.with_style(style()).with_prefix(name);
        bar.enable_steady_tick(TICK);
        let before = std::mem::replace(&mut *self.bar.lock(), bar);
        before.finish();
    }

    /// How many parts are done, of how many by now.
    pub(super) fn done(&self, done: usize, parts: usize) {
        let bar = self.bar.lock();
        bar.set_length(parts as u64);
        bar.set_position(done as u64);
    }

    /// A word beside the bar.
    pub(super) fn say(&self, text: impl Into<String>) {
        self.bar.lock().set_message(text.into());
    }

    pub(super) fn end(&self) {
        self.bar.lock().finish();
    }
}
