//! Faults on purpose: crashes at chosen commits, and switches that break one promise each so that
//! the tests can show that they would notice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// The environment variable that chooses the commit at which the process aborts: `N` or `after:N`
/// (durable, not yet answered), `before:N` (checked, not yet written).
const ABORT_VARIABLE: &str = "IGNY8_FAULT_ABORT_AT_COMMIT";

/// Where a process is to abort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AbortPoint {
    Before(u64),
    After(u64),
}

#[derive(Debug, Default)]
struct Switches {
    ignore_epoch: AtomicBool,
    ignore_sequence: AtomicBool,
    skip_sync: AtomicBool,
    disk_full: AtomicBool,
    sync_fails: AtomicBool,
    commits: AtomicU64,
}

/// Which faults are on. Cloning shares the switches, so that a test can turn them while the store
/// runs. Without the cargo feature `faults` the switches cannot be turned.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    abort: Option<AbortPoint>,
    switches: Arc<Switches>,
}

impl Faults {
    /// No faults: what every user gets.
    pub fn none() -> Self {
        Self::default()
    }

    /// Honours `IGNY8_FAULT_ABORT_AT_COMMIT`. For crash tests and the binary's development mode.
    pub fn from_environment() -> Self {
        let abort = std::env::var(ABORT_VARIABLE).ok().and_then(|text| AbortPoint::parse(&text));
        Self { abort, ..Self::default() }
    }

    pub(crate) fn epoch_is_ignored(&self) -> bool {
        self.is_on(&self.switches.ignore_epoch)
    }

    pub(crate) fn sequence_is_ignored(&self) -> bool {
        self.is_on(&self.switches.ignore_sequence)
    }

    pub(crate) fn sync_is_skipped(&self) -> bool {
        self.is_on(&self.switches.skip_sync)
    }

    pub(crate) fn disk_is_full(&self) -> bool {
        self.is_on(&self.switches.disk_full)
    }

    pub(crate) fn sync_fails(&self) -> bool {
        self.is_on(&self.switches.sync_fails)
    }

    fn is_on(&self, switch: &AtomicBool) -> bool {
        cfg!(feature = "faults") && switch.load(Ordering::Relaxed)
    }

    /// To be called before a group with this many commits is written.
    pub(crate) fn before_write(&self, commits: u64) {
        if let Some(AbortPoint::Before(at)) = self.abort
            && self.switches.commits.load(Ordering::Relaxed) + commits >= at
        {
            std::process::abort();
        }
    }

    /// To be called when that group is durable and before anybody is answered.
    pub(crate) fn after_sync(&self, commits: u64) {
        let done = self.switches.commits.fetch_add(commits, Ordering::Relaxed) + commits;
        if let Some(AbortPoint::After(at)) = self.abort
            && done >= at
        {
            std::process::abort();
        }
    }
}

#[cfg(feature = "faults")]
impl Faults {
    /// Commits of an older epoch are let through: breaks R2.
    pub fn ignore_epoch(&self, on: bool) {
        self.switches.ignore_epoch.store(on, Ordering::Relaxed);
    }

    /// Commits whose sequence moved on are let through: breaks R2.
    pub fn ignore_sequence(&self, on: bool) {
        self.switches.ignore_sequence.store(on, Ordering::Relaxed);
    }

    /// Answers before the data is on the disk: breaks R7.
    pub fn skip_sync(&self, on: bool) {
        self.switches.skip_sync.store(on, Ordering::Relaxed);
    }

    /// The disk claims to be full.
    pub fn disk_full(&self, on: bool) {
        self.switches.disk_full.store(on, Ordering::Relaxed);
    }

    /// The disk sync fails after the data was written.
    pub fn fail_sync(&self, on: bool) {
        self.switches.sync_fails.store(on, Ordering::Relaxed);
    }
}

impl AbortPoint {
    fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("before", number)) => number.parse().ok().map(Self::Before),
            Some(("after", number)) => number.parse().ok().map(Self::After),
            Some(_) => None,
            None => text.parse().ok().map(Self::After),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abort_point_is_read_from_text() {
        assert_eq!(AbortPoint::parse("7"), Some(AbortPoint::After(7)));
        assert_eq!(AbortPoint::parse("after:7"), Some(AbortPoint::After(7)));
        assert_eq!(AbortPoint::parse("before:3"), Some(AbortPoint::Before(3)));
        assert_eq!(AbortPoint::parse("never:3"), None);
    }
}
