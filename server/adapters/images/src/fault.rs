//! Failures on demand: a prompt that holds a marker such as `[fail:quota]` fails in that way.

use igny8_actors_ports::{FailureClass, ImageError};
use std::time::Duration;

/// How long a rate limit without a figure tells to wait, and the longest that a marker may ask.
const RETRY_AFTER_DEFAULT: u64 = 1;
const RETRY_AFTER_MAX: u64 = 3600;

/// A failure that a prompt asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) error: ImageError,
    /// Only the first attempt.
    pub(crate) once: bool,
}

/// The failure that a prompt's first marker names; unknown names are no marker.
pub(crate) fn in_prompt(prompt: &str) -> Option<Fault> {
    let markers = prompt.split("[fail:").skip(1).filter_map(|rest| rest.split_once(']'));
    markers.map(|(inside, _)| inside).find_map(parse)
}

fn parse(inside: &str) -> Option<Fault> {
    let mut words = inside.split(':').map(str::trim);
    let (class, message) = match words.next()? {
        "timeout" => (FailureClass::Timeout, "the image model sent nothing for too long"),
        "rate_limited" => (FailureClass::RateLimited, "the image model asks to wait"),
        "quota" => (FailureClass::Quota, "the image provider's budget is used up"),
        "unauthorized" => (FailureClass::Unauthorized, "the image provider refuses the key"),
        "server" => (FailureClass::Unavailable, "the image provider failed (500)"),
        "content_filter" => {
            (FailureClass::ContentFilter, "the image provider's filter refused the prompt")
        }
        "invalid_answer" => {
            (FailureClass::InvalidAnswer, "the image provider's answer is not an image")
        }
        _ => return None,
    };
    let words: Vec<&str> = words.collect();
    let seconds = words.iter().find_map(|word| word.parse().ok()).unwrap_or(RETRY_AFTER_DEFAULT);
    let wait = Duration::from_secs(seconds.min(RETRY_AFTER_MAX));
    let retry_after = (class == FailureClass::RateLimited).then_some(wait);
    let message = format!("{message} (a failure the offline model was told to have)");
    Some(Fault { error: ImageError { class, message, retry_after }, once: words.contains(&"once") })
}
