//! What a document's entity keeps beside its appends.

use igny8_actors_document::{DocumentKind, RunProgress};
use igny8_protocol_ids::{EntityKey, EntityKind, RunId, Timestamp};
use igny8_storage_api::{BlobHash, RecordKey};
use serde::{Deserialize, Serialize};

/// What a document may hold follows from its key alone.
pub(super) fn kind_of(entity: &EntityKey) -> DocumentKind {
    match entity.kind {
        EntityKind::FreeDocument => DocumentKind::Free,
        _ => DocumentKind::Article,
    }
}

/// The folded part of the document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// The compressed state.
    pub blob: Option<BlobHash>,
    /// True if the document was deleted: nothing of it is read or taken any more.
    #[serde(default)]
    pub erased: bool,
}

/// One AI author's run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Run {
    pub id: RunId,
    /// How the author is named in presence.
    pub author: String,
    /// Hosts that its links and images may have; none in runs of older builds.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The blob of what its model was asked, where a further attempt must ask the very same.
    #[serde(default)]
    pub question: Option<BlobHash>,
    /// Where it stands.
    pub progress: RunProgress,
    /// Pieces of received text that are stored.
    pub pieces: u32,
    /// Set when the run has ended.
    pub ended_at: Option<Timestamp>,
    /// True if it ended before its text was whole: somebody may have it go on.
    #[serde(default)]
    pub stopped: bool,
}

/// A kept state of the document.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Version {
    pub blob: BlobHash,
    pub at: Timestamp,
    pub words: u32,
}

const CHECKPOINT: u8 = 1;
const RUN: u8 = 2;
const PIECE: u8 = 3;
const VERSION: u8 = 4;

pub(super) fn checkpoint_key() -> RecordKey {
    vec![CHECKPOINT].into()
}
pub(super) fn run_key(run: RunId) -> RecordKey {
    [&[RUN], run.uuid().as_bytes().as_slice()].concat().into()
}
/// Big-endian, so that the pieces of a run come in their order.
pub(super) fn piece_key(run: RunId, number: u32) -> RecordKey {
    [&[PIECE], run.uuid().as_bytes().as_slice(), &number.to_be_bytes()].concat().into()
}
pub(super) fn version_key(blob: BlobHash) -> RecordKey {
    [&[VERSION], blob.0.as_slice()].concat().into()
}

/// A record as it is loaded.
pub(super) enum Stored {
    Checkpoint(Checkpoint),
    Run(Run),
    Piece(RunId, String),
    Version(Version),
}

pub(super) fn read(
    place: &str,
    key: &[u8],
    body: &[u8],
) -> Result<Stored, igny8_storage_api::StoreError> {
    use crate::entity::decode;
    match key.first() {
        Some(&CHECKPOINT) => decode(place, body).map(Stored::Checkpoint),
        Some(&RUN) => decode(place, body).map(Stored::Run),
        Some(&PIECE) => {
            let id = key
                .get(1..17)
                .and_then(|bytes| uuid::Uuid::from_slice(bytes).ok())
                .unwrap_or_default();
            decode(place, body).map(|text| Stored::Piece(RunId::from_uuid(id), text))
        }
        Some(&VERSION) => decode(place, body).map(Stored::Version),
        _ => Err(igny8_storage_api::StoreError::Corrupt {
            place: place.to_owned(),
            reason: "a record of no known kind".to_owned(),
        }),
    }
}
