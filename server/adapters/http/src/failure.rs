//! A failed call, before it becomes the error of one port or the other.

use igny8_actors_ports::{FailureClass, ImageError, ModelError};
use std::time::Duration;

/// Why a call gave no answer. Holds no secret: it is shown to users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How the queue treats it.
    pub class: FailureClass,
    /// What happened and what to do, in the provider's words where it gave any.
    pub message: String,
    /// When the provider says to come back.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure without a time to come back.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), retry_after: None }
    }

    /// The answer is not what was asked for.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FailureClass::InvalidAnswer, message)
    }

    /// The answer was cut before its end.
    pub fn broken(reason: &str) -> Self {
        let message = format!("the answer was cut before its end: {reason}");
        Self::new(FailureClass::BrokenStream, message)
    }

    /// Nothing arrived for so long.
    pub fn silent(patience: Duration) -> Self {
        let message = format!("the provider sent nothing for {} s", patience.as_secs_f32());
        Self::new(FailureClass::Timeout, message)
    }
}

impl From<Failure> for ModelError {
    fn from(failure: Failure) -> Self {
        let Failure { class, message, retry_after } = failure;
        Self { class, message, retry_after }
    }
}

impl From<Failure> for ImageError {
    fn from(failure: Failure) -> Self {
        let Failure { class, message, retry_after } = failure;
        Self { class, message, retry_after }
    }
}
