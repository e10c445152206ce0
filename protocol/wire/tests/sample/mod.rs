//! One frame of each variant, with optional fields there and not there. The golden files hold
//! their bytes.

pub(crate) mod automation;
pub(crate) mod client;
pub(crate) mod server;
pub(crate) mod view;

use igny8_protocol_ids::{Epoch, Position, Sequence};
use std::str::FromStr;

/// An id that reads well in a file: all of one digit but the version and the variant.
pub(crate) fn id<T: FromStr<Err: std::fmt::Debug>>(digit: char) -> T {
    let text: String = "xxxxxxxx-xxxx-7xxx-8xxx-xxxxxxxxxxxx"
        .chars()
        .map(|c| if c == 'x' { digit } else { c })
        .collect();
    text.parse().expect("it is written like a UUID")
}

/// A position whose number does not fit into 32 bits.
pub(crate) fn position() -> Position {
    Position { epoch: Epoch(3), sequence: Sequence(5_000_000_000) }
}
