//! Seals each tenant's secrets by data keys of its own: the file's keys and the store's wrapped
//! keys, joined.

use super::envelope::{DataKeyPlace, Masters, SecretKey};
use super::key_file::{KeyFile, KeyFileError};
use super::key_shelf::{KeyShelf, Shelved};
use igny8_actors_ports::{Clock, KeyRing, SealError, Sealed, SecretPlace};
use igny8_protocol_ids::{EntityKind, TenantId, Timestamp};
use igny8_storage_api::{Store, StoreError};
use parking_lot::{Mutex, RwLock};
use secrecy::SecretSlice;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What names a data key in a sealed secret: this and its version.
const DATA_KEY: &str = "data-key/";
/// Tenants whose opened keys are kept: about 200 bytes each.
const KNOWN_MAX: usize = 10_000;
/// Opened keys are read again after this: what another node made or destroyed counts here too.
const KNOWN_LIFETIME: Duration = Duration::from_secs(30);
/// The file is not read more often than this because of a key that is not in it.
const FILE_PAUSE: Duration = Duration::from_secs(5);

/// The keys of all tenants.
pub(crate) struct TenantKeyRing {
    shelf: KeyShelf,
    clock: Arc<dyn Clock>,
    file: PathBuf,
    masters: RwLock<Arc<Masters>>,
    file_read_at: Mutex<Timestamp>,
    known: Mutex<KnownKeys>,
}

/// A tenant's opened keys, from version 1.
type DataKeys = Arc<[SecretKey]>;

#[derive(Default)]
struct KnownKeys {
    /// Counts what was forgotten, so that nothing older is remembered afterwards.
    forgotten: u64,
    tenants: HashMap<TenantId, (Timestamp, DataKeys)>,
}

impl TenantKeyRing {
    /// Of these keys, read from this file, and the wrapped keys of this store.
    pub(crate) fn new(
        masters: Arc<Masters>,
        file: PathBuf,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let file_read_at = Mutex::new(clock.now());
        let (masters, shelf) = (RwLock::new(masters), KeyShelf::new(store));
        Self { shelf, clock, file, masters, file_read_at, known: Mutex::default() }
    }

    /// The wrapped keys.
    pub(crate) fn shelf(&self) -> &KeyShelf {
        &self.shelf
    }

    /// The keys of the file as they were last read.
    pub(crate) fn masters(&self) -> Arc<Masters> {
        self.masters.read().clone()
    }

    /// Reads the file again. What it holds counts from now on.
    pub(crate) async fn reload(&self) -> Result<Arc<Masters>, KeyFileError> {
        *self.file_read_at.lock() = self.clock.now();
        let file = self.file.clone();
        let read = tokio::task::spawn_blocking(move || KeyFile::read(&file));
        let masters = read.await.expect("reading a file does not panic")?.masters;
        *self.masters.write() = masters.clone();
        Ok(masters)
    }

    /// Forgets a tenant's opened keys: the next use reads them from the store.
    pub(crate) fn forget(&self, tenant: TenantId) {
        let mut known = self.known.lock();
        known.forgotten += 1;
        known.tenants.remove(&tenant);
    }

    /// Makes a version of a tenant's key, unless somebody else was first. Afterwards it is there.
    pub(crate) async fn make(&self, place: DataKeyPlace, rotation: u64) -> Result<bool, SealError> {
        if self.shelf.is_destroyed(place.tenant).await.map_err(unavailable)? {
            return Err(SealError::Destroyed);
        }
        let wrapped = self.masters().wrap(place, rotation, &SecretKey::draw())?;
        let is_ours = self.shelf.keep(place, &wrapped).await.map_err(unavailable)?;
        self.forget(place.tenant);
        Ok(is_ours)
    }

    /// The same key, opened and wrapped by the current key of the file. False if another did it, or
    /// destroyed it, meanwhile.
    pub(crate) async fn wrap_anew(&self, old: &Shelved) -> Result<bool, SealError> {
        let masters = self.masters();
        let key = masters.unwrap(old.place, &old.wrapped)?;
        let new = masters.wrap(old.place, old.wrapped.rotation, &key)?;
        self.shelf.replace(old, &new).await.map_err(unavailable)
    }

