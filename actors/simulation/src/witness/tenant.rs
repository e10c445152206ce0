//! A tenant as it is committed.

use super::ledger;
use igny8_actors_domain::Entity;
use igny8_actors_domain::tenant::{Tenant, TenantRecord};
use igny8_actors_runtime::probe;
use igny8_protocol_ids::Timestamp;
use igny8_storage_api::Change;

/// Rebuilt from its records alone.
#[derive(Default)]
pub(super) struct TenantBook {
    pub(super) core: Tenant,
}

impl TenantBook {
    /// Takes a commit in; answers when the tenant is due next.
    pub(super) fn commit(
        &mut self,
        change: &Change,
        broken: &mut Vec<(&'static str, String)>,
    ) -> Option<Timestamp> {
        let mut money = false;
        for key in &change.deletes {
            drop(self.core.delete(&key.to_vec()));
        }
        for put in &change.puts {
            if let Some(record) = probe::record::<Tenant>(&put.key, &put.value) {
                money |= matches!(record, TenantRecord::Ledger(_));
                drop(self.core.put(record));
            }
        }
        if money {
            ledger::check(self.core.ledger(), broken);
        }
        self.core.next_due()
    }
}
