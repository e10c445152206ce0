//! Failures on demand: each named way in which a provider fails, so that every path of the
//! pipeline can be seen without a provider.

use igny8_actors_ports::{FailureClass, ModelError};
use std::time::Duration;

/// How `[fail:rate_limited]` without a figure tells to wait, in seconds.
const RETRY_AFTER_DEFAULT: u64 = 1;
/// The longest wait a marker may ask for, in seconds: an hour shows all there is to show.
const RETRY_AFTER_MAX: u64 = 3600;

/// A named way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing arrives until the request's idle timeout.
    Timeout,
    /// 429 with a time to come back.
    RateLimited {
        /// When to come back.
        retry_after: Duration,
    },
    /// Out of budget.
    Quota,
    /// The key is refused.
    Unauthorized,
    /// The stream is cut half way.
    BrokenStream,
    /// JSON that does not parse; for Markdown an error after the first quarter.
    InvalidAnswer,
    /// The provider fails (5xx).
    Server,
    /// The request is too long for the model.
    ContextLength,
    /// The provider's filter refuses.
    ContentFilter,
}

/// A failure that the offline model was told to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In which way.
    pub kind: FaultKind,
    /// Only the first attempt at each request; the next succeeds.
    pub once: bool,
}

impl Fault {
    /// The first fault marker in a text: `[fail:NAME]`, `[fail:rate_limited:SECONDS]`, each with
    /// an optional `:once`. Unknown names are no marker.
    pub fn in_text(text: &str) -> Option<Self> {
        markers(text).find_map(|(_, _, inside)| Self::parse(inside))
    }

    fn parse(inside: &str) -> Option<Self> {
        let mut words = inside.split(':').map(str::trim);
        let name = words.next()?;
        let mut seconds = RETRY_AFTER_DEFAULT;
        let mut once = false;
        for word in words {
            match word.parse::<u64>() {
                Ok(number) => seconds = number.min(RETRY_AFTER_MAX),
                Err(_) => once |= word == "once",
            }
        }
        let kind = match name {
            "timeout" => FaultKind::Timeout,
            "rate_limited" => FaultKind::RateLimited { retry_after: Duration::from_secs(seconds) },
            "quota" => FaultKind::Quota,
            "unauthorized" => FaultKind::Unauthorized,
            "broken_stream" => FaultKind::BrokenStream,
            "invalid_answer" => FaultKind::InvalidAnswer,
            "server" => FaultKind::Server,
            "context_length" => FaultKind::ContextLength,
            "content_filter" => FaultKind::ContentFilter,
            _ => return None,
        };
        Some(Self { kind, once })
    }
}

impl FaultKind {
    /// True for failures that the provider tells at once, before any text.
    pub(super) fn error_comes_before_the_stream(self) -> bool {
        !matches!(self, Self::Timeout | Self::BrokenStream | Self::InvalidAnswer)
    }

    /// The error that this failure ends in.
    pub(super) fn error(self) -> ModelError {
        let (class, message) = match self {
            Self::Timeout => (FailureClass::Timeout, "the model sent nothing for too long"),
            Self::RateLimited { .. } => {
                (FailureClass::RateLimited, "the model asks to wait before the next request")
            }
            Self::Quota => (FailureClass::Quota, "the provider's budget is used up"),
            Self::Unauthorized => (
                FailureClass::Unauthorized,
                "the provider refuses the key: check it in the settings",
            ),
            Self::BrokenStream => (FailureClass::BrokenStream, "the answer was cut before its end"),
            Self::InvalidAnswer => {
                (FailureClass::InvalidAnswer, "the answer is not what was asked for")
            }
            Self::Server => (FailureClass::Unavailable, "the provider failed (500)"),
            Self::ContextLength => {
                (FailureClass::ContextLength, "the request is too long for this model")
            }
            Self::ContentFilter => {
                (FailureClass::ContentFilter, "the provider's filter refused the request")
            }
        };
        let retry_after = match self {
            Self::RateLimited { retry_after } => Some(retry_after),
            _ => None,
        };
        let message = format!("{message} (a failure the offline model was told to have)");
        ModelError { class, message, retry_after }
    }
}

/// The text without its markers, with the spaces around them closed up.
pub(super) fn without_markers(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest_from = 0;
    for (start, end, _) in markers(text) {
        kept.push_str(&text[rest_from..start]);
        rest_from = end;
    }
    kept.push_str(&text[rest_from..]);
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Start, end and inside of each `[fail:…]`.
fn markers(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    const OPEN: &str = "[fail:";
    text.match_indices(OPEN).filter_map(move |(start, _)| {
        let inside_from = start + OPEN.len();
        let length = text[inside_from..]
            .find([']', '\n'])
            .filter(|&at| text[inside_from + at..].starts_with(']'))?;
        Some((start, inside_from + length + 1, &text[inside_from..inside_from + length]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marker_names_the_way_to_fail_its_wait_and_whether_once() {
        let fault = Fault::in_text("Title: x [fail:rate_limited:2:once] y").unwrap();
        assert_eq!(fault.kind, FaultKind::RateLimited { retry_after: Duration::from_secs(2) });
        assert!(fault.once);
        assert!(!Fault::in_text("[fail:quota]").unwrap().once);
    }

    #[test]
    fn marker_with_an_unknown_name_or_no_end_is_no_marker() {
        for text in ["[fail:nothing]", "[fail:quota", "[fail:quota\n]", "fail:quota", "[fail:]"] {
            assert_eq!(Fault::in_text(text), None, "{text}");
        }
    }

    #[test]
    fn markers_are_taken_out_of_the_text() {
        assert_eq!(without_markers("Tea [fail:quota] and [fail:server:once]milk"), "Tea and milk");
        assert_eq!(without_markers("Tea [fail:quota"), "Tea [fail:quota");
    }
}
