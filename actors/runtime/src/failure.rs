//! What a handle answers when it does not do what it was asked.

use igny8_actors_domain::{Refusal, RefusalKind};
use igny8_actors_ports::SealError;
use igny8_storage_api::StoreError;
use std::time::Duration;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The core refused; nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A bound is full (R11).
    #[error("The server is busy with this. Try again in {} ms.", retry_after.as_millis())]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// The entity restarts, or the store does not answer. The outcome of a change may be unknown:
    /// a repetition with the same idempotency key is safe.
    #[error("This is not available just now: {reason}. Try again.")]
    Unavailable {
        /// For people; holds no secret.
        reason: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// The entity failed again and again and is kept out until somebody looks (R12).
    #[error(
        "This was taken out of service after repeated failures. The operator has been alerted."
    )]
    Quarantined,
}

impl Failure {
    /// The usual answer when an actor went away while it was asked.
    pub(crate) fn restarting() -> Self {
        Self::Unavailable {
            reason: "it is being restarted".to_owned(),
            retry_after: Duration::from_millis(250),
        }
    }
    /// There is no such thing.
    pub fn not_found(what: &str) -> Self {
        Self::Refused(Refusal::not_found(what))
    }
    /// The request itself is wrong.
    pub fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::Refused(Refusal::new(RefusalKind::Invalid, code, message))
    }
}

impl From<SealError> for Failure {
    fn from(error: SealError) -> Self {
        tracing::error!(%error, "a secret could not be sealed or opened");
        let reason = match error {
            SealError::Unavailable { .. } => "the store does not answer",
            _ => "a stored secret cannot be used; the operator's log says why",
        };
        Self::Unavailable { reason: reason.to_owned(), retry_after: Duration::from_secs(1) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "the store did not answer");
        let retry_after = match error {
            StoreError::Full { .. } => Duration::from_secs(10),
            _ => Duration::from_secs(1),
        };
        Self::Unavailable { reason: "the store does not answer".to_owned(), retry_after }
    }
}
