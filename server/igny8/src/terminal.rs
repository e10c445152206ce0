//! Lines for people and for programs that read them. Logs go elsewhere: see `telemetry`.

use std::io::Write;

/// The status of a command that was given something it cannot use.
pub(crate) const EXIT_UNUSABLE: u8 = 2;

/// A line on the standard output. A reader that has gone away is not an error.
pub(crate) fn line(text: &str) {
    drop(writeln!(std::io::stdout(), "{text}"));
}

/// What was read, if it can be used; what is wrong with it is told, all of it.
pub(crate) fn usable<T, P: std::fmt::Display>(read: Result<T, Vec<P>>) -> Option<T> {
    read.inspect_err(|problems| problems.iter().for_each(|problem| error(&problem.to_string())))
        .ok()
}

/// A line about a failure.
pub(crate) fn error(text: &str) {
    drop(writeln!(std::io::stderr(), "error: {text}"));
}
