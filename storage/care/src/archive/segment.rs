//! Segment files: records one after the other, each compressed and with a check of its own.
//!
//! A record is a version (one byte), a kind (one byte), the lengths of its content and of its
//! stored form (eight bytes each), the BLAKE3 hash of all that and of the stored form (32 bytes),
//! and the stored form: the content, compressed with zstd.

use super::digest::Digest;
use super::item::Item;
use super::manifest::FileEntry;
use crate::error::CareError;
use bytes::Bytes;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const RECORD_VERSION: u8 = 1;
const PREFIX_BYTES: usize = 18;
const HEADER_BYTES: usize = PREFIX_BYTES + 32;
/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;
/// Files are compared with their hashes in pieces of this size.
const READ_BYTES: usize = 256 * 1024;

/// The name of a segment.
pub(super) fn segment_name(number: u32) -> String {
    format!("segment-{number:06}.bin")
}

/// A segment under way.
pub(super) struct SegmentWriter {
    path: PathBuf,
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    pub(super) number: u32,
    pub(super) bytes: u64,
}

impl SegmentWriter {
    pub(super) fn create(folder: &Path, number: u32) -> Result<Self, CareError> {
        let path = folder.join(segment_name(number));
        let file = File::create_new(&path).map_err(CareError::file(&path))?;
        let (file, hasher) = (BufWriter::new(file), blake3::Hasher::new());
        Ok(Self { path, file, hasher, number, bytes: 0 })
    }

    /// Writes a record; where it begins is the answer.
    pub(super) fn push(&mut self, kind: u8, content: &[u8]) -> Result<u64, CareError> {
        let failed = || CareError::file(&self.path);
        let stored = zstd::bulk::compress(content, ZSTD_LEVEL).map_err(failed())?;
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend_from_slice(&[RECORD_VERSION, kind]);
        header.extend_from_slice(&(content.len() as u64).to_be_bytes());
        header.extend_from_slice(&(stored.len() as u64).to_be_bytes());
        let check = check(&header, &stored);
        header.extend_from_slice(&check);
        for part in [header.as_slice(), stored.as_slice()] {
            self.hasher.update(part);
            self.file.write_all(part).map_err(CareError::file(&self.path))?;
        }
        let begin = self.bytes;
        self.bytes += (header.len() + stored.len()) as u64;
        Ok(begin)
    }

    /// Makes it durable.
    pub(super) fn finish(self) -> Result<FileEntry, CareError> {
        let failed = CareError::file(&self.path);
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all()).map_err(failed)?;
        let digest = Digest(*self.hasher.finalize().as_bytes());
        Ok(FileEntry { name: segment_name(self.number), bytes: self.bytes, digest })
    }
}

fn check(prefix: &[u8], stored: &[u8]) -> [u8; 32] {
    *blake3::Hasher::new().update(prefix).update(stored).finalize().as_bytes()
}

/// A segment that is read.
pub(super) struct SegmentReader {
    path: PathBuf,
    file: File,
    length: u64,
}

impl SegmentReader {
    pub(super) fn open(path: PathBuf) -> Result<Self, CareError> {
        let file = File::open(&path).map_err(CareError::file(&path))?;
        let length = file.metadata().map_err(CareError::file(&path))?.len();
        Ok(Self { path, file, length })
    }

    pub(super) const fn length(&self) -> u64 {
        self.length
    }

    fn damaged(&self, offset: u64, what: &str) -> CareError {
        CareError::damaged(&self.path, format!("the record at {offset} {what}"))
    }

    /// The record at this place, and where the next one begins.
    pub(super) fn read(&mut self, offset: u64) -> Result<(Item, u64), CareError> {
        let failed = || CareError::file(&self.path);
        self.file.seek(SeekFrom::Start(offset)).map_err(failed())?;
        let mut header = [0; HEADER_BYTES];
        self.file.read_exact(&mut header).map_err(failed())?;
        let number = |at: usize| {
            u64::from_be_bytes(header[at..at + 8].try_into().expect("eight bytes were sliced"))
        };
        let (content_bytes, stored_bytes) = (number(2), number(10));
        if header[0] != RECORD_VERSION {
            return Err(self.damaged(offset, "has a version that is not known"));
        }
        let end = offset.saturating_add(HEADER_BYTES as u64).saturating_add(stored_bytes);
        if end > self.length {
            return Err(self.damaged(offset, "does not end in the file"));
        }
        let mut stored = vec![0; usize::try_from(stored_bytes).expect("it is within a file")];
        self.file.read_exact(&mut stored).map_err(failed())?;
        if check(&header[..PREFIX_BYTES], &stored) != header[PREFIX_BYTES..] {
            return Err(self.damaged(offset, "is not what its hash says"));
        }
        let item = decompress(&stored, content_bytes)
            .and_then(|content| Item::decode(header[1], &Bytes::from(content)));
        Ok((item.ok_or_else(|| self.damaged(offset, "does not decode"))?, end))
    }
}

fn decompress(stored: &[u8], content_bytes: u64) -> Option<Vec<u8>> {
    let content = zstd::bulk::decompress(stored, usize::try_from(content_bytes).ok()?).ok()?;
    (content.len() as u64 == content_bytes).then_some(content)
}

/// Compares a file with what the manifest says of it. `read` hears of each piece and may stop it.
pub(super) fn check_file(
    folder: &Path,
    expected: &FileEntry,
    mut read: impl FnMut(u64) -> Result<(), CareError>,
) -> Result<(), CareError> {
    let path = folder.join(&expected.name);
    let mut file = File::open(&path).map_err(CareError::file(&path))?;
    let (mut hasher, mut piece) = (blake3::Hasher::new(), vec![0; READ_BYTES]);
    loop {
        let count = file.read(&mut piece).map_err(CareError::file(&path))?;
        if count == 0 {
            break;
        }
        hasher.update(&piece[..count]);
        read(count as u64)?;
    }
    match *hasher.finalize().as_bytes() == expected.digest.0 {
        true => Ok(()),
        false => Err(CareError::damaged(&path, "it is not what its hash says")),
    }
}
