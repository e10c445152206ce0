//! Putting an entity back: first a mark that keeps everybody else away, then its rows (see
//! `crate::restore`), then its head.

use super::group::{Group, Known};
use super::request::{Begun, Restored};
use crate::error::corrupt;
use crate::layout::{Space, encode_entity, restore_key};
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::codec::{encode_plain, plain};
use igny8_storage_api::{CommitOutcome, StoreError};

impl Group {
    /// Marks an entity that is not here with a number of its own: a restore that was broken off, or
    /// still goes on elsewhere, cannot write any more.
    pub(super) fn begin_restore(
        &mut self,
        known: &mut Known<'_>,
        entity: &EntityKey,
    ) -> Result<Begun, StoreError> {
        if let Some(stored) = self.head(known, entity)? {
            return Ok(Begun::Present(stored.head));
        }
        let number = self.restore_number(known, entity)?.unwrap_or(0) + 1;
        let key = restore_key(&encode_entity(entity));
        self.write(Space::Platform, key, Some(encode_plain(&number.to_be_bytes())));
        Ok(Begun::Marked(number))
    }

    /// Writes rows of an entity that is being restored; the last ones come with the head.
    pub(super) fn restore(
        &mut self,
        known: &mut Known<'_>,
        restored: Restored,
    ) -> Result<CommitOutcome, StoreError> {
        let entity = restored.entity;
        if let Some(stored) = self.head(known, &entity)? {
            return Ok(CommitOutcome::Fenced(stored.head));
        }
        if self.restore_number(known, &entity)? != Some(restored.number) {
            let reason = format!("another restore of {entity} has begun");
            return Err(StoreError::Unavailable { reason });
        }
        if let Some((stored, wake)) = restored.end {
            self.wake(known, &entity, stored.head.epoch, wake)?;
            self.heads.insert(entity, stored);
            self.write(Space::Platform, restore_key(&encode_entity(&entity)), None);
        }
        self.put(restored.rows);
        Ok(CommitOutcome::Applied(restored.head))
    }

    fn restore_number(
        &self,
        known: &Known<'_>,
        entity: &EntityKey,
    ) -> Result<Option<u64>, StoreError> {
        let value = self.row(known, Space::Platform, &restore_key(&encode_entity(entity)))?;
        let number =
            |value: &Vec<u8>| Some(u64::from_be_bytes(plain(value)?.as_ref().try_into().ok()?));
        let damaged =
            || corrupt(format!("{entity}, the mark of its restore"), "it does not decode");
        value.map(|value| number(&value).ok_or_else(damaged)).transpose()
    }
}
