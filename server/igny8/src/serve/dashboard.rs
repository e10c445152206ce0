//! The dashboard's files from a folder.

use crate::config::Settings;
use anyhow::Context;
use bytes::Bytes;
use igny8_server_edge::{Asset, AssetSource};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// Where the repository builds the dashboard.
const BUILT: &str = "client-ts/apps/dashboard/dist";
/// All files together: a dashboard that is larger is a mistake in the folder's name.
const BYTES_MAX: usize = 64 << 20;

/// The files of the configured folder; in development those of the repository, if they were built.
pub(super) fn source(settings: &Settings) -> anyhow::Result<Option<AssetSource>> {
    let folder = match &settings.dashboard_dir {
        Some(folder) => folder.clone(),
        None if settings.development && Path::new(BUILT).is_dir() => PathBuf::from(BUILT),
        None => return Ok(None),
    };
    if !folder.join("index.html").is_file() {
        anyhow::bail!("{} has no index.html: build the dashboard there", folder.display());
    }
    if settings.development {
        // Read each time: a new build is seen without a restart.
        return Ok(Some(Arc::new(move |name| read(&folder, name))));
    }
    let files = load(&folder).with_context(|| format!("the dashboard in {}", folder.display()))?;
    Ok(Some(Arc::new(move |name| files.get(name).cloned())))
}

fn read(folder: &Path, name: &str) -> Option<Asset> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let bytes = is_inside.then(|| std::fs::read(folder.join(name)).ok()).flatten()?;
    Some(Asset { bytes: Bytes::from(bytes) })
}

fn load(folder: &Path) -> anyhow::Result<HashMap<String, Asset>> {
    let (mut files, mut total) = (HashMap::new(), 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path)?;
            total += bytes.len();
            anyhow::ensure!(total <= BYTES_MAX, "it has more than {BYTES_MAX} bytes");
            let name = path.strip_prefix(folder)?.to_str().context("a name is not UTF-8")?;
            files.insert(name.to_owned(), Asset { bytes: bytes.into() });
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_by_their_path_and_nothing_outside_is() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("dist");
        std::fs::create_dir_all(folder.join("assets")).unwrap();
        std::fs::write(folder.join("assets/a.js"), "a").unwrap();
        std::fs::write(directory.path().join("secret"), "s").unwrap();
        assert_eq!(read(&folder, "assets/a.js").unwrap().bytes, "a");
        let absolute = directory.path().join("secret");
        for name in ["../secret", "assets/../../secret", absolute.to_str().unwrap(), "none", ""] {
            assert!(read(&folder, name).is_none(), "{name}");
        }
        let loaded = load(&folder).unwrap();
        assert_eq!(loaded.len(), 1);
        assert_eq!(loaded["assets/a.js"].bytes, "a");
    }
}
