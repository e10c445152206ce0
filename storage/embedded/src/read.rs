//! Reads: each works on one snapshot, so it sees one moment. Blocking; the store calls them on a
//! thread for blocking work.

use crate::engine::Engine;
use crate::error::{corrupt, read_failed};
use crate::layout::{
    Frame, Section, Space, blob_key, claim_key, decode_append_key, decode_blob, decode_entity_key,
    decode_outbox_key, decode_wake_key, encode_entity, frame_key, frame_sequence, plain,
    section_prefix, wake_due_range,
};
use bytes::Bytes;
use fjall::Readable;
use igny8_protocol_ids::{EntityKey, Sequence, TenantId, Timestamp};
use igny8_storage_api::{
    AppendRow, BlobHash, Event, FeedPage, Head, Loaded, OpenOutbox, StoreError, Wake, limits,
};
use std::ops::Bound;

/// A page of a feed stops after the commit that passes this, so that a page of large events stays
/// in memory.
const FEED_PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

impl Engine {
    pub(crate) fn read_head(&self, entity: &EntityKey) -> Result<Option<Head>, StoreError> {
        Ok(self.head_in(&self.snapshot(), entity)?.map(|stored| stored.head))
    }

    pub(crate) fn read_all(&self, entity: &EntityKey) -> Result<Option<Loaded>, StoreError> {
        let snapshot = self.snapshot();
        let Some(stored) = self.head_in(&snapshot, entity)? else { return Ok(None) };
        let mut records = Vec::new();
        self.each_row(&snapshot, entity, Section::Record, |key, value| {
            records.push((Bytes::copy_from_slice(key), plain(value)?));
            Some(())
        })?;
        let mut outbox = Vec::new();
        self.each_row(&snapshot, entity, Section::Outbox, |key, value| {
            outbox.push(OpenOutbox { key: decode_outbox_key(key)?, body: plain(value)? });
            Some(())
        })?;
        Ok(Some(Loaded { head: stored.head, records, outbox }))
    }

    pub(crate) fn read_appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError> {
        let mut rows = Vec::new();
        self.each_row(&self.snapshot(), entity, Section::Append, |key, value| {
            let (epoch, sequence) = decode_append_key(key)?;
            rows.push(AppendRow { epoch, sequence, body: plain(value)? });
            Some(())
        })?;
        Ok(rows)
    }

    /// Calls `row` with the key's rest and the value of each row; `None` from it means that the
    /// row does not decode.
    pub(crate) fn each_row(
        &self,
        snapshot: &fjall::Snapshot,
        entity: &EntityKey,
        section: Section,
        mut row: impl FnMut(&[u8], &[u8]) -> Option<()>,
    ) -> Result<(), StoreError> {
        let prefix = section_prefix(&encode_entity(entity), section);
        for guard in snapshot.prefix(self.space(Space::Entity), &prefix) {
            let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
            row(&key[prefix.len()..], &value).ok_or_else(|| {
                corrupt(format!("{entity}, {section:?}"), "a row does not decode")
            })?;
        }
        Ok(())
    }

    pub(crate) fn read_feed(
        &self,
        entity: &EntityKey,
        after: Sequence,
        limit: usize,
    ) -> Result<FeedPage, StoreError> {
        let snapshot = self.snapshot();
        let mut page = FeedPage { events: Vec::new(), truncated: false, more: false };
        let Some(stored) = self.head_in(&snapshot, entity)? else { return Ok(page) };
        if after < stored.floor {
            page.truncated = true;
            return Ok(page);
        }
        let key = encode_entity(entity);
        let prefix = section_prefix(&key, Section::Frame);
        let start = frame_key(&key, Sequence(after.0.saturating_add(1)));
        let end = section_prefix(&key, Section::Frame).into_iter().chain([0xff; 9]).collect();
        let mut last = after;
        let mut bytes = 0;
        for guard in snapshot
            .range(self.space(Space::Entity), start..end)
            .take(limit.min(limits::FEED_PAGE_MAX))
        {
            let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
            let event = feed_event(entity, &key[prefix.len()..], &value, last)?;
            last = event.sequence;
            bytes += value.len();
            page.events.push(event);
            if bytes >= FEED_PAGE_BYTES_MAX {
                break;
            }
        }
        page.more = last < stored.head.sequence;
        Ok(page)
    }

    pub(crate) fn read_blob(
        &self,
        tenant: TenantId,
        hash: BlobHash,
    ) -> Result<Option<Bytes>, StoreError> {
        let Some(value) = self.get(Space::Blobs, &blob_key(tenant, hash))? else { return Ok(None) };
        decode_blob(&value, hash).map(Some).ok_or_else(|| {
            corrupt(format!("a blob of tenant {tenant}"), "its bytes are not what its hash says")
        })
    }

    pub(crate) fn has_blob(&self, tenant: TenantId, hash: BlobHash) -> Result<bool, StoreError> {
        self.space(Space::Blobs)
            .contains_key(blob_key(tenant, hash))
            .map_err(|error| read_failed(&error))
    }

    pub(crate) fn read_claim(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let Some(value) = self.get(Space::Platform, &claim_key(name))? else { return Ok(None) };
        plain(&value).map(Some).ok_or_else(|| corrupt("a claim", "it does not decode"))
    }

    pub(crate) fn read_wakes(
        &self,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Wake>, StoreError> {
        let (start, end) = wake_due_range(until);
        let rows = self.snapshot().range(self.space(Space::Platform), start..end);
        rows.take(limit)
            .map(|guard| {
                let key = guard.key().map_err(|error| read_failed(&error))?;
                decode_wake_key(&key).ok_or_else(|| corrupt("a wake hint", "it does not decode"))
            })
            .collect()
    }

    pub(crate) fn read_entities(
        &self,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        let start = match after {
            Some(entity) => Bound::Excluded(encode_entity(&entity)),
            None => Bound::Unbounded,
        };
        let rows = self.snapshot().range(self.space(Space::Heads), (start, Bound::Unbounded));
        rows.take(limit)
            .map(|guard| {
                let key = guard.key().map_err(|error| read_failed(&error))?;
                decode_entity_key(&key).ok_or_else(|| corrupt("a head's key", "it does not decode"))
            })
            .collect()
    }
}

/// One commit of a feed; anything but the next sequence is a gap and never goes out (R10).
fn feed_event(
    entity: &EntityKey,
    key: &[u8],
    value: &[u8],
    last: Sequence,
) -> Result<Event, StoreError> {
    let place = || format!("the feed of {entity} after {}", last.0);
    let sequence = frame_sequence(key).ok_or_else(|| corrupt(place(), "a key does not decode"))?;
    if sequence != last.next() {
        return Err(corrupt(place(), format!("the next frame is {}", sequence.0)));
    }
    let frame =
        Frame::decode(value).ok_or_else(|| corrupt(place(), "the next frame does not decode"))?;
    Ok(Event { epoch: frame.epoch, sequence, bodies: frame.events })
}
