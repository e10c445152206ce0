//! Lines for people and for programs that read them. Logs go elsewhere: see `telemetry`.

use std::io::Write;

/// The status of a command that was given something it cannot use.
pub(crate) const EXIT_UNUSABLE: u8 = 2;

/// A line on the standard output. A reader that has gone away is not an error.
pub(crate) fn line(text: &str) {
    drop(writeln!(std::io::stdout(), "{text}"));
}

/// A line about a failure.
pub(crate) fn error(text: &str) {
    drop(writeln!(std::io::stderr(), "error: {text}"));
}
