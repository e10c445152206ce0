//! Tasks through their whole life, beside Celery with Redis at equal durability in the same run.

use super::page::{Block, table};
use crate::debian;
use crate::process;
use crate::root::{at, built, scratch, shipped};
use crate::run::server::{self, Server};
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

/// Which programs are measured.
#[derive(Clone, Copy)]
pub(super) enum Programs {
    /// Those of the development profile.
    Built,
    /// Those that are shipped.
    Shipped,
}

impl Programs {
    pub(super) fn build(self) -> Result<()> {
        match self {
            Self::Built => server::build_with_benches(),
            Self::Shipped => server::build_shipped(),
        }
    }
    pub(super) fn command(self, name: &str) -> Command {
        match self {
            Self::Built => built(name),
            Self::Shipped => shipped(name),
        }
    }
    pub(super) const fn profile(self) -> &'static str {
        match self {
            Self::Built => "development",
            Self::Shipped => "release",
        }
    }
}

/// Measures both and writes the table.
pub(super) fn measure(programs: Programs) -> Result<()> {
    let python = process::step("Celery and Redis (installed if missing)", install)?;
    let peer = process::step("Celery with Redis", || {
        let mut command = Command::new(python);
        command.arg(at("bench/peers/celery/measure.py")).arg("--directory").arg(scratch());
        process::read(&mut command)
    })?;
    let best = peer.lines().last().context("the peer said nothing")?;
    let beside = scratch().join("celery.json");
    fs::write(&beside, best)?;
    let (load, verified) = process::step("tasks", || {
        let mut server =
            Server::start_by(programs.command("igny8"), "bench-tasks", &[], &SETTINGS)?;
        let mut command = programs.command("igny8-bench-load");
        command.args(["--server", &server.announcement.url, "--only", "tasks"]);
        if let Some(id) = server.process() {
            command.args(["--process", &id.to_string()]);
        }
        command.arg("--celery").arg(&beside).arg("--directory").arg(scratch());
        let load = process::read(&mut command)?;
        // A status other than 0, which is an error here, says that it found a problem.
        let data = server.crash()?;
        let mut verify = programs.command("igny8");
        let verified = process::read(verify.args(["verify", "--json", "--data-dir"]).arg(data))?;
        Ok((load, verified.trim_end().lines().last().unwrap_or_default().to_owned()))
    })?;
    println!("{peer}\n{load}\n{verified}");
    let head = format!("### The latest run of the tasks, {} profile", programs.profile());
    let (table, peer) = (table(&load), peer.trim_end());
    let figures = format!(
        "{head}\n\n{table}\nCelery:\n\n```\n{peer}\n```\n\nAfter the run the server was ended with \
         SIGKILL, and `igny8 verify` said:\n\n```\n{verified}\n```\n"
    );
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
