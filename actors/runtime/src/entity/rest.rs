//! One command to an entity at rest, without its actor: for commands of an operator while no server
//! runs. Whoever owned the entity is fenced.

use super::codec::decode;
use super::commit::commit;
use super::group::Group;
use super::reply::Replies;
use igny8_actors_domain::{Context, Dice, Entity, Origin, decide};
use igny8_actors_ports::{Clock, Entropy};
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::{CommitId, CommitOutcome, Loaded, Store, StoreError};
use std::sync::Arc;

/// Takes the entity, decides and commits. Effects lie in the outbox until a server runs.
pub(crate) async fn at_rest<E: Entity>(
    store: &Arc<dyn Store>,
    (clock, entropy): (&dyn Clock, &dyn Entropy),
    entity: EntityKey,
    command: E::Command,
) -> Result<E::Reply, crate::Failure> {
    let head = store.take(&entity).await?;
    let mut core = match store.load(&entity).await? {
        Some(loaded) => core::<E>(&entity, &loaded)?,
        None => E::default(),
    };
    let (mut seed, mut id) = ([0; 8], [0; 16]);
    entropy.fill(&mut seed);
    entropy.fill(&mut id);
    let dice = Dice::new(u64::from_le_bytes(seed));
    let now = clock.now();
    let mut context = Context { now, entropy: dice, origin: Origin::System };
    let (reply, changes) = decide(&mut core, command, &mut context)?;
    let mut group = Group::<E>::default();
    group.add(changes);
    if group.is_empty() {
        return Ok(reply);
    }
    if !group.effects.is_empty() {
        store.set_wake(&entity, head.epoch, Some(now)).await?;
    }
    let change = group.change(CommitId(u128::from_le_bytes(id)));
    match commit(store, entity, head, change).await? {
        CommitOutcome::Applied(_) => Ok(reply),
        CommitOutcome::Fenced(_) => Err(crate::Failure::restarting()),
    }
}

fn core<E: Entity>(entity: &EntityKey, loaded: &Loaded) -> Result<E, StoreError> {
    let mut core = E::default();
    for record in loaded.records.iter().filter(|record| !Replies::owns(&record.key)) {
        core.put(decode(format!("{entity}, record {:02x?}", record.key), &record.value)?);
    }
    Ok(core)
}
