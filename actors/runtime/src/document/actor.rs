//! The actor itself: what it is sent, what it holds, how it loads.

use super::activity::Activities;
use super::author::Authors;
use super::comment::Comments;
use super::handle::DocumentJoin;
use super::record::{Checkpoint, Run, Stored, Version, kind_of, read};
use super::room::{Delivery, Listener, Place, Room, Shared};
use super::run::{RunAuthor, RunEnd, RunState, Writing};
use super::suggestion::Suggestions;
use super::turn::{Flight, Output, Turn};
use crate::{failure::Failure, world::World};
use bytes::Bytes;
use igny8_actors_document::LiveDocument;
use igny8_protocol_ids::{AccountId, EntityKey, Epoch, Position, RunId, Sequence, Timestamp};
use igny8_storage_api::{AppendRow, Head, StoreError};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio_util::task::AbortOnDropHandle;

type Answer<T> = oneshot::Sender<Result<T, Failure>>;
/// A server edit: hands back its update, or `None` if there is nothing to do (any more).
pub(super) type Edit = Box<dyn FnOnce(&mut LiveDocument) -> Option<Vec<u8>> + Send>;
/// Something done with the whole actor; hands back what is told once all of it is durable.
pub(super) type Act = Box<dyn FnOnce(&mut State) -> Output + Send>;
/// What a joiner gets once all of it is durable.
pub(super) type Welcome = DocumentJoin<Place>;

/// An edit of a session.
#[derive(Clone, Debug)]
pub struct SessionEdit {
    /// The session's counter: what `Durable` and `Refused` name it by.
    pub reference: u32,
    /// A Yjs update (v1).
    pub update: Bytes,
}

pub(crate) enum Message {
    Join {
        session: u64,
        state_vector: Option<Vec<u8>>,
        writable: bool,
        account: AccountId,
        listener: Arc<dyn Listener>,
        answer: Answer<Welcome>,
        permit: OwnedSemaphorePermit,
    },
    Update {
        delivery: Delivery,
        edits: Vec<SessionEdit>,
        permit: OwnedSemaphorePermit,
    },
    Read(Box<dyn FnOnce(&LiveDocument) -> Output + Send>, OwnedSemaphorePermit),
    Edit(Edit, Answer<Position>, OwnedSemaphorePermit),
    /// Looks at history, or changes it.
    History(Act, OwnedSemaphorePermit),
    Erase(Answer<()>, OwnedSemaphorePermit),
    RunBegin {
        run: RunId,
        about: RunAuthor,
        answer: Answer<RunState>,
        permit: OwnedSemaphorePermit,
    },
    RunPush {
        run: RunId,
        offset: u64,
        text: String,
        answer: Answer<()>,
        permit: OwnedSemaphorePermit,
    },
    RunEnd {
        run: RunId,
        end: RunEnd,
        answer: Answer<(bool, u32)>,
        permit: OwnedSemaphorePermit,
    },
    Written(Result<Option<Head>, StoreError>),
    /// All appends, read again for a compaction.
    Fold(Result<Vec<AppendRow>, StoreError>),
    Wake,
    #[cfg(feature = "faults")]
    Panic,
}

#[derive(Default)]
pub(crate) struct DocumentActor;

pub(crate) struct Arguments {
    pub entity: EntityKey,
    pub world: World,
    pub room: Arc<Room>,
}

pub(crate) struct State {
    pub(super) entity: EntityKey,
    pub(super) world: World,
    pub(super) live: LiveDocument,
    /// True once the document was deleted: it is empty and stays so.
    pub(super) erased: bool,
    pub(super) head: Head,
    /// The last append of this epoch that is durable.
    pub(super) written: Sequence,
    /// Appends that the live document holds: only these may be compacted.
    pub(super) seen: HashSet<(Epoch, Sequence)>,
    /// The bytes of appends that no checkpoint holds yet.
    pub(super) unfolded_bytes: usize,
    pub(super) versions: Vec<Version>,
    pub(super) comments: Comments,
    pub(super) suggestions: Suggestions,
    pub(super) authors: Authors,
    pub(super) activities: Activities,
    pub(super) runs: BTreeMap<RunId, Run>,
    pub(super) texts: HashMap<RunId, String>,
    pub(super) writing: HashMap<RunId, Writing>,
    pub(super) turn: Turn,
    pub(super) flight: Option<Flight>,
    pub(super) folding: bool,
    pub(super) room: Occupied,
    /// The whole state as it was at a version of the live document.
    pub(super) snapshot: Option<(u64, Arc<Shared>)>,
    pub(super) used_at: Timestamp,
    pub(super) timer: Option<AbortOnDropHandle<()>>,
}

