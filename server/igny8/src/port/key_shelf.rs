//! Where wrapped data keys lie: the store's claims `data-key/<tenant>/<version>`. The first writer
//! of a version wins, so that all nodes of a store agree. Versions of a tenant have no gap.

use super::envelope::{DataKeyPlace, WrappedKey};
use bytes::Bytes;
use igny8_protocol_ids::TenantId;
use igny8_storage_api::{ClaimOutcome, Store, StoreError};
use std::sync::Arc;

const PREFIX: &str = "data-key/";
const DESTROYED_PREFIX: &str = "deleted-tenant/";
/// Claims read at a time.
const PAGE: usize = 500;
/// A tenant has no more versions: a rotation a day for 27 years.
const VERSIONS_MAX: u32 = 10_000;

/// The data keys of all tenants, as they are stored.
#[derive(Clone)]
pub(crate) struct KeyShelf {
    store: Arc<dyn Store>,
}

/// A stored data key: what it says, and the bytes to compare it by.
pub(crate) struct Shelved {
    /// Which.
    pub(crate) place: DataKeyPlace,
    /// What it says.
    pub(crate) wrapped: WrappedKey,
    bytes: Bytes,
}

fn name(place: DataKeyPlace) -> String {
    format!("{PREFIX}{}/{}", place.tenant, place.version)
}

fn destroyed_name(tenant: TenantId) -> String {
    format!("{DESTROYED_PREFIX}{tenant}")
}

fn place(name: &str) -> Option<DataKeyPlace> {
    let (tenant, version) = name.strip_prefix(PREFIX)?.split_once('/')?;
    Some(DataKeyPlace { tenant: tenant.parse().ok()?, version: version.parse().ok()? })
}

fn shelved(place: DataKeyPlace, bytes: Bytes) -> Result<Shelved, StoreError> {
    match WrappedKey::decode(&bytes) {
        Some(wrapped) => Ok(Shelved { place, wrapped, bytes }),
        None => Err(StoreError::Corrupt {
            place: format!("the claim {}", name(place)),
            reason: "it is no wrapped key of this version".to_owned(),
        }),
    }
}

impl KeyShelf {
    /// Of this store.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// All versions of a tenant's key, from the first.
    pub(crate) async fn of(&self, tenant: TenantId) -> Result<Vec<Shelved>, StoreError> {
        let mut all = Vec::new();
        for version in 1..=VERSIONS_MAX {
            let place = DataKeyPlace { tenant, version };
            let Some(bytes) = self.store.claimed(&name(place)).await? else { break };
            all.push(shelved(place, bytes)?);
        }
        Ok(all)
    }

    /// The names of a tenant's keys as claims, for those who move it.
    pub(crate) async fn names(&self, tenant: TenantId) -> Result<Vec<String>, StoreError> {
        Ok(self.of(tenant).await?.iter().map(|shelved| name(shelved.place)).collect())
    }

    /// Keeps a new version. False if it was there first.
    pub(crate) async fn keep(
        &self,
        place: DataKeyPlace,
        wrapped: &WrappedKey,
    ) -> Result<bool, StoreError> {
        let claimed = self.store.claim(&name(place), wrapped.encode().into()).await?;
        Ok(claimed == ClaimOutcome::Claimed)
    }

    /// Replaces a key by the same one, wrapped anew. False if it was replaced or released meanwhile.
    pub(crate) async fn replace(
        &self,
        old: &Shelved,
        new: &WrappedKey,
    ) -> Result<bool, StoreError> {
        let new = new.encode().into();
        self.store.replace_claim(&name(old.place), old.bytes.clone(), new).await
    }

    /// Releases all keys of a tenant and marks that it shall have none: how many there were. The
    /// last version goes first, so that what a broken-off run leaves has no gap.
    pub(crate) async fn destroy(&self, tenant: TenantId) -> Result<u64, StoreError> {
        self.store.claim(&destroyed_name(tenant), Bytes::new()).await?;
        let mut released = 0;
        loop {
            // A node that wraps anew replaces what was just read: then it is read again.
            let all = self.of(tenant).await?;
            if all.is_empty() {
                return Ok(released);
            }
            for shelved in all.into_iter().rev() {
                if !self.store.release_claim(&name(shelved.place), shelved.bytes).await? {
                    break;
                }
                released += 1;
            }
        }
    }

    /// True if the tenant's keys were destroyed: it gets no new ones.
    pub(crate) async fn is_destroyed(&self, tenant: TenantId) -> Result<bool, StoreError> {
        Ok(self.store.claimed(&destroyed_name(tenant)).await?.is_some())
    }

    /// Keys after the claim `after`, and the claim to go on after; at the end there is none.
    pub(crate) async fn page(
        &self,
        after: Option<&str>,
    ) -> Result<(Vec<Shelved>, Option<String>), StoreError> {
        let claims = self.store.claims(after, PAGE).await?;
        let next = claims.last().map(|(name, _)| name.clone());
        let keys = claims
            .into_iter()
            .filter_map(|(name, bytes)| Some((place(&name)?, bytes)))
            .map(|(place, bytes)| shelved(place, bytes))
            .collect::<Result<_, _>>()?;
        Ok((keys, next))
    }
}
