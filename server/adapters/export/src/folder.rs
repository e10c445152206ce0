//! Writes that are whole or absent, also after a power cut.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Holds what is being written. Everything in it may be deleted at the next start, but for
/// replaced folders whose successor did not arrive.
const WORK: &str = ".igny8-work";
const NEW: &str = "new-";
const OLD: &str = "old-";

/// The folder that posts are exported to.
pub(crate) struct Root {
    path: PathBuf,
}

impl Root {
    /// Opens (or makes) the folder and ends what a crash interrupted.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let root = Self { path: path.canonicalize()? };
        root.recover()?;
        Ok(root)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings back a folder that was moved away before its successor was in place.
    fn recover(&self) -> io::Result<()> {
        let work = self.path.join(WORK);
        if !work.try_exists()? {
            return fs::create_dir(work);
        }
        for entry in fs::read_dir(&work)? {
            let entry = entry?;
            let name = entry.file_name();
            let replaced = name.to_str().and_then(|name| name.strip_prefix(OLD));
            let home = replaced.map(|folder| self.path.join(folder));
            match home {
                Some(home) if !home.try_exists()? => fs::rename(entry.path(), home)?,
                _ if entry.file_type()?.is_dir() => fs::remove_dir_all(entry.path())?,
                _ => fs::remove_file(entry.path())?,
            }
        }
        sync_directory(&self.path)
    }

    /// Puts a folder with these files (path inside it, content) in place of what is there.
    pub(crate) fn put_folder(&self, folder: &str, files: &[(String, &[u8])]) -> io::Result<()> {
        let work = self.path.join(WORK);
        let (new, old) = (work.join(format!("{NEW}{folder}")), work.join(format!("{OLD}{folder}")));
        let home = self.path.join(folder);
        remove_if_there(&new)?;
        fs::create_dir(&new)?;
        for (path, content) in files {
            let target = new.join(path);
            let parent = target.parent().expect("it lies in the new folder");
            fs::create_dir_all(parent)?;
            write_flushed(&target, content)?;
            sync_directory(parent)?;
        }
        sync_directory(&new)?;
        remove_if_there(&old)?;
        if home.try_exists()? {
            fs::rename(&home, &old)?;
        }
        fs::rename(&new, &home)?;
        sync_directory(&self.path)?;
        remove_if_there(&old)
    }

    /// Puts a file in place of what is there.
    pub(crate) fn put_file(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let new = self.path.join(WORK).join(format!("{NEW}{name}"));
        write_flushed(&new, content)?;
        fs::rename(&new, self.path.join(name))?;
        sync_directory(&self.path)
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn write_flushed(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// A rename is durable when its directory is.
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_moved_away_by_a_crashed_replacement_comes_back() {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::open(directory.path()).unwrap();
        root.put_folder("tea", &[("index.md".to_owned(), b"old")]).unwrap();
        let work = directory.path().join(WORK);
        fs::rename(directory.path().join("tea"), work.join("old-tea")).unwrap();
        fs::create_dir(work.join("new-tea")).unwrap();
        Root::open(directory.path()).unwrap();
        assert_eq!(fs::read(directory.path().join("tea/index.md")).unwrap(), b"old");
        assert_eq!(fs::read_dir(work).unwrap().count(), 0);
    }

    #[test]
    fn replaced_folder_keeps_no_file_of_its_predecessor() {
        let directory = tempfile::tempdir().unwrap();
        let root = Root::open(directory.path()).unwrap();
        root.put_folder("tea", &[("images/a.png".to_owned(), b"a")]).unwrap();
        root.put_folder("tea", &[("index.md".to_owned(), b"b")]).unwrap();
        assert!(!directory.path().join("tea/images").exists());
        assert!(directory.path().join("tea/index.md").exists());
    }
}