/// The actor's hold on the room. If it ends without leaving it on purpose, what the sessions know may
/// not be what is stored: they are to join again.
pub(super) struct Occupied {
    room: Arc<Room>,
    is_left: bool,
}

impl Occupied {
    /// Leaves it on purpose: who is in it stays.
    pub(super) fn leave(&mut self, epoch: Epoch) {
        self.room.leave(epoch);
        self.is_left = true;
    }
}

impl Deref for Occupied {
    type Target = Arc<Room>;
    fn deref(&self) -> &Arc<Room> {
        &self.room
    }
}

impl Drop for Occupied {
    fn drop(&mut self) {
        if !self.is_left {
            self.room.clear();
        }
    }
}

impl Actor for DocumentActor {
    type Msg = Message;
    type State = State;
    type Arguments = Arguments;

    async fn pre_start(
        &self,
        myself: ActorRef<Message>,
        args: Arguments,
    ) -> Result<State, ActorProcessingErr> {
        let mut state = load(args).await?;
        state.begin(&myself);
        Ok(state)
    }

    async fn handle(
        &self,
        myself: ActorRef<Message>,
        message: Message,
        state: &mut State,
    ) -> Result<(), ActorProcessingErr> {
        if let Err(reason) = state.receive(&myself, message) {
            tracing::info!(entity = %state.entity, reason, "document stops");
            myself.stop(Some(reason.to_owned()));
        }
        Ok(())
    }
}

/// Takes the ownership, then reads the checkpoint and all appends of all epochs (R5).
async fn load(args: Arguments) -> Result<State, ActorProcessingErr> {
    let Arguments { entity, world, room } = args;
    let head = world.store.take(&entity).await?;
    room.enter(head.epoch);
    let (mut runs, mut texts) = (BTreeMap::new(), HashMap::<RunId, String>::new());
    let (mut versions, mut checkpoint) = (Vec::new(), Checkpoint::default());
    let (mut comments, mut authors) = (Comments::default(), Authors::default());
    let (mut suggestions, mut activities) = (Suggestions::default(), Activities::default());
    let loaded = world.store.load(&entity).await?;
    for record in loaded.iter().flat_map(|loaded| &loaded.records) {
        match read(&format!("{entity}, record {:02x?}", record.key), &record.key, &record.value)? {
            Stored::Checkpoint(stored) => checkpoint = stored,
            Stored::Run(run) => drop(runs.insert(run.id, *run)),
            Stored::Piece(run, text) => texts.entry(run).or_default().push_str(&text),
            Stored::Version(version) => versions.push(*version),
            Stored::Thread(thread) => comments.load_thread(thread),
            Stored::Comment(comment) => comments.load_comment(comment),
            Stored::Suggestion(suggestion) => suggestions.load(*suggestion),
            Stored::Activity(entry) => activities.load(entry),
            Stored::Author(place, source) => authors.load(place, source),
            Stored::Approved(_) => {}
        }
    }
    let snapshot = match checkpoint.blob {
        Some(blob) => Some(super::compaction::snapshot(&world, entity, blob).await?),
        None => None,
    };
    let rows = world.store.appends(&entity).await?;
    // Yjs client ids have 53 bits; the server's own is fresh for each life.
    let client = world.roll() >> 32;
    let (kind, erased) = (kind_of(&entity), checkpoint.erased);
    // Rows that an erased document still has are not its content any more.
    let bodies = rows.iter().filter(|_| !erased).map(|row| &row.body);
    let live = LiveDocument::load(kind, client, snapshot.as_ref(), bodies)?;
    Ok(State {
        entity,
        live,
        erased,
        head,
        written: Sequence(0),
        seen: rows.iter().map(|row| (row.epoch, row.sequence)).collect(),
        unfolded_bytes: rows.iter().map(|row| row.body.len()).sum(),
        versions,
        comments,
        suggestions,
        authors,
        activities,
        runs,
        texts,
        writing: HashMap::new(),
        turn: Turn::default(),
        flight: None,
        folding: false,
        room: Occupied { room, is_left: false },
        snapshot: None,
        used_at: world.now(),
        timer: None,
        world,
    })
}
