//! `cargo xtask test`: every kind of test, the quick ones first, and one closing line.

mod count;
mod cql;
mod php;
mod provision;
mod rust;
mod typescript;

use crate::argument::Arguments;
use crate::root::{at, scratch};
use crate::{process, tidy, toolchain};
use anyhow::{Result, bail};
use count::Count;
use provision::Provision;
use std::fs;
use std::io::Write;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// One kind of test.
struct Part {
    name: &'static str,
    what: &'static str,
    run: fn(&Context) -> Result<Count>,
}

/// In the order in which they run.
const PARTS: &[Part] = &[
    Part { name: "tidy", what: "house rules", run: tidy_part },
    Part { name: "fmt", what: "formatting of Rust", run: rust::format },
    Part { name: "clippy", what: "lints of Rust", run: rust::lint },
    Part { name: "typescript", what: "types, lints and tests of client-ts", run: typescript::unit },
    Part { name: "rust", what: "all crates", run: rust::unit },
    Part { name: "simulation", what: "lives of the actors", run: rust::simulation },
    Part { name: "cql", what: "the store on a real CQL server", run: cql::store },
    Part { name: "plugin", what: "the WordPress plugin on a real site", run: php::plugin },
    Part { name: "wordpress", what: "the WordPress adapter and a real site", run: rust::wordpress },
    Part { name: "interop", what: "other Yjs clients", run: typescript::interop },
    Part { name: "soak", what: "50 clients of all doors, from a seed", run: typescript::soak },
    Part {
        name: "stream",
        what: "the AI's text after kills, while people type",
        run: typescript::stream,
    },
    Part { name: "browser", what: "the main job in Chromium", run: typescript::browser },
    Part { name: "crash", what: "kill -9 in the middle of the main job", run: rust::crash },
];

/// What the parts share.
struct Context {
    /// Hours instead of minutes: more kills, more lives.
    long: bool,
    /// Go on after a failure.
    keep_going: bool,
    provision: Provision,
}

impl Context {
    /// Runs a command of a part: all it says goes to the part's log, what matters to the screen.
    fn hear(
        &self,
        part: &str,
        command: &mut Command,
        show: impl Fn(&str) -> bool,
    ) -> Result<process::Captured> {
        let log = scratch().join("log").join(format!("test-{part}.log"));
        let mut file = fs::OpenOptions::new().create(true).append(true).open(&log)?;
        if self.long {
            command.env("IGNY8_TEST_LONG", "1");
        }
        process::capture(command, |line| {
            let _ = writeln!(file, "{line}");
            if show(line) {
                println!("    {line}");
            }
        })
    }
}

/// What became of a part.
struct Verdict {
    part: &'static Part,
    count: Count,
    took: Duration,
}

/// Runs the parts that are asked for. The last line is `N passed, N failed`.
pub(crate) fn test(mut arguments: Arguments) -> Result<ExitCode> {
    let long = arguments.flag("--long");
    let keep_going = arguments.flag("--keep-going");
    let only = arguments.option::<String>("--only")?;
    arguments.end()?;
    let parts = chosen(only.as_deref())?;
    toolchain::check()?;
    let _ = fs::remove_dir_all(scratch().join("log"));
    fs::create_dir_all(scratch().join("log"))?;
    let needs = |names: &[&str]| parts.iter().any(|part| names.contains(&part.name));
    let context = Context {
        long,
        keep_going,
        provision: Provision::start(
            needs(&["plugin", "wordpress", "browser", "crash"]),
            needs(&["typescript", "interop", "soak", "stream", "browser"]),
            needs(&["cql"]),
        ),
    };
    let mut verdicts: Vec<Verdict> = Vec::new();
    for part in &parts {
        let verdict = judge(part, &context);
        let stop = verdict.count.failed > 0 && !keep_going;
        verdicts.push(verdict);
        process::check_interrupt()?;
        if stop {
            break;
        }
    }
    Ok(close(&verdicts, parts.len()))
}

fn chosen(only: Option<&str>) -> Result<Vec<&'static Part>> {
    let Some(only) = only else { return Ok(PARTS.iter().collect()) };
    let names: Vec<&str> = only.split(',').collect();
    let known: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        bail!("there is no part {unknown}; the parts are {}", known.join(", "));
    }
    Ok(PARTS.iter().filter(|part| names.contains(&part.name)).collect())
}

/// Runs a part. One that cannot run, or finds nothing to test, has failed.
fn judge(part: &'static Part, context: &Context) -> Verdict {
    println!("── {}: {}", part.name, part.what);
    let from = Instant::now();
    let count = (part.run)(context).unwrap_or_else(|error| {
        println!("    {error:#}");
        Count { passed: 0, failed: 1 }
    });
    let count = if count == Count::default() {
        println!("    ran no test");
        Count { passed: 0, failed: 1 }
    } else {
        count
    };
    let took = from.elapsed();
    println!("   {}: {count} in {:.0} s\n", part.name, took.as_secs_f64());
    Verdict { part, count, took }
}

/// The table of parts, and the closing line.
fn close(verdicts: &[Verdict], chosen: usize) -> ExitCode {
    println!("  {:<12} {:>7} {:>7} {:>7}", "part", "passed", "failed", "s");
    let mut sum = Count::default();
    for Verdict { part, count, took } in verdicts {
        let seconds = took.as_secs_f64();
        println!("  {:<12} {:>7} {:>7} {seconds:>7.0}", part.name, count.passed, count.failed);
        sum = sum + *count;
    }
    if verdicts.len() < chosen {
        println!("  stopped at the first part that failed; --keep-going runs the rest");
    }
    if sum.failed > 0 {
        println!("  what the parts said in full: {}", scratch().join("log").display());
    }
    println!("\n{sum}");
    if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn tidy_part(_: &Context) -> Result<Count> {
    let report = tidy::Report::quick()?;
    report.print();
    let (passed, failed) = report.count();
    Ok(Count { passed, failed })
}

/// A shell script of the repository.
fn script(path: &str) -> Command {
    Command::new(at(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_chosen_by_name_and_keep_their_order() {
        let names = |parts: Vec<&Part>| parts.iter().map(|part| part.name).collect::<Vec<_>>();
        assert_eq!(names(chosen(Some("rust,tidy")).unwrap()), ["tidy", "rust"]);
        assert_eq!(chosen(None).unwrap().len(), PARTS.len());
        assert!(chosen(Some("rust,trust")).is_err());
    }
}
