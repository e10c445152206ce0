//! A server's process: on a core of its own, its processor time and memory as the system says.

use anyhow::{Context, Result, bail};
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Ticks in a second: the kernel tells every program 100.
const TICKS_PER_SECOND: f64 = 100.0;

/// Where server and clients run: apart, where there are two cores.
#[derive(Clone, Copy)]
pub(crate) struct Cores {
    server: Option<usize>,
}

impl Cores {
    /// Keeps this process to the last core, and servers to the first.
    pub(crate) fn part() -> Result<Self> {
        let cores = std::thread::available_parallelism()?.get();
        if cores < 2 {
            return Ok(Self { server: None });
        }
        let mut command = Command::new("taskset");
        command.args(["-a", "-c", "-p", &(cores - 1).to_string(), &std::process::id().to_string()]);
        let status = command.stdout(Stdio::null()).status().context("cannot start taskset")?;
        if !status.success() {
            bail!("taskset cannot keep the clients to a core");
        }
        Ok(Self { server: Some(0) })
    }

    /// True if they are apart.
    pub(crate) fn are_apart(self) -> bool {
        self.server.is_some()
    }

    /// The same command, kept to the servers' core.
    pub(crate) fn keep(self, command: &Command) -> Command {
        let Some(core) = self.server else {
            let mut same = Command::new(command.get_program());
            copy(command, &mut same);
            return same;
        };
        let mut kept = Command::new("taskset");
        kept.args(["-c", &core.to_string()]).arg(command.get_program());
        copy(command, &mut kept);
        kept
    }
}

fn copy(from: &Command, to: &mut Command) {
    to.args(from.get_args());
    to.envs(from.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(directory) = from.get_current_dir() {
        to.current_dir(directory);
    }
}

/// A running server; it ends when this is dropped.
pub(crate) struct Process(Child);

impl Process {
    /// Starts it; its words go to a file.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        Ok(Self(command.spawn().with_context(|| {
            format!("cannot start {}", Path::new(command.get_program()).display())
        })?))
    }

    /// Ends it as a crash does.
    pub(crate) fn kill(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// An error if it has ended.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.0.try_wait()? {
            Some(status) => bail!("the server ended ({status})"),
            None => Ok(()),
        }
    }

    /// Processor time it took so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        cpu(self.0.id())
    }

    /// Memory it holds, in bytes.
    pub(crate) fn resident(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most it has held since [`Self::forget_peak`], in bytes.
    pub(crate) fn peak(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    /// From now on the peak is counted.
    pub(crate) fn forget_peak(&self) -> Result<()> {
        // "5" is the kernel's word for it (proc(5)).
        Ok(fs::write(format!("/proc/{}/clear_refs", self.0.id()), "5")?)
    }

    fn memory(&self, key: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let kibibytes = line.and_then(|line| line.split_whitespace().next());
        Ok(kibibytes.with_context(|| format!("no {key}"))?.parse::<u64>()? * 1024)
    }
}

/// Processor time that a process took so far.
pub(crate) fn cpu(process: u32) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in brackets may hold anything; behind it come fields 3 and on.
    let fields = stat.rsplit_once(") ").context("a line without a name")?.1;
    let field = |index: usize| fields.split(' ').nth(index)?.parse::<f64>().ok();
    let ticks = field(11).zip(field(12)).context("a line without times")?;
    Ok(Duration::from_secs_f64((ticks.0 + ticks.1) / TICKS_PER_SECOND))
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
