//! What a document's entity keeps beside its appends.

use super::activity::{ACTIVITY, Activity};
use super::author::{AUTHOR, Source, place_of};
use super::comment::{COMMENT, Comment, THREAD, Thread};
use super::suggestion::{SUGGESTION, Suggestion};
use igny8_actors_document::{DocumentKind, Gone, RunProgress};
use igny8_protocol_ids::{AccountId, EntityKey, EntityKind, RunId, Timestamp, VersionId};
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

/// What made an AI write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maker {
    /// The model.
    pub model: String,
    /// The kind of its prompt.
    pub prompt: String,
    /// The prompt's version; 0 is the one that comes with the server.
    pub version: u32,
}

/// One AI author's run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Run {
    pub id: RunId,
    /// How the author is named in presence.
    pub author: String,
    /// By what it wrote, in its latest attempt; none in runs of older builds.
    #[serde(default)]
    pub maker: Option<Maker>,
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
    /// Set when somebody took its text back.
    #[serde(default)]
    pub undone_at: Option<Timestamp>,
    /// What it replaced, for a rewrite that was accepted: it returns when the run is taken back.
    #[serde(default)]
    pub gone: Vec<Gone>,
}

/// Why a state was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum VersionCause {
    /// It was approved.
    #[default]
    Approved,
    /// Somebody gave it a name.
    Named,
    /// The server keeps one now and then.
    Automatic,
    /// An earlier one was restored over it.
    BeforeRestore,
    /// Somebody handed in another text in its place.
    BeforeReplace,
}

impl VersionCause {
    pub(super) const fn is_automatic(self) -> bool {
        matches!(self, Self::Automatic | Self::BeforeRestore | Self::BeforeReplace)
    }
}

/// A kept state of the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Id.
    pub id: VersionId,
    /// The hash of the blob that holds it.
    pub blob: BlobHash,
    /// When it was kept.
    pub at: Timestamp,
    /// Its words.
    pub words: u32,
    /// Why it was kept.
    #[serde(default)]
    pub cause: VersionCause,
    /// Its name, if somebody gave it one.
    #[serde(default)]
    pub name: Option<String>,
    /// Who had it kept; absent for the server.
    #[serde(default)]
    pub by: Option<AccountId>,
}

const CHECKPOINT: u8 = 1;
const RUN: u8 = 2;
const PIECE: u8 = 3;
const VERSION: u8 = 4;
/// The kind and an id; an earlier build put the blob's hash there.
const VERSION_KEY_BYTES: usize = 17;

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
pub(super) fn version_key(id: VersionId) -> RecordKey {
    [&[VERSION], id.uuid().as_bytes().as_slice()].concat().into()
}

/// A record as it is loaded.
pub(super) enum Stored {
    Checkpoint(Checkpoint),
    Run(Box<Run>),
    Piece(RunId, String),
    Version(Box<Version>),
    Thread(Thread),
    Comment(Comment),
    Author((u64, u32), Source),
    Suggestion(Box<Suggestion>),
    Activity(Activity),
    /// A version of an earlier build, known to the site alone.
    Approved(Approved),
}

/// All that an earlier build said of a version.
#[derive(Deserialize)]
pub(super) struct Approved {
    pub blob: BlobHash,
}

pub(super) fn read(
    place: &str,
    key: &[u8],
    body: &[u8],
) -> Result<Stored, igny8_storage_api::StoreError> {
    use crate::entity::decode;
    match key.first() {
        Some(&CHECKPOINT) => decode(place, body).map(Stored::Checkpoint),
        Some(&RUN) => decode(place, body).map(Box::new).map(Stored::Run),
        Some(&PIECE) => {
            let id = key
                .get(1..17)
                .and_then(|bytes| uuid::Uuid::from_slice(bytes).ok())
                .unwrap_or_default();
            decode(place, body).map(|text| Stored::Piece(RunId::from_uuid(id), text))
        }
        Some(&VERSION) if key.len() == VERSION_KEY_BYTES => {
            decode(place, body).map(Box::new).map(Stored::Version)
        }
        Some(&VERSION) => decode(place, body).map(Stored::Approved),
        Some(&THREAD) => decode(place, body).map(Stored::Thread),
        Some(&COMMENT) => decode(place, body).map(Stored::Comment),
        Some(&SUGGESTION) => decode(place, body).map(Box::new).map(Stored::Suggestion),
        Some(&ACTIVITY) => decode(place, body).map(Stored::Activity),
        Some(&AUTHOR) => {
            let source = decode(place, body)?;
            let place = place_of(key).ok_or_else(|| igny8_storage_api::StoreError::Corrupt {
                place: place.to_owned(),
                reason: "an author's key names no client".to_owned(),
            })?;
            Ok(Stored::Author(place, source))
        }
        _ => Err(igny8_storage_api::StoreError::Corrupt {
            place: place.to_owned(),
            reason: "a record of no known kind".to_owned(),
        }),
    }
}

#[cfg(test)]
mod test {
    use super::*;
    use crate::entity::{decode, encode};
    use igny8_actors_document::{LinkPolicy, RunCursor, RunWriter};

    #[derive(Serialize)]
    struct OldRun {
        id: RunId,
        author: String,
        progress: RunProgress,
        pieces: u32,
        ended_at: Option<Timestamp>,
    }

    #[test]
    fn a_run_of_an_older_build_is_read() {
        let at = Timestamp::from_millis(1);
        let progress = RunWriter::start(7, RunCursor::AtEnd, LinkPolicy::any()).progress();
        let (id, author) = (RunId::new(at, [3; 10]), "IGNY8 AI".to_owned());
        let old = OldRun { id, author, progress, pieces: 2, ended_at: Some(at) };
        let run: Run = decode("a run", &encode(&old)).expect("it is read");
        assert_eq!((run.id, run.maker, run.pieces, run.ended_at), (id, None, 2, Some(at)));
    }
}
