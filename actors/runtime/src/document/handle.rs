//! A typed way to a document's actor.

use super::activity::{Doer, Happened};
use super::actor::{Arguments, DocumentActor, Edit, Message, SessionEdit, State};
use super::history::RunSummary;
use super::record::{Version, VersionCause, kind_of};
use super::room::{DocumentSubscription, Listener, Place, Room, Rooms, Shared, Speakers, channel};
use super::run::RunEnd;
use crate::registry::{Registry, Slot};
use crate::{failure::Failure, world::World};
use igny8_actors_document::{BlockEdit, ContentTree, ImageNode, LiveDocument, PatchError};
use igny8_actors_domain::Refusal;
use igny8_protocol_ids::{AccountId, EntityKey, Position, RunId, VersionId};
use igny8_storage_api::BlobHash;
use ractor::Actor;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// A session's place in a document, and what it hears there: by itself, or by a listener of its own
/// that holds no more than the place.
#[derive(Debug)]
pub struct DocumentJoin<S = DocumentSubscription> {
    /// Where the document is; frames follow from here.
    pub position: Position,
    /// What the session lacks, as one Yjs update (v1). Who lacks everything shares it.
    pub update: Arc<Shared>,
    /// What the document has: the session answers with what it lacks.
    pub state_vector: Vec<u8>,
    /// Who is here.
    pub awareness: Vec<u8>,
    /// Which session speaks for whom.
    pub speakers: Speakers,
    /// The live frames. Whoever drops this leaves, and the session's presence disappears.
    pub subscription: S,
}

/// A handle to one document. Cheap to clone; survives restarts of the actor.
#[derive(Clone)]
pub struct DocumentHandle {
    pub(super) world: World,
    registry: Arc<Registry<Message>>,
    slot: Arc<Slot<Message>>,
    pub(super) room: Arc<Room>,
}

impl DocumentHandle {
    pub(crate) async fn registry(
        world: World,
        rooms: Arc<Rooms>,
    ) -> Result<Arc<Registry<Message>>, ractor::SpawnErr> {
        let start = move |entity: EntityKey, supervisor| {
            let arguments = Arguments { entity, world: world.clone(), room: rooms.of(entity) };
            let started = async move {
                let (actor, _) =
                    Actor::spawn_linked(None, DocumentActor, arguments, supervisor).await?;
                Ok(actor)
            };
            Box::pin(started) as futures::future::BoxFuture<'static, _>
        };
        Registry::new("document", Arc::new(start)).await
    }

    pub(crate) fn new(
        world: World,
        registry: Arc<Registry<Message>>,
        rooms: &Rooms,
        entity: EntityKey,
    ) -> Self {
        let slot = registry.slot(entity);
        Self { world, registry, slot, room: rooms.of(entity) }
    }

    async fn send(&self, message: Message) -> Result<(), Failure> {
        self.registry.send(&self.slot, message).await
    }

    pub(super) async fn ask<T>(
        &self,
        message: impl FnOnce(oneshot::Sender<Result<T, Failure>>, OwnedSemaphorePermit) -> Message,
    ) -> Result<T, Failure> {
        let permit = self.slot.admit()?;
        let (answer, reply) = oneshot::channel();
        self.send(message(answer, permit)).await?;
        reply.await.map_err(|_| Failure::restarting())?
    }

    /// Joins a document. `session` names the joiner: unique among all sessions of the server, and
    /// never 0. What it writes is `account`'s. The listener hears what comes after the state that is
    /// handed back.
    pub async fn join_with(
        &self,
        session: u64,
        state_vector: Option<Vec<u8>>,
        writable: bool,
        account: AccountId,
        listener: Arc<dyn Listener>,
    ) -> Result<DocumentJoin<Place>, Failure> {
        let join = |answer, permit| Message::Join {
            session,
            state_vector,
            writable,
            account,
            listener,
            answer,
            permit,
        };
        self.ask(join).await
    }

    /// The same, for a session that asks for the frames one by one.
    pub async fn join(
        &self,
        session: u64,
        state_vector: Option<Vec<u8>>,
        writable: bool,
        account: AccountId,
    ) -> Result<DocumentJoin, Failure> {
        let (listener, receiver) = channel();
        let DocumentJoin { position, update, state_vector, awareness, speakers, subscription } =
            self.join_with(session, state_vector, writable, account, listener).await?;
        let subscription = DocumentSubscription::new(receiver, subscription);
        Ok(DocumentJoin { position, update, state_vector, awareness, speakers, subscription })
    }

