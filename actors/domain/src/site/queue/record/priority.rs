//! What goes first.

use serde::{Deserialize, Serialize};

/// How soon a task is wanted: 0 to 100, the higher the sooner. Strict: a task never starts while
/// one of a higher priority could.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Priority(u8);

impl Priority {
    /// When there is nothing else to do.
    pub const LOW: Self = Self(25);
    /// What nobody said anything about.
    pub const NORMAL: Self = Self(50);
    /// Before the usual.
    pub const HIGH: Self = Self(75);
    /// Before everything.
    pub const URGENT: Self = Self(100);

    /// From a number; `None` above 100.
    pub const fn new(number: u8) -> Option<Self> {
        if number <= Self::URGENT.0 { Some(Self(number)) } else { None }
    }
    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self::NORMAL
    }
}
