//! Putting an entity back: first a mark that keeps everybody else away, then its rows (see
//! `crate::restore`), then its head.

use super::group::{Group, Known};
use super::request::Restored;
use crate::layout::{Space, encode_entity, restore_key};
use igny8_protocol_ids::EntityKey;
use igny8_storage_api::codec::encode_plain;
use igny8_storage_api::{CommitOutcome, Head, StoreError};

impl Group {
    /// The head, if the entity is here already.
    pub(super) fn begin_restore(
        &mut self,
        known: &mut Known<'_>,
        entity: &EntityKey,
    ) -> Result<Option<Head>, StoreError> {
        if let Some(stored) = self.head(known, entity)? {
            return Ok(Some(stored.head));
        }
        let key = restore_key(&encode_entity(entity));
        self.write(Space::Platform, key, Some(encode_plain(&[])));
        Ok(None)
    }

    pub(super) fn end_restore(
        &mut self,
        known: &mut Known<'_>,
        restored: Restored,
    ) -> Result<CommitOutcome, StoreError> {
        let entity = restored.entity;
        if let Some(stored) = self.head(known, &entity)? {
            return Ok(CommitOutcome::Fenced(stored.head));
        }
        self.wake(known, &entity, restored.wake)?;
        self.put(restored.rows);
        self.heads.insert(entity, restored.head);
        self.write(Space::Platform, restore_key(&encode_entity(&entity)), None);
        Ok(CommitOutcome::Applied(restored.head.head))
    }
}
