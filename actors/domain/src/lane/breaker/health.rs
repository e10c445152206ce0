//! Who rests after failures. What a provider says of its key (its rate, its budget, a refusal)
//! concerns everybody who shares it. Failures of its own may be the fault of what it was asked: the
//! tenant that met them rests alone, and counts once towards a rest of all. So one tenant, however
//! often it fails, never holds another up; a provider that is down is found out by three.

use super::{Breaker, BreakerState};
use crate::entity::Dice;
use crate::site::{FailureClass, Fault};
use igny8_protocol_ids::{TenantId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Tenants of one lane whose failures are remembered: about 100 KB. Beyond it those that do not
/// rest just now are forgotten.
const TENANTS_MAX: usize = 1_024;

/// What a call tries that has rested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::lane) struct Tries {
    lane: bool,
    tenant: bool,
}

impl Tries {
    pub(in crate::lane) const fn any(self) -> bool {
        self.lane || self.tenant
    }
}

/// The breaker of a lane, and where tenants share it one of each tenant.
#[derive(Clone, Debug)]
pub(in crate::lane) struct Health {
    shared: bool,
    lane: Breaker,
    tenants: BTreeMap<TenantId, Breaker>,
    /// Tenants that met failures since anybody got an answer: each has counted once for the lane.
    struck: BTreeSet<TenantId>,
}

impl Health {
    pub(in crate::lane) fn new(shared: bool) -> Self {
        let (tenants, struck) = (BTreeMap::new(), BTreeSet::new());
        Self { shared, lane: Breaker::default(), tenants, struck }
    }

    /// How the lane is for everybody.
    pub(in crate::lane) fn of_all(&self, now: Timestamp) -> BreakerState {
        self.lane.state(now)
    }

    /// How it is for a tenant: what lasts the longest.
    pub(in crate::lane) fn of(&self, now: Timestamp, tenant: TenantId) -> BreakerState {
        use BreakerState::{Closed, HalfOpen, Open};
        let own = self.tenants.get(&tenant).map_or(Closed, |own| own.state(now));
        match (self.lane.state(now), own) {
            (Open { until: Some(lane), .. }, Open { until: Some(of_own), .. }) if of_own > lane => {
                own
            }
            (lane @ Open { .. }, _) => lane,
            (_, Open { .. } | HalfOpen { trying: true, .. }) => own,
            (lane @ HalfOpen { .. }, _) => lane,
            (Closed, _) => own,
        }
    }

    /// True if nothing is known that would be lost.
    pub(in crate::lane) fn is_forgettable(&self, now: Timestamp) -> bool {
        let rests = |own: &Breaker| own.state(now) != BreakerState::Closed;
        self.lane.state(now) == BreakerState::Closed && !self.tenants.values().any(rests)
    }

    /// True if a call of a tenant may start now.
    pub(in crate::lane) fn may(&self, now: Timestamp, tenant: TenantId) -> bool {
        self.lane.may(now) && self.tenants.get(&tenant).is_none_or(|own| own.may(now))
    }

    /// A call starts: where something has rested, it is the one that tries.
    pub(in crate::lane) fn began(&mut self, now: Timestamp, tenant: TenantId) -> Tries {
        let lane = self.lane.began(now);
        Tries { lane, tenant: self.tenants.get_mut(&tenant).is_some_and(|own| own.began(now)) }
    }

    /// A call ended without telling anything.
    pub(in crate::lane) fn gave_up(&mut self, tenant: TenantId, tries: Tries) {
        self.lane.gave_up(tries.lane);
        if let Some(own) = self.tenants.get_mut(&tenant) {
            own.gave_up(tries.tenant);
        }
    }

    /// The provider answered a call that began then.
    pub(in crate::lane) fn succeeded(&mut self, tenant: TenantId, began: Timestamp, tries: Tries) {
        self.lane.succeeded(began, tries.lane);
        if self.lane == Breaker::default() {
            self.struck.clear();
        }
        if let Some(own) = self.tenants.get_mut(&tenant) {
            own.succeeded(began, tries.tenant);
            if *own == Breaker::default() {
                self.tenants.remove(&tenant);
            }
        }
    }

    /// A call that began then has failed.
    pub(in crate::lane) fn failed(
        &mut self,
        now: Timestamp,
        (tenant, began, tries): (TenantId, Timestamp, Tries),
        (class, retry_after): (FailureClass, Option<Duration>),
        dice: &mut Dice,
    ) {
        match class.fault() {
            Fault::Provider if self.shared => {
                if self.tenants.len() >= TENANTS_MAX {
                    self.tenants.retain(|_, own| own.state(now) != BreakerState::Closed);
                }
                let own = self.tenants.entry(tenant).or_default();
                own.failed(now, (began, tries.tenant), class, retry_after, dice);
                if self.struck.insert(tenant) || tries.lane {
                    self.lane.failed(now, (began, tries.lane), class, retry_after, dice);
                }
            }
            Fault::Key | Fault::Provider => {
                self.lane.failed(now, (began, tries.lane), class, retry_after, dice);
                if let Some(own) = self.tenants.get_mut(&tenant) {
                    own.gave_up(tries.tenant);
                }
            }
            Fault::Call => self.succeeded(tenant, began, tries),
        }
    }
}
