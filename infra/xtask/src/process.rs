//! Processes: each in a group of its own, each ended with us, their output shown, kept and timed.

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// After this time a process that was asked to end is ended. The server drains in less.
const GRACE: Duration = Duration::from_secs(20);
/// How often we look whether a process has ended.
const LOOK: Duration = Duration::from_millis(50);

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The groups that end when we are interrupted.
static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// From now on an interrupt ends what we started, and then us, in order: guards are dropped.
pub(crate) fn watch_signals() {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).expect("these can be caught");
    thread::spawn(move || {
        for _ in signals.forever() {
            let again = INTERRUPTED.swap(true, Ordering::SeqCst);
            for group in groups().iter() {
                signal(*group, if again { "KILL" } else { "TERM" });
            }
        }
    });
}

/// An error if somebody wants us to stop.
pub(crate) fn check_interrupt() -> Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) {
        bail!("interrupted");
    }
    Ok(())
}

fn groups() -> std::sync::MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The shell's own `kill`: a bare Debian has no other.
fn signal(group: u32, name: &str) {
    let script = format!("kill -s {name} -- -{group}");
    let _ = Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).status();
}

/// A process in a group of its own.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Result<Self> {
        check_interrupt()?;
        let child = command
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", name(command)))?;
        groups().push(child.id());
        Ok(Self(child))
    }

    fn wait(mut self) -> Result<ExitStatus> {
        let status = self.0.wait()?;
        self.forget();
        check_interrupt()?;
        Ok(status)
    }

    fn forget(&self) {
        groups().retain(|group| *group != self.0.id());
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.0.try_wait().is_ok_and(|status| status.is_none()) {
            signal(self.0.id(), "TERM");
            let until = Instant::now() + GRACE;
            while self.0.try_wait().is_ok_and(|status| status.is_none()) {
                if Instant::now() > until {
                    signal(self.0.id(), "KILL");
                    let _ = self.0.wait();
                }
                thread::sleep(LOOK);
            }
        }
        self.forget();
    }
}

/// Program and arguments, for messages.
pub(crate) fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Runs to the end with our output; a failure is an error that names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = Group::start(command)?.wait()?;
    if !status.success() {
        bail!("`{}` failed ({status})", name(command));
    }
    Ok(())
}

/// Runs to the end and returns what it printed; a failure shows its words.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let captured = capture(command, |_| {})?;
    if !captured.status.success() {
        bail!("`{}` failed:\n{}", name(command), captured.text.trim_end());
    }
    Ok(captured.text)
}

/// What a process said, and how it ended.
pub(crate) struct Captured {
    pub(crate) status: ExitStatus,
    pub(crate) text: String,
}

/// Runs to the end; each line, of output and of errors in their order, goes to `hear` as it comes.
pub(crate) fn capture(command: &mut Command, mut hear: impl FnMut(&str)) -> Result<Captured> {
    let (reader, writer) = std::io::pipe()?;
    let group = Group::start(command.stdout(writer.try_clone()?).stderr(writer));
    // The command keeps its copies of the pipe, and the pipe ends only when all are closed.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let group = group?;
    let mut text = String::new();
    for line in BufReader::new(reader).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        text.push_str(&line);
        text.push('\n');
        hear(&line);
    }
    Ok(Captured { status: group.wait()?, text })
}

/// A process that runs beside us, and ends when this is dropped. Its words go to a file.
pub(crate) struct Background {
    group: Group,
    name: String,
    log: std::path::PathBuf,
}

impl Background {
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        fs::create_dir_all(log.parent().context("a log lies in a folder")?)?;
        let file = File::create(log)?;
        command.stdout(file.try_clone()?).stderr(file);
        Ok(Self { group: Group::start(command)?, name: name(command), log: log.to_owned() })
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.group.0.id()
    }

    /// Ends it as a crash does: nothing of it runs on, not even for a moment.
    pub(crate) fn kill(&mut self) -> Result<()> {
        signal(self.group.0.id(), "KILL");
        self.group.0.wait()?;
        Ok(())
    }

    /// Stays until the process ends, which is an error, or somebody wants us to stop.
    pub(crate) fn stay(&mut self) -> Result<()> {
        loop {
            check_interrupt()?;
            if let Some(status) = self.group.0.try_wait()? {
                return self.ended(&status.to_string());
            }
            thread::sleep(LOOK);
        }
    }

    /// An error with the last words of the process.
    fn ended<T>(&self, why: &str) -> Result<T> {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        bail!("`{}`: {why}\n{}", self.name, tail(&said, 40));
    }

    /// Waits until `ready` has something; an error if the process ends first, or time runs out.
    pub(crate) fn wait_for<T>(
        &mut self,
        limit: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> Result<T> {
        let until = Instant::now() + limit;
        loop {
            check_interrupt()?;
            if let Some(value) = ready() {
                return Ok(value);
            }
            if let Some(status) = self.group.0.try_wait()? {
                return self.ended(&status.to_string());
            }
            if Instant::now() > until {
                return self.ended("not ready in time");
            }
            thread::sleep(LOOK);
        }
    }
}

/// The last lines of a text.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.trim_end().lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

/// Prints what happens, and how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("  {what} …");
    let from = Instant::now();
    let outcome = work();
    if outcome.is_ok() {
        println!("  {what}: done in {:.1} s", from.elapsed().as_secs_f64());
    }
    let _ = std::io::stdout().flush();
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_outputs_are_heard() {
        let mut lines = Vec::new();
        let mut command = shell("echo a; echo b >&2; exit 3");
        let captured = capture(&mut command, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["a", "b"]);
        assert_eq!(captured.status.code(), Some(3));
    }

    #[test]
    fn a_failure_names_the_command_and_its_words() {
        let error = read(&mut shell("echo reason >&2; false")).unwrap_err().to_string();
        assert!(error.contains("reason") && error.contains("sh -c"), "{error}");
    }

    #[test]
    fn a_dropped_process_ends_with_its_children() {
        let log = std::env::temp_dir().join(format!("igny8-xtask-{}", std::process::id()));
        let mut server = Background::start(&mut shell("sleep 300 & echo $!; wait"), &log).unwrap();
        let child = server
            .wait_for(Duration::from_secs(10), || {
                fs::read_to_string(&log).ok().filter(|text| text.ends_with('\n'))
            })
            .unwrap();
        drop(server);
        let until = Instant::now() + Duration::from_secs(10);
        while lives(child.trim()) {
            assert!(Instant::now() < until, "the child of the process lives on");
            thread::sleep(LOOK);
        }
        fs::remove_file(log).unwrap();
    }

    /// Where nobody reaps, a process that has ended stays as a zombie.
    fn lives(process: &str) -> bool {
        let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        !state.is_empty() && !state.contains(") Z ")
    }

    #[test]
    fn an_early_end_is_told_with_the_log() {
        let log = std::env::temp_dir().join(format!("igny8-xtask-early-{}", std::process::id()));
        let mut server = Background::start(&mut shell("echo no port; exit 4"), &log).unwrap();
        let error = server.wait_for(Duration::from_secs(10), || None::<()>).unwrap_err();
        assert!(error.to_string().contains("no port"), "{error}");
        fs::remove_file(log).unwrap();
    }
}
