//! What a document's entity keeps of its authors.

use igny8_protocol_ids::AccountId;
use igny8_storage_api::RecordKey;
use serde::{Deserialize, Serialize};

/// From whom edits came. AI runs have a client id and a record of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::document) enum Source {
    /// Somebody's session, or somebody's request.
    Account(AccountId),
    /// The server by itself: a repair, a restructured text.
    Server,
}

pub(in crate::document) const AUTHOR: u8 = 7;

/// Big-endian, so that a client's entries come in the order of its clocks.
pub(super) fn author_key((client, clock): (u64, u32)) -> RecordKey {
    [&[AUTHOR], client.to_be_bytes().as_slice(), &clock.to_be_bytes()].concat().into()
}

/// The client and the clock that a key names.
pub(in crate::document) fn place_of(key: &[u8]) -> Option<(u64, u32)> {
    let client = key.get(1..9)?.try_into().ok()?;
    let clock = key.get(9..13)?.try_into().ok()?;
    Some((u64::from_be_bytes(client), u32::from_be_bytes(clock)))
}
