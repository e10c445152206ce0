//! What tenants and sites keep sealed: sealed anew by the newest key of their tenant, each by an
//! ordinary command, so that a rotation may break off anywhere. It makes no keys: the ring does.

use crate::entity::{at_rest, decode};
use crate::failure::Failure;
use crate::platform::Platform;
use crate::site::link_place;
use crate::tenant::model_key_place;
use igny8_actors_domain::secret::SealedSecret;
use igny8_actors_domain::site::{Site, SiteCommand, SiteRecord};
use igny8_actors_domain::tenant::{
    AiModelSettings, AiRouting, Tenant, TenantCommand, TenantRecord,
};
use igny8_actors_domain::{Entity, Origin};
use igny8_actors_ports::{Clock, Entropy, KeyRing, Sealed, SecretPlace};
use igny8_protocol_ids::{EntityKey, EntityKind, Scope, SiteId};
use igny8_storage_api::{Store, StoreError};
use secrecy::ExposeSecret;
use std::sync::Arc;

/// What became of an entity's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resealed {
    /// It keeps none.
    None,
    /// The newest key has sealed it already.
    Newest,
    /// It is sealed anew.
    Anew,
}

/// A store that no server uses, and what it takes to seal in it.
#[derive(Clone)]
pub struct StoreAtRest {
    /// Where state lies.
    pub store: Arc<dyn Store>,
    /// Seals.
    pub keys: Arc<dyn KeyRing>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
}

impl Platform {
    /// Seals an entity's secrets anew that an older key than the newest has sealed. Entities that
    /// need nothing stay out of memory.
    pub async fn reseal(&self, entity: &EntityKey) -> Result<Resealed, Failure> {
        let world = &self.inner.world;
        let found = anew(&world.store, &world.keys, entity).await?;
        for (place, before, after) in found.anew {
            match place.kind {
                EntityKind::Tenant => {
                    let command = TenantCommand::ResealModelKey { before, after };
                    self.tenant(place.tenant).command(Origin::System, None, command).await?;
                }
                _ => {
                    let command = SiteCommand::ResealLink { before, after };
                    let site = self.site(place.tenant, SiteId::from_uuid(place.id));
                    site.command(Origin::System, None, command).await?;
                }
            }
        }
        Ok(found.resealed)
    }
}

impl StoreAtRest {
    /// As [`Platform::reseal`], where no server runs.
    pub async fn reseal(&self, entity: &EntityKey) -> Result<Resealed, Failure> {
        let Self { store, keys, clock, entropy } = self;
        let found = anew(store, keys, entity).await?;
        let world = (clock.as_ref(), entropy.as_ref());
        for (place, before, after) in found.anew {
            match place.kind {
                EntityKind::Tenant => {
                    let command = TenantCommand::ResealModelKey { before, after };
                    at_rest::<Tenant>(store, world, *entity, command).await?;
                }
                _ => {
                    let command = SiteCommand::ResealLink { before, after };
                    at_rest::<Site>(store, world, *entity, command).await?;
                }
            }
        }
        Ok(found.resealed)
    }
}

struct Found {
    resealed: Resealed,
    /// To be replaced. Whoever replaced one meanwhile has sealed by the newest key as well.
    anew: Vec<(SecretPlace, SealedSecret, SealedSecret)>,
}

async fn anew(
    store: &Arc<dyn Store>,
    keys: &Arc<dyn KeyRing>,
    entity: &EntityKey,
) -> Result<Found, Failure> {
    let mut found = Found { resealed: Resealed::None, anew: Vec::new() };
    for (place, sealed) in sealed_secrets(store.as_ref(), entity).await? {
        if keys.is_newest(place.tenant, &sealed).await? {
            if found.anew.is_empty() {
                found.resealed = Resealed::Newest;
            }
            continue;
        }
        let secret = keys.open(&place, &sealed).await?;
        let anew = keys.seal(&place, secret.expose_secret()).await?;
        let [before, after] = [sealed, anew]
            .map(|sealed| SealedSecret { key_id: sealed.key_id, bytes: sealed.bytes });
        found.resealed = Resealed::Anew;
        found.anew.push((place, before, after));
    }
    Ok(found)
}

/// What an entity keeps sealed, as it is committed, and the place for which it was sealed. Reads the
/// store alone: no actor is started, no owner disturbed.
pub async fn sealed_secrets(
    store: &dyn Store,
    entity: &EntityKey,
) -> Result<Vec<(SecretPlace, Sealed)>, StoreError> {
    let Scope::Tenant(tenant) = entity.scope else { return Ok(Vec::new()) };
    let nothing = SealedSecret { key_id: String::new(), bytes: Vec::new() };
    let keys = match entity.kind {
        EntityKind::Tenant => vec![
            Tenant::key(&TenantRecord::Models(AiModelSettings::default())),
            Tenant::key(&TenantRecord::Routing(AiRouting::default())),
        ],
        EntityKind::Site => vec![Site::key(&SiteRecord::LinkSecret(nothing))],
        _ => return Ok(Vec::new()),
    };
    let Some(loaded) = store.load(entity).await? else { return Ok(Vec::new()) };
    let name = format!("{entity}, its secret");
    let mut found = Vec::new();
    for record in loaded.records.iter().filter(|record| keys.iter().any(|key| record.key == *key)) {
        let (place, sealed) = match entity.kind {
            EntityKind::Tenant => {
                (model_key_place(tenant), model_keys(decode::<TenantRecord>(&name, &record.value)?))
            }
            _ => match decode::<SiteRecord>(&name, &record.value)? {
                SiteRecord::LinkSecret(secret) => {
                    (link_place(tenant, SiteId::from_uuid(entity.id)), vec![secret])
                }
                _ => continue,
            },
        };
        let sealed = sealed.into_iter();
        found.extend(sealed.map(|it| (place, Sealed { key_id: it.key_id, bytes: it.bytes })));
    }
    Ok(found)
}

/// The keys of a tenant's models in one of its records.
fn model_keys(record: TenantRecord) -> Vec<SealedSecret> {
    match record {
        TenantRecord::Models(models) => models.key.into_iter().map(|key| key.sealed).collect(),
        TenantRecord::Routing(routing) => {
            let keys = routing.routes.into_iter().filter_map(|route| route.key);
            keys.map(|key| key.sealed).collect()
        }
        _ => Vec::new(),
    }
}
