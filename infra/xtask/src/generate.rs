//! What is made from code and checked in: written here, compared in the tests and by `tidy`.

use crate::argument::Arguments;
use crate::root::{at, cargo, npm, root, scratch};
use crate::{dashboard, process};
use anyhow::Result;
use std::fs;
use std::path::Path;

/// Files that `export-typescript` writes below the root it is given.
const GENERATED: &[&str] = &["client-ts/packages/protocol/src/generated/wire.ts"];
/// Set, the golden tests write the frames that are new; those that exist never change.
const WRITE_GOLDEN: &str = "IGNY8_WRITE_GOLDEN";

/// Writes all generated files.
pub(crate) fn generate(arguments: Arguments) -> Result<()> {
    arguments.end()?;
    process::step("TypeScript types", || export(root()))?;
    process::step("golden frames, Rust", || {
        let mut command = cargo();
        command.args(["test", "--quiet", "--package", "igny8-protocol-wire", "--test", "golden"]);
        process::read(command.env(WRITE_GOLDEN, "1"))
    })?;
    dashboard::install_packages()?;
    process::step("golden frames, TypeScript", || {
        process::read(npm().args(["test", "-w", "@igny8/protocol"]).env(WRITE_GOLDEN, "1"))
    })?;
    Ok(())
}

/// The generated files that differ from what the code says now.
pub(crate) fn stale() -> Result<Vec<String>> {
    let folder = scratch().join("generated");
    export(&folder)?;
    let differs = |file: &str| fs::read(at(file)).ok() != fs::read(folder.join(file)).ok();
    Ok(GENERATED.iter().filter(|file| differs(file)).map(|file| (*file).to_owned()).collect())
}

fn export(root: &Path) -> Result<()> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--package", "igny8-protocol-wire"]);
    command.args(["--example", "export-typescript", "--"]).arg(root);
    process::read(&mut command).map(drop)
}
