//! Where things are in the repository.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate lies two folders below the root")
}

/// A path below the root.
pub(crate) fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| at("target"), PathBuf::from)
}

/// A program of the workspace that was built.
pub(crate) fn built(name: &str) -> Command {
    Command::new(target().join("debug").join(name))
}

/// One that was built as it is shipped.
pub(crate) fn shipped(name: &str) -> Command {
    Command::new(target().join("release").join(name))
}

/// The tasks' own folder: stamps, logs, data of throw-away servers. Not checked in.
pub(crate) fn scratch() -> PathBuf {
    target().join("xtask")
}

/// The cargo that runs this task.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// npm, in the TypeScript workspace.
pub(crate) fn npm() -> Command {
    let mut command = Command::new("npm");
    // The browser comes from Debian: nothing is to be fetched beside the packages.
    command.current_dir(at("client-ts")).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    command
}
