//! The journal: every group of writes goes here first, in one write and one sync, and from there
//! into the trees' memory. After a crash it is read back.
//!
//! It is a row of segment files. A group begins at a multiple of [`BLOCK_BYTES`] and is written
//! only after the one before it is durable, so a loss of power can tear the last group alone, and
//! never touches bytes that were acknowledged. A segment goes when the trees have all of it in
//! files of their own.

mod group;
mod recover;
mod segment;
mod written;

pub(crate) use group::Row;
pub(crate) use recover::{JournalError, Recovered, recover};

use group::encode_group;
use segment::Segment;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What a disk writes at once. Nothing that is durable shares a block with what is being written.
const BLOCK_BYTES: usize = 4 * 1024;

/// A segment that is full, or that an earlier process wrote.
#[derive(Debug)]
pub(crate) struct Sealed {
    pub(crate) path: PathBuf,
    /// The sequence of its last group.
    pub(crate) last: u64,
}

/// The segments that are complete, oldest first. Shared with the thread that removes them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SealedSegments(Arc<Mutex<VecDeque<Sealed>>>);

impl SealedSegments {
    fn push(&self, sealed: Sealed) {
        self.lock().push_back(sealed);
    }

    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// The sequence of the last group in the oldest segment.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.lock().front().map(|sealed| sealed.last)
    }

    /// Removes the segments whose groups are all in the trees' files: those below `needed`. The
    /// oldest first, each durably before the next, so that no loss of power leaves a gap.
    pub(crate) fn retire(&self, needed: u64) -> io::Result<()> {
        loop {
            let path = match self.lock().front() {
                Some(sealed) if sealed.last < needed => sealed.path.clone(),
                _ => return Ok(()),
            };
            remove(&path)?;
            self.lock().pop_front();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Sealed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    sync_directory(path.parent().expect("a segment lies in the journal's directory"))
}

/// Names are durable with their directory.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The end of the journal that is written. Only the writer has it.
pub(crate) struct Journal {
    directory: PathBuf,
    segment: Segment,
    segment_bytes: u64,
    sealed: SealedSegments,
    /// The number of the next group: without gaps, across segments.
    next_group: u64,
}

impl Journal {
    /// Begins a new segment after what was recovered.
    ///
    /// The last group was read, but perhaps from the system's memory: its sync may never have come,
    /// or have failed, after which the system does not try again by itself. So it is written once
    /// more, durably, before anything is built on it. What is there already is not touched.
    pub(crate) fn start(
        directory: &Path,
        recovered: &Recovered,
        segment_bytes: u64,
    ) -> io::Result<Self> {
        let sealed = SealedSegments::default();
        for segment in &recovered.segments {
            sealed.push(Sealed { path: segment.path.clone(), last: segment.last });
        }
        let directory = directory.to_owned();
        let first = recovered.last.as_ref().map_or(recovered.next_group, |last| last.number);
        let last = recovered.last.as_ref();
        let size = segment_bytes.max(last.map_or(0, |last| segment_for(last.bytes)));
        let segment = Segment::create(&directory, recovered.next_id, first, size)?;
        let mut journal = Self { directory, segment, segment_bytes, sealed, next_group: first };
        if let Some(last) = &recovered.last {
            journal.write(last.sequence, &last.rows)?.sync_data()?;
        }
        Ok(journal)
    }

    pub(crate) fn sealed(&self) -> SealedSegments {
        self.sealed.clone()
    }

    /// Writes a group. It is durable once the file that this returns has been synced; only then
    /// may the next one be written. After an error nothing of it counts.
    pub(crate) fn write(&mut self, sequence: u64, rows: &[Row]) -> io::Result<Arc<File>> {
        let bytes = encode_group(self.segment.secret(), self.next_group, sequence, rows);
        if !self.segment.has_room(bytes.len()) {
            self.turn(bytes.len())?;
            // The new segment has another secret.
            return self.write(sequence, rows);
        }
        let file = self.segment.write(&bytes, sequence)?;
        metrics::counter!("igny8_store_written_bytes_total").increment(bytes.len() as u64);
        self.next_group += 1;
        Ok(file)
    }

    /// The segment is full: the next one begins, with room for a group of this size.
    fn turn(&mut self, bytes: usize) -> io::Result<()> {
        let size = self.segment_bytes.max(segment_for(bytes));
        let next = Segment::create(&self.directory, self.segment.id() + 1, self.next_group, size)?;
        let full = std::mem::replace(&mut self.segment, next);
        self.sealed.push(full.seal());
        Ok(())
    }
}

/// The size of a segment with room for a group of so many bytes.
fn segment_for(bytes: usize) -> u64 {
    (bytes + 2 * BLOCK_BYTES) as u64
}
