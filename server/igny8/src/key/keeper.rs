//! What an operator does with keys: by the running server, or by a command on a store at rest.

use super::rotation::{Rotated, rotate};
use crate::admin::{Desk, Progress};
use crate::port::{ConfiguredModels, TenantKeyRing};
use anyhow::Context;
use igny8_actors_runtime::{Failure, Platform, Resealed, StoreAtRest, sealed_secrets};
use igny8_protocol_ids::{EntityKey, EntityKind, Scope, TenantId};
use igny8_storage_api::{Store, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Entities listed at a time.
const PAGE: usize = 500;
/// Whoever asked has gone away.
pub(super) const BROKEN_OFF: &str = "broken off: run it again";

/// Gives commands to entities.
pub(crate) enum Entities {
    /// By their actors.
    Running(Platform, Arc<ConfiguredModels>),
    /// While no server runs.
    AtRest(StoreAtRest),
}

/// Keys, store and entities, joined.
pub(crate) struct KeyKeeper {
    pub(crate) ring: Arc<TenantKeyRing>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) entities: Entities,
}

/// The keys of the file. Holds no key.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listing {
    /// In the order of the file; then those that the store needs and the file has not.
    pub(crate) keys: Vec<ListedKey>,
    /// Tenants that have data keys.
    pub(crate) tenants: u64,
}

/// A key of the file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListedKey {
    /// Its id.
    pub(crate) id: String,
    /// True for the one that wraps.
    pub(crate) current: bool,
    /// False if the store needs it and the file has it not.
    pub(crate) in_file: bool,
    /// Data keys that it wraps.
    pub(crate) data_keys: u64,
}

/// What is left of a tenant's keys.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Destroyed {
    /// Data keys that are gone.
    pub(crate) data_keys: u64,
}

/// Which key of the file, or which tenant.
#[derive(Serialize, Deserialize)]
pub(crate) struct Which<T> {
    pub(crate) id: T,
}

/// What a running server does when it is asked.
pub(crate) fn desk(desk: Desk, keeper: Arc<KeyKeeper>) -> Desk {
    let [list, reload, turn, unused, delete] = std::array::from_fn(|_| keeper.clone());
    desk.command("keys-list", move |(): (), _| {
        let keeper = list.clone();
        async move { keeper.list().await }
    })
    .command("keys-reload", move |(): (), _| {
        let keeper = reload.clone();
        async move { Ok(keeper.ring.reload().await.map(drop)?) }
    })
    .command("keys-rotate", move |(): (), progress: Progress| {
        let keeper = turn.clone();
        async move { keeper.rotate(&progress).await }
    })
    .command("keys-unused", move |which: Which<String>, progress: Progress| {
        let keeper = unused.clone();
        async move { keeper.unused(&which.id, &progress).await }
    })
    .command("delete-tenant", move |which: Which<TenantId>, progress: Progress| {
        let keeper = delete.clone();
        async move { keeper.delete(which.id, &progress).await }
    })
}

impl Entities {
    pub(super) async fn reseal(&self, entity: &EntityKey) -> Result<Resealed, Failure> {
        match self {
            Self::Running(platform, _) => platform.reseal(entity).await,
            Self::AtRest(store) => store.reseal(entity).await,
        }
    }
}

impl KeyKeeper {
    /// Wraps, makes and seals anew: see [`rotate`].
    pub(crate) async fn rotate(&self, progress: &Progress) -> anyhow::Result<Rotated> {
        rotate(self, progress).await
    }

    /// The keys of the file and what they wrap.
    pub(crate) async fn list(&self) -> anyhow::Result<Listing> {
        let masters = self.ring.reload().await?;
        let (mut wraps, mut tenants) = (BTreeMap::<String, u64>::new(), BTreeSet::new());
        let mut after = None;
        loop {
            let (keys, next) = self.ring.shelf().page(after.as_deref()).await?;
            for shelved in keys {
                tenants.insert(shelved.place.tenant);
                *wraps.entry(shelved.wrapped.master).or_default() += 1;
            }
            let Some(next) = next else { break };
            after = Some(next);
        }
        let mut keys: Vec<ListedKey> = masters
            .ids()
            .map(|id| ListedKey {
                id: id.to_owned(),
                current: id == masters.current(),
                in_file: true,
                data_keys: wraps.remove(id).unwrap_or(0),
            })
            .collect();
        let foreign = |(id, data_keys)| ListedKey { id, current: false, in_file: false, data_keys };
        keys.extend(wraps.into_iter().map(foreign));
        Ok(Listing { keys, tenants: tenants.len() as u64 })
    }

