//! `cargo xtask bench`: runs what measures, and keeps the figures in docs/BENCHMARKS.md.

mod page;
mod peer;
mod task;

use crate::argument::Arguments;
use crate::process;
use crate::root::{built, scratch};
use crate::run::server::{self, Server};
use anyhow::{Result, bail};
use page::{Block, table};
use task::Programs;

/// Runs the usual measurements, or the named part, and writes their tables. Tasks and documents are
/// measured with what is built already, or, with `--release`, with what is shipped.
pub(crate) fn bench(mut arguments: Arguments) -> Result<()> {
    let only: Option<String> = arguments.option("--only")?;
    let programs = if arguments.flag("--release") { Programs::Shipped } else { Programs::Built };
    let quick = arguments.flag("--quick");
    arguments.end()?;
    if quick && only.as_deref() != Some("peers") {
        bail!("--quick goes with --only peers");
    }
    match only.as_deref() {
        None => {
            server::build_with_benches()?;
            usual()?;
            programs.build()?;
            task::measure(programs)
        }
        Some("tasks") => {
            programs.build()?;
            task::measure(programs)
        }
        Some("peers") => {
            programs.build()?;
            peer::measure(programs, quick)
        }
        Some(other) => bail!("there is no part {other:?}: --only tasks, --only peers"),
    }
}

/// What a commit costs, and what a client waits for.
fn usual() -> Result<()> {
    let commit =
        process::step("cost of a commit", || process::read(built("commit_cost").arg(scratch())))?;
    // What is measured is the way, not the model; the first text is also seen at the usual speed.
    let unpaced = ["--offline-words-per-second", "0"];
    let server = process::step("server", || Server::start_with("bench", &unpaced, &[]))?;
    let paced = process::step("server, paced", || Server::start("bench-paced"))?;
    let load = process::step("load", || {
        let mut command = built("igny8-bench-load");
        command.args(["--server", &server.announcement.url, "--paced", &paced.announcement.url]);
        process::read(command.args(["--except", "tasks"]).arg("--directory").arg(scratch()))
    })?;
    println!("{commit}\n{load}");
    let figures =
        format!("## The latest run\n\n```\n{}\n```\n\n{}\n", commit.trim_end(), table(&load));
    Block { name: "" }.write(&figures)
}
