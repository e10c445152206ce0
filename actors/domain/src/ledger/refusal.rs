//! Why a ledger does not book something.

use crate::{Refusal, RefusalKind};
use igny8_protocol_ids::{Credits, GrantId, HoldId};

/// Why a ledger does not book something. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerRefusal {
    /// There is not enough that is neither held nor ended.
    #[error("This needs {needed} credits and {available} are available. Nothing was charged.", needed = needed.0, available = available.0)]
    Insufficient {
        /// What is free.
        available: Credits,
        /// What was asked.
        needed: Credits,
    },
    /// An amount is zero, negative or beyond [`super::AMOUNT_MAX`].
    #[error("{} is not an amount of credits that can be booked.", .0.0)]
    Amount(Credits),
    /// The same key was used for another kind of operation.
    #[error("The key {0:?} was already used for something else.")]
    KeyReused(String),
    /// A key is empty or too long.
    #[error("The key has {length} bytes; 1 to {max} are allowed.")]
    Key {
        /// What was given.
        length: usize,
        /// What is allowed.
        max: usize,
    },
    /// The same key granted another amount before.
    #[error("This key has granted {before} credits already, not {now}. Nothing was changed: use another key for another grant.", before = before.0, now = now.0)]
    GrantChanged {
        /// What it granted.
        before: Credits,
        /// What was asked.
        now: Credits,
    },
    /// No hold with this id was ever opened.
    #[error("There is no hold {0}.")]
    UnknownHold(HoldId),
    /// More is to be settled than is held.
    #[error("{asked} credits cannot be settled: {held} are held.", asked = asked.0, held = held.0)]
    AboveHold {
        /// What is held.
        held: Credits,
        /// What was asked.
        asked: Credits,
    },
    /// Credits of a grant arrive with another kind or expiry than the grant has here.
    #[error("The credits of grant {0} do not fit what is known of it.")]
    GrantMismatch(GrantId),
}

impl LedgerRefusal {
    /// A stable code for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Insufficient { .. } => "insufficient_credits",
            Self::Amount(_) => "credit_amount",
            Self::KeyReused(_) => "ledger_key_reused",
            Self::Key { .. } => "ledger_key",
            Self::GrantChanged { .. } => "grant_changed",
            Self::UnknownHold(_) => "unknown_hold",
            Self::AboveHold { .. } => "above_hold",
            Self::GrantMismatch(_) => "grant_mismatch",
        }
    }
}

impl From<LedgerRefusal> for Refusal {
    fn from(refusal: LedgerRefusal) -> Self {
        let kind = match refusal {
            LedgerRefusal::Insufficient { .. } => RefusalKind::PaymentRequired,
            LedgerRefusal::Amount(_) | LedgerRefusal::Key { .. } => RefusalKind::Invalid,
            LedgerRefusal::UnknownHold(_) => RefusalKind::NotFound,
            _ => RefusalKind::Conflict,
        };
        Self::new(kind, refusal.code(), refusal.to_string())
    }
}
