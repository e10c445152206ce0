//! Transfers between ledgers: numbered by the sender, so that each arrives once, for ever.

use super::record::Part;
use igny8_protocol_ids::SiteId;
use serde::{Deserialize, Serialize};

/// How far the transfers between a tenant and a site are: each side numbers what it sends, so that
/// it knows for ever, by a few numbers, what has arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterpart {
    /// The site whose slice it is; both sides name it so.
    pub site: SiteId,
    /// The number of the last transfer that was sent.
    pub sent: u64,
    /// All transfers up to this number have arrived.
    pub arrived: u64,
    /// Those that arrived before an earlier one, ascending.
    pub early: Vec<u64>,
}

impl Counterpart {
    pub(super) const fn new(site: SiteId) -> Self {
        Self { site, sent: 0, arrived: 0, early: Vec::new() }
    }
    /// True if this transfer has arrived.
    pub fn has(&self, number: u64) -> bool {
        number <= self.arrived || self.early.binary_search(&number).is_ok()
    }
    /// Notes an arrival.
    pub(super) fn arrive(&mut self, number: u64) {
        if let Err(place) = self.early.binary_search(&number) {
            self.early.insert(place, number);
        }
        while self.early.first() == Some(&(self.arrived + 1)) {
            self.early.remove(0);
            self.arrived += 1;
        }
    }
}

/// Credits on their way between a tenant and a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shipment {
    /// Its number between the two; 0 if it carries nothing, or is from before they were numbered.
    pub number: u64,
    /// What it carries.
    pub parts: Vec<Part>,
}
