//! The files: one fjall database in a locked directory.

use crate::error::{OpenError, corrupt, read_failed};
use crate::fault::Faults;
use crate::layout::{Space, encode_entity, format_key};
use crate::option::EmbeddedOptions;
use crate::read::SweepPlace;
use fjall::{
    Database, Keyspace, KeyspaceCreateOptions, KvSeparationOptions, OwnedWriteBatch, PersistMode,
    Readable,
};
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::StoreError;
use igny8_storage_api::codec::StoredHead;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The layout that this version writes. A store with a higher one is not touched.
const FORMAT: u8 = 1;
/// Locked as long as a process has the directory.
const LOCK_FILE: &str = "igny8.lock";
/// The engine's own files.
const ENGINE_DIRECTORY: &str = "engine";
/// Where they are made the first time. The engine does not open what a crash left half made, so
/// they get their name only when they are complete.
const UNFINISHED_DIRECTORY: &str = "engine.unfinished";
/// From this size on a value lies in a file of its own and is not rewritten by merges.
const SEPARATE_FROM_BYTES: u32 = 4 * 1024;

/// Nothing is read while a store is made.
const CREATE_CACHE_BYTES: u64 = 1024 * 1024;

/// One write of a group: a value, or `None` for a removal.
pub(crate) type Write = (Space, Vec<u8>, Option<Vec<u8>>);

/// An open database. Reads may come from any thread; only the writer thread writes.
pub(crate) struct Engine {
    directory: PathBuf,
    files: Files,
    free_bytes_min: u64,
    faults: Faults,
    /// Where the sweep of logs goes on.
    pub(crate) sweep: Mutex<Option<SweepPlace>>,
    // The last field: the directory is given back after the files are closed.
    _lock: File,
}

struct Files {
    database: Database,
    heads: Keyspace,
    entity: Keyspace,
    blobs: Keyspace,
    marks: Keyspace,
    logs: Keyspace,
    platform: Keyspace,
}

impl Files {
    fn open(directory: &Path, cache_bytes: u64) -> fjall::Result<Self> {
        let database = Database::builder(directory).cache_size(cache_bytes).open()?;
        let separate = || {
            let separation =
                KvSeparationOptions::default().separation_threshold(SEPARATE_FROM_BYTES);
            KeyspaceCreateOptions::default().with_kv_separation(Some(separation))
        };
        Ok(Self {
            heads: database.keyspace("heads", KeyspaceCreateOptions::default)?,
            entity: database.keyspace("entity", KeyspaceCreateOptions::default)?,
            blobs: database.keyspace("blobs", separate)?,
            marks: database.keyspace("marks", KeyspaceCreateOptions::default)?,
            logs: database.keyspace("logs", KeyspaceCreateOptions::default)?,
            platform: database.keyspace("platform", KeyspaceCreateOptions::default)?,
            database,
        })
    }
}

/// Makes the files of an empty store; a crash in between leaves nothing that is in the way.
fn create(directory: &Path) -> fjall::Result<()> {
    let unfinished = directory.join(UNFINISHED_DIRECTORY);
    if unfinished.exists() {
        // Nobody was ever told that anything is in there.
        std::fs::remove_dir_all(&unfinished)?;
    }
    let files = Files::open(&unfinished, CREATE_CACHE_BYTES)?;
    files.platform.insert(format_key(), [FORMAT])?;
    files.database.persist(PersistMode::SyncAll)?;
    drop(files);
    std::fs::rename(&unfinished, directory.join(ENGINE_DIRECTORY))?;
    // The new name is durable with its directory.
    Ok(File::open(directory)?.sync_all()?)
}

/// How a group's write failed.
pub(crate) enum WriteFailure {
    /// Nothing reached the files.
    Refused(String),
    /// It may be in the files or not; only opening them again tells.
    Unknown(String),
}

