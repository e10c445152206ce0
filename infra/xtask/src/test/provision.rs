//! What the tests need beside the toolchain, each only if it is missing: Debian packages, the
//! core of WordPress, npm packages, Apache Cassandra. It is fetched while the first parts run.

use super::cql;
use crate::{dashboard, debian, process, wordpress};
use anyhow::{Result, anyhow};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Beside what infra/test-servers/wordpress asks for.
const PACKAGES: &[&str] = &["chromium", "phpunit", "php-codesniffer"];

/// Fetches on their way, or done.
pub(super) struct Provision {
    debian: Later,
    npm: Later,
    cassandra: Later,
}

impl Provision {
    /// Begins to fetch what is asked for.
    pub(super) fn start(debian: bool, npm: bool, cassandra: bool) -> Self {
        let debian_work = move || if debian { install_debian() } else { Ok(()) };
        let npm_work = move || if npm { dashboard::build() } else { Ok(()) };
        let cassandra_work = move || if cassandra { install_cassandra() } else { Ok(()) };
        Self {
            debian: Later::start(debian_work),
            npm: Later::start(npm_work),
            cassandra: Later::start(cassandra_work),
        }
    }

    /// Waits for the Debian packages and WordPress.
    pub(super) fn debian(&self) -> Result<()> {
        self.debian.get()
    }

    /// Waits for Java and the jars of Apache Cassandra.
    pub(super) fn cassandra(&self) -> Result<()> {
        self.cassandra.get()
    }

    /// Waits for the npm packages and the built dashboard.
    pub(super) fn npm(&self) -> Result<()> {
        self.npm.get()
    }
}

/// Work on another thread; whoever needs it waits, and hears what went wrong.
struct Later(Mutex<State>);

enum State {
    Running(Option<JoinHandle<Result<()>>>),
    Ended(Result<(), String>),
}

impl Later {
    fn start(work: impl FnOnce() -> Result<()> + Send + 'static) -> Self {
        Self(Mutex::new(State::Running(Some(thread::spawn(work)))))
    }

    fn get(&self) -> Result<()> {
        let mut state = self.0.lock().expect("nobody panics while holding it");
        if let State::Running(handle) = &mut *state {
            let handle = handle.take().expect("it is taken only here");
            let outcome = handle.join().unwrap_or_else(|_| Err(anyhow!("its thread panicked")));
            *state = State::Ended(outcome.map_err(|error| format!("{error:#}")));
        }
        match &*state {
            State::Ended(outcome) => outcome.clone().map_err(|error| anyhow!(error)),
            State::Running(_) => unreachable!("it has just ended"),
        }
    }
}

impl Drop for Later {
    /// An installation that nobody waits for any more is not cut off in the middle.
    fn drop(&mut self) {
        let _ = self.get();
    }
}

/// apt-get does one thing at a time, and fails rather than wait for its lists.
static APT: Mutex<()> = Mutex::new(());

fn install_cassandra() -> Result<()> {
    let _turn = APT.lock().unwrap_or_else(PoisonError::into_inner);
    cql::install()
}

fn install_debian() -> Result<()> {
    let _turn = APT.lock().unwrap_or_else(PoisonError::into_inner);
    process::step("WordPress and its packages", wordpress::install)?;
    debian::install(PACKAGES)
}

/// Debian's Chromium.
pub(super) fn chromium() -> &'static Path {
    Path::new("/usr/bin/chromium")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_who_waits_hears_what_went_wrong() {
        let later = Later::start(|| Err(anyhow!("no network")));
        for _ in 0..2 {
            assert_eq!(later.get().unwrap_err().to_string(), "no network");
        }
        assert!(Later::start(|| Ok(())).get().is_ok());
    }
}
