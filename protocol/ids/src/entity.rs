//! Which entity: the key under which everything is stored.

use crate::{AccountId, DocumentId, SiteId, TenantId};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Who a row belongs to. Every stored key begins with it (R13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Rows of no tenant: accounts, claims, wake hints, members.
    Platform,
    /// Rows of one tenant.
    Tenant(TenantId),
}

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EntityKind {
    /// A person.
    Account,
    /// A tenant: members, plan, credit account, settings.
    Tenant,
    /// A site: keywords to publications, queue, credit slice.
    Site,
    /// A document: an article of a site.
    Document,
    /// A free document: any Yjs content.
    FreeDocument,
}

impl EntityKind {
    /// A short stable name: for keys, logs and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Tenant => "tenant",
            Self::Site => "site",
            Self::Document => "document",
            Self::FreeDocument => "free-document",
        }
    }
}

/// The whole key of an entity: scope first (R13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityKey {
    /// Platform or a tenant.
    pub scope: Scope,
    /// What it is.
    pub kind: EntityKind,
    /// Its id within the kind.
    pub id: Uuid,
}

impl EntityKey {
    /// The key of an account.
    pub const fn account(id: AccountId) -> Self {
        Self { scope: Scope::Platform, kind: EntityKind::Account, id: id.uuid() }
    }
    /// The key of a tenant.
    pub const fn tenant(id: TenantId) -> Self {
        Self { scope: Scope::Tenant(id), kind: EntityKind::Tenant, id: id.uuid() }
    }
    /// The key of a tenant's site.
    pub const fn site(tenant: TenantId, id: SiteId) -> Self {
        Self { scope: Scope::Tenant(tenant), kind: EntityKind::Site, id: id.uuid() }
    }
    /// The key of a tenant's document.
    pub const fn document(tenant: TenantId, id: DocumentId) -> Self {
        Self { scope: Scope::Tenant(tenant), kind: EntityKind::Document, id: id.uuid() }
    }
    /// The key of a tenant's free document.
    pub const fn free_document(tenant: TenantId, id: DocumentId) -> Self {
        Self { scope: Scope::Tenant(tenant), kind: EntityKind::FreeDocument, id: id.uuid() }
    }
}

impl fmt::Display for EntityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scope {
            Scope::Platform => write!(f, "{}/{}", self.kind.name(), self.id),
            Scope::Tenant(tenant) => write!(f, "{tenant}/{}/{}", self.kind.name(), self.id),
        }
    }
}
