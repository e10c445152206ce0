//! Debian packages, each installed only if it is missing.

use crate::process;
use anyhow::Result;
use std::process::Command;

/// Installs those that are missing.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    process::step(&format!("Debian packages {}", missing.join(", ")), || {
        // The lists may be fresh, old or not there at all: they are asked for when they are.
        apt(&["install", "-y", "-qq", "--no-install-recommends"], &missing).or_else(|_| {
            apt(&["update", "-qq"], &[])?;
            apt(&["install", "-y", "-qq", "--no-install-recommends"], &missing)
        })
    })
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["-W", "-f", "${Status}", package]);
    process::read(&mut query).is_ok_and(|status| status.contains("install ok installed"))
}

fn apt(words: &[&str], packages: &[&str]) -> Result<()> {
    let is_root = process::read(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = Command::new(if is_root { "env" } else { "sudo" });
    command.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get");
    command.args(["-o", "DPkg::Lock::Timeout=600"]).args(words).args(packages);
    process::read(&mut command).map(drop)
}
