//! What tenants and sites keep sealed: sealed anew by the newest key of their tenant, each by an
//! ordinary command, so that a rotation may break off anywhere. It makes no keys: the ring does.

use crate::entity::{at_rest, decode};
use crate::failure::Failure;
use crate::platform::Platform;
use crate::site::link_place;
use crate::tenant::model_key_place;
use igny8_actors_domain::secret::SealedSecret;
use igny8_actors_domain::site::{Site, SiteCommand, SiteRecord};
use igny8_actors_domain::tenant::{AiModelSettings, Tenant, TenantCommand, TenantRecord};
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
    /// Seals an entity's secret anew if an older key than the newest has sealed it. Entities that
    /// need nothing stay out of memory.
    pub async fn reseal(&self, entity: &EntityKey) -> Result<Resealed, Failure> {
        let world = &self.inner.world;
        let (place, before, after) = match anew(&world.store, &world.keys, entity).await? {
            Found::Rests(resealed) => return Ok(resealed),
            Found::Anew { place, before, after } => (place, before, after),
        };
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
        Ok(Resealed::Anew)
    }
}

impl StoreAtRest {
    /// As [`Platform::reseal`], where no server runs.
    pub async fn reseal(&self, entity: &EntityKey) -> Result<Resealed, Failure> {
        let Self { store, keys, clock, entropy } = self;
        let (place, before, after) = match anew(store, keys, entity).await? {
            Found::Rests(resealed) => return Ok(resealed),
            Found::Anew { place, before, after } => (place, before, after),
        };
        let world = (clock.as_ref(), entropy.as_ref());
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
        Ok(Resealed::Anew)
    }
}

enum Found {
    /// Nothing is to be done.
    Rests(Resealed),
    /// To be replaced. Whoever replaced it meanwhile has sealed by the newest key as well.
    Anew { place: SecretPlace, before: SealedSecret, after: SealedSecret },
}

async fn anew(
    store: &Arc<dyn Store>,
    keys: &Arc<dyn KeyRing>,
    entity: &EntityKey,
) -> Result<Found, Failure> {
    let Some((place, sealed)) = sealed_secret(store.as_ref(), entity).await? else {
        return Ok(Found::Rests(Resealed::None));
    };
    if keys.is_newest(place.tenant, &sealed).await? {
        return Ok(Found::Rests(Resealed::Newest));
    }
    let secret = keys.open(&place, &sealed).await?;
    let anew = keys.seal(&place, secret.expose_secret()).await?;
    let [before, after] =
        [sealed, anew].map(|sealed| SealedSecret { key_id: sealed.key_id, bytes: sealed.bytes });
    Ok(Found::Anew { place, before, after })
}

/// What an entity keeps sealed, as it is committed, and the place for which it was sealed. Reads the
/// store alone: no actor is started, no owner disturbed.
pub async fn sealed_secret(
    store: &dyn Store,
    entity: &EntityKey,
) -> Result<Option<(SecretPlace, Sealed)>, StoreError> {
    let Scope::Tenant(tenant) = entity.scope else { return Ok(None) };
    let nothing = SealedSecret { key_id: String::new(), bytes: Vec::new() };
    let key = match entity.kind {
        EntityKind::Tenant => Tenant::key(&TenantRecord::Models(AiModelSettings::default())),
        EntityKind::Site => Site::key(&SiteRecord::LinkSecret(nothing)),
        _ => return Ok(None),
    };
    let Some(loaded) = store.load(entity).await? else { return Ok(None) };
    let Some(record) = loaded.records.iter().find(|record| record.key == key) else {
        return Ok(None);
    };
    let name = format!("{entity}, its secret");
    let (place, sealed) = match entity.kind {
        EntityKind::Tenant => match decode::<TenantRecord>(&name, &record.value)? {
            TenantRecord::Models(AiModelSettings { key: Some(key), .. }) => {
                (model_key_place(tenant), key.sealed)
            }
            _ => return Ok(None),
        },
        _ => match decode::<SiteRecord>(&name, &record.value)? {
            SiteRecord::LinkSecret(secret) => {
                (link_place(tenant, SiteId::from_uuid(entity.id)), secret)
            }
            _ => return Ok(None),
        },
    };
    Ok(Some((place, Sealed { key_id: sealed.key_id, bytes: sealed.bytes })))
}
