//! The machine's clock.

use igny8_actors_ports::Clock;
use igny8_protocol_ids::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// What the operating system says, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 is a machine that was never set: it counts as 1970.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
