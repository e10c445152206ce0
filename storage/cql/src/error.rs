//! What can go wrong, in the words of the driver and in those of the contract.

use igny8_storage_api::StoreError;
use scylla::errors::{DbError, ExecutionError, RequestAttemptError};
use std::fmt::Display;

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// An option that cannot be used.
    #[error("{option} cannot be {value:?}: {reason}")]
    Option {
        /// Which.
        option: &'static str,
        /// What it was.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Nobody answers at the contact points.
    #[error("no CQL server answers at {contact_points}: {reason}")]
    Unreachable {
        /// Where we looked.
        contact_points: String,
        /// What the driver said.
        reason: String,
    },
    /// The tables could not be made, read or brought up to date.
    #[error("cannot prepare the tables in keyspace {keyspace}: {reason}")]
    Schema {
        /// Which keyspace.
        keyspace: String,
        /// What the server said.
        reason: String,
    },
    /// The tables were written by a later version.
    #[error(
        "the tables in keyspace {keyspace} have version {found}, this version knows up to {known}. Use a newer version of igny8"
    )]
    NewerSchema {
        /// Which keyspace.
        keyspace: String,
        /// What stands there.
        found: u32,
        /// What this version knows.
        known: u32,
    },
}

/// A failed read: nothing was changed.
pub(crate) fn read_failed(error: impl Display) -> StoreError {
    StoreError::Unavailable { reason: error.to_string() }
}

/// A row that does not decode.
pub(crate) fn corrupt(place: impl Into<String>, reason: impl Into<String>) -> StoreError {
    StoreError::Corrupt { place: place.into(), reason: reason.into() }
}

/// A failed write.
pub(crate) fn write_failed(error: &ExecutionError, conditional: bool) -> StoreError {
    let reason = error.to_string();
    if nothing_was_changed(error, conditional) {
        StoreError::Unavailable { reason }
    } else {
        StoreError::Unknown { reason }
    }
}

/// True only where the request certainly never took effect and never will. Everything that is not
/// named here is unknown.
fn nothing_was_changed(error: &ExecutionError, conditional: bool) -> bool {
    match error {
        ExecutionError::BadQuery(_)
        | ExecutionError::EmptyPlan
        | ExecutionError::PrepareError(_)
        | ExecutionError::ConnectionPoolError(_) => true,
        ExecutionError::LastAttemptError(attempt) => match attempt {
            RequestAttemptError::SerializationError(_)
            | RequestAttemptError::CqlRequestSerialization(_)
            | RequestAttemptError::UnableToAllocStreamId => true,
            RequestAttemptError::DbError(error, _) => was_refused(error, conditional),
            _ => false,
        },
        _ => false,
    }
}

fn was_refused(error: &DbError, conditional: bool) -> bool {
    match error {
        // A conditional write asks for a serial quorum before it does anything; when it fails for
        // want of an ordinary one, it may have been decided already.
        DbError::Unavailable { consistency, .. } => !conditional || consistency.is_serial(),
        DbError::RateLimitReached { rejected_by_coordinator, .. } => *rejected_by_coordinator,
        DbError::SyntaxError
        | DbError::Invalid
        | DbError::AuthenticationError
        | DbError::Unauthorized
        | DbError::ConfigError
        | DbError::IsBootstrapping => true,
        // Overloaded is not among them: a server says so also when hints for a write that is
        // already decided find no room.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scylla::errors::WriteType;
    use scylla::statement::Consistency;

    fn outcome(error: DbError, conditional: bool) -> StoreError {
        let attempt = RequestAttemptError::DbError(error, String::new());
        write_failed(&ExecutionError::LastAttemptError(attempt), conditional)
    }

    fn unavailable(consistency: Consistency) -> DbError {
        DbError::Unavailable { consistency, required: 2, alive: 1 }
    }

    #[test]
    fn r2_only_what_never_happened_is_called_unavailable() {
        let refused = outcome(unavailable(Consistency::LocalSerial), true);
        assert!(matches!(refused, StoreError::Unavailable { .. }));
        let refused = outcome(unavailable(Consistency::LocalQuorum), false);
        assert!(matches!(refused, StoreError::Unavailable { .. }));
        let timed_out = DbError::WriteTimeout {
            consistency: Consistency::LocalSerial,
            received: 1,
            required: 2,
            write_type: WriteType::Cas,
        };
        for error in [timed_out, unavailable(Consistency::LocalQuorum), DbError::Overloaded] {
            assert!(matches!(outcome(error, true), StoreError::Unknown { .. }));
        }
        let slow = ExecutionError::RequestTimeout(std::time::Duration::from_secs(1));
        assert!(matches!(write_failed(&slow, true), StoreError::Unknown { .. }));
    }
}
