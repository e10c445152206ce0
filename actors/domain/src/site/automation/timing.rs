//! When something recurs: a cron expression read on the wall clock of a time zone.
//!
//! One rule covers daylight saving: *each time on the wall clock that the expression names comes
//! once*. A time that the clock skips comes at the first instant after the gap (several of them
//! together come there once); a time that the clock shows twice comes when it is shown first.
//!
//! The zones are the ones compiled in, never the machine's: a schedule means the same on every
//! node, and a recorded life replays (R15). No clock is read here.

use crate::entity::Refusal;
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use igny8_protocol_ids::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The longest expression: what people write fits into half of it.
const CRON_CHARS_MAX: usize = 120;
/// The longest name of a zone; the longest there is has 32.
const ZONE_CHARS_MAX: usize = 64;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// An expression and the zone whose clock it reads, as people write them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Five fields: minute, hour, day of the month, month, day of the week.
    pub cron: String,
    /// The IANA name of the zone, such as `Europe/London`.
    pub zone: String,
}

/// A timing that was read and found sound.
#[derive(Clone, Debug)]
pub struct Recurrence {
    cron: Cron,
    zone: TimeZone,
}

impl Timing {
    /// An expression in a zone.
    pub fn new(cron: &str, zone: &str) -> Self {
        Self { cron: cron.to_owned(), zone: zone.to_owned() }
    }

    /// Reads it; a refusal says what is wrong and what would be right.
    pub fn read(&self) -> Result<Recurrence, Refusal> {
        let cron = read_cron(&self.cron)?;
        let zone = read_zone(&self.zone)?;
        Ok(Recurrence { cron, zone })
    }
}

fn read_cron(text: &str) -> Result<Cron, Refusal> {
    let refuse = |why: String| {
        Refusal::invalid(
            "invalid_cron",
            format!(
                "\u{201c}{text}\u{201d} is not a schedule: {why}. Write minute, hour, day of the month, month and day of the week, such as \u{201c}0 */6 * * *\u{201d} for every six hours."
            ),
        )
    };
    if text.chars().count() > CRON_CHARS_MAX {
        let why = format!("it has more than {CRON_CHARS_MAX} characters");
        return Err(Refusal::invalid("invalid_cron", format!("This is not a schedule: {why}.")));
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = parser.parse(text).map_err(|error| refuse(lower(&error.to_string())))?;
    // From a fixed day, so that whether an expression is sound does not depend on when it is asked.
    let from = DateTime::constant(2000, 1, 1, 0, 0, 0, 0);
    if cron.find_next_occurrence(&from, true).is_err() {
        return Err(refuse("no day in the calendar fits it".to_owned()));
    }
    Ok(cron)
}

fn lower(message: &str) -> String {
    let message = message.trim_end_matches('.');
    let mut chars = message.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn read_zone(name: &str) -> Result<TimeZone, Refusal> {
    let known = (name.len() <= ZONE_CHARS_MAX).then(|| ZONES.get(name).ok()).flatten();
    known.ok_or_else(|| {
        let name: String = name.chars().take(ZONE_CHARS_MAX).collect();
        Refusal::invalid(
            "invalid_zone",
            format!(
                "\u{201c}{name}\u{201d} is not a known time zone: use an IANA name such as \u{201c}Europe/London\u{201d} or \u{201c}UTC\u{201d}."
            ),
        )
    })
}

/// The names of all zones, in order.
pub fn zones() -> Vec<String> {
    ZONES.available().map(|name| name.to_string()).collect()
}

impl Recurrence {
    /// The first instant after `from`; none if there is none before the calendar ends.
    pub fn after(&self, from: Timestamp) -> Option<Timestamp> {
        let from = jiff::Timestamp::from_millisecond(from.as_millis()).ok()?;
        let mut wall = self.zone.to_datetime(from);
        // Goes round again only where the clock shows a time for the second time.
        loop {
            wall = self.cron.find_next_occurrence(&wall, false).ok()?;
            let instant = self.instant(wall)?;
            if instant > from {
                return Some(Timestamp::from_millis(instant.as_millisecond()));
            }
        }
    }

    /// The instants after `from`, in order.
    pub fn following(&self, from: Timestamp) -> impl Iterator<Item = Timestamp> {
        std::iter::successors(self.after(from), |last| self.after(*last))
    }

    /// When the wall clock shows a time first, or the first instant at which it is past it.
    fn instant(&self, wall: DateTime) -> Option<jiff::Timestamp> {
        match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok(),
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).ok(),
            AmbiguousOffset::Gap { after, .. } => {
                // Read with the offset that is not yet in force: shortly before the gap.
                let earlier = after.to_timestamp(wall).ok()?;
                let changes = self.zone.following(earlier).map(|change| change.timestamp());
                changes.into_iter().find(|change| self.zone.to_datetime(*change) > wall)
            }
        }
    }

    /// Midnight before an instant, and the midnight after it, on the zone's wall clock.
    pub fn day(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        let date = self.zone.to_datetime(at).date();
        let start = self.instant(date.to_datetime(jiff::civil::Time::midnight()))?;
        let end = self.instant(date.tomorrow().ok()?.to_datetime(jiff::civil::Time::midnight()))?;
        let millis = |instant: jiff::Timestamp| Timestamp::from_millis(instant.as_millisecond());
        Some((millis(start), millis(end)))
    }

    /// What the expression says, in English.
    pub fn words(&self) -> String {
        self.cron.describe()
    }

    /// An instant on the zone's wall clock, with its offset: `2026-03-29 03:00 +01:00`.
    pub fn wall_clock(&self, at: Timestamp) -> String {
        let Ok(at) = jiff::Timestamp::from_millisecond(at.as_millis()) else {
            return String::new();
        };
        let zoned = at.to_zoned(self.zone.clone());
        zoned.strftime("%a %Y-%m-%d %H:%M %:z").to_string()
    }
}
