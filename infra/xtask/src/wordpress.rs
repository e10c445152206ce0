//! A real WordPress with the plugin, for as long as this is held (infra/test-servers/wordpress).

use crate::process;
use crate::root::{at, scratch};
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

fn script() -> Command {
    Command::new(at("infra/test-servers/wordpress"))
}

/// The Debian packages and the core, if they are missing.
pub(crate) fn install() -> Result<()> {
    process::read(script().arg("install")).map(drop)
}

/// A running site.
pub(crate) struct WordPress {
    folder: PathBuf,
    sites: Value,
}

impl WordPress {
    /// Starts a fresh site; `name` keeps those of different tasks apart.
    pub(crate) fn start(name: &str) -> Result<Self> {
        let folder = scratch().join(format!("wordpress-{name}-{}", std::process::id()));
        // From here on the guard cleans up, also after half a start.
        let mut site = Self { folder, sites: Value::Null };
        process::read(
            script()
                .args(["start", "--port", "0", "--dir"])
                .arg(&site.folder)
                .arg("--plugin")
                .arg(at("infra/wordpress-plugin/igny8")),
        )?;
        site.sites = serde_json::from_slice(&std::fs::read(site.list())?)?;
        Ok(site)
    }

    /// The file that describes the site.
    pub(crate) fn list(&self) -> PathBuf {
        self.folder.join("sites.json")
    }

    /// A text of the site's description.
    pub(crate) fn text(&self, key: &str) -> Result<&str> {
        self.sites[0][key].as_str().with_context(|| format!("sites.json says no {key}"))
    }

    /// A code with which a server pairs, once.
    pub(crate) fn pairing_code(&self) -> Result<String> {
        let said = process::read(script().args(["pairing-code", "--dir"]).arg(&self.folder))?;
        Ok(said.trim().to_owned())
    }

    /// What a piece of PHP prints inside the site.
    pub(crate) fn eval(&self, code: &str) -> Result<String> {
        process::read(script().args(["eval", "--dir"]).arg(&self.folder).arg(code))
    }
}

impl Drop for WordPress {
    fn drop(&mut self) {
        // Not through `process`: it refuses to start anything once we are interrupted.
        let _ = script().args(["stop", "--purge", "--dir"]).arg(&self.folder).status();
    }
}