    /// Refuses while anything needs this key of the file.
    pub(crate) async fn unused(&self, id: &str, progress: &Progress) -> anyhow::Result<()> {
        let listing = self.list().await?;
        let key = listing.keys.iter().find(|key| key.id == id && key.in_file);
        let key = key.with_context(|| format!("the key file has no key {id}"))?;
        anyhow::ensure!(!key.current, "{id} is the current key: add another with `igny8 keys add`");
        let wraps = key.data_keys;
        anyhow::ensure!(wraps == 0, "{id} still wraps {wraps} data keys: run `igny8 keys rotate`");
        let (mut sealed, mut done, mut after) = (0, 0, None);
        loop {
            let (page, next) = self.page(after).await?;
            for entity in page {
                for (_, secret) in sealed_secrets(self.store.as_ref(), &entity).await? {
                    sealed += u64::from(secret.key_id == id);
                }
                done += 1;
                anyhow::ensure!(progress.say(&Step { step: "look", done }), BROKEN_OFF);
            }
            match next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        anyhow::ensure!(sealed == 0, "{id} still seals {sealed} secrets: run `igny8 keys rotate`");
        Ok(())
    }

    /// Destroys a tenant's keys: afterwards nothing that was sealed for it opens.
    pub(crate) async fn delete(
        &self,
        tenant: TenantId,
        progress: &Progress,
    ) -> anyhow::Result<Destroyed> {
        let head = self.store.head(&EntityKey::tenant(tenant)).await?;
        anyhow::ensure!(head.is_some(), "there is no tenant {tenant}");
        if !self.ring.shelf().is_destroyed(tenant).await? {
            self.reseal_earlier(tenant, progress).await?;
        }
        let data_keys = self.ring.shelf().destroy(tenant).await?;
        self.ring.forget(tenant);
        if let Entities::Running(_, models) = &self.entities {
            models.forget(tenant);
        }
        tracing::warn!(%tenant, data_keys, "the keys of a tenant were destroyed");
        Ok(Destroyed { data_keys })
    }

    /// What a key of the file itself has sealed would outlive the tenant's keys.
    async fn reseal_earlier(&self, tenant: TenantId, progress: &Progress) -> anyhow::Result<()> {
        let mut after = None;
        loop {
            let page = self.store.tenant_entities(tenant, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(*last);
            for entity in page {
                if let Err(failure) = self.entities.reseal(&entity).await {
                    tracing::warn!(%entity, %failure, "a secret was not sealed anew");
                }
                anyhow::ensure!(progress.say(&Step { step: "seal", done: 0 }), BROKEN_OFF);
            }
        }
    }

    /// True if it belongs to a tenant whose keys were destroyed.
    pub(super) async fn is_destroyed(&self, entity: &EntityKey) -> Result<bool, StoreError> {
        match entity.scope {
            Scope::Tenant(tenant) => self.ring.shelf().is_destroyed(tenant).await,
            Scope::Platform => Ok(false),
        }
    }

    /// Tenants and sites after `after`, and where to go on; at the end there is none.
    pub(super) async fn page(
        &self,
        after: Option<EntityKey>,
    ) -> Result<(Vec<EntityKey>, Option<EntityKey>), StoreError> {
        let mut page = self.store.entities(after, PAGE).await?;
        let next = page.last().copied();
        page.retain(|entity| matches!(entity.kind, EntityKind::Tenant | EntityKind::Site));
        Ok((page, next))
    }
}

/// How far it is.
#[derive(Serialize)]
pub(super) struct Step {
    /// `wrap`, `make`, `seal` or `look`.
    pub(super) step: &'static str,
    /// Keys or entities so far.
    pub(super) done: u64,
}
