//! The store as its users see it.

use crate::engine::Engine;
use crate::error::OpenError;
use crate::layout::encode_entity;
use crate::option::EmbeddedOptions;
use crate::writer::{PreparedCommit, Request, Writer, append_writes, blob_write};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    Append, AppendRow, BlobHash, Change, ClaimOutcome, CommitOutcome, Expected, FeedPage, Head,
    Loaded, Store, StoreError, Wake, check_appends, check_bound, limits,
};
use std::path::Path;
use std::sync::Arc;

/// A store in a directory of its own. One process at a time; within it, share it in an `Arc`.
///
/// Dropping it finishes what is queued and gives the directory back; that may wait for a disk
/// sync, so asynchronous callers rather use [`EmbeddedStore::close`].
pub struct EmbeddedStore {
    // The order matters: the writer ends before the files are closed.
    writer: Writer,
    pub(crate) engine: Arc<Engine>,
}

impl EmbeddedStore {
    /// Opens the directory, creating the store if there is none. Recovers what a crash left.
    pub fn open(directory: &Path, options: EmbeddedOptions) -> Result<Self, OpenError> {
        let engine = Arc::new(Engine::open(directory, &options)?);
        let writer = Writer::start(engine.clone(), options.feed_commits_kept)
            .map_err(|source| OpenError::Directory { directory: directory.to_owned(), source })?;
        Ok(Self { writer, engine })
    }

    /// Finishes what is queued, closes the files and gives the directory back.
    pub async fn close(self) {
        let closing = tokio::task::spawn_blocking(move || drop(self)).await;
        if let Err(error) = closing {
            tracing::error!(%error, "closing the store panicked");
        }
    }

    /// Runs a read where it may block.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Engine) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let engine = self.engine.clone();
        tokio::task::spawn_blocking(move || read(&engine))
            .await
            .unwrap_or_else(|error| Err(StoreError::Unavailable { reason: error.to_string() }))
    }
}

/// What a small request takes in the queue.
const SMALL_BYTES: usize = 256;

#[async_trait::async_trait]
impl Store for EmbeddedStore {
    async fn take(&self, entity: &EntityKey) -> Result<Head, StoreError> {
        let entity = *entity;
        self.writer.ask(SMALL_BYTES, |reply| Request::Take { entity, reply }).await
    }

    async fn head(&self, entity: &EntityKey) -> Result<Option<Head>, StoreError> {
        // A head resolves unknown outcomes: after a failed write the files cannot.
        self.writer.check()?;
        let entity = *entity;
        self.read(move |engine| engine.read_head(&entity)).await
    }

    async fn load(&self, entity: &EntityKey) -> Result<Option<Loaded>, StoreError> {
        let entity = *entity;
        self.read(move |engine| engine.read_all(&entity)).await
    }

    async fn commit(
        &self,
        entity: &EntityKey,
        expected: Expected,
        change: Change,
    ) -> Result<CommitOutcome, StoreError> {
        let bytes = SMALL_BYTES + change.check_bounds()?;
        let commit = Box::new(PreparedCommit::new(*entity, expected, change));
        self.writer.ask(bytes, |reply| Request::Commit { commit, reply }).await
    }

    async fn feed(
        &self,
        entity: &EntityKey,
        after: Sequence,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        let entity = *entity;
        self.read(move |engine| engine.read_feed(&entity, after, limit)).await
    }

    async fn append(
        &self,
        entity: &EntityKey,
        epoch: Epoch,
        rows: Vec<Append>,
    ) -> Result<(), StoreError> {
        let bytes = SMALL_BYTES + check_appends(&rows)?;
        let writes = append_writes(&encode_entity(entity), epoch, &rows).collect();
        self.writer.ask(bytes, |reply| Request::Put { writes, reply }).await
    }

    async fn appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError> {
        let entity = *entity;
        self.read(move |engine| engine.read_appends(&entity)).await
    }

    async fn put_blob(&self, tenant: TenantId, bytes: Bytes) -> Result<BlobHash, StoreError> {
        check_bound("a blob", bytes.len(), limits::BLOB_BYTES_MAX)?;
        let size = SMALL_BYTES + bytes.len();
        let (hash, write) = self
            .read(move |engine| {
                let hash = BlobHash::of(&bytes);
                // What can be read is durable.
                let kept = engine.has_blob(tenant, hash)?;
                Ok((hash, (!kept).then(|| blob_write(tenant, hash, &bytes))))
            })
            .await?;
        if let Some(write) = write {
            let writes = vec![write];
            self.writer.ask(size, |reply| Request::Put { writes, reply }).await?;
        }
        Ok(hash)
    }

    async fn blob(&self, tenant: TenantId, hash: BlobHash) -> Result<Option<Bytes>, StoreError> {
        self.read(move |engine| engine.read_blob(tenant, hash)).await
    }

    async fn claim(&self, name: &str, value: Bytes) -> Result<ClaimOutcome, StoreError> {
        check_claim(name, &value)?;
        let name = name.to_owned();
        let bytes = SMALL_BYTES + value.len();
        self.writer.ask(bytes, |reply| Request::Claim { name, value, reply }).await
    }

    async fn claimed(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let name = name.to_owned();
        self.read(move |engine| engine.read_claim(&name)).await
    }

    async fn release_claim(&self, name: &str, value: Bytes) -> Result<bool, StoreError> {
        check_claim(name, &value)?;
        let name = name.to_owned();
        let bytes = SMALL_BYTES + value.len();
        self.writer.ask(bytes, |reply| Request::Release { name, value, reply }).await
    }

    async fn set_wake(&self, entity: &EntityKey, due: Option<Timestamp>) -> Result<(), StoreError> {
        let entity = *entity;
        self.writer.ask(SMALL_BYTES, |reply| Request::Wake { entity, due, reply }).await
    }

    async fn due_wakes(&self, until: Timestamp, limit: usize) -> Result<Vec<Wake>, StoreError> {
        self.read(move |engine| engine.read_wakes(until, limit)).await
    }

    async fn entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        self.read(move |engine| engine.read_entities(after, limit)).await
    }
}

fn check_claim(name: &str, value: &Bytes) -> Result<(), StoreError> {
    check_bound("a claim's name", name.len(), limits::CLAIM_NAME_BYTES_MAX)?;
    check_bound("a claim's value", value.len(), limits::VALUE_BYTES_MAX)
}
