//! Lives lives: `simulate [--seed S] [--lives N] [--replay FILE] [--out DIRECTORY] [--draw S]`, started by
//! `cargo xtask simulate`. The last line is JSON. A failing life is shrunk and written to a file.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use igny8_actors_simulation::{Plan, Violation, live, live_many, shrink};
use mimalloc::MiMalloc;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// As the server allocates.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Lives that a shrinking may take: about a minute.
const SHRINK_LIVES_MAX: usize = 600;

fn option(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.next().and(arguments.next())
}

fn number(name: &str, usual: u64) -> u64 {
    option(name).map_or(usual, |text| {
        text.parse().unwrap_or_else(|_| panic!("{name} needs a number, not {text:?}"))
    })
}

fn say(violations: &[Violation]) {
    for violation in violations {
        eprintln!("  {} after {} ms: {}", violation.rule, violation.at_ms, violation.what);
    }
}

fn main() -> ExitCode {
    if let Some(file) = option("--replay") {
        return replay(Path::new(&file));
    }
    if option("--draw").is_some() {
        let plan = Plan::draw(number("--draw", 0));
        println!("{}", serde_json::to_string(&plan).expect("a plan is JSON"));
        return ExitCode::SUCCESS;
    }
    let summary = live_many(number("--seed", 1), number("--lives", 1_000));
    let directory = PathBuf::from(option("--out").unwrap_or_else(|| ".".to_owned()));
    for (plan, outcome) in &summary.failed {
        eprintln!("seed {}:", plan.seed);
        say(&outcome.violations);
    }
    if let Some((plan, outcome)) = summary.failed.first() {
        write_shortest(plan, outcome.violations[0].rule, &directory);
    }
    eprintln!("{:?}", summary.done);
    println!("{}", serde_json::to_string(&summary).expect("numbers are JSON"));
    if summary.violations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The shortest plan that breaks the same promise.
fn write_shortest(plan: &Plan, rule: &str, directory: &Path) {
    let fails = |plan: &Plan| live(plan).violations.iter().any(|violation| violation.rule == rule);
    let short = shrink(plan, SHRINK_LIVES_MAX, fails);
    let file = directory.join(format!("life-{}-{rule}.json", plan.seed));
    let text = serde_json::to_string_pretty(&short).expect("a plan is JSON");
    match std::fs::write(&file, text) {
        Ok(()) => eprintln!(
            "{} steps and {} faults are enough: {} (replay with --replay)",
            short.steps.len(),
            short.faults.len(),
            file.display()
        ),
        Err(error) => eprintln!("{} cannot be written: {error}", file.display()),
    }
}

fn replay(file: &Path) -> ExitCode {
    let text = std::fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("{} cannot be read: {error}", file.display()));
    let plan: Plan = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{} is no plan of a life: {error}", file.display()));
    let outcome = live(&plan);
    say(&outcome.violations);
    println!("{}", serde_json::to_string(&outcome).expect("an outcome is JSON"));
    if outcome.violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