impl Engine {
    pub(crate) fn open(directory: &Path, options: &EmbeddedOptions) -> Result<Self, OpenError> {
        let lock = lock(directory)?;
        let failed = |error: fjall::Error| match error {
            fjall::Error::Locked => OpenError::InUse { directory: directory.to_owned() },
            other => {
                OpenError::Engine { directory: directory.to_owned(), reason: other.to_string() }
            }
        };
        if !directory.join(ENGINE_DIRECTORY).exists() {
            create(directory).map_err(failed)?;
        }
        let files = Files::open(&directory.join(ENGINE_DIRECTORY), options.cache_bytes);
        let engine = Self {
            directory: directory.to_owned(),
            files: files.map_err(failed)?,
            free_bytes_min: options.free_bytes_min,
            faults: options.faults.clone(),
            sweep: Mutex::new(None),
            _lock: lock,
        };
        engine.check_format(failed)?;
        Ok(engine)
    }

    fn check_format(&self, failed: impl Fn(fjall::Error) -> OpenError) -> Result<(), OpenError> {
        let value = self.files.platform.get(format_key()).map_err(failed)?;
        match value.as_deref() {
            Some([FORMAT]) => Ok(()),
            Some([found]) if *found > FORMAT => Err(OpenError::NewerFormat {
                directory: self.directory.clone(),
                found: *found,
                known: FORMAT,
            }),
            _ => Err(OpenError::Engine {
                directory: self.directory.clone(),
                reason: "the row that names its format is missing or damaged".into(),
            }),
        }
    }

    pub(crate) fn faults(&self) -> &Faults {
        &self.faults
    }

    pub(crate) fn space(&self, space: Space) -> &Keyspace {
        match space {
            Space::Heads => &self.files.heads,
            Space::Entity => &self.files.entity,
            Space::Blobs => &self.files.blobs,
            Space::Marks => &self.files.marks,
            Space::Logs => &self.files.logs,
            Space::Platform => &self.files.platform,
        }
    }

    /// A view of all keyspaces at one moment.
    pub(crate) fn snapshot(&self) -> fjall::Snapshot {
        self.files.database.snapshot()
    }

    pub(crate) fn get(&self, space: Space, key: &[u8]) -> Result<Option<fjall::Slice>, StoreError> {
        self.space(space).get(key).map_err(|error| read_failed(&error))
    }

    /// The stored head in a snapshot.
    pub(crate) fn head_in(
        &self,
        snapshot: &fjall::Snapshot,
        entity: &EntityKey,
    ) -> Result<Option<StoredHead>, StoreError> {
        let value = snapshot
            .get(&self.files.heads, encode_entity(entity))
            .map_err(|error| read_failed(&error))?;
        value.map(|value| decode_head(entity, &value)).transpose()
    }

    /// The reason why nothing may be written now, if the disk is nearly full.
    pub(crate) fn full(&self) -> Option<String> {
        if self.faults.disk_is_full() {
            return Some("a fault says so".into());
        }
        let status = rustix::fs::statvfs(&self.directory).ok()?;
        let free = status.f_bavail.saturating_mul(status.f_frsize);
        (free < self.free_bytes_min).then(|| {
            format!("{free} bytes are free on the disk, {} are needed", self.free_bytes_min)
        })
    }

    /// Writes a group: all of it or nothing, and durable when this returns. Readers see nothing
    /// of it before it is durable (R3).
    pub(crate) fn write(&self, writes: Vec<Write>) -> Result<(), WriteFailure> {
        if self.faults.sync_fails() {
            return Err(WriteFailure::Unknown("a fault failed the disk sync".into()));
        }
        let durability =
            if self.faults.sync_is_skipped() { None } else { Some(PersistMode::SyncData) };
        let batch = OwnedWriteBatch::with_capacity(self.files.database.clone(), writes.len());
        let mut batch = batch.durability(durability);
        for (space, key, value) in writes {
            match value {
                Some(value) => batch.insert(self.space(space), key, value),
                None => batch.remove(self.space(space), key),
            }
        }
        batch.commit().map_err(|error| match error {
            // The engine checks this before it touches its journal.
            fjall::Error::Poisoned => WriteFailure::Refused(error.to_string()),
            other => WriteFailure::Unknown(other.to_string()),
        })
    }
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
