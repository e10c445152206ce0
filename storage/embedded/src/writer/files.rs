//! The writer's way to the files: journal, sync, trees.

use crate::engine::{Engine, Write, WriteSide};
use crate::fault::Faults;
use crate::journal::{Journal, SealedSegments};
use crate::tree::{Care, Inserter, Trees};
use std::io;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

/// From this many rows on they are put into memory while the disk syncs. Below, waking another
/// thread takes longer than the rows.
const BESIDE_FROM_ROWS: usize = 32;
/// Complete segments that may wait for a tree that has little to write; then it is flushed.
const SEGMENTS_MAX: usize = 2;

/// How a group's write failed.
pub(crate) enum WriteFailure {
    /// The disk is full: nothing was changed, and it goes on when there is room.
    Full(String),
    /// Nothing was changed, and it may go on.
    Behind(String),
    /// It may be in the files or not; only opening them again tells.
    Unknown(String),
}

/// What the writer thread writes with.
pub(crate) struct Files {
    trees: Arc<Trees>,
    faults: Faults,
    journal: Journal,
    segments: SealedSegments,
    care: Care,
    beside: Beside,
}

impl Files {
    pub(crate) fn new(engine: &Engine, side: WriteSide) -> io::Result<Self> {
        let trees = engine.trees().clone();
        let beside = Beside::start(Inserter::new(trees.clone()))?;
        let (faults, segments) = (engine.faults().clone(), side.journal.sealed());
        Ok(Self { trees, faults, journal: side.journal, segments, care: side.care, beside })
    }

    /// Writes a group: all of it or nothing, and durable when this returns. Readers see nothing
    /// of it before it is durable (R3).
    pub(crate) fn write(&mut self, rows: Vec<Write>) -> Result<(), WriteFailure> {
        self.care.wait_for_room().map_err(|problem| match problem.full {
            true => WriteFailure::Full(problem.reason),
            false => WriteFailure::Behind(problem.reason),
        })?;
        let sequence = self.trees.next_sequence();
        if self.faults.sync_is_skipped() {
            // What was never written is lost for certain: the tests need not wait for luck.
            self.beside.insert(sequence, rows, || Ok(()))?;
        } else {
            let file = self.journal.write(sequence, &rows).map_err(write_failure)?;
            let faults = &self.faults;
            self.beside.insert(sequence, rows, || match faults.sync_fails() {
                true => Err(io::Error::other("a fault failed the disk sync")),
                false => file.sync_data(),
            })?;
        }
        self.trees.publish(sequence);
        self.turn();
        Ok(())
    }

    /// Closes full tables; the other thread writes them.
    fn turn(&mut self) {
        let crowded = self.segments.count() > SEGMENTS_MAX;
        let old = if crowded { self.segments.oldest() } else { None };
        if self.beside.turn(old) {
            self.care.flush();
        }
    }
}

/// A failed write left nothing that counts: the next one goes to the same place.
fn write_failure(error: io::Error) -> WriteFailure {
    if error.kind() == io::ErrorKind::StorageFull {
        WriteFailure::Full(error.to_string())
    } else {
        WriteFailure::Unknown(error.to_string())
    }
}

/// Puts rows into memory, beside the disk's sync if there are many.
struct Beside {
    /// `None` while the other thread has it.
    inserter: Option<Inserter>,
    work: Option<mpsc::SyncSender<(Inserter, u64, Vec<Write>)>>,
    done: mpsc::Receiver<Inserter>,
    thread: Option<JoinHandle<()>>,
}

impl Beside {
    fn start(inserter: Inserter) -> io::Result<Self> {
        let (work, jobs) = mpsc::sync_channel::<(Inserter, u64, Vec<Write>)>(1);
        let (back, done) = mpsc::sync_channel(1);
        let run = move || {
            for (inserter, sequence, rows) in jobs {
                inserter.insert(sequence, rows);
                if back.send(inserter).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-insert".into()).spawn(run)?;
        Ok(Self { inserter: Some(inserter), work: Some(work), done, thread: Some(thread) })
    }

    /// Inserts the rows and syncs. Both are done when this returns.
    fn insert(
        &mut self,
        sequence: u64,
        rows: Vec<Write>,
        sync: impl FnOnce() -> io::Result<()>,
    ) -> Result<(), WriteFailure> {
        let unknown = |error: io::Error| WriteFailure::Unknown(error.to_string());
        if rows.len() < BESIDE_FROM_ROWS {
            sync().map_err(unknown)?;
            self.here().insert(sequence, rows);
            return Ok(());
        }
        let inserter = self.inserter.take().expect("it is here between groups");
        let work = self.work.as_ref().expect("it is there until the end");
        work.send((inserter, sequence, rows)).expect("the other thread ends after this one");
        let synced = sync();
        self.inserter = Some(self.done.recv().expect("the other thread does not panic"));
        synced.map_err(unknown)
    }

    fn turn(&mut self, old: Option<u64>) -> bool {
        self.here().turn(old)
    }

    fn here(&mut self) -> &mut Inserter {
        self.inserter.as_mut().expect("it is here between groups")
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that fills the store's tables had panicked");
        }
    }
}
