//! Tasks through their whole life, beside Celery with Redis at equal durability in the same run.

use super::page::{Block, table};
use crate::debian;
use crate::process;
use crate::root::{at, built, scratch};
use crate::run::server::Server;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// What the peer stands on, from PyPI: pinned, so that runs of different days compare.
const PYTHON_PACKAGES: &[&str] = &["celery==5.7.0", "redis==8.1.0", "packaging==26.4"];
/// How the server is set.
const SETTINGS: [(&str, &str); 4] = [
    // No task waits for credits.
    ("IGNY8_DEMO_CREDITS", "1000000"),
    // A line for each task would measure the log; the peer's workers write none either.
    ("IGNY8_LOG_FILTER", "warn"),
    // What is measured is the way, not the model: it says the least that counts, at once.
    ("IGNY8_OFFLINE_WORDS_PER_SECOND", "0"),
    ("IGNY8_OFFLINE_LEAST", "true"),
];

/// Measures both and writes the table.
pub(super) fn measure() -> Result<()> {
    let python = process::step("Celery and Redis (installed if missing)", install)?;
    let peer = process::step("Celery with Redis", || {
        let mut command = Command::new(python);
        command.arg(at("bench/peers/celery/measure.py")).arg("--directory").arg(scratch());
        process::read(&mut command)
    })?;
    let best = peer.lines().last().context("the peer said nothing")?;
    let beside = scratch().join("celery.json");
    fs::write(&beside, best)?;
    let load = process::step("tasks", || {
        let server = Server::start_with("bench-tasks", &[], &SETTINGS)?;
        let mut command = built("igny8-bench-load");
        command.args(["--server", &server.announcement.url, "--only", "tasks"]);
        if let Some(id) = server.process() {
            command.args(["--process", &id.to_string()]);
        }
        process::read(command.arg("--celery").arg(&beside).arg("--directory").arg(scratch()))
    })?;
    println!("{peer}\n{load}");
    let head = "### The latest run of the tasks";
    let figures = format!("{head}\n\n{}\n```\n{}\n```\n", table(&load), peer.trim_end());
    Block { name: " --only tasks" }.write(&figures)
}

/// Redis from Debian; Celery in a place of its own. Answers with its Python.
fn install() -> Result<PathBuf> {
    fs::create_dir_all(scratch())?;
    debian::install(&["redis-server", "python3-venv"])?;
    let place = scratch().join("celery");
    let python = place.join("bin/python");
    let stamp = place.join("packages");
    let wanted = PYTHON_PACKAGES.join(" ");
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(python);
    }
    process::read(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&place))?;
    process::read(
        Command::new(&python).args(["-m", "pip", "install", "-q"]).args(PYTHON_PACKAGES),
    )?;
    fs::write(stamp, wanted)?;
    Ok(python)
}
