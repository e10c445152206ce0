//! The development server: built, started, announced.

use crate::process::{self, Background};
use crate::root::{built, cargo, scratch};
use crate::{dashboard, toolchain};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// The server may have to recover its store first.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Builds server and dashboard; on two cores the one hides in the other's waits.
pub(crate) fn build() -> Result<()> {
    build_by(&["build", "--package", "igny8-server-igny8"])
}

/// The same out of what the tests have built: the package alone would choose other features, and
/// compile much of the tree again.
pub(crate) fn build_with_tests() -> Result<()> {
    build_by(&["test", "--workspace", "--no-run", "--quiet"])
}

/// The server and what measures it, as they are shipped: what a task costs depends on it. Those
/// alone: each program more is minutes of linking.
pub(crate) fn build_shipped() -> Result<()> {
    let mut arguments = vec!["build", "--workspace", "--release"];
    for program in ["igny8", "igny8-bench-load", "igny8-bench-peers-documents"] {
        arguments.extend(["--bin", program]);
    }
    build_by(&arguments)
}

/// The same with what measures, of the whole workspace for the same reason.
pub(crate) fn build_with_benches() -> Result<()> {
    build_by(&["build", "--workspace", "--bins"])
}

fn build_by(arguments: &[&str]) -> Result<()> {
    toolchain::check()?;
    thread::scope(|scope| {
        let page = scope.spawn(dashboard::build);
        let server = process::step("server (cargo)", || process::run(cargo().args(arguments)));
        page.join().expect("the dashboard's build does not panic")?;
        server
    })
}

/// How a development server is started.
pub(crate) struct Options {
    /// Where its data lies.
    pub(crate) data: PathBuf,
    /// The address's port; `None` is the usual one, or the next that is free.
    pub(crate) port: Option<u16>,
    /// True to start with a workspace that can be looked at.
    pub(crate) workspace: bool,
}

impl Options {
    /// The command line, announcing the address in `announcement`.
    pub(crate) fn command(&self, announcement: &Path) -> Command {
        self.command_of(built("igny8"), announcement)
    }

    fn command_of(&self, mut command: Command, announcement: &Path) -> Command {
        command.args(["serve", "--dev", "--port-fallback", "--data-dir"]).arg(&self.data);
        command.arg("--announce").arg(announcement);
        command.arg("--dashboard-dir").arg(dashboard::folder());
        if self.workspace {
            command.arg("--demo-workspace");
        }
        if let Some(port) = self.port {
            command.args(["--listen", &format!("127.0.0.1:{port}")]);
        }
        command
    }
}

/// What a server says about itself when it is ready.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Announcement {
    /// Its address.
    pub(crate) url: String,
    /// Opens the demo workspace, once.
    pub(crate) login: Option<String>,
}

impl Announcement {
    /// `None` while the file is not there or not whole.
    pub(crate) fn read(file: &Path) -> Option<Self> {
        Self::parse(&fs::read(file).ok()?)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(bytes).ok()?;
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        Some(Self { url: text("address")?, login: text("login_link") })
    }
}

/// A server of a task's own, with data of its own, for as long as this is held.
pub(crate) struct Server {
    /// Where it is.
    pub(crate) announcement: Announcement,
    /// Ended before its folder goes.
    process: Option<Background>,
    folder: PathBuf,
}

impl Server {
    /// Starts a server on a free port; `name` keeps those of different tasks apart.
    pub(crate) fn start(name: &str) -> Result<Self> {
        Self::start_with(name, &[], &[])
    }

    /// The same with further arguments of `igny8 serve`, and settings in its environment.
    pub(crate) fn start_with(name: &str, more: &[&str], settings: &[(&str, &str)]) -> Result<Self> {
        Self::start_by(built("igny8"), name, more, settings)
    }

    /// The same by another program than the development server.
    pub(crate) fn start_by(
        program: Command,
        name: &str,
        more: &[&str],
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let folder = scratch().join(format!("server-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        let file = folder.join("announcement.json");
        let options = Options { data: folder.join("data"), port: None, workspace: true };
        let log = scratch().join("log").join(format!("server-{name}.log"));
        let mut command = options.command_of(program, &file);
        command.args(more).envs(settings.iter().copied());
        let mut process = Background::start(&mut command, &log)?;
        let announcement = process
            .wait_for(START_LIMIT, || Announcement::read(&file))
            .context("the server did not start")?;
        Ok(Self { announcement, process: Some(process), folder })
    }
}

impl Server {
    /// Its process, for those that look at its memory.
    pub(crate) fn process(&self) -> Option<u32> {
        self.process.as_ref().map(Background::id)
    }

    /// Ends it as a crash does; answers with the folder of its data, which stays for as long as this
    /// is held.
    pub(crate) fn crash(&mut self) -> Result<PathBuf> {
        if let Some(process) = &mut self.process {
            process.kill()?;
        }
        self.process = None;
        Ok(self.folder.join("data"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process = None;
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_announcement_is_read_when_it_is_whole() {
        let whole = br#"{"address": "http://127.0.0.1:8080", "login_link": "http://127.0.0.1:8080/#code=x"}"#;
        let read = Announcement::parse(whole).unwrap();
        assert_eq!(read.url, "http://127.0.0.1:8080");
        assert_eq!(read.login.as_deref(), Some("http://127.0.0.1:8080/#code=x"));
        assert_eq!(Announcement::parse(&whole[..30]), None);
    }
}
