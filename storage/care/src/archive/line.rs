//! Files of JSON lines, written and read with their hash.

use super::digest::Digest;
use super::manifest::FileEntry;
use crate::error::CareError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file under way.
pub(super) struct LineWriter {
    path: PathBuf,
    file: BufWriter<File>,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl LineWriter {
    pub(super) fn create(path: PathBuf) -> Result<Self, CareError> {
        let file = File::create_new(&path).map_err(CareError::file(&path))?;
        let (file, hasher) = (BufWriter::new(file), blake3::Hasher::new());
        Ok(Self { path, file, hasher, bytes: 0 })
    }

    pub(super) fn push(&mut self, entry: &impl Serialize) -> Result<(), CareError> {
        let mut line = serde_json::to_vec(entry).expect("entries are plain data");
        line.push(b'\n');
        self.hasher.update(&line);
        self.bytes += line.len() as u64;
        self.file.write_all(&line).map_err(CareError::file(&self.path))
    }

    /// Makes it durable.
    pub(super) fn finish(self) -> Result<FileEntry, CareError> {
        let failed = CareError::file(&self.path);
        let file = self.file.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all()).map_err(failed)?;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let digest = Digest(*self.hasher.finalize().as_bytes());
        Ok(FileEntry { name, bytes: self.bytes, digest })
    }
}

/// Reads all lines of a file and compares it with its hash.
pub(super) fn read_lines<T: DeserializeOwned>(
    folder: &Path,
    expected: &FileEntry,
    mut take: impl FnMut(T),
) -> Result<(), CareError> {
    let path = folder.join(&expected.name);
    let mut file = BufReader::new(File::open(&path).map_err(CareError::file(&path))?);
    let (mut hasher, mut line) = (blake3::Hasher::new(), Vec::new());
    loop {
        line.clear();
        let read = file.read_until(b'\n', &mut line).map_err(CareError::file(&path))?;
        if read == 0 {
            break;
        }
        hasher.update(&line);
        let entry = serde_json::from_slice(&line)
            .map_err(|error| CareError::damaged(&path, format!("a line is damaged: {error}")))?;
        take(entry);
    }
    match *hasher.finalize().as_bytes() == expected.digest.0 {
        true => Ok(()),
        false => Err(CareError::damaged(&path, "it is not what its hash says")),
    }
}
