//! `cargo xtask run`: from a clone to a page in the browser.

pub(crate) mod server;

use crate::argument::Arguments;
use crate::process::{self, Background};
use crate::root::{at, scratch};
use anyhow::{Context, Result, bail};
use server::{Announcement, Options};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The server may have to recover its store first.
const START_LIMIT: Duration = Duration::from_secs(120);
/// The data of `cargo xtask run`; not checked in.
const DATA: &str = ".igny8";
/// Files of which a data folder of ours holds one.
const MARKS: &[&str] = &["igny8.lock", "store/igny8.lock"];

/// Builds, starts, tells where, and stays until it is interrupted.
pub(crate) fn run(mut arguments: Arguments) -> Result<()> {
    let from = Instant::now();
    let port = arguments.option("--port")?;
    let data = arguments.option::<PathBuf>("--data-dir")?.unwrap_or_else(|| at(DATA));
    let fresh = arguments.flag("--fresh");
    arguments.end()?;
    server::build()?;
    if fresh {
        forget(&data)?;
    }
    let file = scratch().join(format!("announcement-{}.json", std::process::id()));
    let log = scratch().join("log/run.log");
    let mut server =
        Background::start(&mut Options { data, port, workspace: true }.command(&file), &log)?;
    let announced = server.wait_for(START_LIMIT, || Announcement::read(&file));
    let _ = fs::remove_file(&file);
    let announced = announced?;
    println!("\nIGNY8 is ready after {:.0} s.\n", from.elapsed().as_secs_f64());
    println!("  address  {}", announced.url);
    if let Some(login) = announced.login {
        println!("  log in   {login}");
        println!("           (works once; run this again for another)");
    }
    println!("\nLog: {}. Ctrl-C stops the server.", log.display());
    let ended = server.stay();
    if process::check_interrupt().is_ok() {
        return ended;
    }
    drop(server);
    println!("\nStopped. The workspace is kept; --fresh begins anew.");
    Ok(())
}

/// Removes the data of an earlier run, and nothing that is not such data.
fn forget(data: &Path) -> Result<()> {
    let Ok(mut entries) = fs::read_dir(data) else { return Ok(()) };
    if entries.next().is_some() && !looks_like_ours(data) {
        bail!("--fresh would remove {}, which is not a data folder of IGNY8", data.display());
    }
    fs::remove_dir_all(data).with_context(|| format!("cannot remove {}", data.display()))
}

/// The usual folder, or one where the embedded store has left its mark.
fn looks_like_ours(data: &Path) -> bool {
    data == at(DATA) || MARKS.iter().any(|mark| data.join(mark).exists())
}
