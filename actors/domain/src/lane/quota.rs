//! What a site allows of a model: calls at once, and calls per time, whichever lanes they take.

use super::turn::Ask;
use super::view::HeldBy;
use crate::site::{ModelLimit, Pace};
use igny8_protocol_ids::{SiteId, Timestamp};
use std::collections::BTreeMap;

/// Whose quota of which model.
pub(super) type QuotaKey = (SiteId, String);

#[derive(Debug, Default)]
struct Use {
    under_way: u32,
    pace: Pace,
}

/// What is used of the limits that sites set.
#[derive(Debug, Default)]
pub(super) struct Quotas(BTreeMap<QuotaKey, Use>);

fn limit(ask: &Ask, route: usize) -> Option<(QuotaKey, ModelLimit)> {
    let model = &ask.routes[route].lane.model;
    let limit = ask.limits.get(model)?;
    Some(((ask.site, model.clone()), *limit))
}

impl Quotas {
    /// True if no limit is known.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What keeps a call from starting; none if nothing of this does.
    pub(super) fn holds_up(&self, now: Timestamp, ask: &Ask, route: usize) -> Option<HeldBy> {
        let (key, limit) = limit(ask, route)?;
        let used = self.0.get(&key)?;
        if let Some(places) = limit.calls.filter(|calls| used.under_way >= *calls) {
            return Some(HeldBy::SitePlaces { taken: used.under_way, places });
        }
        let free_at = used.pace.free_at(limit.rate?);
        (free_at > now).then_some(HeldBy::SiteRate(free_at))
    }

    /// A call starts: whose quota it takes from.
    pub(super) fn begin(&mut self, now: Timestamp, ask: &Ask, route: usize) -> Option<QuotaKey> {
        let (key, limit) = limit(ask, route)?;
        let used = self.0.entry(key.clone()).or_default();
        used.under_way += 1;
        if let Some(rate) = limit.rate {
            used.pace = used.pace.after_start(now, rate);
        }
        Some(key)
    }

    /// A call has ended.
    pub(super) fn end(&mut self, key: &QuotaKey) {
        if let Some(used) = self.0.get_mut(key) {
            used.under_way = used.under_way.saturating_sub(1);
        }
    }

    /// Forgets what allows as much as if nothing had been.
    pub(super) fn sweep(&mut self, now: Timestamp) {
        self.0.retain(|_, used| used.under_way > 0 || !used.pace.is_full(now));
    }
}
