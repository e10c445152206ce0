//! What can go wrong, told apart by type: absent is never an error, and a failure never looks
//! like absence.

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Nothing was changed, and the same request may succeed later.
    #[error("the store is unavailable: {reason}. Nothing was changed; try again")]
    Unavailable {
        /// What the backend said.
        reason: String,
    },
    /// The disk (or the table) is full: writes are refused, reads go on, nothing is lost.
    #[error("the store is full: {reason}. Free some space; writes go on by themselves")]
    Full {
        /// What the backend said.
        reason: String,
    },
    /// A bound of [`crate::limits`] was exceeded. Nothing was changed; trying again cannot help.
    #[error("refused: {what} is {actual}, the limit is {limit}")]
    TooLarge {
        /// What was measured.
        what: &'static str,
        /// Its size.
        actual: usize,
        /// The bound.
        limit: usize,
    },
    /// What was read does not decode or contradicts itself.
    #[error("corrupt data in {place}: {reason}. Run `igny8 verify`, then restore from a backup")]
    Corrupt {
        /// Which row.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The write may or may not have happened: read the head before anything else (R2).
    #[error("the outcome is unknown: {reason}")]
    Unknown {
        /// What the backend said.
        reason: String,
    },
}
