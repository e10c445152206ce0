//! The server's end, as its sockets hear of it: each is told when to come back, spread so that the
//! next server does not meet all of them at once.

use super::bound::{COMEBACK_EACH, COMEBACK_MAX, COMEBACK_MIN};
use super::line::{Outbox, Rank};
use crate::state::EdgeState;
use igny8_protocol_wire::close::{self, CloseCode};
use igny8_protocol_wire::frame::ServerFrame;
use std::time::Duration;

/// Why sockets of all doors are closed then.
pub(super) const RESTARTS: (CloseCode, &str) = (close::SERVICE_RESTART, "the server restarts");

/// Tells a client of our own socket when to come back.
pub(super) fn announce(state: &EdgeState, outbox: &Outbox) {
    let after = comeback(state.sockets_at_end(), state.chance());
    let retry_after_ms = u32::try_from(after.as_millis()).expect("ten seconds fit");
    outbox.send(Rank::Answer, &ServerFrame::Closing { retry_after_ms });
}

/// When one of `sockets` comes back, by a number that chance has drawn.
fn comeback(sockets: u32, chance: u64) -> Duration {
    let spread = COMEBACK_EACH.saturating_mul(sockets).min(COMEBACK_MAX - COMEBACK_MIN);
    let steps = spread.as_millis() as u64 + 1;
    COMEBACK_MIN + Duration::from_millis(chance % steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_come_back_spread_over_a_window_that_grows_with_their_number() {
        for (sockets, last) in [(1, 101), (900, 1_000), (20_000, 10_000), (u32::MAX, 10_000)] {
            let last = Duration::from_millis(last);
            let all: Vec<_> = (0..20_000).map(|chance| comeback(sockets, chance)).collect();
            assert_eq!(Some(&COMEBACK_MIN), all.iter().min(), "{sockets}");
            assert_eq!(Some(&last), all.iter().max(), "{sockets}");
            let early = all.iter().filter(|at| **at <= (COMEBACK_MIN + last) / 2).count();
            assert!((9_000..=11_000).contains(&early), "{early} of 20000, of {sockets}");
        }
    }
}
