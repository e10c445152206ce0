//! The nodes that share a store.

use bytes::Bytes;
use igny8_protocol_ids::Timestamp;
use uuid::Uuid;

/// A node that takes part. Its id is drawn at each start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which node.
    pub node: Uuid,
    /// Its address, state and weight, as the runtime wrote them.
    pub body: Bytes,
}

/// All nodes at one moment. Owners follow from it, so it changes as a whole and only from the
/// version that the changer has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// Grows by one with each change; 0 before the first.
    pub version: u64,
    /// In the order of their ids.
    pub members: Vec<Member>,
}

/// How a change of the membership ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MembershipOutcome {
    /// This is the membership now.
    Changed(Membership),
    /// Somebody else changed it first; this is what they made of it.
    Moved(Membership),
}

/// A node's last sign of life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
    /// Which node.
    pub node: Uuid,
    /// When, by the node's own clock.
    pub at: Timestamp,
}
