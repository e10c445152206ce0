//! The TypeScript side: types, lints, unit tests, and the main job in a real browser.

use super::Context;
use super::count::{Count, playwright_line, sum, vitest_line};
use super::provision::chromium;
use crate::root::{built, npm};
use crate::run::server::{self, Server};
use crate::wordpress::WordPress;
use anyhow::Result;
use serde_json::json;
use std::process::Command;

/// tsc, ESLint, Vitest.
pub(super) fn unit(context: &Context) -> Result<Count> {
    context.provision.npm()?;
    let mut count = Count::default();
    for task in ["check", "lint"] {
        let captured = context.hear("typescript", plain(npm().args(["run", task])), is_news)?;
        count = count + Count::one(captured.status.success());
    }
    let captured = context.hear("typescript", plain(npm().arg("test")), is_news)?;
    Ok(count + sum(&captured.text, vitest_line).with_status(captured.status.success()))
}

/// Yjs clients that nobody here wrote, against a server that they start and kill themselves.
pub(super) fn interop(context: &Context) -> Result<Count> {
    context.provision.npm()?;
    server::build_with_tests()?;
    let mut command = npm();
    command
        .args(["run", "interop", "-w", "@igny8/interop"])
        .env("INTEROP_BINARY", built("igny8").get_program());
    let captured = context.hear("interop", plain(&mut command), is_news)?;
    Ok(sum(&captured.text, vitest_line).with_status(captured.status.success()))
}

/// Seeds and minutes of soaks: the same ones always, since a test that fails sometimes is no test.
const SOAKS: &[(u32, u32)] = &[(1, 2)];
const SOAKS_LONG: &[(u32, u32)] = &[(2, 30), (3, 30)];

/// Clients of all doors in a few documents, while lines, rights and the server itself come and go.
pub(super) fn soak(context: &Context) -> Result<Count> {
    context.provision.npm()?;
    server::build_with_tests()?;
    let mut count = Count::default();
    for (seed, minutes) in if context.long { SOAKS_LONG } else { SOAKS } {
        let more = ["--seed", &seed.to_string(), "--minutes", &minutes.to_string()];
        count = count + program(context, "soak", &more)?;
    }
    Ok(count)
}

/// Drafts that a kill meets in mid-stream, while people type in them: each must end as it does
/// when nobody disturbs it.
pub(super) fn stream(context: &Context) -> Result<Count> {
    context.provision.npm()?;
    server::build_with_tests()?;
    let drafts = if context.long { "100" } else { "5" };
    program(context, "stream", &["--seed", "1", "--drafts", drafts])
}

/// A program of `client-ts/interop` that starts and kills servers of its own.
fn program(context: &Context, name: &str, more: &[&str]) -> Result<Count> {
    let mut command = npm();
    command.args(["run", name, "-w", "@igny8/interop", "--"]).args(more);
    command.env("INTEROP_BINARY", built("igny8").get_program());
    let captured = context.hear(name, plain(&mut command), is_news)?;
    Ok(Count::one(captured.status.success()))
}

/// Playwright against a server and a WordPress of its own.
pub(super) fn browser(context: &Context) -> Result<Count> {
    context.provision.npm()?;
    context.provision.debian()?;
    server::build_with_tests()?;
    let site = WordPress::start("browser")?;
    let server = Server::start("browser")?;
    let mut command = npm();
    command.args(["run", "e2e", "-w", "@igny8/e2e"]);
    command.env("IGNY8_CHROMIUM", chromium());
    command.env("IGNY8_E2E_URL", &server.announcement.url);
    command.env("IGNY8_E2E_LOGIN", server.announcement.login.as_deref().unwrap_or_default());
    let link = json!({"url": site.text("url")?, "code": site.pairing_code()?});
    command.env("IGNY8_E2E_WORDPRESS", link.to_string());
    let captured = context.hear("browser", plain(&mut command), |line| !line.trim().is_empty())?;
    let count = sum(&captured.text, playwright_line).with_status(captured.status.success());
    // What the page said is one thing, what the site has another.
    let posts = site.posts()?.len();
    println!("    posts on the site: {posts}");
    Ok(count + Count::one(posts == 1))
}

/// Without colours, which would hide the counts.
fn plain(command: &mut Command) -> &mut Command {
    command.env("NO_COLOR", "1").env_remove("FORCE_COLOR").env("CI", "true")
}

fn is_news(line: &str) -> bool {
    let line = line.trim();
    let noise = [">", "✓", "RUN ", "npm warn", "Start at", "Duration"];
    !(line.is_empty() || noise.iter().any(|word| line.starts_with(word)))
}
