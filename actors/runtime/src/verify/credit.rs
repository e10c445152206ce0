//! Whether a tenant's credits and its sites' slices tell one story: what was granted is there,
//! spent or expired, and what left one ledger has arrived in the other or is on its way.

use igny8_actors_domain::ledger::Balance;
use igny8_actors_domain::site::Site;
use igny8_actors_domain::tenant::Tenant;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The ledgers of one tenant, as balances.
#[derive(Default)]
pub(super) struct Books {
    tenant: Option<Balance>,
    /// By site: what the tenant says that it has lent, less what came back.
    lent: BTreeMap<Uuid, i64>,
    slices: BTreeMap<Uuid, Balance>,
    /// True while transfers may be on their way.
    is_moving: bool,
}

impl Books {
    pub(super) fn tenant(&mut self, tenant: &Tenant, outbox_open: usize) {
        self.tenant = Some(tenant.balance());
        self.lent = tenant.sites().map(|site| (site.id.uuid(), site.lent.0)).collect();
        self.is_moving |= outbox_open > 0;
    }

    pub(super) fn site(&mut self, id: Uuid, site: &Site, outbox_open: usize) {
        self.slices.insert(id, site.ledger().balance());
        self.is_moving |= outbox_open > 0;
    }

    pub(super) fn contradictions(&self) -> Vec<String> {
        let Some(tenant) = self.tenant else { return vec!["its own ledger is missing".to_owned()] };
        let mut wrong = Vec::new();
        let mut moving_total = tenant.elsewhere.0;
        for (site, slice) in &self.slices {
            moving_total += slice.elsewhere.0;
            match self.lent.get(site) {
                Some(lent) => wrong.extend(self.transfer(*site, lent + slice.elsewhere.0)),
                None => wrong.push(format!("it does not know its site {site}")),
            }
        }
        for (site, lent) in &self.lent {
            if *lent != 0 && !self.slices.contains_key(site) {
                wrong.extend(self.transfer(*site, *lent));
            }
        }
        let all = || std::iter::once(&tenant).chain(self.slices.values());
        let sum = |part: fn(&Balance) -> i64| all().map(part).sum::<i64>();
        let granted = sum(|balance| balance.granted.0);
        let there = sum(|balance| balance.settled.0 + balance.spent.0 + balance.expired.0);
        if granted != there + moving_total {
            wrong.push(format!(
                "{granted} were granted; {there} are there or used, {moving_total} on their way"
            ));
        }
        wrong
    }

    /// What is on its way to or from a slice: never less than nothing, and nothing at rest.
    fn transfer(&self, site: Uuid, moving: i64) -> Option<String> {
        let is_wrong = moving < 0 || (moving > 0 && !self.is_moving);
        is_wrong.then(|| format!("{moving} credits are between it and its site {site}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use igny8_protocol_ids::Credits;

    fn books(lent: i64, arrived: i64, is_moving: bool) -> Books {
        let site = Uuid::from_u128(1);
        let own = Balance {
            granted: Credits(600),
            settled: Credits(600 - lent),
            elsewhere: Credits(lent),
            ..Balance::default()
        };
        let slice = Balance {
            settled: Credits(arrived - 10),
            spent: Credits(10),
            elsewhere: Credits(-arrived),
            ..Balance::default()
        };
        Books {
            tenant: Some(own),
            lent: [(site, lent)].into(),
            slices: [(site, slice)].into(),
            is_moving,
        }
    }

    #[test]
    fn r6_what_left_one_ledger_has_arrived_in_the_other() {
        assert_eq!(books(100, 100, false).contradictions(), [""; 0]);
        assert_eq!(books(100, 60, true).contradictions(), [""; 0]);
        assert_eq!(books(100, 60, false).contradictions().len(), 1, "lost on the way");
        assert_eq!(books(100, 140, true).contradictions().len(), 1, "arrived twice");
        let mut more = books(100, 100, false);
        more.slices.values_mut().for_each(|slice| slice.settled = Credits(500));
        assert_eq!(more.contradictions().len(), 1, "more than was granted");
        let mut alone = books(100, 100, false);
        alone.tenant = None;
        assert_eq!(alone.contradictions().len(), 1);
    }
}
