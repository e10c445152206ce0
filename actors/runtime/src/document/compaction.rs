//! Folding appends into a checkpoint: a compressed state in a blob.

use super::actor::{Message, State};
use super::record::{Checkpoint, checkpoint_key};
use super::turn::Turn;
use crate::entity::encode;
use crate::{failure::Failure, world::World};
use bytes::Bytes;
use igny8_actors_document::LiveDocument;
use igny8_protocol_ids::{EntityKey, Scope, Sequence};
use igny8_storage_api::{Append, AppendRow, BlobHash, Record, RecordKey, StoreError, limits};
use ractor::ActorRef;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// Appends after which a document is folded while it is open: loading reads no more than these.
const FOLD_AT: usize = 500;
/// Bytes of appends after which it is folded too, if they are also an eighth of the document: applying so
/// much takes some ten milliseconds, and a fold writes the whole document.
const FOLD_AT_BYTES: usize = 256 * 1024;
/// zstd's default: a 245 KB document takes about a millisecond.
const COMPRESSION_LEVEL: i32 = 3;
/// What a checkpoint or version may unpack to: the largest document, twice, for its encoding.
const UNPACKED_BYTES_MAX: usize = 2 * igny8_actors_document::DOCUMENT_BYTES_MAX;

/// Reads a kept state.
pub(super) async fn snapshot(
    world: &World,
    entity: EntityKey,
    blob: BlobHash,
) -> Result<Bytes, StoreError> {
    let corrupt =
        |reason: String| StoreError::Corrupt { place: format!("{entity}, a kept state"), reason };
    let Scope::Tenant(tenant) = entity.scope else {
        return Err(corrupt("a document has a tenant".to_owned()));
    };
    let packed = world
        .store
        .blob(tenant, blob)
        .await?
        .ok_or_else(|| corrupt("its blob is missing".to_owned()))?;
    unpack(&packed).map_err(corrupt)
}

pub(super) fn unpack(packed: &[u8]) -> Result<Bytes, String> {
    let mut unpacked =
        zstd::bulk::decompress(packed, UNPACKED_BYTES_MAX).map_err(|error| error.to_string())?;
    // It is kept, and there was room for the largest.
    unpacked.shrink_to_fit();
    Ok(unpacked.into())
}

pub(super) fn pack(state: &[u8]) -> Bytes {
    zstd::bulk::compress(state, COMPRESSION_LEVEL)
        .expect("compressing into memory cannot fail")
        .into()
}

/// A record that names a kept state.
pub(super) fn naming<T: serde::Serialize>(key: RecordKey, value: &T, blob: BlobHash) -> Record {
    Record { blobs: vec![blob], ..Record::new(key, encode(value)) }
}

impl State {
    /// Begins to fold when it is worth it: when many appends wait, or nobody is here any more.
    pub(super) fn compact(&mut self, myself: &ActorRef<Message>) {
        let over = self.erased || self.idle();
        let worth = self.seen.len() >= FOLD_AT || (over && !self.seen.is_empty());
        if (worth || self.has_outgrown_its_checkpoint()) && !self.folding {
            self.begin_fold(myself);
        }
    }

    /// True when opening the document would mean applying much that is not folded.
    pub(super) fn has_outgrown_its_checkpoint(&self) -> bool {
        self.unfolded_bytes > FOLD_AT_BYTES.max(self.live.size() / 8)
    }

    fn begin_fold(&mut self, myself: &ActorRef<Message>) {
        self.folding = true;
        let (store, entity, myself) = (self.world.store.clone(), self.entity, myself.clone());
        tokio::spawn(async move {
            let rows = store.appends(&entity).await;
            drop(myself.send_message(Message::Fold(rows)));
        });
    }

    /// Folds: rows that another owner wrote late are taken in first; only rows that were read are
    /// deleted (R5).
    pub(super) fn fold(
        &mut self,
        rows: Result<Vec<AppendRow>, StoreError>,
    ) -> Result<(), &'static str> {
        self.folding = false;
        let Ok(rows) = rows else { return Ok(()) };
        if !self.erased {
            self.fold_live(&rows)?;
        }
        self.turn.fenced = true;
        for row in rows {
            self.unfolded_bytes = self.unfolded_bytes.saturating_sub(row.body.len());
            if self.seen.remove(&(row.epoch, row.sequence)) {
                self.turn.compacted.push((row.epoch, row.sequence));
            }
        }
        Ok(())
    }

    fn fold_live(&mut self, rows: &[AppendRow]) -> Result<(), &'static str> {
        for row in rows {
            if row.epoch != self.head.epoch && self.seen.insert((row.epoch, row.sequence)) {
                let applied = self
                    .live
                    .apply(&row.body)
                    .map_err(|_| "a late append of another owner does not fit")?;
                if applied.changed {
                    self.turn.deltas.push(applied.delta);
                    self.turn.by_server = true;
                }
            }
        }
        self.forget_authors();
        let blob = self.checkpoint();
        self.keep_now_and_then(blob);
        Ok(())
    }

    /// Has the turn write the document as it is, in place of what it was to write of it before.
    fn checkpoint(&mut self) -> BlobHash {
        let packed = pack(&self.live.snapshot());
        let blob = BlobHash::of(&packed);
        self.turn.blobs.push(packed);
        let checkpoint = Checkpoint { blob: Some(blob), erased: false };
        self.turn.records.retain(|record| record.key != checkpoint_key());
        self.turn.records.push(naming(checkpoint_key(), &checkpoint, blob));
        blob
    }

    /// The update of a turn as a row. One that is too large for a row, such as that of a long text
    /// which is put in, has the turn write the whole document: the rows of before stay beside it,
    /// since an update that comes twice is harmless.
    pub(super) fn row_of(&mut self, sequence: Sequence, update: &[u8]) -> Option<Append> {
        if update.len() <= limits::VALUE_BYTES_MAX {
            return Some(Append { sequence, body: Bytes::copy_from_slice(update) });
        }
        self.checkpoint();
        self.turn.fenced = true;
        None
    }

    /// Deletes the content for good. Whoever is here hears that it is over, and nobody joins again.
    pub(super) fn erase(
        &mut self,
        answer: oneshot::Sender<Result<(), Failure>>,
        permit: OwnedSemaphorePermit,
    ) {
        if !self.erased {
            self.erased = true;
            self.live = LiveDocument::empty(self.live.kind(), self.world.roll() >> 32);
            self.room.clear();
            self.snapshot = None;
            let Turn { outputs, seats, .. } = std::mem::take(&mut self.turn);
            let checkpoint = Checkpoint { blob: None, erased: true };
            let records = vec![Record::new(checkpoint_key(), encode(&checkpoint))];
            let mut deletes = std::mem::take(&mut self.comments).keys();
            deletes.extend(std::mem::take(&mut self.suggestions).keys());
            deletes.extend(std::mem::take(&mut self.authors).keys());
            deletes.extend(std::mem::take(&mut self.activities).keys());
            self.turn = Turn { outputs, seats, records, deletes, fenced: true, ..Turn::default() };
        }
        self.output(Box::new(move || {
            drop(answer.send(Ok(())));
            drop(permit);
        }));
    }
}
