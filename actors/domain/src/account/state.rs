//! An account's state, rebuilt from its records, and what can be read of it.

use super::record::{AccountCard, AccountRecord, Membership, Session};
use crate::entity::RecordKey;
use crate::role::Role;
use igny8_protocol_ids::{SessionId, TenantId, Timestamp};
use std::collections::BTreeMap;

/// A person: password, sessions, and the tenants they belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    card: Option<AccountCard>,
    memberships: BTreeMap<TenantId, Membership>,
    sessions: BTreeMap<SessionId, Session>,
}

fn key(kind: u8, id: &[u8]) -> RecordKey {
    let mut key = vec![kind];
    key.extend_from_slice(id);
    key
}

pub(super) fn membership_key(tenant: TenantId) -> RecordKey {
    key(b'm', tenant.uuid().as_bytes())
}

pub(super) fn session_key(session: SessionId) -> RecordKey {
    key(b's', session.uuid().as_bytes())
}

/// The key of a record: a kind byte and an id.
pub(super) fn record_key(record: &AccountRecord) -> RecordKey {
    match record {
        AccountRecord::Card(_) => key(b'c', &[]),
        AccountRecord::Membership(membership) => membership_key(membership.tenant),
        AccountRecord::Session(session) => session_key(session.id),
    }
}

impl Account {
    pub(super) fn take_in(&mut self, record: AccountRecord) -> Option<AccountRecord> {
        match record {
            AccountRecord::Card(card) => self.card.replace(card).map(AccountRecord::Card),
            AccountRecord::Membership(membership) => self
                .memberships
                .insert(membership.tenant, membership)
                .map(AccountRecord::Membership),
            AccountRecord::Session(session) => {
                self.sessions.insert(session.id, session).map(AccountRecord::Session)
            }
        }
    }

    pub(super) fn take_out(&mut self, key: &RecordKey) -> Option<AccountRecord> {
        let (kind, id) = key.split_first()?;
        match kind {
            b'c' => self.card.take().map(AccountRecord::Card),
            b'm' => {
                let tenant = *self.memberships.keys().find(|key| key.uuid().as_bytes() == id)?;
                self.memberships.remove(&tenant).map(AccountRecord::Membership)
            }
            b's' => {
                let session = *self.sessions.keys().find(|key| key.uuid().as_bytes() == id)?;
                self.sessions.remove(&session).map(AccountRecord::Session)
            }
            _ => None,
        }
    }

    /// The person; none before they registered.
    pub fn card(&self) -> Option<&AccountCard> {
        self.card.as_ref()
    }
    /// The tenants they belong to.
    pub fn memberships(&self) -> impl ExactSizeIterator<Item = &Membership> {
        self.memberships.values()
    }
    /// Their place in a tenant.
    pub fn membership(&self, tenant: TenantId) -> Option<&Membership> {
        self.memberships.get(&tenant)
    }
    /// Their role in a tenant, as far as the account knows: the tenant decides.
    pub fn role_in(&self, tenant: TenantId) -> Option<Role> {
        self.membership(tenant).map(|membership| membership.role)
    }
    /// All sessions, also those whose end is due.
    pub fn sessions(&self) -> impl ExactSizeIterator<Item = &Session> {
        self.sessions.values()
    }
    /// A session that is open now: access tokens are checked against it.
    pub fn open_session(&self, id: SessionId, now: Timestamp) -> Option<&Session> {
        self.sessions.get(&id).filter(|session| session.ends_at() > now)
    }
    pub(super) fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(&id)
    }
}
