//! Promises that a test may have broken, to see that the simulation notices (feature `sabotage`).
//! In any other build nothing here can be switched on, and the checks are gone.

/// A promise that can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// A task is paid twice.
    SettleTwice,
    /// A hold is released before the next attempt.
    HoldReleasedEarly,
    /// A hold ends before its task's attempts do.
    HoldExpiresEarly,
    /// A failed task is charged.
    FailureCharged,
    /// Slices of other sites are not recalled.
    RecallLost,
    /// The same shipment of credits is booked each time it arrives.
    TransferKeyForgotten,
    /// Replies and effects do not wait for the commit.
    GateOpen,
    /// A refused commit is written on top of the other owner's.
    FenceIgnored,
    /// A publication that is tried again has another key.
    RetryWithoutKey,
    /// Effects are run and not recorded.
    OutboxForgotten,
    /// A commit whose outcome is unknown is taken for done.
    UnknownTakenForDone,
    /// A commit whose outcome is unknown is made again without a look.
    UnknownRepeated,
    /// An AI run does not record where it stands.
    RunPositionLost,
    /// The reply to a request with a key is not kept.
    ReplyNotKept,
    /// An order is closed, and its answer is in a later commit.
    AnswerApart,
    /// No hint is left for work of an entity at rest.
    HintNotWritten,
    /// Edits are acknowledged before they are durable.
    EditAcknowledgedEarly,
}

impl Sabotage {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::SettleTwice,
        Self::HoldReleasedEarly,
        Self::HoldExpiresEarly,
        Self::FailureCharged,
        Self::RecallLost,
        Self::TransferKeyForgotten,
        Self::GateOpen,
        Self::FenceIgnored,
        Self::RetryWithoutKey,
        Self::OutboxForgotten,
        Self::UnknownTakenForDone,
        Self::UnknownRepeated,
        Self::RunPositionLost,
        Self::ReplyNotKept,
        Self::AnswerApart,
        Self::HintNotWritten,
        Self::EditAcknowledgedEarly,
    ];

    /// True if this promise is broken on this thread.
    #[cfg(feature = "sabotage")]
    pub fn is_on(self) -> bool {
        BROKEN.get() == Some(self)
    }
    /// Never.
    #[cfg(not(feature = "sabotage"))]
    pub const fn is_on(self) -> bool {
        false
    }
}

#[cfg(feature = "sabotage")]
thread_local! {
    static BROKEN: std::cell::Cell<Option<Sabotage>> = const { std::cell::Cell::new(None) };
}

/// Breaks a promise on this thread, or keeps them all again.
#[cfg(feature = "sabotage")]
pub fn break_promise(promise: Option<Sabotage>) {
    BROKEN.set(promise);
}
