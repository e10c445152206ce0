//! `cargo xtask bench`: runs what measures, and keeps the figures in docs/BENCHMARKS.md.

use crate::argument::Arguments;
use crate::process;
use crate::root::{at, built, scratch};
use crate::server::{self, Server};
use anyhow::{Context, Result};
use std::fs;

const PAGE: &str = "docs/BENCHMARKS.md";
/// Between these lines this task writes; the rest of the page is written by people.
const BEGIN: &str = "<!-- cargo xtask bench: begin -->";
const END: &str = "<!-- cargo xtask bench: end -->";

/// Runs both kinds of measurements and writes their tables.
pub(crate) fn bench(arguments: Arguments) -> Result<()> {
    arguments.end()?;
    server::build_with_benches()?;
    let commit =
        process::step("cost of a commit", || process::read(built("commit_cost").arg(scratch())))?;
    // What is measured is the way, not the model; the first text is also seen at the usual speed.
    let unpaced = ["--offline-words-per-second", "0"];
    let server = process::step("server", || Server::start_with("bench", &unpaced))?;
    let paced = process::step("server, paced", || Server::start("bench-paced"))?;
    let load = process::step("load", || {
        let mut command = built("igny8-bench-load");
        command.args(["--server", &server.announcement.url, "--paced", &paced.announcement.url]);
        process::read(command.arg("--directory").arg(scratch()))
    })?;
    println!("{commit}\n{load}");
    let figures =
        format!("## The latest run\n\n```\n{}\n```\n\n{}\n", commit.trim_end(), table(&load));
    let page = fs::read_to_string(at(PAGE)).unwrap_or_else(|_| "# Benchmarks\n".to_owned());
    fs::write(at(PAGE), insert(&page, &figures)).with_context(|| format!("cannot write {PAGE}"))
}

/// The rows of the table, without the progress that was said between them.
fn table(said: &str) -> String {
    said.lines().filter(|line| line.starts_with('|')).map(|line| format!("{line}\n")).collect()
}

/// The page with the figures between the marks; the marks come to the end if they are missing.
fn insert(page: &str, figures: &str) -> String {
    let block = format!("{BEGIN}\n{figures}{END}");
    match (page.find(BEGIN), page.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            format!("{}{block}{}", &page[..begin], &page[end + END.len()..])
        }
        _ => format!("{}\n\n{block}\n", page.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_replace_the_earlier_ones_and_nothing_else() {
        let first = insert("# Page\n\nwords\n", "1\n");
        assert!(first.starts_with("# Page\n\nwords\n\n<!--") && first.contains("\n1\n"));
        let second = insert(&format!("{first}after\n"), "2\n");
        assert!(second.contains("\n2\n") && !second.contains("\n1\n"));
        assert!(second.contains("words") && second.ends_with("after\n"));
    }
}
