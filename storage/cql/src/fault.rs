//! Switches that break one promise each, so that the tests can show that they would notice. There
//! is none for the disk sync, as the embedded store has: here the server syncs, and whether it does
//! is its own configuration.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug, Default)]
struct Switches {
    ignore_epoch: AtomicBool,
    ignore_sequence: AtomicBool,
}

/// Which faults are on. Cloning shares the switches. Without the cargo feature `faults` they
/// cannot be turned.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Switches>);

impl Faults {
    /// No faults: what every user gets.
    pub fn none() -> Self {
        Self::default()
    }

    pub(crate) fn epoch_is_ignored(&self) -> bool {
        is_on(&self.0.ignore_epoch)
    }

    pub(crate) fn sequence_is_ignored(&self) -> bool {
        is_on(&self.0.ignore_sequence)
    }
}

fn is_on(switch: &AtomicBool) -> bool {
    cfg!(feature = "faults") && switch.load(Ordering::Relaxed)
}

#[cfg(feature = "faults")]
impl Faults {
    /// Commits of an older epoch are let through: breaks R2.
    pub fn ignore_epoch(&self, on: bool) {
        self.0.ignore_epoch.store(on, Ordering::Relaxed);
    }

    /// Commits whose sequence moved on are let through: breaks R2.
    pub fn ignore_sequence(&self, on: bool) {
        self.0.ignore_sequence.store(on, Ordering::Relaxed);
    }
}
