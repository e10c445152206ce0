//! Entities: their state, their feed, their image, the lists of them.

use crate::engine::Engine;
use crate::error::{corrupt, read_failed};
use crate::layout::{
    Section, Space, decode_append_key, decode_entity_key, decode_outbox_key, encode_entity,
    frame_key, frame_sequence, row_name, section_prefix, tenant_prefix,
};
use crate::tree::Snapshot;
use igny8_protocol_ids::{EntityKey, Sequence, TenantId};
use igny8_storage_api::codec::{StoredHead, decode_frame, decode_record, decode_row};
use igny8_storage_api::{
    AppendRow, EntityImage, FeedPage, Frame, Head, Loaded, OpenOutbox, StoreError, limits,
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
        self.loaded_in(&snapshot, entity, stored.head).map(Some)
    }

    fn loaded_in(
        &self,
        snapshot: &Snapshot,
        entity: &EntityKey,
        head: Head,
    ) -> Result<Loaded, StoreError> {
        let mut records = Vec::new();
        self.each_row(snapshot, entity, Section::Record, |key, value| {
            records.push(decode_record(entity, key, value)?);
            Some(())
        })?;
        let mut outbox = Vec::new();
        self.each_row(snapshot, entity, Section::Outbox, |tail, value| {
            let key = decode_outbox_key(tail)?;
            let body = decode_row(entity, &Section::Outbox.place(tail), value)?;
            outbox.push(OpenOutbox { key, body });
            Some(())
        })?;
        Ok(Loaded { head, records, outbox })
    }

    pub(crate) fn read_appends(&self, entity: &EntityKey) -> Result<Vec<AppendRow>, StoreError> {
        self.appends_in(&self.snapshot(), entity)
    }

    fn appends_in(
        &self,
        snapshot: &Snapshot,
        entity: &EntityKey,
    ) -> Result<Vec<AppendRow>, StoreError> {
        let mut rows = Vec::new();
        self.each_row(snapshot, entity, Section::Append, |tail, value| {
            let (epoch, sequence) = decode_append_key(tail)?;
            let body = decode_row(entity, &Section::Append.place(tail), value)?;
            rows.push(AppendRow { epoch, sequence, body });
            Some(())
        })?;
        Ok(rows)
    }

    /// Calls `row` with the key's rest and the value of each row; `None` from it means that the
    /// row does not decode.
    pub(crate) fn each_row(
        &self,
        snapshot: &Snapshot,
        entity: &EntityKey,
        section: Section,
        mut row: impl FnMut(&[u8], &[u8]) -> Option<()>,
    ) -> Result<(), StoreError> {
        let prefix = section_prefix(&encode_entity(entity), section);
        for guard in snapshot.prefix(self.space(Space::Entity), &prefix) {
            let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
            let tail = &key[prefix.len()..];
            row(tail, &value).ok_or_else(|| {
                corrupt(row_name(entity, section, tail), "it does not decode in this place")
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
        let stored = self.head_in(&snapshot, entity)?;
        let floor = stored.map(|stored| stored.floor).unwrap_or_default();
        let mut page = FeedPage { frames: Vec::new(), floor, truncated: false, more: false };
        let Some(stored) = stored else { return Ok(page) };
        if after < floor.sequence {
            page.truncated = true;
            return Ok(page);
        }
        let limit = limit.min(limits::FEED_PAGE_MAX);
        page.frames =
            self.frames_in(&snapshot, entity, &stored, after, (limit, FEED_PAGE_BYTES_MAX))?;
        let last = page.frames.last().map_or(after, |frame| frame.sequence);
        page.more = last < stored.head.sequence;
        Ok(page)
    }

    /// Frames after `after`, gap-free (R10), until the number or the bytes of `bounds` are reached.
    fn frames_in(
        &self,
        snapshot: &Snapshot,
        entity: &EntityKey,
        stored: &StoredHead,
        after: Sequence,
        bounds: (usize, usize),
    ) -> Result<Vec<Frame>, StoreError> {
        let key = encode_entity(entity);
        let prefix = section_prefix(&key, Section::Frame);
        let start = frame_key(&key, Sequence(after.0.saturating_add(1)));
        let end: Vec<u8> = prefix.iter().copied().chain([0xff; 9]).collect();
        let (mut frames, mut bytes, mut last) = (Vec::new(), 0, after);
        for guard in snapshot.range(self.space(Space::Entity), start..end) {
            if frames.len() >= bounds.0 || bytes >= bounds.1 {
                return Ok(frames);
            }
            let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
            let frame = next_frame(entity, &key[prefix.len()..], &value, last, &stored.head)?;
            last = frame.sequence;
            bytes += value.len();
            frames.push(frame);
        }
        if last < stored.head.sequence && frames.len() < bounds.0 && bytes < bounds.1 {
            let missing = row_name(entity, Section::Frame, &last.next().0.to_be_bytes());
            let reason = format!("it is missing; the head says {}", stored.head.sequence.0);
            return Err(corrupt(missing, reason));
        }
        Ok(frames)
    }

    pub(crate) fn read_image(&self, entity: &EntityKey) -> Result<Option<EntityImage>, StoreError> {
        let snapshot = self.snapshot();
        let Some(stored) = self.head_in(&snapshot, entity)? else { return Ok(None) };
        let all = (usize::MAX, usize::MAX);
        let after = stored.floor.sequence;
        Ok(Some(EntityImage {
            loaded: self.loaded_in(&snapshot, entity, stored.head)?,
            floor: stored.floor,
            frames: self.frames_in(&snapshot, entity, &stored, after, all)?,
            appends: self.appends_in(&snapshot, entity)?,
            wake: self.wake_in(&snapshot, entity)?,
        }))
    }

    /// The keys of all rows of an entity after this one, at most `limit`: what a broken-off restore
    /// left.
    pub(crate) fn row_keys(
        &self,
        entity: &EntityKey,
        limit: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = self.snapshot().prefix(self.space(Space::Entity), encode_entity(entity));
        rows.take(limit)
            .map(|guard| Ok(guard.key().map_err(|error| read_failed(&error))?.to_vec()))
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
        self.entities_in((start, Bound::Unbounded), limit)
    }

    pub(crate) fn read_tenant_entities(
        &self,
        tenant: TenantId,
        after: Option<EntityKey>,
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        let prefix = tenant_prefix(tenant);
        // No key goes on with this byte: the kind of an entity follows.
        let end = prefix.iter().copied().chain([0xff]).collect();
        let after = after.map(|entity| encode_entity(&entity)).filter(|key| *key > prefix);
        let start = after.map_or(Bound::Included(prefix), Bound::Excluded);
        if let Bound::Excluded(key) = &start
            && *key >= end
        {
            return Ok(Vec::new());
        }
        self.entities_in((start, Bound::Excluded(end)), limit)
    }

    fn entities_in(
        &self,
        range: (Bound<Vec<u8>>, Bound<Vec<u8>>),
        limit: usize,
    ) -> Result<Vec<EntityKey>, StoreError> {
        let rows = self.snapshot().range(self.space(Space::Heads), range);
        rows.take(limit)
            .map(|guard| {
                let key = guard.key().map_err(|error| read_failed(&error))?;
                decode_entity_key(&key).ok_or_else(|| corrupt("a head's key", "it does not decode"))
            })
            .collect()
    }
}

/// The next frame of a walk; anything but the next sequence is a gap and never goes out (R10).
fn next_frame(
    entity: &EntityKey,
    tail: &[u8],
    value: &[u8],
    last: Sequence,
    head: &Head,
) -> Result<Frame, StoreError> {
    let place = || row_name(entity, Section::Frame, tail);
    let sequence = frame_sequence(tail).ok_or_else(|| corrupt(place(), "it does not decode"))?;
    if sequence > head.sequence {
        let reason = format!("it lies beyond the head, which says {}", head.sequence.0);
        return Err(corrupt(place(), reason));
    }
    if sequence != last.next() {
        let missing = row_name(entity, Section::Frame, &last.next().0.to_be_bytes());
        return Err(corrupt(missing, format!("it is missing; frame {} follows", sequence.0)));
    }
    decode_frame(sequence, value).ok_or_else(|| corrupt(place(), "it does not decode"))
}
