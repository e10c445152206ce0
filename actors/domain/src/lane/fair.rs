//! Whose turn it is: weighted deficit round robin over tenants.
//! Shreedhar and Varghese, "Efficient Fair Queuing using Deficit Round Robin", 1996.

use igny8_protocol_ids::TenantId;
use std::collections::{BTreeMap, VecDeque};

/// What one call counts at most, in tokens.
pub const COST_MAX: u64 = 32_768;
/// What a turn is worth for a weight of 1. Not below [`COST_MAX`], so that no visit is in vain.
pub const QUANTUM: u64 = COST_MAX;

#[derive(Clone, Debug)]
struct Line<T> {
    items: VecDeque<(T, u64)>,
    weight: u64,
    /// What is left of the turns so far.
    deficit: u64,
}

/// What may be said of a waiting call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// It may start.
    Go,
    /// It may not, and so may none of its tenant that came after it.
    Wait,
    /// It may not, for a reason of its own: those behind it may.
    Skip,
}

impl From<bool> for Pass {
    fn from(may: bool) -> Self {
        if may { Self::Go } else { Self::Wait }
    }
}

impl<T> Line<T> {
    /// The place and the cost of the first call that may start.
    fn first(&self, mut may: impl FnMut(&T) -> Pass) -> Option<(usize, u64)> {
        for (place, (item, cost)) in self.items.iter().enumerate() {
            match may(item) {
                Pass::Go => return Some((place, *cost)),
                Pass::Wait => return None,
                Pass::Skip => {}
            }
        }
        None
    }
}

/// Lines of waiting calls, one per tenant. A tenant gets a turn's worth of calls, then the next
/// tenant has its turn; whoever has nothing waiting saves up nothing.
#[derive(Clone, Debug)]
pub struct FairQueue<T> {
    lines: BTreeMap<TenantId, Line<T>>,
    ring: VecDeque<TenantId>,
    /// The tenant at the front has had its turn's worth added.
    begun: bool,
    count: usize,
}

impl<T> Default for FairQueue<T> {
    fn default() -> Self {
        Self { lines: BTreeMap::new(), ring: VecDeque::new(), begun: false, count: 0 }
    }
}

impl<T: PartialEq> FairQueue<T> {
    /// How many wait.
    pub const fn len(&self) -> usize {
        self.count
    }
    /// True if nobody waits.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }
    /// How many of a tenant wait.
    pub fn len_of(&self, tenant: TenantId) -> usize {
        self.lines.get(&tenant).map_or(0, |line| line.items.len())
    }

    /// Puts a call at the end of its tenant's line. The weight is the tenant's from now on.
    pub fn push(&mut self, tenant: TenantId, weight: u32, item: T, cost: u64) {
        let weight = u64::from(weight.max(1));
        let line = self.lines.entry(tenant).or_insert_with(|| {
            self.ring.push_back(tenant);
            Line { items: VecDeque::new(), weight, deficit: 0 }
        });
        line.weight = weight;
        line.items.push_back((item, cost.clamp(1, COST_MAX)));
        self.count += 1;
    }

    /// The call whose turn it is, of those that may start. A tenant whose first call may not is
    /// passed over, and keeps what it had.
    /// Calls that stand for themselves alone are passed over within their line.
    pub fn pop<P: Into<Pass>>(
        &mut self,
        mut may: impl FnMut(TenantId, &T) -> P,
    ) -> Option<(TenantId, T)> {
        // Each visit of a tenant whose call may start takes one: one round is enough.
        for _ in 0..=self.ring.len() {
            let tenant = *self.ring.front()?;
            let line = self.lines.get_mut(&tenant)?;
            let found = line.first(|item| may(tenant, item).into());
            let Some((place, cost)) = found else {
                self.next_turn();
                continue;
            };
            if !self.begun {
                line.deficit += line.weight * QUANTUM;
                self.begun = true;
            }
            if line.deficit < cost {
                self.next_turn();
                continue;
            }
            line.deficit -= cost;
            let (item, _) = line.items.remove(place)?;
            self.count -= 1;
            if line.items.is_empty() {
                self.leave(tenant);
            }
            return Some((tenant, item));
        }
        None
    }

    fn next_turn(&mut self) {
        self.ring.rotate_left(1);
        self.begun = false;
    }

    fn leave(&mut self, tenant: TenantId) {
        self.lines.remove(&tenant);
        if self.ring.front() == Some(&tenant) {
            self.begun = false;
        }
        self.ring.retain(|known| *known != tenant);
    }

    /// Takes a call out of its tenant's line.
    pub fn remove(&mut self, tenant: TenantId, item: &T) -> bool {
        let Some(line) = self.lines.get_mut(&tenant) else { return false };
        let Some(place) = line.items.iter().position(|(known, _)| known == item) else {
            return false;
        };
        line.items.remove(place);
        self.count -= 1;
        if line.items.is_empty() {
            self.leave(tenant);
        }
        true
    }

    /// How many calls start before this one if all are of one size, and how many of these are of
    /// others: those before it in its own line, and as many of each other tenant, but for weights.
    pub fn ahead(&self, tenant: TenantId, item: &T) -> Option<(usize, usize)> {
        let own = self.lines.get(&tenant)?;
        let place = own.items.iter().position(|(known, _)| known == item)?;
        let others = self.lines.iter().filter(|(other, _)| **other != tenant);
        let turns = place as u64 / own.weight + 1;
        let of_others = others.map(|(_, line)| {
            line.items.len().min(usize::try_from(turns * line.weight).unwrap_or(usize::MAX))
        });
        let of_others = of_others.sum();
        Some((place + of_others, of_others))
    }

    /// The calls of a tenant, in order.
    pub fn of(&self, tenant: TenantId) -> impl Iterator<Item = &T> {
        self.lines.get(&tenant).into_iter().flat_map(|line| line.items.iter().map(|(item, _)| item))
    }

    /// The first call of each tenant's line.
    pub fn heads(&self) -> impl Iterator<Item = (TenantId, &T)> {
        self.lines.iter().filter_map(|(tenant, line)| Some((*tenant, &line.items.front()?.0)))
    }

    /// Takes all of a tenant out, in their order.
    pub fn drain_of(&mut self, tenant: TenantId) -> Vec<(TenantId, T)> {
        let Some(line) = self.lines.get_mut(&tenant) else { return Vec::new() };
        let items = std::mem::take(&mut line.items);
        self.count -= items.len();
        self.leave(tenant);
        items.into_iter().map(|(item, _)| (tenant, item)).collect()
    }

    /// Takes all out, in the order of the lines.
    pub fn drain(&mut self) -> Vec<(TenantId, T)> {
        let lines = std::mem::take(self).lines;
        lines
            .into_iter()
            .flat_map(|(tenant, line)| line.items.into_iter().map(move |(item, _)| (tenant, item)))
            .collect()
    }
}
