//! The six automations, and the two sets of timings that people choose from.

use super::schedule::{Schedule, ScheduleRules};
use super::timing::Timing;
use igny8_protocol_ids::Timestamp;
use serde::{Deserialize, Serialize};

/// What runs by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AutomationKind {
    /// New keywords into clusters.
    Cluster,
    /// Clusters without ideas into ideas.
    Ideas,
    /// New ideas into drafts.
    Drafts,
    /// Images for drafts that have none.
    Images,
    /// Approved documents to the site.
    Publish,
    /// Ended tasks and old executions go.
    CleanUp,
}

impl AutomationKind {
    /// All of them, in the order of the pipeline.
    pub const ALL: [Self; 6] =
        [Self::Cluster, Self::Ideas, Self::Drafts, Self::Images, Self::Publish, Self::CleanUp];

    /// As it is stored in keys.
    pub(super) const fn byte(self) -> u8 {
        self as u8
    }
}

/// A set of timings for all six.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preset {
    /// Clusters and ideas every 6 hours, drafts and images every 3, publication every 12, clean-up
    /// every day.
    Standard,
    /// Drafts and images every hour, ideas and publication every day, clean-up every week.
    HourlyDrafts,
}

impl Preset {
    /// When a kind runs. Minutes are staggered, so that what one step makes the next one finds.
    pub const fn cron(self, kind: AutomationKind) -> &'static str {
        use AutomationKind as K;
        match (self, kind) {
            (_, K::Cluster) => "0 */6 * * *",
            (Self::Standard, K::Ideas) => "20 */6 * * *",
            (Self::Standard, K::Drafts) => "40 */3 * * *",
            (Self::Standard, K::Images) => "55 */3 * * *",
            (Self::Standard, K::Publish) => "0 9,21 * * *",
            (Self::Standard, K::CleanUp) => "0 4 * * *",
            (Self::HourlyDrafts, K::Ideas) => "20 5 * * *",
            (Self::HourlyDrafts, K::Drafts) => "10 * * * *",
            (Self::HourlyDrafts, K::Images) => "40 * * * *",
            (Self::HourlyDrafts, K::Publish) => "0 9 * * *",
            (Self::HourlyDrafts, K::CleanUp) => "0 4 * * SUN",
        }
    }

    /// The schedule of a kind in a zone, not yet planned.
    pub fn schedule(self, kind: AutomationKind, zone: &str, enabled: bool) -> Schedule {
        Schedule {
            kind,
            enabled,
            timing: Timing::new(self.cron(kind), zone),
            rules: ScheduleRules::of(kind),
            decided_until: Timestamp::default(),
            next: None,
            updated_at: None,
        }
    }
}
