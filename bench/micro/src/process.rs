//! What the system says about this process and its files.

use anyhow::{Context, Result};
use std::fs::File;
use std::path::Path;

/// Memory that it holds.
pub(crate) fn resident_bytes() -> Result<u64> {
    let kibibytes = field("/proc/self/status", "VmRSS:")?;
    Ok(kibibytes * 1024)
}

/// Bytes that it made the system write to disks so far.
pub(crate) fn written_bytes() -> Result<u64> {
    field("/proc/self/io", "write_bytes:")
}

fn field(path: &str, name: &str) -> Result<u64> {
    let text = std::fs::read_to_string(path)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.with_context(|| format!("{path} has no {name}"))?.parse()?)
}

/// Room that the files below a directory take on the disk.
pub(crate) fn directory_bytes(path: &Path) -> Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let mut bytes = 0;
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        // Files come and go while they are counted.
        let Ok(metadata) = entry.metadata() else { continue };
        bytes += if metadata.is_dir() {
            directory_bytes(&entry.path())?
        } else {
            metadata.blocks() * 512
        };
    }
    Ok(bytes)
}

/// Makes the system forget what it holds of these files in memory, so that they are read from the
/// disk.
pub(crate) fn forget(path: &Path) -> Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            forget(&entry?.path())?;
        }
        return Ok(());
    }
    // Files come and go meanwhile.
    let Ok(file) = File::open(path) else { return Ok(()) };
    file.sync_all()?;
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    Ok(())
}
