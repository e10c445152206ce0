//! A typed way to an entity's actor: admits, starts the actor if need be, waits for the answer.

use super::actor::{Arguments, EntityActor, Message};
use super::codec::decode;
use super::dispatch::Dispatch;
use super::outlet::{Joined, Published, Resume, Subscription};
use super::reply::Idempotency;
use crate::registry::{Registry, Slot};
use crate::{failure::Failure, world::World};
use igny8_actors_domain::{Entity, Origin};
use igny8_protocol_ids::{EntityKey, Position};
use igny8_storage_api::limits::FEED_PAGE_MAX;
use ractor::Actor;
use std::sync::{Arc, OnceLock};
use tokio::sync::oneshot;

/// Commits that a resume reads from the store before it says `snapshot` instead: more would take
/// longer than a snapshot.
const RESUME_COMMITS_MAX: u64 = 1_000;

/// A handle to one entity. Cheap to clone; survives restarts of the actor.
pub(crate) struct EntityHandle<E: Entity> {
    pub(crate) world: World,
    registry: Arc<Registry<Message<E>>>,
    slot: Arc<Slot<Message<E>>>,
}

impl<E: Entity> Clone for EntityHandle<E> {
    fn clone(&self) -> Self {
        Self { world: self.world.clone(), registry: self.registry.clone(), slot: self.slot.clone() }
    }
}

impl<E: Entity> EntityHandle<E> {
    /// The registry of all entities of this kind.
    pub(crate) async fn registry(
        kind: &'static str,
        world: World,
        dispatch: Arc<dyn Dispatch<E>>,
    ) -> Result<Arc<Registry<Message<E>>>, ractor::SpawnErr> {
        Registry::new(
            kind,
            Arc::new(move |entity, supervisor| {
                let arguments =
                    Arguments { entity, world: world.clone(), dispatch: dispatch.clone() };
                Box::pin(async move {
                    let (actor, _) =
                        Actor::spawn_linked(None, EntityActor::default(), arguments, supervisor)
                            .await?;
                    Ok(actor)
                })
            }),
        )
        .await
    }

    pub(crate) fn new(
        world: World,
        registry: Arc<Registry<Message<E>>>,
        entity: EntityKey,
    ) -> Self {
        let slot = registry.slot(entity);
        Self { world, registry, slot }
    }

    pub(crate) fn entity(&self) -> EntityKey {
        self.slot.entity()
    }

    /// Brings the entity into memory: it resumes its open work by itself.
    pub(crate) async fn activate(&self) -> Result<(), Failure> {
        self.registry.actor(&self.slot).await.map(drop)
    }

    async fn send(&self, message: Message<E>) -> Result<(), Failure> {
        self.registry.send(&self.slot, message).await
    }

    /// Gives a command and waits for its durable answer.
    pub(crate) async fn command(
        &self,
        origin: Origin,
        idempotency: Option<Idempotency>,
        command: E::Command,
    ) -> Result<E::Reply, Failure> {
        let permit = self.slot.admit()?;
        let (answer, reply) = oneshot::channel();
        self.send(Message::Command { command, origin, idempotency, answer, permit }).await?;
        reply.await.map_err(|_| Failure::restarting())?
    }

    /// Reads from the state; the answer waits until all that it shows is durable.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&E) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = self.slot.admit()?;
        let (answer, reply) = oneshot::channel();
        let question = Box::new(move |core: &E| {
            let value = question(core);
            Box::new(move || drop(answer.send(value))) as super::group::Output
        });
        self.send(Message::Read(question, permit)).await?;
        reply.await.map_err(|_| Failure::restarting())
    }

    /// Listens from a position, or with a snapshot where that is not possible (R10).
    pub(crate) async fn join<T: Send + 'static>(
        &self,
        from: Option<Position>,
        snapshot: impl FnOnce(&E) -> T + Send + 'static,
    ) -> Result<Joined<E::Event, T>, Failure> {
        let permit = self.slot.admit()?;
        let (answer, reply) = oneshot::channel();
        let joiner = Box::new(move |core: &E| {
            let value = snapshot(core);
            Box::new(move |position: Position, subscription: Subscription<E::Event>| {
                drop(answer.send((value, position, subscription)));
            }) as super::actor::Seat<E>
        });
        self.send(Message::Join(joiner, permit)).await?;
        let (value, position, subscription) = reply.await.map_err(|_| Failure::restarting())?;
        let missed = match from {
            Some(from) => self.missed(from, position).await?,
            None => None,
        };
        let resume = missed.map_or(Resume::Snapshot(value), Resume::Exact);
        Ok(Joined { position, resume, subscription })
    }

    /// All commits after `from` up to `to`; `None` if they are not (all) kept.
    async fn missed(
        &self,
        from: Position,
        to: Position,
    ) -> Result<Option<Vec<Published<E::Event>>>, Failure> {
        let behind = to.sequence.0.checked_sub(from.sequence.0);
        if from.epoch > to.epoch || behind.is_none_or(|behind| behind > RESUME_COMMITS_MAX) {
            return Ok(None);
        }
        let mut missed: Vec<Published<E::Event>> = Vec::new();
        let mut after = from.sequence;
        while after < to.sequence {
            let page = self.world.store.feed(&self.entity(), after, FEED_PAGE_MAX).await?;
            if page.truncated || page.frames.is_empty() {
                return Ok(None);
            }
            for frame in page.frames.into_iter().filter(|frame| frame.sequence <= to.sequence) {
                let events = frame
                    .events
                    .iter()
                    .map(|body| decode("an event", body))
                    .collect::<Result<_, _>>()?;
                let position = Position { epoch: frame.epoch, sequence: frame.sequence };
                missed.push(Published { position, events, encoded: OnceLock::new() });
                after = frame.sequence;
            }
        }
        Ok(Some(missed))
    }

    /// Makes the actor panic (tests only).
    #[cfg(feature = "faults")]
    pub(crate) async fn panic(&self) -> Result<(), Failure> {
        self.send(Message::Panic).await
    }
}
