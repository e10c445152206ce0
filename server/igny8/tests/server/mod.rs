//! The real binary, started on a folder of its own.

#![allow(dead_code, reason = "each test binary uses its part")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The longest start that is waited for: recovery and a debug build on a busy machine.
const START_MAX: Duration = Duration::from_secs(60);
const STOP_MAX: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

/// The binary, without the variables of the shell that runs the tests.
pub(crate) fn igny8() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_igny8"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("IGNY8_") || name == "AI_DEV_MODE" {
            command.env_remove(name);
        }
    }
    command
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) login_link: Option<String>,
}

/// How a server is started.
pub(crate) struct Start<'a> {
    pub(crate) data: &'a Path,
    pub(crate) port: u16,
    /// Where the process aborts by itself.
    pub(crate) abort_at: Option<String>,
}

impl Start<'_> {
    pub(crate) fn command(&self) -> Command {
        let mut command = igny8();
        command.args(["serve", "--dev", "--offline-words-per-second", "0", "--log-format", "json"]);
        command.args(["--demo-workspace", "--listen", &format!("127.0.0.1:{}", self.port)]);
        command.arg("--data-dir").arg(self.data).arg("--announce").arg(self.announce());
        command.env("IGNY8_PASSWORD_MEMORY_KIB", "64").env("IGNY8_LOG_FILTER", "warn");
        if let Some(point) = &self.abort_at {
            command.env("IGNY8_FAULT_ABORT_AT_COMMIT", point);
        }
        let log = std::fs::File::options().create(true).append(true).open(self.log()).unwrap();
        command.stdout(Stdio::null()).stderr(log);
        command
    }

    fn announce(&self) -> PathBuf {
        self.data.join("announce.json")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.data.join("server.log")
    }

    /// Starts and waits for the announcement; `None` if the process ended before it.
    pub(crate) fn run(&self) -> Option<Server> {
        self.run_with(&[])
    }

    /// The same, with these options in the environment.
    pub(crate) fn run_with(&self, options: &[(&str, String)]) -> Option<Server> {
        drop(std::fs::remove_file(self.announce()));
        let child = self.command().envs(options.iter().cloned()).spawn().unwrap();
        // Whatever happens from here on, its drop ends the process.
        let mut server = Server { child, address: String::new(), login_link: None };
        let deadline = Instant::now() + START_MAX;
        while Instant::now() < deadline {
            if let Ok(text) = std::fs::read_to_string(self.announce()) {
                let said: Value = serde_json::from_str(&text).unwrap();
                server.address = said["address"].as_str().unwrap().to_owned();
                server.login_link = said["login_link"].as_str().map(str::to_owned);
                return Some(server);
            }
            if server.child.try_wait().unwrap().is_some() {
                return None;
            }
            std::thread::sleep(LOOK);
        }
        panic!("the server did not start: {}", std::fs::read_to_string(self.log()).unwrap());
    }
}

impl Server {
    /// Waits until the process has ended by itself.
    pub(crate) fn wait(&mut self, longest: Duration) -> bool {
        let deadline = Instant::now() + longest;
        while Instant::now() < deadline {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(LOOK);
        }
        false
    }

    /// SIGTERM; the status must be 0.
    pub(crate) fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.wait(STOP_MAX), "the server does not stop");
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) fn keywords() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/demo/keywords.csv")
}

/// The object on the last line of the standard output.
pub(crate) fn last_line(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    let line = text.lines().last().unwrap_or_else(|| panic!("no output; errors: {errors}"));
    serde_json::from_str(line).unwrap_or_else(|_| panic!("{text}\n{errors}"))
}

/// What `igny8 verify` says of a stopped server's store.
pub(crate) fn verify(data: &Path) -> (bool, Value, String) {
    verify_with(data, &[])
}

fn verify_with(data: &Path, options: &[(&str, String)]) -> (bool, Value, String) {
    let mut command = igny8();
    command.args(["verify", "--json", "--data-dir"]).arg(data).envs(options.iter().cloned());
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), last_line(&output), errors)
}

/// All figures that must be zero when nothing is under way.
pub(crate) fn assert_sound(data: &Path) -> Value {
    assert_sound_with(data, &[])
}

/// The same, with these options in the environment.
pub(crate) fn assert_sound_with(data: &Path, options: &[(&str, String)]) -> Value {
    let (is_sound, found, errors) = verify_with(data, options);
    for name in [
        "store_problems",
        "ledger_drift",
        "open_holds",
        "feed_gaps",
        "documents_failed",
        "records_failed",
        "blobs_missing",
        "published_twice",
        "outbox_open",
    ] {
        assert_eq!(found[name], 0, "{name} in {found}\n{errors}");
    }
    assert!(is_sound, "{errors}");
    found
}
