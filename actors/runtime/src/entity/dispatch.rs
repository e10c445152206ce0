//! Effects on their way: run after the commit, again after a restart, answered by a command.

use futures::future::BoxFuture;
use igny8_actors_domain::Entity;
use igny8_protocol_ids::{EntityKey, Epoch};
use igny8_storage_api::OutboxKey;

/// One effect to run.
pub(crate) struct Errand<E: Entity> {
    /// Whose.
    pub entity: EntityKey,
    /// The owner's epoch: the second fence at the other side.
    pub epoch: Epoch,
    /// With the entity it is the idempotency key.
    pub key: OutboxKey,
    /// What to do.
    pub effect: E::Effect,
    /// True if an earlier owner may have begun it.
    pub resumed: bool,
}

impl<E: Entity> Errand<E> {
    /// The key that goes along to the outside (R4).
    pub(crate) fn idempotency_key(&self) -> String {
        format!("{}:{}:{}", self.entity, self.key.sequence.0, self.key.index)
    }
}

/// Runs effects. What an effect needs of its entity is taken from `core` at once: the state as the
/// commit leaves it that orders the effect, or a later one at a restart. The future is polled once
/// that commit is durable, and dropped if it never will be (R3); it ends when the effect is done, for
/// better or worse: then the outbox record is closed in the commit of the answering command.
pub(crate) trait Dispatch<E: Entity>: Send + Sync + 'static {
    /// Runs one effect; the answer, if there is one, comes back as a command.
    fn run(&self, core: &E, errand: Errand<E>) -> Work<E>;
}

/// An effect that is ready to run.
pub(crate) type Work<E> = BoxFuture<'static, Option<<E as Entity>::Command>>;
