//! Claims, wake hints, members.

use crate::engine::Engine;
use crate::error::{corrupt, read_failed};
use crate::layout::{
    Space, claim_key, claim_prefix, decode_claim_key, decode_heartbeat_key, decode_wake_key,
    encode_entity, heartbeat_prefix, membership_key, wake_due_range, wake_of_key,
};
use crate::tree::Snapshot;
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Timestamp};
use igny8_storage_api::codec::{decode_due, decode_membership, decode_wake, plain};
use igny8_storage_api::{Heartbeat, Membership, StoreError, Wake};
use std::ops::Bound;

impl Engine {
    pub(crate) fn read_claim(&self, name: &str) -> Result<Option<Bytes>, StoreError> {
        let Some(value) = self.get(Space::Platform, &claim_key(name))? else { return Ok(None) };
        claim_value(name, &value).map(Some)
    }

    pub(crate) fn read_claims(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Bytes)>, StoreError> {
        let start = match after {
            Some(name) => Bound::Excluded(claim_key(name)),
            None => Bound::Included(claim_prefix()),
        };
        // No UTF-8 begins with this byte.
        let end = Bound::Excluded([claim_prefix(), vec![0xff]].concat());
        let rows = self.snapshot().range(self.space(Space::Platform), (start, end));
        rows.take(limit)
            .map(|guard| {
                let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
                let name = decode_claim_key(&key)
                    .ok_or_else(|| corrupt("a claim's name", "it does not decode"))?;
                let value = claim_value(&name, &value)?;
                Ok((name, value))
            })
            .collect()
    }

    pub(crate) fn read_wake(&self, entity: &EntityKey) -> Result<Option<Timestamp>, StoreError> {
        self.wake_in(&self.snapshot(), entity)
    }

    pub(crate) fn wake_in(
        &self,
        snapshot: &Snapshot,
        entity: &EntityKey,
    ) -> Result<Option<Timestamp>, StoreError> {
        let key = wake_of_key(&encode_entity(entity));
        let value = snapshot.get(self.space(Space::Platform), key);
        let value = value.map_err(|error| read_failed(&error))?;
        value.map(|value| Ok(wake_value(entity, &value)?.0)).transpose()
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

    pub(crate) fn read_membership(&self) -> Result<Membership, StoreError> {
        let value = self.get(Space::Platform, &membership_key())?;
        value.map_or_else(|| Ok(Membership::default()), |value| membership_value(&value))
    }

    pub(crate) fn read_heartbeats(&self) -> Result<Vec<Heartbeat>, StoreError> {
        let rows = self.snapshot().prefix(self.space(Space::Platform), heartbeat_prefix());
        rows.map(|guard| {
            let (key, value) = guard.into_inner().map_err(|error| read_failed(&error))?;
            let node = decode_heartbeat_key(&key);
            let beat = node.zip(decode_due(&value)).map(|(node, at)| Heartbeat { node, at });
            beat.ok_or_else(|| corrupt("a heartbeat", "it does not decode"))
        })
        .collect()
    }
}

pub(crate) fn claim_value(name: &str, value: &[u8]) -> Result<Bytes, StoreError> {
    plain(value).ok_or_else(|| corrupt(format!("the claim of {name:?}"), "it does not decode"))
}

pub(crate) fn wake_value(
    entity: &EntityKey,
    value: &[u8],
) -> Result<(Timestamp, Epoch), StoreError> {
    decode_wake(value).ok_or_else(|| corrupt(format!("{entity}, wake hint"), "it does not decode"))
}

pub(crate) fn membership_value(value: &[u8]) -> Result<Membership, StoreError> {
    decode_membership(value).ok_or_else(|| corrupt("the membership", "it does not decode"))
}
