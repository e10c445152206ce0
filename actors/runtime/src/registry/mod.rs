//! Which actors are in memory, and what happens when one fails (R12): one slot per entity, started
//! once however many ask, restarted with backoff, kept out after repeated failure.

mod held;

pub use held::Held;

use crate::failure::Failure;
use futures::future::BoxFuture;
use igny8_protocol_ids::EntityKey;
use parking_lot::Mutex;
use ractor::{
    Actor, ActorCell, ActorId, ActorProcessingErr, ActorRef, ActorStatus, MessagingErr,
    SupervisionEvent,
};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Requests that one entity has accepted and not yet answered (R11).
const ADMITTED_MAX: usize = 256;
/// A place that has not come free by then will not: the store stands still.
const ADMISSION_WAIT: Duration = Duration::from_secs(10);
/// Failures within [`MELTDOWN_WINDOW`] after which an entity is kept out.
const MELTDOWN_FAILURES: usize = 5;
/// See [`MELTDOWN_FAILURES`].
const MELTDOWN_WINDOW: Duration = Duration::from_mins(1);
/// The pause before the first restart; doubled with each failure in the window.
const RESTART_PAUSE: Duration = Duration::from_millis(50);

/// How an actor is started under a supervisor.
pub(crate) type Start<M> = Arc<
    dyn Fn(EntityKey, ActorCell) -> BoxFuture<'static, Result<ActorRef<M>, ractor::SpawnErr>>
        + Send
        + Sync,
>;

/// All entities of one kind.
pub(crate) struct Registry<M: ractor::Message> {
    kind: &'static str,
    supervisor: ActorRef<()>,
    slots: Mutex<HashMap<EntityKey, Arc<Slot<M>>>>,
    residents: Arc<Residents>,
    start: Start<M>,
    /// From an orderly end on nothing is started any more.
    is_stopping: AtomicBool,
}

/// One entity: its actor if it is in memory, its admission, its history of failures.
pub(crate) struct Slot<M: ractor::Message> {
    entity: EntityKey,
    actor: tokio::sync::Mutex<Option<ActorRef<M>>>,
    admission: Arc<Semaphore>,
    failures: Mutex<Vec<Instant>>,
}

/// Which slot an actor id belongs to: lets the supervisor find it.
#[derive(Default)]
struct Residents {
    by_actor: Mutex<HashMap<ActorId, Weak<dyn Supervised>>>,
}

trait Supervised: Send + Sync {
    /// The actor failed.
    fn failed(&self);
    /// The actor is not in memory any more: nor is what is left of it.
    fn ended(&self, actor: ActorId);
}

impl<M: ractor::Message> Supervised for Slot<M> {
    fn ended(&self, actor: ActorId) {
        // Whoever holds the place starts the next one.
        if let Ok(mut place) = self.actor.try_lock() {
            place.take_if(|ended| ended.get_id() == actor);
        }
    }

    fn failed(&self) {
        self.failures.lock().push(Instant::now());
        tracing::error!(entity = %self.entity, "an actor failed; it restarts from the store");
        metrics::counter!("igny8_actor_restarts_total", "kind" => self.entity.kind.name())
            .increment(1);
    }
}

struct Supervisor;

impl Actor for Supervisor {
    type Msg = ();
    type State = Arc<Residents>;
    type Arguments = Arc<Residents>;

    async fn pre_start(
        &self,
        _: ActorRef<()>,
        residents: Arc<Residents>,
    ) -> Result<Arc<Residents>, ActorProcessingErr> {
        Ok(residents)
    }

