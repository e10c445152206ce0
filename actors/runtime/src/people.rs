//! Who goes with a tenant that moves: the accounts of its members, and the addresses that they
//! claimed. Moving the rows is storage/care's business.

use crate::entity::{Replies, decode};
use crate::platform::claim_name;
use igny8_actors_domain::Entity;
use igny8_actors_domain::account::Account;
use igny8_actors_domain::tenant::Tenant;
use igny8_protocol_ids::{EntityKey, TenantId};
use igny8_storage_api::{Store, StoreError};

/// The members of a tenant, as rows of the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantPeople {
    /// Their accounts.
    pub accounts: Vec<EntityKey>,
    /// The names of the claims of their addresses.
    pub claims: Vec<String>,
}

/// Finds the members of a tenant, as they are committed. Reads the store alone: no actor is
/// started, no owner disturbed.
pub async fn tenant_people(
    store: &dyn Store,
    tenant: TenantId,
) -> Result<TenantPeople, StoreError> {
    let mut people = TenantPeople::default();
    let core: Tenant = committed(store, &EntityKey::tenant(tenant)).await?;
    for member in core.members() {
        let account = EntityKey::account(member.account);
        let core: Account = committed(store, &account).await?;
        people.accounts.push(account);
        people.claims.extend(core.card().map(|card| claim_name(&card.email)));
    }
    Ok(people)
}

/// An entity's committed state; that of one that never was if it is not there.
async fn committed<E: Entity>(store: &dyn Store, entity: &EntityKey) -> Result<E, StoreError> {
    let mut core = E::default();
    let loaded = store.load(entity).await?;
    for record in loaded.iter().flat_map(|loaded| &loaded.records) {
        if !Replies::owns(&record.key) {
            core.put(decode::<E::Record>(&entity.to_string(), &record.value)?);
        }
    }
    Ok(core)
}
