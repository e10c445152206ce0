//! The actor itself: what it is sent, what it holds, how it loads.

use super::codec::decode;
use super::dispatch::{Dispatch, Work};
use super::group::{Group, Output};
use super::outlet::{Outlet, Subscription};
use super::reply::{Idempotency, Replies};
use crate::{failure::Failure, world::World};
use igny8_actors_domain::{Entity, Origin};
use igny8_protocol_ids::{EntityKey, Position, Timestamp};
use igny8_storage_api::{CommitOutcome, Head, OutboxKey, StoreError};
use ractor::{Actor, ActorProcessingErr, ActorRef};
use std::collections::{BTreeMap, VecDeque};
use std::{marker::PhantomData, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio_util::task::AbortOnDropHandle;

/// A question to the state; what it hands back runs once everything it saw is durable.
pub(crate) type Question<E> = Box<dyn FnOnce(&E) -> Output + Send>;
/// Hands a subscriber its place: the position from which the channel follows.
pub(super) type Seat<E> = Box<dyn FnOnce(Position, Subscription<<E as Entity>::Event>) + Send>;
/// What a subscriber wants to know of the state before it gets its place.
pub(crate) type Joiner<E> = Box<dyn FnOnce(&E) -> Seat<E> + Send>;
type Answer<E> = oneshot::Sender<Result<<E as Entity>::Reply, Failure>>;

pub(crate) enum Message<E: Entity> {
    Command {
        command: E::Command,
        origin: Origin,
        idempotency: Option<Idempotency>,
        answer: Answer<E>,
        permit: OwnedSemaphorePermit,
    },
    Read(Question<E>, OwnedSemaphorePermit),
    Join(Joiner<E>, OwnedSemaphorePermit),
    Committed(Result<CommitOutcome, StoreError>),
    EffectDone(OutboxKey, Option<E::Command>),
    /// The hint of an actor that is about to leave is written, or nobody knows.
    HintLeft(Result<Option<Timestamp>, StoreError>),
    /// Time for the core's tick, or to see whether anybody still needs this actor.
    Wake,
    #[cfg(feature = "faults")]
    Panic,
}

pub(crate) struct EntityActor<E>(PhantomData<fn() -> E>);

impl<E> Default for EntityActor<E> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

pub(crate) struct Arguments<E: Entity> {
    pub entity: EntityKey,
    pub world: World,
    pub dispatch: Arc<dyn Dispatch<E>>,
}

/// Somebody who wants to see the state, as a commit leaves it and not halfway.
pub(super) enum Asked<E: Entity> {
    Read(Question<E>, OwnedSemaphorePermit),
    Join(Joiner<E>, OwnedSemaphorePermit),
}

/// What waits for the commit in flight.
pub(super) struct Flight<E: Entity> {
    pub(super) events: Vec<E::Event>,
    pub(super) effects: Vec<(OutboxKey, Work<E>)>,
    pub(super) outputs: Vec<Output>,
}

pub(crate) struct State<E: Entity> {
    pub(super) entity: EntityKey,
    pub(super) world: World,
    pub(super) dispatch: Arc<dyn Dispatch<E>>,
    pub(super) core: E,
    /// The committed head; the core may be ahead of it by the group and the flight.
    pub(super) head: Head,
    pub(super) replies: Replies,
    pub(super) group: Group<E>,
    /// Who asked while the group had something in it: they see the state that it will have become.
    pub(super) asked: Vec<Asked<E>>,
    /// Who joined and saw the state as the commit in flight leaves it.
    pub(super) seats: Vec<Seat<E>>,
    pub(super) flight: Option<Flight<E>>,
    /// Commands that wait because the group is full.
    pub(super) deferred: VecDeque<Message<E>>,
    pub(super) outlet: Outlet<E::Event>,
    /// Effects under way: aborted when the actor goes.
    pub(super) errands: BTreeMap<OutboxKey, AbortOnDropHandle<()>>,
    /// The wake hint that this owner has set.
    pub(super) hint: Option<Timestamp>,
    /// The store may hold another one, which an earlier owner left: it goes at the next rest.
    pub(super) hint_left_over: bool,
    /// Set while the last hint is on its way: when this actor had been used last. Nothing is
    /// written meanwhile, since a hint that is set must not be overtaken by one that is cleared.
    pub(super) leaving: Option<Timestamp>,
    pub(super) used_at: Timestamp,
    /// When the timer goes off, and the timer.
    pub(super) timer: Option<(Timestamp, AbortOnDropHandle<()>)>,
}

impl<E: Entity> Actor for EntityActor<E> {
    type Msg = Message<E>;
    type State = State<E>;
    type Arguments = Arguments<E>;

    async fn pre_start(
        &self,
        myself: ActorRef<Message<E>>,
        args: Arguments<E>,
    ) -> Result<State<E>, ActorProcessingErr> {
        let (mut state, open) = load(args).await?;
        for (key, effect) in open {
            let work = state.work(key, effect, true);
            state.run(&myself, key, work);
        }
        state.arm(&myself);
        Ok(state)
    }

    async fn handle(
        &self,
        myself: ActorRef<Message<E>>,
        message: Message<E>,
        state: &mut State<E>,
    ) -> Result<(), ActorProcessingErr> {
        if let Err(reason) = state.receive(&myself, message) {
            tracing::info!(entity = %state.entity, reason, "actor stops");
            myself.stop(Some(reason.to_owned()));
        }
        Ok(())
    }
}

type Open<E> = Vec<(OutboxKey, <E as Entity>::Effect)>;

/// Where a record lies, for whoever has to look there.
struct Place<'a>(&'a EntityKey, &'a [u8]);

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, record {:02x?}", self.0, self.1)
    }
}

/// Takes the ownership, then reads all that is committed (R2, R12).
async fn load<E: Entity>(args: Arguments<E>) -> Result<(State<E>, Open<E>), ActorProcessingErr> {
    let Arguments { entity, world, dispatch } = args;
    let head = world.store.take(&entity).await?;
    let (mut core, mut replies, mut open) = (E::default(), Replies::default(), Vec::new());
    let (loaded, left_over) =
        futures::try_join!(world.store.load(&entity), world.store.wake(&entity))?;
    if let Some(loaded) = loaded {
        if loaded.head.epoch != head.epoch {
            return Err("another owner took over while this one was loading".into());
        }
        for record in &loaded.records {
            let place = Place(&entity, &record.key);
            if Replies::owns(&record.key) {
                replies.load(place, &record.value)?;
            } else {
                core.put(decode(place, &record.value)?);
            }
        }
        for record in loaded.outbox {
            open.push((record.key, decode(format_args!("{entity}, outbox"), &record.body)?));
        }
    }
    replies.sort();
    let used_at = world.now();
    let state = State {
        entity,
        dispatch,
        core,
        head,
        replies,
        group: Group::default(),
        asked: Vec::new(),
        seats: Vec::new(),
        flight: None,
        deferred: VecDeque::new(),
        outlet: Outlet::default(),
        errands: BTreeMap::new(),
        hint: (!open.is_empty()).then_some(used_at),
        hint_left_over: left_over.is_some(),
        leaving: None,
        used_at,
        timer: None,
        world,
    };
    Ok((state, open))
}
