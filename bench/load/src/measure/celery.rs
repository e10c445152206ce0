//! What Celery with Redis did in the same run, as bench/peers/celery tells it.

use crate::report::Figure;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// Its best figures, over all settings of workers that were tried.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Celery {
    tasks_per_second: f64,
    start_ms_p50_best: f64,
    start_ms_p99_best: f64,
}

impl Celery {
    /// Reads what was kept.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = fs::read(file).with_context(|| format!("{}", file.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("{}", file.display()))
    }
}

/// Puts a figure beside that of Celery, if it was measured.
pub(super) fn beside(figure: Figure, celery: Option<Celery>, of: fn(Celery) -> f64) -> Figure {
    match celery {
        Some(celery) => figure.beside("Celery with Redis, synced always", of(celery)),
        None => figure,
    }
}

/// Tasks a second.
pub(super) fn rate(celery: Celery) -> f64 {
    celery.tasks_per_second
}

/// Milliseconds from publication to start: the median.
pub(super) fn start_median(celery: Celery) -> f64 {
    celery.start_ms_p50_best
}

/// The same, 99th percentile.
pub(super) fn start_worst(celery: Celery) -> f64 {
    celery.start_ms_p99_best
}