    /// A tenant's keys, which may be none.
    async fn keys(&self, tenant: TenantId) -> Result<DataKeys, SealError> {
        let now = self.clock.now();
        let forgotten = {
            let known = self.known.lock();
            if let Some((read_at, keys)) = known.tenants.get(&tenant)
                && now.since(*read_at) < KNOWN_LIFETIME
            {
                return Ok(keys.clone());
            }
            known.forgotten
        };
        let mut keys = Vec::new();
        for shelved in self.shelf.of(tenant).await.map_err(unavailable)? {
            keys.push(self.unwrap(&shelved).await?);
        }
        let keys: DataKeys = keys.into();
        let mut known = self.known.lock();
        if known.forgotten == forgotten && !keys.is_empty() {
            if known.tenants.len() >= KNOWN_MAX {
                known.tenants.retain(|_, (read_at, _)| now.since(*read_at) < KNOWN_LIFETIME / 2);
            }
            if known.tenants.len() < KNOWN_MAX {
                known.tenants.insert(tenant, (now, keys.clone()));
            }
        }
        Ok(keys)
    }

    /// A key that another node wrapped by a new key of the file makes this one read the file again.
    async fn unwrap(&self, shelved: &Shelved) -> Result<SecretKey, SealError> {
        match self.masters().unwrap(shelved.place, &shelved.wrapped) {
            Err(SealError::UnknownKey(id)) => {
                let is_recent = self.clock.now().since(*self.file_read_at.lock()) < FILE_PAUSE;
                let masters = match is_recent {
                    true => return Err(SealError::UnknownKey(id)),
                    false => self
                        .reload()
                        .await
                        .map_err(|error| SealError::Unavailable { reason: error.to_string() })?,
                };
                masters.unwrap(shelved.place, &shelved.wrapped)
            }
            other => other,
        }
    }

    /// The keys of a tenant, at least one.
    async fn keys_to_seal(&self, tenant: TenantId) -> Result<DataKeys, SealError> {
        let keys = self.keys(tenant).await?;
        if !keys.is_empty() {
            return Ok(keys);
        }
        self.make(DataKeyPlace { tenant, version: 1 }, 0).await?;
        let keys = self.keys(tenant).await?;
        if keys.is_empty() { Err(SealError::Destroyed) } else { Ok(keys) }
    }

    /// What was sealed before tenants had keys of their own.
    async fn open_earlier(
        &self,
        place: &SecretPlace,
        sealed: &Sealed,
    ) -> Result<SecretSlice<u8>, SealError> {
        if self.shelf.is_destroyed(place.tenant).await.map_err(unavailable)? {
            return Err(SealError::Destroyed);
        }
        self.masters().get(&sealed.key_id)?.open(earlier(place).as_bytes(), &sealed.bytes)
    }
}

#[async_trait::async_trait]
impl KeyRing for TenantKeyRing {
    async fn seal(&self, place: &SecretPlace, secret: &[u8]) -> Result<Sealed, SealError> {
        let keys = self.keys_to_seal(place.tenant).await?;
        let newest = keys.last().ok_or(SealError::Destroyed)?;
        let bytes = newest.seal(place.to_string().as_bytes(), secret)?;
        Ok(Sealed { key_id: format!("{DATA_KEY}{}", keys.len()), bytes })
    }

    async fn open(
        &self,
        place: &SecretPlace,
        sealed: &Sealed,
    ) -> Result<SecretSlice<u8>, SealError> {
        let Some(version) = version(&sealed.key_id) else {
            return self.open_earlier(place, sealed).await;
        };
        let mut keys = self.keys(place.tenant).await?;
        if keys.len() < version {
            // Another node has made it since these were read.
            self.forget(place.tenant);
            keys = self.keys(place.tenant).await?;
        }
        let key = match version.checked_sub(1).and_then(|index| keys.get(index)) {
            Some(key) => key,
            None if self.shelf.is_destroyed(place.tenant).await.map_err(unavailable)? => {
                return Err(SealError::Destroyed);
            }
            None => return Err(SealError::UnknownKey(sealed.key_id.clone())),
        };
        key.open(place.to_string().as_bytes(), &sealed.bytes)
    }

    async fn is_newest(&self, tenant: TenantId, sealed: &Sealed) -> Result<bool, SealError> {
        let keys = self.keys(tenant).await?;
        Ok(version(&sealed.key_id).is_some_and(|version| version == keys.len()))
    }
}

/// The version of the data key that sealed this; `None` if a key of the file did.
fn version(key_id: &str) -> Option<usize> {
    key_id.strip_prefix(DATA_KEY)?.parse().ok()
}

/// The place as it was written when keys of the file sealed secrets themselves.
fn earlier(place: &SecretPlace) -> String {
    match place.kind {
        EntityKind::Tenant => format!("{}/models/key", place.tenant),
        _ => place.to_string(),
    }
}

fn unavailable(error: StoreError) -> SealError {
    SealError::Unavailable { reason: error.to_string() }
}

#[cfg(test)]
pub(crate) mod test;
