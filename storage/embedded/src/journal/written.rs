//! What was written of a segment. Most of a new one is room that was reserved: the file system
//! knows which part that is, and reading it would be most of a start.

use rustix::fs::SeekFrom;
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A segment up to the last byte that is not known to be zero.
pub(super) struct Written {
    pub(super) bytes: Vec<u8>,
    /// Of the whole file, with the zeros behind.
    length: usize,
}

impl Written {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut bytes = Vec::new();
        let mut at = 0;
        while let Some((start, end)) = written_after(&file, at, length)? {
            bytes.resize(in_memory(end)?, 0);
            file.read_exact_at(&mut bytes[in_memory(start)?..], start)?;
            at = end;
        }
        Ok(Self { bytes, length: in_memory(length)? })
    }

    /// Has the bytes up to here, if the file does. A copy of a file may have holes wherever zeros
    /// were, also at the end of a group.
    pub(super) fn fill(&mut self, end: usize) {
        if self.bytes.len() < end {
            self.bytes.resize(end.min(self.length), 0);
        }
    }
}

/// The next part from here on that may hold something else than zeros.
fn written_after(file: &File, at: u64, length: u64) -> io::Result<Option<(u64, u64)>> {
    if at >= length {
        return Ok(None);
    }
    let start = match rustix::fs::seek(file, SeekFrom::Data(at)) {
        Ok(start) => start,
        Err(Errno::NXIO) => return Ok(None),
        // Not every file system knows: then all of it is read.
        Err(Errno::INVAL) => return Ok(Some((at, length))),
        Err(error) => return Err(error.into()),
    };
    let end = rustix::fs::seek(file, SeekFrom::Hole(start))?;
    Ok(Some((start, end.min(length))))
}

fn in_memory(bytes: u64) -> io::Result<usize> {
    usize::try_from(bytes).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn file() -> (tempfile::NamedTempFile, File) {
        let named = tempfile::NamedTempFile::new().unwrap();
        let file = named.reopen().unwrap();
        (named, file)
    }

    #[test]
    fn reserved_room_is_not_read() {
        let (named, file) = file();
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, 64 * MIB).unwrap();
        file.write_all_at(&[7; 5_000], 0).unwrap();
        let mut written = Written::read(named.path()).unwrap();
        assert_eq!(written.bytes[..5_000], [7; 5_000]);
        assert!(written.bytes.len() < MIB as usize, "{} bytes were read", written.bytes.len());
        written.fill(MIB as usize);
        assert_eq!(written.bytes.len(), MIB as usize);
        written.fill(usize::MAX);
        assert_eq!(written.bytes.len(), 64 * MIB as usize);
    }

    #[test]
    fn bytes_are_those_of_the_file_wherever_its_holes_are() {
        let (named, file) = file();
        for (at, byte) in [(0, 1), (3 * MIB, 2), (3 * MIB + 70_000, 3)] {
            file.write_all_at(&[byte; 100], at).unwrap();
        }
        file.set_len(5 * MIB).unwrap();
        let mut written = Written::read(named.path()).unwrap();
        written.fill(5 * MIB as usize);
        assert_eq!(written.bytes, std::fs::read(named.path()).unwrap());
    }
}
