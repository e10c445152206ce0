//! Claims, wake hints and the membership: each is read and changed in one step.

use super::group::{Group, Known};
use crate::layout::{Space, claim_key, encode_entity, membership_key, wake_due_key, wake_of_key};
use crate::read::{claim_value, membership_value, wake_value};
use bytes::Bytes;
use igny8_protocol_ids::{EntityKey, Epoch, Timestamp};
use igny8_storage_api::codec::{encode_membership, encode_plain, encode_wake};
use igny8_storage_api::{ClaimOutcome, Member, Membership, MembershipOutcome, StoreError};

impl Group {
    pub(super) fn claim(
        &mut self,
        known: &Known<'_>,
        name: &str,
        value: &Bytes,
    ) -> Result<ClaimOutcome, StoreError> {
        match self.claimed(known, name)? {
            Some(held) if held != *value => Ok(ClaimOutcome::Held(held)),
            Some(_) => Ok(ClaimOutcome::Claimed),
            None => {
                self.write(Space::Platform, claim_key(name), Some(encode_plain(value)));
                Ok(ClaimOutcome::Claimed)
            }
        }
    }

    /// Replaces a claim held with `old`, or gives it back if there is no `new`.
    pub(super) fn replace_claim(
        &mut self,
        known: &Known<'_>,
        name: &str,
        old: &Bytes,
        new: Option<&Bytes>,
    ) -> Result<bool, StoreError> {
        let held = self.claimed(known, name)?;
        if held.as_ref() == Some(old) {
            let value = new.map(|new| encode_plain(new));
            self.write(Space::Platform, claim_key(name), value);
            return Ok(true);
        }
        Ok(new.is_some() && held.as_ref() == new)
    }

    fn claimed(&self, known: &Known<'_>, name: &str) -> Result<Option<Bytes>, StoreError> {
        let value = self.row(known, Space::Platform, &claim_key(name))?;
        value.map(|value| claim_value(name, &value)).transpose()
    }

    pub(super) fn wake(
        &mut self,
        known: &Known<'_>,
        entity: &EntityKey,
        epoch: Epoch,
        due: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let entity_bytes = encode_entity(entity);
        let key = wake_of_key(&entity_bytes);
        match self.row(known, Space::Platform, &key)? {
            Some(value) => {
                let (before, owner) = wake_value(entity, &value)?;
                if owner > epoch {
                    return Ok(());
                }
                self.write(Space::Platform, wake_due_key(before, &entity_bytes), None);
            }
            None if due.is_none() => return Ok(()),
            None => {}
        }
        if let Some(due) = due {
            let row = wake_due_key(due, &entity_bytes);
            self.write(Space::Platform, row, Some(encode_plain(&[])));
        }
        self.write(Space::Platform, key, due.map(|due| encode_wake(due, epoch)));
        Ok(())
    }

    pub(super) fn change_membership(
        &mut self,
        known: &Known<'_>,
        version: u64,
        mut members: Vec<Member>,
    ) -> Result<MembershipOutcome, StoreError> {
        let value = self.row(known, Space::Platform, &membership_key())?;
        let current = value.map_or_else(|| Ok(Membership::default()), |v| membership_value(&v))?;
        if current.version != version {
            return Ok(MembershipOutcome::Moved(current));
        }
        members.sort_by_key(|member| member.node);
        let changed = Membership { version: version + 1, members };
        self.write(Space::Platform, membership_key(), Some(encode_membership(&changed)));
        Ok(MembershipOutcome::Changed(changed))
    }
}