    async fn handle_supervisor_evt(
        &self,
        _: ActorRef<()>,
        event: SupervisionEvent,
        residents: &mut Arc<Residents>,
    ) -> Result<(), ActorProcessingErr> {
        match event {
            SupervisionEvent::ActorFailed(cell, error) => {
                tracing::error!(%error, "an actor panicked or could not go on");
                let slot = residents
                    .by_actor
                    .lock()
                    .remove(&cell.get_id())
                    .and_then(|slot| slot.upgrade());
                if let Some(slot) = slot {
                    slot.failed();
                    slot.ended(cell.get_id());
                }
            }
            SupervisionEvent::ActorTerminated(cell, _, _) => {
                let slot = residents.by_actor.lock().remove(&cell.get_id());
                if let Some(slot) = slot.and_then(|slot| slot.upgrade()) {
                    slot.ended(cell.get_id());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl<M: ractor::Message> Registry<M> {
    pub(crate) async fn new(
        kind: &'static str,
        start: Start<M>,
    ) -> Result<Arc<Self>, ractor::SpawnErr> {
        let residents = Arc::new(Residents::default());
        let (supervisor, _) = Actor::spawn(None, Supervisor, residents.clone()).await?;
        let (slots, is_stopping) = (Mutex::new(HashMap::new()), AtomicBool::new(false));
        Ok(Arc::new(Self { kind, supervisor, slots, residents, start, is_stopping }))
    }

    pub(crate) fn slot(&self, entity: EntityKey) -> Arc<Slot<M>> {
        let mut slots = self.slots.lock();
        if slots.len() > 4_096 && slots.len().is_power_of_two() {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1 || !slot.is_at_rest());
        }
        slots
            .entry(entity)
            .or_insert_with(|| {
                Arc::new(Slot {
                    entity,
                    actor: tokio::sync::Mutex::new(None),
                    admission: Arc::new(Semaphore::new(ADMITTED_MAX)),
                    failures: Mutex::new(Vec::new()),
                })
            })
            .clone()
    }

    /// The entity's actor, started if it is not in memory. One start serves all who ask.
    pub(crate) async fn actor(&self, slot: &Arc<Slot<M>>) -> Result<ActorRef<M>, Failure> {
        let mut place = slot.actor.lock().await;
        if let Some(actor) = place.as_ref().filter(|actor| is_alive(actor)) {
            return Ok(actor.clone());
        }
        if self.is_stopping.load(Ordering::Acquire) {
            return Err(Failure::restarting());
        }
        if let Some(pause) = slot.pause()? {
            tokio::time::sleep(pause).await;
        }
        let started = (self.start)(slot.entity, self.supervisor.get_cell()).await;
        let actor = started.map_err(|error| {
            // The end of the process is no failure of an entity.
            if !self.is_stopping.load(Ordering::Acquire) {
                slot.failures.lock().push(Instant::now());
                tracing::error!(entity = %slot.entity, %error, "an actor could not start");
            }
            Failure::restarting()
        })?;
        let failed: Weak<dyn Supervised> = Arc::downgrade(slot) as Weak<dyn Supervised>;
        self.residents.by_actor.lock().insert(actor.get_id(), failed);
        *place = Some(actor.clone());
        Ok(actor)
    }

    /// Sends a message to the entity's actor; one that an ending actor did not take goes to the next
    /// one.
    pub(crate) async fn send(&self, slot: &Arc<Slot<M>>, mut message: M) -> Result<(), Failure> {
        for _ in 0..2 {
            match self.actor(slot).await?.send_message(message) {
                Ok(()) => return Ok(()),
                Err(MessagingErr::SendErr(back)) => message = back,
                Err(_) => break,
            }
        }
        Err(Failure::restarting())
    }

    /// Whether an entity is neither in memory, nor on its way there, nor kept out.
    pub(crate) fn is_asleep(&self, entity: &EntityKey) -> bool {
        let slot = self.slots.lock().get(entity).cloned();
        slot.is_none_or(|slot| slot.is_at_rest() && !slot.is_quarantined())
    }

    /// Kind, actors in memory, entities kept out.
    pub(crate) fn census(&self) -> (&'static str, usize, Vec<EntityKey>) {
        let slots = self.slots.lock();
        let quarantined =
            slots.values().filter(|slot| slot.is_quarantined()).map(|slot| slot.entity).collect();
        (self.kind, self.residents.by_actor.lock().len(), quarantined)
    }

    /// Ends all actors of this kind where they are, as the end of the process does (tests only).
    #[cfg(feature = "faults")]
    pub(crate) fn kill(&self) {
        self.each_actor(|actor| actor.kill());
        self.supervisor.kill();
    }

    /// The actors in memory, in the order of their entities. One that is being started is left out:
    /// its start ends at the store.
    fn each_actor(&self, act: impl Fn(&ActorRef<M>)) {
        let mut slots: Vec<Arc<Slot<M>>> = self.slots.lock().values().cloned().collect();
        slots.sort_by_key(|slot| slot.entity);
        for slot in slots {
            if let Ok(place) = slot.actor.try_lock()
                && let Some(actor) = place.as_ref()
            {
                act(actor);
            }
        }
    }

    /// Stops all actors of this kind and waits for their ends.
    pub(crate) async fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
        let reason = || Some("shutting down".to_owned());
        // In an order of ours: lives that are lived again end the same way (R15).
        self.each_actor(|actor| actor.stop(reason()));
        self.supervisor.stop_children_and_wait(reason(), Some(Duration::from_secs(5))).await;
        self.supervisor.stop(None);
    }
}

fn is_alive<M: ractor::Message>(actor: &ActorRef<M>) -> bool {
    !matches!(actor.get_status(), ActorStatus::Stopping | ActorStatus::Stopped)
}

impl<M: ractor::Message> Slot<M> {
    pub(crate) fn entity(&self) -> EntityKey {
        self.entity
    }
    /// A place among the requests under way, or "busy" (R11).
    pub(crate) fn admit(&self) -> Result<OwnedSemaphorePermit, Failure> {
        self.admission
            .clone()
            .try_acquire_owned()
            .map_err(|_| Failure::Busy { retry_after: Duration::from_millis(200) })
    }
    /// The same after those who came before, for callers that have nowhere to put what they bring.
    pub(crate) async fn admit_in_turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let place = tokio::time::timeout(ADMISSION_WAIT, self.admission.clone().acquire_owned());
        match place.await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Failure::Busy { retry_after: Duration::from_millis(200) }),
        }
    }
    fn is_at_rest(&self) -> bool {
        self.actor.try_lock().is_ok_and(|actor| actor.as_ref().is_none_or(|actor| !is_alive(actor)))
    }
    fn is_quarantined(&self) -> bool {
        self.recent_failures() >= MELTDOWN_FAILURES
    }
    fn recent_failures(&self) -> usize {
        let mut failures = self.failures.lock();
        // A quarantine ends when the window has passed: the next request is the probe.
        failures.retain(|at| at.elapsed() < MELTDOWN_WINDOW);
        failures.len()
    }
    fn pause(&self) -> Result<Option<Duration>, Failure> {
        match self.recent_failures() {
            0 => Ok(None),
            failures if failures >= MELTDOWN_FAILURES => {
                tracing::error!(entity = %self.entity, failures, "quarantined after repeated failures");
                metrics::counter!("igny8_quarantined_total", "kind" => self.entity.kind.name())
                    .increment(1);
                Err(Failure::Quarantined)
            }
            failures => Ok(Some(RESTART_PAUSE * (1 << (failures - 1)))),
        }
    }
}