    /// Hands in an edit; `Durable` or `Refused` comes back through the subscription. Edits of one
    /// session are taken in order.
    pub async fn update(
        &self,
        session: u64,
        reference: u32,
        update: Vec<u8>,
    ) -> Result<(), Failure> {
        let permit = self.slot.admit()?;
        self.hand_in(session, vec![SessionEdit { reference, update: update.into() }], permit).await
    }

    /// The same with edits that were made one after the other, for a session that cannot be told to
    /// send an edit again: it waits while the document is busy, and whoever waits for it is slowed
    /// down by that alone. Edits that are taken together are acknowledged by the last one's counter.
    pub async fn update_in_turn(
        &self,
        session: u64,
        edits: Vec<SessionEdit>,
    ) -> Result<(), Failure> {
        let permit = self.slot.admit_in_turn().await?;
        self.hand_in(session, edits, permit).await
    }

    async fn hand_in(
        &self,
        session: u64,
        edits: Vec<SessionEdit>,
        permit: OwnedSemaphorePermit,
    ) -> Result<(), Failure> {
        let delivery = self.room.deliver(session).ok_or_else(Failure::restarting)?;
        self.send(Message::Update { delivery, edits, permit }).await
    }

    /// What a state vector lacks, and the document's own.
    pub async fn sync(&self, state_vector: Vec<u8>) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        self.read(move |live| live.diff(&state_vector).map(|update| (update, live.state_vector())))
            .await?
            .map_err(|error| Failure::invalid("invalid_state_vector", error.to_string()))
    }

    /// Whether everything in an update is in the document, and durable.
    pub async fn holds(&self, update: Vec<u8>) -> Result<bool, Failure> {
        self.read(move |live| live.holds(&update)).await
    }

    /// Tells others where a session's caret is. No matter for the actor: presence is in memory alone
    /// and holds up nobody who writes (R5).
    pub fn awareness(&self, session: u64, update: &[u8]) {
        self.room.awareness(session, update);
    }

    /// Who is here, as one awareness update.
    pub fn present(&self) -> Vec<u8> {
        self.room.present()
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&LiveDocument) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask(|answer, permit| {
            let question = Box::new(move |live: &LiveDocument| {
                let value = question(live);
                Box::new(move || drop(answer.send(Ok(value)))) as super::turn::Output
            });
            Message::Read(question, permit)
        })
        .await
    }

    /// The content as a typed tree; all of it is durable.
    pub async fn tree(&self) -> Result<ContentTree, Failure> {
        self.read(LiveDocument::tree).await
    }

    /// The content of a kept version.
    pub async fn version(&self, hash: [u8; 32]) -> Result<ContentTree, Failure> {
        let state =
            super::compaction::snapshot(&self.world, self.slot.entity(), BlobHash(hash)).await?;
        let live = LiveDocument::load(
            kind_of(&self.slot.entity()),
            1,
            Some(&state),
            std::iter::empty::<Vec<u8>>(),
        )
        .map_err(|error| {
            tracing::error!(entity = %self.slot.entity(), %error, "a kept version cannot be read");
            Failure::restarting()
        })?;
        Ok(live.tree())
    }

    /// Keeps the document as it is, as approved: the version's hash, and its words.
    pub async fn keep_version(&self, by: Option<AccountId>) -> Result<([u8; 32], u32), Failure> {
        self.history(move |state| {
            let version = state.keep_version(VersionCause::Approved, None, by);
            let Version { blob, words, id, .. } = version;
            let by = by.map_or(Doer::Server, Doer::Account);
            state.note(by, Happened::VersionApproved, None, Some(id.uuid()));
            Ok((blob.0, words))
        })
        .await
    }

    pub(super) async fn history<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut State) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.ask(|answer, permit| {
            let act = Box::new(move |state: &mut State| {
                let value = act(state);
                Box::new(move || drop(answer.send(value))) as super::turn::Output
            });
            Message::History(act, permit)
        })
        .await
    }

    /// The states that are kept, the latest first.
    pub async fn versions(&self) -> Result<Vec<Version>, Failure> {
        self.history(|state| {
            let mut versions = state.versions.clone();
            versions.sort_by_key(|version| std::cmp::Reverse((version.at, version.id)));
            Ok(versions)
        })
        .await
    }

    /// Keeps the document as it is, under a name.
    pub async fn name_version(&self, name: String, by: AccountId) -> Result<Version, Failure> {
        self.history(move |state| state.name_version(&name, by)).await
    }

    /// Gives a kept state another name.
    pub async fn rename_version(
        &self,
        id: VersionId,
        name: String,
        by: AccountId,
    ) -> Result<Version, Failure> {
        self.history(move |state| state.rename_version(id, &name, by)).await
    }

    /// Forgets a kept state.
    pub async fn delete_version(&self, id: VersionId, by: AccountId) -> Result<(), Failure> {
        self.history(move |state| state.delete_version(id, by)).await
    }

    /// A kept state and its content.
    pub async fn kept(&self, id: VersionId) -> Result<(Version, ContentTree), Failure> {
        let version = self.versions().await?.into_iter().find(|version| version.id == id);
        let version = version.ok_or_else(|| Failure::not_found("version"))?;
        let content = self.version(version.blob.0).await?;
        Ok((version, content))
    }

    /// Makes the content what it was in a kept state: an edit. What stood there is kept first, and
    /// what others type meanwhile stays in the text.
    pub async fn restore(&self, id: VersionId, by: AccountId) -> Result<(), Failure> {
        let (version, content) = self.kept(id).await?;
        self.history(move |state| {
            state.restore(&version, &content, by);
            Ok(())
        })
        .await
    }

    /// The AI runs that wrote here.
    pub async fn runs(&self) -> Result<Vec<RunSummary>, Failure> {
        self.history(|state| Ok(state.run_summaries())).await
    }

    /// Takes back what an AI run wrote, in one step; what people wrote into it stays. A run that
    /// was taken back already is left alone.
    pub async fn undo_run(&self, run: RunId, by: AccountId) -> Result<(), Failure> {
        self.history(move |state| state.undo_run(run, by)).await
    }

    /// Deletes the content for good; repeated, it changes nothing. Sessions end, and joining is
    /// refused from then on.
    pub async fn erase(&self) -> Result<(), Failure> {
        self.ask(Message::Erase).await
    }

    async fn edit(&self, edit: Edit) -> Result<Position, Failure> {
        self.ask(|answer, permit| Message::Edit(edit, answer, permit)).await
    }

    /// Puts an image in, once: an image with the same source is left as it is.
    pub async fn insert_image(
        &self,
        after_block: Option<usize>,
        image: ImageNode,
    ) -> Result<Position, Failure> {
        self.edit(Box::new(move |live| {
            let present = live.tree().images().iter().any(|present| present.src == image.src);
            (!present).then(|| live.insert_image(after_block, &image))
        }))
        .await
    }

    /// Rewrites the content as it is at that moment, keeping what is equal; `None` leaves it. What
    /// is typed before or after is in it.
    pub async fn rewrite(
        &self,
        rewritten: impl FnOnce(&ContentTree) -> Option<ContentTree> + Send + 'static,
    ) -> Result<Position, Failure> {
        let edit = |live: &mut LiveDocument| Some(live.replace_with(&rewritten(&live.tree())?));
        self.edit(Box::new(edit)).await
    }

    /// Changes single blocks, all or none: what is not as it was read is not overwritten. Answers
    /// with the content after it.
    pub async fn patch(
        &self,
        edits: Vec<BlockEdit>,
        by: AccountId,
    ) -> Result<ContentTree, Failure> {
        self.history(move |state| {
            let after = state.live.tree().patched(&edits).map_err(refused)?;
            let update = state.live.replace_with(&after);
            state.by_account(update, by);
            state.typed(by);
            Ok(state.live.tree())
        })
        .await
    }

    /// Hands in received text that follows `offset` bytes of it; returns when it is durable.
    pub async fn run_push(&self, run: RunId, offset: u64, text: String) -> Result<(), Failure> {
        self.ask(|answer, permit| Message::RunPush { run, offset, text, answer, permit }).await
    }

    /// Ends an AI run: whether it wrote anything, and the document's words.
    pub async fn run_end(&self, run: RunId, end: RunEnd) -> Result<(bool, u32), Failure> {
        self.ask(|answer, permit| Message::RunEnd { run, end, answer, permit }).await
    }

    /// Makes the actor panic (tests only).
    #[cfg(feature = "faults")]
    pub async fn panic(&self) -> Result<(), Failure> {
        self.send(Message::Panic).await
    }
}

fn refused(error: PatchError) -> Failure {
    let code = match error {
        PatchError::Changed { .. } => "block_changed",
        PatchError::Missing { .. } => "no_such_block",
        PatchError::Twice { .. } => "block_named_twice",
    };
    Refusal::conflict(code, format!("Nothing was changed: {error}.")).into()
}
