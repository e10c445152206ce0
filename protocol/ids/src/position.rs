//! Where one is in an entity's history.

use serde::{Deserialize, Serialize};

/// How often an entity's ownership was taken. Grows with every take (R2).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    ts_rs::TS,
)]
#[serde(transparent)]
#[schema(value_type = u64)]
#[ts(type = "number")]
pub struct Epoch(pub u64);

impl Epoch {
    /// The epoch of the next take.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The number of a commit (or append) of an entity. The first is 1; 0 is "before everything".
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    ts_rs::TS,
)]
#[serde(transparent)]
#[schema(value_type = u64)]
#[ts(type = "number")]
pub struct Sequence(pub u64);

impl Sequence {
    /// The sequence that follows this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A point in a stream: gap-free within an epoch (R10).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    ts_rs::TS,
)]
pub struct Position {
    /// The epoch in which it was written.
    pub epoch: Epoch,
    /// Its number.
    pub sequence: Sequence,
}
