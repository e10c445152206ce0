//! The files: a journal and the trees that it feeds, in a locked directory.

use crate::error::{OpenError, corrupt, read_failed};
use crate::fault::Faults;
use crate::journal::{Journal, JournalError, Row, recover, sync_directory};
use crate::layout::{Space, encode_entity, format_key};
use crate::option::EmbeddedOptions;
use crate::read::SweepPlace;
use crate::room::Room;
use crate::tree::{Care, Keyspace, Snapshot, Trees};
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::StoreError;
use igny8_storage_api::codec::StoredHead;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The layout that this version writes. A store with another one is not touched.
const FORMAT: u8 = 2;
/// Locked as long as a process has the directory.
const LOCK_FILE: &str = "igny8.lock";
/// The engine's own files.
const ENGINE_DIRECTORY: &str = "engine";
/// Where they are made the first time. Trees do not open when a crash left them half made, so
/// they get their name only when they are complete.
const UNFINISHED_DIRECTORY: &str = "engine.unfinished";
const TREE_DIRECTORY: &str = "tree";
const JOURNAL_DIRECTORY: &str = "journal";
/// Nothing is read while a store is made.
const CREATE_CACHE_BYTES: u64 = 1024 * 1024;
/// The journal of a store that is being made holds one row.
const CREATE_SEGMENT_BYTES: u64 = 64 * 1024;

/// One write of a group: a value, or `None` for a removal.
pub(crate) type Write = Row;

/// An open database. Reads may come from any thread; only the writer writes.
pub(crate) struct Engine {
    directory: PathBuf,
    trees: Arc<Trees>,
    room: Room,
    faults: Faults,
    /// Where the sweep of logs goes on.
    pub(crate) sweep: Mutex<Option<SweepPlace>>,
    // The last field: the directory is given back after the files are closed.
    _lock: File,
}

/// What the writer alone has.
pub(crate) struct WriteSide {
    pub(crate) journal: Journal,
    pub(crate) care: Care,
}

impl Engine {
    pub(crate) fn open(
        directory: &Path,
        options: &EmbeddedOptions,
    ) -> Result<(Self, WriteSide), OpenError> {
        let lock = lock(directory)?;
        let failed = |reason| OpenError::Engine { directory: directory.to_owned(), reason };
        if !directory.join(ENGINE_DIRECTORY).exists() {
            create(directory).map_err(|error| failed(error.to_string()))?;
        }
        let room = Room::of(directory, options.free_bytes_min, options.faults.clone());
        let (trees, journal) = open_files(&directory.join(ENGINE_DIRECTORY), options)
            .map_err(|error| failed(error.to_string()))?;
        let care = Care::start(trees.clone(), journal.sealed(), room.clone())
            .map_err(|error| failed(error.to_string()))?;
        let faults = options.faults.clone();
        let (directory, sweep) = (directory.to_owned(), Mutex::new(None));
        let engine = Self { directory, trees, room, faults, sweep, _lock: lock };
        engine.check_format()?;
        Ok((engine, WriteSide { journal, care }))
    }

    fn check_format(&self) -> Result<(), OpenError> {
        let failed = |reason| OpenError::Engine { directory: self.directory.clone(), reason };
        let value = self.space(Space::Platform).get(&format_key());
        match value.map_err(|error| failed(error.to_string()))?.as_deref() {
            Some([FORMAT]) => Ok(()),
            Some([found]) if *found > FORMAT => Err(OpenError::NewerFormat {
                directory: self.directory.clone(),
                found: *found,
                known: FORMAT,
            }),
            _ => Err(failed("the row that names its format is missing or damaged".into())),
        }
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn trees(&self) -> &Arc<Trees> {
        &self.trees
    }

    pub(crate) fn space(&self, space: Space) -> &Keyspace {
        self.trees.space(space)
    }

    /// A view of all keyspaces at one moment.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.trees.snapshot()
    }

    /// The writer's own view: with what it has put there and is not durable yet.
    pub(crate) fn get(
        &self,
        space: Space,
        key: &[u8],
    ) -> Result<Option<lsm_tree::Slice>, StoreError> {
        self.space(space).get(key).map_err(|error| read_failed(&error))
    }

    /// The stored head in a snapshot.
    pub(crate) fn head_in(
        &self,
        snapshot: &Snapshot,
        entity: &EntityKey,
    ) -> Result<Option<StoredHead>, StoreError> {
        let value = snapshot
            .get(self.space(Space::Heads), encode_entity(entity))
            .map_err(|error| read_failed(&error))?;
        value.map(|value| decode_head(entity, &value)).transpose()
    }

    /// The reason why nothing may be written now, if the disk is nearly full.
    pub(crate) fn full(&self) -> Option<String> {
        self.room.lacking()
    }
}

/// Makes the files of an empty store; a crash in between leaves nothing that is in the way.
fn create(directory: &Path) -> Result<(), JournalError> {
    let unfinished = directory.join(UNFINISHED_DIRECTORY);
    if unfinished.exists() {
        // Nobody was ever told that anything is in there.
        std::fs::remove_dir_all(&unfinished)?;
    }
    let journal = unfinished.join(JOURNAL_DIRECTORY);
    std::fs::create_dir_all(&journal)?;
    let trees = Trees::open(&unfinished.join(TREE_DIRECTORY), CREATE_CACHE_BYTES, 0)?;
    let empty = recover(&journal, |_, _| ())?;
    let mut journal = Journal::start(&journal, &empty, CREATE_SEGMENT_BYTES)?;
    let format = (Space::Platform, format_key(), Some(vec![FORMAT]));
    journal.write(trees.next_sequence(), &[format])?.sync_all()?;
    drop((trees, journal));
    // Trees make their own files durable, but not the directories that they are given.
    sync_directory(&unfinished.join(TREE_DIRECTORY))?;
    sync_directory(&unfinished)?;
    std::fs::rename(&unfinished, directory.join(ENGINE_DIRECTORY))?;
    // The new name is durable with its directory.
    Ok(sync_directory(directory)?)
}

fn open_files(
    engine: &Path,
    options: &EmbeddedOptions,
) -> Result<(Arc<Trees>, Journal), JournalError> {
    let trees =
        Trees::open(&engine.join(TREE_DIRECTORY), options.cache_bytes, options.memory_table_bytes)?;
    let directory = engine.join(JOURNAL_DIRECTORY);
    let recovered = recover(&directory, |sequence, rows| trees.replay(sequence, rows))?;
    trees.recovered();
    let journal = Journal::start(&directory, &recovered, options.journal_segment_bytes)?;
    Ok((Arc::new(trees), journal))
}

pub(crate) fn decode_head(entity: &EntityKey, value: &[u8]) -> Result<StoredHead, StoreError> {
    StoredHead::decode(value)
        .ok_or_else(|| corrupt(format!("{entity}, head"), "it does not decode"))
}

fn lock(directory: &Path) -> Result<File, OpenError> {
    let failed = |source| OpenError::Directory { directory: directory.to_owned(), source };
    std::fs::create_dir_all(directory).map_err(failed)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join(LOCK_FILE))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { directory: directory.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
