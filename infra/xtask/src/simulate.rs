//! `cargo xtask simulate`: whole lives of the actors from a seed, or one that failed again.

use crate::argument::Arguments;
use crate::process;
use crate::root::{cargo, scratch, target};
use anyhow::{Context, Result};
use std::fs;
use std::process::{Command, ExitCode};

/// Lives of one call, unless another number is given: about a minute of two cores.
const LIVES: u64 = 2_000;

/// Builds the runner out of what the tests build, and lives.
pub(crate) fn simulate(mut arguments: Arguments) -> Result<ExitCode> {
    let seed: u64 = arguments.option("--seed")?.unwrap_or(1);
    let lives: u64 = arguments.option("--lives")?.unwrap_or(LIVES);
    let replay: Option<String> = arguments.option("--replay")?;
    arguments.end()?;
    build()?;
    let mut command = match replay {
        Some(file) => {
            // The runner may start elsewhere.
            let file = fs::canonicalize(&file).with_context(|| format!("no life in {file}"))?;
            let mut command = runner();
            command.arg("--replay").arg(file);
            command
        }
        None => lived(seed, lives)?,
    };
    let status = command.status().context("the runner did not start")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds the runner. Always with the whole workspace: a choice of packages would choose other
/// features, and compile much of it again.
pub(crate) fn build() -> Result<()> {
    let arguments = ["build", "--workspace", "--example", "simulate", "--quiet"];
    process::step("simulation (cargo)", || process::run(cargo().args(arguments)))
}

/// The runner with so many lives from a seed on; a failing one is written below the scratch folder.
pub(crate) fn lived(seed: u64, lives: u64) -> Result<Command> {
    let directory = scratch().join("lives");
    fs::create_dir_all(&directory)?;
    let mut command = runner();
    command.args(["--seed", &seed.to_string(), "--lives", &lives.to_string(), "--out"]);
    command.arg(directory);
    Ok(command)
}

fn runner() -> Command {
    Command::new(target().join("debug").join("examples").join("simulate"))
}
