//! `igny8 new-keys`: makes a file of keys.

use crate::argument::NewKeysArguments;
use crate::port::KeyFile;
use crate::terminal;
use std::process::ExitCode;

/// Writes new keys; never over a file that is there.
pub(crate) fn command(arguments: &NewKeysArguments) -> ExitCode {
    match KeyFile::create(&arguments.out) {
        Ok(()) => {
            terminal::line(&format!(
                "New keys are in {}. Keep a copy in a safe place: without them no stored secret opens again.",
                arguments.out.display()
            ));
            ExitCode::SUCCESS
        }
        Err(error) => {
            terminal::error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
