//! One file of the journal: a block that says what it is, then groups.

use super::{BLOCK_BYTES, Sealed, sync_directory};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_128;

/// What a segment begins with; the last byte is the version of this layout.
const MAGIC: [u8; 8] = *b"igny8sg\x01";
/// Magic, id, secret, first group, check.
const HEADER_BYTES: usize = 8 + 8 + 8 + 8 + 16;
const EXTENSION: &str = "journal";
/// So far behind small groups zeros are written beforehand. Of room that was only reserved a file
/// system has to note that it was written, and each sync would wait for that note, too: here a
/// third of it.
const ZEROED_BYTES: u64 = 1024 * 1024;
/// Larger ones spend more on zeros than on notes.
const SMALL_MAX_BYTES: usize = 16 * 1024;

/// What the first block of a segment says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) id: u64,
    /// Drawn for each segment: tells its groups from everything else.
    pub(super) secret: u64,
    /// The number of its first group.
    pub(super) first: u64,
}

impl Label {
    fn encode(&self) -> Vec<u8> {
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        block.extend_from_slice(&MAGIC);
        for number in [self.id, self.secret, self.first] {
            block.extend_from_slice(&number.to_le_bytes());
        }
        let check = xxh3_128(&block);
        block.extend_from_slice(&check.to_le_bytes());
        block.resize(BLOCK_BYTES, 0);
        block
    }

    pub(super) fn decode(block: &[u8]) -> Option<Self> {
        let (label, check) = block.get(..HEADER_BYTES)?.split_at(HEADER_BYTES - 16);
        let number = |at: usize| Some(u64::from_le_bytes(label.get(at..at + 8)?.try_into().ok()?));
        let whole = label[..8] == MAGIC && check == xxh3_128(label).to_le_bytes();
        let label = Self { id: number(8)?, secret: number(16)?, first: number(24)? };
        whole.then_some(label)
    }
}

/// The segment that is being written.
pub(super) struct Segment {
    path: PathBuf,
    label: Label,
    file: Arc<File>,
    /// Where the next group begins.
    at: u64,
    size: u64,
    /// Where the zeros end that were written beforehand.
    zeroed: u64,
    /// The sequence of its last group.
    last: u64,
}

impl Segment {
    /// Makes the file durably, with its room reserved: a later write finds the disk full only
    /// here.
    pub(super) fn create(directory: &Path, id: u64, first: u64, size: u64) -> io::Result<Self> {
        let path = path_of(directory, id);
        let label = Label { id, secret: secret(), first };
        // An earlier attempt that failed may have left it; nothing is in there.
        let file = File::options().create(true).truncate(true).write(true).open(&path)?;
        match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, size) {
            Ok(()) => {}
            // Not every file system can: then the room is taken as it is needed.
            Err(rustix::io::Errno::OPNOTSUPP) => file.set_len(size)?,
            Err(error) => return Err(error.into()),
        }
        file.write_all_at(&label.encode(), 0)?;
        file.sync_all()?;
        sync_directory(directory)?;
        let at = BLOCK_BYTES as u64;
        Ok(Self { path, label, file: Arc::new(file), at, size, zeroed: at, last: 0 })
    }

    pub(super) fn id(&self) -> u64 {
        self.label.id
    }

    pub(super) fn secret(&self) -> u64 {
        self.label.secret
    }

    pub(super) fn has_room(&self, bytes: usize) -> bool {
        self.at + bytes as u64 <= self.size
    }

    pub(super) fn write(&mut self, group: &[u8], sequence: u64) -> io::Result<Arc<File>> {
        let end = self.at + group.len() as u64;
        if end > self.zeroed && group.len() <= SMALL_MAX_BYTES {
            let zeroed = self.size.min(end + ZEROED_BYTES);
            // Before the group: a group that was refused must not be there.
            self.file.write_all_at(&vec![0; (zeroed - end) as usize], end)?;
            self.zeroed = zeroed;
        }
        self.file.write_all_at(group, self.at)?;
        self.at = end;
        self.last = sequence;
        Ok(self.file.clone())
    }

    /// Gives back the room that was not needed.
    pub(super) fn seal(self) -> Sealed {
        if let Err(error) = self.file.set_len(self.at) {
            tracing::warn!(%error, "cannot cut a segment of the journal; it stays longer");
        }
        Sealed { path: self.path, last: self.last }
    }
}

pub(super) fn path_of(directory: &Path, id: u64) -> PathBuf {
    directory.join(format!("{id:08}.{EXTENSION}"))
}

/// The id in the name of a segment; `None` for other files.
pub(super) fn id_of(path: &Path) -> Option<u64> {
    (path.extension()? == EXTENSION).then_some(())?;
    path.file_stem()?.to_str()?.parse().ok()
}

/// A number that nobody can guess.
fn secret() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().1
}

#[cfg(test)]
mod tests {
    use super::super::written::Written;
    use super::*;

    #[test]
    fn label_survives_and_notices_damage() {
        let label = Label { id: 1, secret: 2, first: 3 };
        let block = label.encode();
        assert_eq!(block.len(), BLOCK_BYTES);
        assert_eq!(Label::decode(&block), Some(label));
        for at in 0..HEADER_BYTES {
            let mut damaged = block.clone();
            damaged[at] ^= 1;
            assert_eq!(Label::decode(&damaged), None, "byte {at}");
        }
        assert_eq!(Label::decode(&[]), None);
    }

    #[test]
    fn names_tell_their_ids() {
        let path = path_of(Path::new("/x"), 12);
        assert_eq!(id_of(&path), Some(12));
        assert_eq!(id_of(Path::new("/x/lock")), None);
    }

    #[test]
    fn small_groups_are_written_over_zeros_and_large_ones_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let written = |segment: &Segment| Written::open(&segment.path).unwrap().end() as u64;
        let mut segment = Segment::create(directory.path(), 1, 1, 4 * ZEROED_BYTES).unwrap();
        segment.write(&[1; SMALL_MAX_BYTES + BLOCK_BYTES], 1).unwrap();
        assert!(written(&segment) < segment.at + ZEROED_BYTES);
        let mut sequence = 1;
        while segment.has_room(BLOCK_BYTES) {
            sequence += 1;
            segment.write(&[1; BLOCK_BYTES], sequence).unwrap();
            assert!((segment.at..=segment.size).contains(&segment.zeroed), "{sequence}");
            assert!(written(&segment) >= segment.zeroed, "{sequence}");
        }
        assert_eq!(segment.zeroed, segment.size);
    }
}
