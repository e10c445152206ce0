//! The TypeScript side: packages are installed and the dashboard is built, each only if what it
//! comes from has changed since.

use crate::process;
use crate::root::{at, npm, scratch};
use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

/// What decides which packages lie in node_modules.
const PACKAGES: &[&str] = &["client-ts/package-lock.json"];
/// What the dashboard is built from.
const SOURCES: &[&str] = &[
    "client-ts/package-lock.json",
    "client-ts/tsconfig.base.json",
    "client-ts/packages",
    "client-ts/apps/dashboard",
];
/// Folders that are made, not written.
const MADE: &[&str] = &["node_modules", "dist"];

/// Where the built dashboard lies.
pub(crate) fn folder() -> PathBuf {
    at("client-ts/apps/dashboard/dist")
}

/// Installs the npm packages, if the lock file changed or they are missing.
pub(crate) fn install_packages() -> Result<()> {
    let made = at("client-ts/node_modules/.package-lock.json");
    Stamp::of("npm-packages", PACKAGES)?.unless_fresh(&made, || {
        let what = "npm packages (npm ci)";
        process::step(what, || process::read(npm().args(["ci", "--no-audit", "--no-fund"])))
    })
}

/// Builds the dashboard, if its sources changed or it is missing.
pub(crate) fn build() -> Result<()> {
    install_packages()?;
    Stamp::of("dashboard", SOURCES)?.unless_fresh(&folder().join("index.html"), || {
        let what = "dashboard (npm run build)";
        process::step(what, || {
            process::read(npm().args(["run", "build", "-w", "@igny8/dashboard"]))
        })
    })
}

/// Remembers by a hash of the sources what was made of them.
pub(crate) struct Stamp {
    file: PathBuf,
    hash: String,
}

impl Stamp {
    pub(crate) fn of(name: &str, sources: &[&str]) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        for source in sources {
            hash(&at(source), &mut hasher)?;
        }
        let file = scratch().join(format!("{name}.stamp"));
        Ok(Self { file, hash: format!("{:016x}", hasher.finish()) })
    }

    pub(crate) fn unless_fresh<T>(
        &self,
        made: &Path,
        make: impl FnOnce() -> Result<T>,
    ) -> Result<()> {
        if made.exists() && fs::read_to_string(&self.file).is_ok_and(|kept| kept == self.hash) {
            return Ok(());
        }
        make()?;
        fs::create_dir_all(scratch())?;
        fs::write(&self.file, &self.hash)?;
        Ok(())
    }
}

/// Names and contents, in the order of names.
fn hash(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    hasher.write(path.file_name().unwrap_or_default().as_encoded_bytes());
    if !path.is_dir() {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    entries.retain(|entry| !MADE.iter().any(|made| entry.ends_with(made)));
    entries.sort();
    entries.iter().try_for_each(|entry| hash(entry, hasher))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash_of(folder: &Path) -> u64 {
        let mut hasher = DefaultHasher::new();
        hash(folder, &mut hasher).unwrap();
        hasher.finish()
    }

    #[test]
    fn a_hash_follows_sources_and_not_what_is_made() {
        let folder = std::env::temp_dir().join(format!("igny8-xtask-hash-{}", std::process::id()));
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("src/a.ts"), "1").unwrap();
        let first = hash_of(&folder);
        fs::create_dir_all(folder.join("dist")).unwrap();
        fs::write(folder.join("dist/a.js"), "1").unwrap();
        assert_eq!(hash_of(&folder), first);
        fs::write(folder.join("src/a.ts"), "2").unwrap();
        assert_ne!(hash_of(&folder), first);
        fs::rename(folder.join("src/a.ts"), folder.join("src/b.ts")).unwrap();
        fs::write(folder.join("src/b.ts"), "1").unwrap();
        assert_ne!(hash_of(&folder), first);
        fs::remove_dir_all(folder).unwrap();
    }
}
