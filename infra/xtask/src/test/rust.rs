//! The Rust side: formatting, lints, all tests, and those that need a real WordPress.

use super::Context;
use super::count::{Count, cargo_line, sum};
use crate::root::cargo;
use crate::simulate;
use crate::wordpress::WordPress;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::process::Command;

/// `cargo fmt --check`.
pub(super) fn format(context: &Context) -> Result<Count> {
    let mut command = cargo();
    let captured =
        context.hear("fmt", command.args(["fmt", "--all", "--", "--check", "-l"]), |_| true)?;
    Ok(Count::one(captured.status.success()))
}

/// Clippy over everything, warnings refused. It makes artefacts of its own kind, which the tests
/// do not use; what it and they share (build scripts, macros) is compiled once.
pub(super) fn lint(context: &Context) -> Result<Count> {
    let mut command = cargo();
    command.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let captured = context.hear("clippy", &mut command, is_news)?;
    Ok(Count::one(captured.status.success()))
}

/// `cargo test` over the workspace.
pub(super) fn unit(context: &Context) -> Result<Count> {
    let mut command = workspace_tests(context);
    let captured = context.hear("rust", &mut command, is_news)?;
    for (name, count) in per_crate(&captured.text) {
        println!("    {name:<32} {count}");
    }
    Ok(sum(&captured.text, cargo_line).with_status(captured.status.success()))
}

/// Whole lives of the actors, from seed 1 on: each life is a test.
pub(super) fn simulation(context: &Context) -> Result<Count> {
    simulate::build()?;
    let mut command = simulate::lived(1, if context.long { 20_000 } else { 2_000 })?;
    let captured = context.hear("simulation", &mut command, |_| true)?;
    let line = captured.text.lines().rev().find(|line| line.starts_with('{'));
    let summary: Value = serde_json::from_str(line.context("the runner summed nothing up")?)?;
    let number = |name: &str| summary[name].as_u64().with_context(|| format!("no {name}"));
    let (lives, violations) = (number("lives")?, number("violations")?);
    let count = Count { passed: lives - violations, failed: violations };
    Ok(count.with_status(captured.status.success()))
}

/// The adapter's contract against a real site.
pub(super) fn wordpress(context: &Context) -> Result<Count> {
    context.provision.debian()?;
    let site = WordPress::start("wordpress")?;
    let mut command = workspace_tests(context);
    command.args(["--test", "real_site", "--", "--ignored"]);
    command.env("IGNY8_TEST_WORDPRESS", site.list());
    let captured = context.hear("wordpress", &mut command, is_news)?;
    Ok(sum(&captured.text, cargo_line).with_status(captured.status.success()))
}

/// The server killed at commits chosen by a seed, in the middle of a run that publishes to a real
/// site. (`cargo test` alone does it shorter, and into a folder.)
pub(super) fn crash(context: &Context) -> Result<Count> {
    context.provision.debian()?;
    let site = WordPress::start("crash")?;
    let (crashes, articles) = if context.long { (100, 100) } else { (10, 20) };
    let mut command = workspace_tests(context);
    command.args(["--test", "crash", CRASH_RUN, "--", "--nocapture"]);
    command.env("IGNY8_TEST_CRASHES", crashes.to_string());
    command.env("IGNY8_TEST_ARTICLES", articles.to_string());
    command.env("IGNY8_TEST_WORDPRESS_URL", site.text("url")?);
    command.env("IGNY8_TEST_WORDPRESS_CODE", site.pairing_code()?);
    let captured = context.hear("crash", &mut command, is_news)?;
    let count = sum(&captured.text, cargo_line).with_status(captured.status.success());
    let posts = site.posts()?.len();
    println!("    {crashes} kills; posts on the site: {posts} of {articles}");
    Ok(count + Count::one(posts == articles))
}

/// The test of server/igny8 that kills; another crate has a target of the same name.
const CRASH_RUN: &str = "r7_killed_at_chosen_commits";

/// Always the whole workspace, filtered by target: a choice of packages would choose other
/// features, and compile much of it again.
pub(super) fn workspace_tests(context: &Context) -> Command {
    let mut command = cargo();
    command.args(["test", "--workspace"]);
    if context.keep_going {
        command.arg("--no-fail-fast");
    }
    command
}

/// The sums of a run by crate. cargo names a crate when its own tests begin; its integration
/// tests follow.
fn per_crate(text: &str) -> Vec<(String, Count)> {
    let mut counts: Vec<(String, Count)> = Vec::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(name) = crate_of(line) {
            current = name;
        } else if let Some(count) = cargo_line(line) {
            match counts.iter_mut().find(|(name, _)| *name == current) {
                Some((_, sum)) => *sum = *sum + count,
                None => counts.push((current.clone(), count)),
            }
        }
    }
    counts.retain(|(_, count)| *count != Count::default());
    counts
}

/// `Running unittests src/lib.rs (target/debug/deps/igny8_actors_domain-0123456789abcdef)`.
fn crate_of(line: &str) -> Option<String> {
    let line = line.trim();
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(name.to_owned());
    }
    let path = line.strip_prefix("Running unittests ")?.split_once('(')?.1.trim_end_matches(')');
    let program = path.rsplit('/').next()?;
    Some(program.rsplit_once('-').map_or(program, |(name, _)| name).to_owned())
}

/// Lines that say more than that all is well.
pub(super) fn is_news(line: &str) -> bool {
    let noise = ["Compiling", "Checking", "Downloaded", "Downloading", "Running", "Doc-tests"];
    let line = line.trim();
    let calm = line.starts_with("test ") && (line.ends_with("... ok") || line.contains("ignored"))
        || line.starts_with("test result: ok")
        || line.starts_with("running ");
    !(line.is_empty() || calm || noise.iter().any(|word| line.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_go_to_the_crate_that_ran() {
        let said = "\
     Running unittests src/lib.rs (target/debug/deps/igny8_a-0123456789abcdef)
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out
     Running tests/b.rs (target/debug/deps/b-0123456789abcdef)
test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out
     Running unittests src/main.rs (target/debug/deps/igny8-0123456789abcdef)
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out
   Doc-tests igny8_a
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out
";
        let expected = vec![("igny8_a".to_owned(), Count { passed: 4, failed: 1 })];
        assert_eq!(per_crate(said), expected);
    }

    #[test]
    fn what_went_wrong_is_shown_and_what_went_well_is_not() {
        for line in ["test a::b ... FAILED", "error: x", "thread 'a' panicked at src/a.rs:1:1"] {
            assert!(is_news(line), "{line}");
        }
        for line in ["   Compiling a v0.1.0", "test a ... ok", "", "running 3 tests"] {
            assert!(!is_news(line), "{line}");
        }
    }
}
