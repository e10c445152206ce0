//! What was written of a segment. Most of a new one is room that was reserved: the file system
//! knows which part that is, and reading it would be most of a start.

use rustix::fs::SeekFrom;
use rustix::io::Errno;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// So much is read at once: what a segment holds is not in memory as a whole, for what a process
/// has taken once it hardly gives back.
const WINDOW_BYTES: usize = 1024 * 1024;

/// A segment, read from its beginning to its end.
pub(super) struct Written {
    file: File,
    /// Of the whole file, with the zeros behind.
    length: usize,
    /// Behind the last byte that is not known to be zero.
    end: usize,
    window: Vec<u8>,
    window_at: usize,
}

impl Written {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        // Before anything is read: what the kernel reads ahead counts as written.
        let mut end = 0;
        while let Some((_, next)) = written_after(&file, end, length)? {
            end = next;
        }
        let (length, end) = (in_memory(length)?, in_memory(end)?);
        Ok(Self { file, length, end, window: Vec::new(), window_at: 0 })
    }

    pub(super) const fn end(&self) -> usize {
        self.end
    }

    /// At least so many bytes from here on; none where the file has fewer. A copy of a file may have
    /// holes wherever zeros were, also at the end of a group.
    pub(super) fn bytes(&mut self, at: usize, least: usize) -> io::Result<&[u8]> {
        if at.saturating_add(least) > self.length {
            return Ok(&[]);
        }
        if at < self.window_at || at + least > self.window_at + self.window.len() {
            self.window.resize(least.max(WINDOW_BYTES).min(self.length - at), 0);
            self.file.read_exact_at(&mut self.window, at as u64)?;
            self.window_at = at;
        }
        Ok(&self.window[at - self.window_at..])
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
        let written = Written::open(named.path()).unwrap();
        assert!((5_000..MIB as usize).contains(&written.end()), "{} bytes", written.end());
    }

    #[test]
    fn bytes_are_those_of_the_file_wherever_its_holes_are() {
        let (named, file) = file();
        for (at, byte) in [(0, 1), (3 * MIB, 2), (3 * MIB + 70_000, 3)] {
            file.write_all_at(&[byte; 100], at).unwrap();
        }
        file.set_len(5 * MIB).unwrap();
        let whole = std::fs::read(named.path()).unwrap();
        let mut written = Written::open(named.path()).unwrap();
        assert!(written.end() >= 3 * MIB as usize + 70_100);
        for (at, least) in [(0, 5_000), (3_000_000, 2_000_000), (4_096, 100), (whole.len() - 1, 1)]
        {
            let read = written.bytes(at, least).unwrap();
            assert!(read.len() >= least);
            assert_eq!(read, &whole[at..at + read.len()], "{least} from {at}");
        }
        assert!(written.bytes(whole.len() - 1, 2).unwrap().is_empty());
        assert!(written.bytes(whole.len() + 1, 0).unwrap().is_empty());
    }

    #[test]
    fn a_whole_segment_is_never_in_memory() {
        let (named, file) = file();
        for at in 0..64 {
            file.write_all_at(&[7; 4_096], at * MIB + 4_096).unwrap();
        }
        let mut written = Written::open(named.path()).unwrap();
        for at in (0..written.end()).step_by(4_096) {
            written.bytes(at, 60).unwrap();
            assert!(written.window.capacity() <= WINDOW_BYTES, "at {at}");
        }
    }
}
