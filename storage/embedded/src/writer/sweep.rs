//! What may go away: blobs that nobody names, entries of logs that have expired. Looked at once
//! more here, where nothing comes in between.

use super::group::{Group, Known};
use super::request::BlobToPut;
use crate::layout::{Space, blob_key};
use crate::read::{SeenBlob, decode_mark, entry_expires};
use igny8_protocol_ids::{TenantId, Timestamp};
use igny8_storage_api::StoreError;
use igny8_storage_api::codec::encode_due;

impl Group {
    /// Marks a blob as written, with its bytes if they come along. False if they do not and are not
    /// here either: a collection has removed them since the caller looked.
    pub(super) fn put_blob(
        &mut self,
        known: &Known<'_>,
        blob: BlobToPut,
    ) -> Result<bool, StoreError> {
        let key = blob_key(blob.tenant, blob.hash);
        let before = self.mark(known, blob.tenant, &key)?;
        // Without a mark the bytes may be there from before there were marks.
        if blob.value.is_none()
            && before.is_none()
            && self.row(known, Space::Blobs, &key)?.is_none()
        {
            return Ok(false);
        }
        if let Some(value) = blob.value {
            self.write(Space::Blobs, key.clone(), Some(value));
        }
        let written = before.map_or(blob.written, |before| before.max(blob.written));
        self.write(Space::Marks, key, Some(encode_due(written)));
        Ok(true)
    }

    /// Removes those that were not written since they were seen. Their number is the answer.
    pub(super) fn remove_blobs(
        &mut self,
        known: &Known<'_>,
        tenant: TenantId,
        seen: &[SeenBlob],
    ) -> Result<u64, StoreError> {
        let mut unchanged = Vec::with_capacity(seen.len());
        // Read before anything is staged: an error must leave nothing behind.
        for blob in seen {
            let key = blob_key(tenant, blob.hash);
            if self.mark(known, tenant, &key)? == blob.written {
                unchanged.push(key);
            }
        }
        let removed = unchanged.len() as u64;
        for key in unchanged {
            self.write(Space::Marks, key.clone(), None);
            self.write(Space::Blobs, key, None);
        }
        Ok(removed)
    }

    fn mark(
        &self,
        known: &Known<'_>,
        tenant: TenantId,
        key: &[u8],
    ) -> Result<Option<Timestamp>, StoreError> {
        let value = self.row(known, Space::Marks, key)?;
        value.map(|value| decode_mark(tenant, &value)).transpose()
    }

    /// Removes entries that still are expired. Their number is the answer.
    pub(super) fn remove_expired(
        &mut self,
        known: &Known<'_>,
        keys: Vec<Vec<u8>>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut expired = Vec::with_capacity(keys.len());
        for key in keys {
            if let Some(value) = self.row(known, Space::Logs, &key)?
                && entry_expires(&value)? <= now
            {
                expired.push(key);
            }
        }
        let removed = expired.len() as u64;
        for key in expired {
            self.write(Space::Logs, key, None);
        }
        Ok(removed)
    }
}
