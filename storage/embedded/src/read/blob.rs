//! Blobs, and which of them nobody names.

use crate::engine::Engine;
use crate::error::{corrupt, read_failed};
use crate::layout::{
    Section, Space, blob_key, decode_blob_key, decode_entity_key, encode_entity, row_name,
    section_prefix, tenant_prefix,
};
use crate::tree::Snapshot;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, TenantId, Timestamp};
use igny8_storage_api::codec::{blobs_of_record, decode_blob, decode_due, hides_its_blobs};
use igny8_storage_api::{BlobHash, StoreError};
use std::collections::HashSet;
use std::ops::Bound;

/// A blob that may be removed if it has not been written since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SeenBlob {
    pub(crate) hash: BlobHash,
    /// Its mark; those from before there were marks have none.
    pub(crate) written: Option<Timestamp>,
}

impl Engine {
    pub(crate) fn read_blob(
        &self,
        tenant: TenantId,
        hash: BlobHash,
    ) -> Result<Option<Bytes>, StoreError> {
        let Some(value) = self.get(Space::Blobs, &blob_key(tenant, hash))? else { return Ok(None) };
        decode_blob(&value, hash).map(Some).ok_or_else(|| {
            let name = blake3::Hash::from_bytes(hash.0).to_hex();
            corrupt(format!("{tenant}, blob {name}"), "its bytes are not what its hash says")
        })
    }

    pub(crate) fn has_blob(&self, tenant: TenantId, hash: BlobHash) -> Result<bool, StoreError> {
        self.snapshot()
            .contains_key(self.space(Space::Blobs), blob_key(tenant, hash))
            .map_err(|error| read_failed(&error))
    }

    pub(crate) fn read_blobs(
        &self,
        tenant: TenantId,
        after: Option<BlobHash>,
        limit: usize,
    ) -> Result<Vec<BlobHash>, StoreError> {
        let start = match after {
            Some(hash) => Bound::Excluded(blob_key(tenant, hash)),
            None => Bound::Included(tenant_prefix(tenant)),
        };
        let end = tenant_prefix(tenant).into_iter().chain([0xff; 33]).collect();
        let rows = self.snapshot().range(self.space(Space::Blobs), (start, Bound::Excluded(end)));
        rows.take(limit)
            .map(|guard| blob_hash(&guard.key().map_err(|error| read_failed(&error))?))
            .collect()
    }

    /// How many blobs a tenant has, and those of them that may be removed.
    pub(crate) fn unnamed_blobs(
        &self,
        tenant: TenantId,
        written_before: Timestamp,
    ) -> Result<(u64, Vec<SeenBlob>), StoreError> {
        let snapshot = self.snapshot();
        let named = self.named_blobs(&snapshot, tenant)?;
        let (mut all, mut unnamed) = (0, Vec::new());
        for guard in snapshot.prefix(self.space(Space::Blobs), tenant_prefix(tenant)) {
            let key = guard.key().map_err(|error| read_failed(&error))?;
            let hash = blob_hash(&key)?;
            all += 1;
            let mark = snapshot.get(self.space(Space::Marks), &key);
            let mark = mark.map_err(|error| read_failed(&error))?;
            let written = mark.map(|mark| decode_mark(tenant, &mark)).transpose()?;
            let old = written.unwrap_or(Timestamp::from_millis(0)) < written_before;
            if old && named.as_ref().is_some_and(|named| !named.contains(&hash)) {
                unnamed.push(SeenBlob { hash, written });
            }
        }
        Ok((all, unnamed))
    }

    /// The blobs that a tenant's records name; `None` if one of them does not say.
    fn named_blobs(
        &self,
        snapshot: &Snapshot,
        tenant: TenantId,
    ) -> Result<Option<HashSet<BlobHash>>, StoreError> {
        let mut named = HashSet::new();
        for guard in snapshot.prefix(self.space(Space::Heads), tenant_prefix(tenant)) {
            let key = guard.key().map_err(|error| read_failed(&error))?;
            let entity = decode_entity_key(&key)
                .ok_or_else(|| corrupt("a head's key", "it does not decode"))?;
            if !self.add_named(snapshot, &entity, &mut named)? {
                return Ok(None);
            }
        }
        Ok(Some(named))
    }

    /// Adds what an entity's records name. False if one of them does not say.
    fn add_named(
        &self,
        snapshot: &Snapshot,
        entity: &EntityKey,
        named: &mut HashSet<BlobHash>,
    ) -> Result<bool, StoreError> {
        let prefix = section_prefix(&encode_entity(entity), Section::Record);
        for guard in snapshot.prefix(self.space(Space::Entity), &prefix) {
            let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
            if hides_its_blobs(&value) {
                return Ok(false);
            }
            named.extend(blobs_of_record(&value).ok_or_else(|| {
                let place = row_name(entity, Section::Record, &key[prefix.len()..]);
                corrupt(place, "it does not decode in this place")
            })?);
        }
        Ok(true)
    }
}

pub(crate) fn decode_mark(tenant: TenantId, value: &[u8]) -> Result<Timestamp, StoreError> {
    decode_due(value)
        .ok_or_else(|| corrupt(format!("{tenant}, the mark of a blob"), "it does not decode"))
}

fn blob_hash(key: &[u8]) -> Result<BlobHash, StoreError> {
    let decoded = decode_blob_key(key).ok_or_else(|| corrupt("a blob's key", "it does not decode"));
    decoded.map(|(_, hash)| hash)
}
