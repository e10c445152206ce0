//! The board of a node: all lanes, who waits at them, and what is under way.

use super::breaker::Health;
use super::bucket::Hint;
use super::cost::{Affordable, Purse};
use super::fair::{FairQueue, Pass};
use super::gate::Gate;
use super::key::LaneKey;
use super::quota::Quotas;
use super::refusal::{Refused, affords, at_most, over_budget, soonest, too_long};
use super::route::{LaneFacts, order};
use super::turn::{Ask, Outcome, UnderWay, Waiter};
use super::view::{HeldBy, LaneView, Standing};
use crate::entity::Dice;
use crate::lane::BreakerState;
use crate::site::FailureClass;
use igny8_protocol_ids::{TaskId, TenantId, Timestamp};
use std::collections::BTreeMap;
use std::time::Duration;

/// Calls that may wait at one node: sites bound what they start, this is the net under it.
const WAITING_MAX: usize = 100_000;
/// Lanes that are remembered: each takes about a kilobyte.
const LANES_MAX: usize = 4_096;
/// When to come back to a board that is full.
const FULL_PAUSE: Duration = Duration::from_secs(10);

/// A call's number on the board, given by the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// What the board says of a call that waited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It starts, by this candidate.
    Go {
        /// Which call.
        ticket: Ticket,
        /// The candidate's place in its list.
        route: usize,
    },
    /// It cannot start.
    Refuse {
        /// Which call.
        ticket: Ticket,
        /// Why.
        refused: Refused,
    },
}

#[derive(Debug)]
struct Lane {
    gate: Gate,
    waiting: FairQueue<Ticket>,
    used_at: Timestamp,
}

/// All lanes of a node. Time and chance are arguments of every question (R15).
#[derive(Debug, Default)]
pub struct Board {
    lanes: BTreeMap<LaneKey, Lane>,
    waiting: BTreeMap<Ticket, Waiter>,
    under_way: BTreeMap<Ticket, UnderWay>,
    purses: BTreeMap<TenantId, Purse>,
    quotas: Quotas,
    /// The ticket of each task that waits.
    tasks: BTreeMap<TaskId, Ticket>,
}

impl Board {
    /// A call wants to start. Tells of this one and of whoever else may start now.
    pub fn ask(&mut self, now: Timestamp, ticket: Ticket, ask: Ask) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        if self.waiting.len() >= WAITING_MAX {
            let message = "Too many calls wait for models on this server.".to_owned();
            let again_at = Some(now.plus(FULL_PAUSE));
            let class = FailureClass::RateLimited;
            let refused = Refused { class, message, again_at, obstacle: None };
            return vec![Verdict::Refuse { ticket, refused }];
        }
        self.tasks.insert(ask.task, ticket);
        self.place(now, ticket, Waiter { ask, route: 0, since: now }, &mut verdicts);
        verdicts
    }

    /// Nobody waits for this call any more.
    pub fn withdraw(&mut self, now: Timestamp, ticket: Ticket) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        if let Some(waiter) = self.forget(ticket) {
            let key = waiter.ask.routes[waiter.route].lane.clone();
            if let Some(lane) = self.lanes.get_mut(&key) {
                lane.waiting.remove(waiter.ask.tenant, &ticket);
            }
            self.pump(now, &key, &mut verdicts);
        }
        verdicts
    }

    /// A call under way has ended.
    pub fn end(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        outcome: &Outcome,
        dice: &mut Dice,
    ) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        let Some(call) = self.under_way.remove(&ticket) else { return verdicts };
        if let Some(quota) = &call.quota {
            self.quotas.end(quota);
        }
        if let Some(purse) = self.purses.get_mut(&call.tenant) {
            purse.roll(now);
            purse.settle(call.reserved, outcome.cost_micros);
        }
        if let Some(lane) = self.lanes.get_mut(&call.lane) {
            lane.gate.end(now, &call, outcome, dice);
            lane.used_at = now;
            let (all, own) = (lane.gate.health.of_all(now), lane.gate.health.of(now, call.tenant));
            let gone = match (all, own) {
                (BreakerState::Open { .. }, _) => lane.waiting.drain(),
                (_, BreakerState::Open { .. }) => lane.waiting.drain_of(call.tenant),
                _ => Vec::new(),
            };
            self.place_again(now, gone, &mut verdicts);
        }
        self.pump(now, &call.lane, &mut verdicts);
        // What it left over of a cap or of a site's limit may let another start elsewhere.
        if call.quota.is_some() || self.purses.contains_key(&call.tenant) {
            self.pump_tenant(now, call.tenant, &call.lane, &mut verdicts);
        }
        verdicts
    }

    /// The provider of a call under way told its limits.
    pub fn learn(&mut self, now: Timestamp, ticket: Ticket, requests: Hint, tokens: Hint) {
        let lane = self.under_way.get(&ticket).map(|call| &call.lane);
        if let Some(lane) = lane.and_then(|key| self.lanes.get_mut(key)) {
            lane.gate.learn(now, requests, tokens);
        }
    }

    /// A call under way gets its first word: a lane that was being tried is well again.
    pub fn answers(&mut self, now: Timestamp, ticket: Ticket) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        let Some(call) = self.under_way.get_mut(&ticket).filter(|call| call.tries.any()) else {
            return verdicts;
        };
        let tries = std::mem::take(&mut call.tries);
        let (tenant, began, key) = (call.tenant, call.began, call.lane.clone());
        if let Some(lane) = self.lanes.get_mut(&key) {
            lane.gate.health.succeeded(tenant, began, tries);
        }
        self.pump(now, &key, &mut verdicts);
        verdicts
    }

    /// A lane answered somebody who tried it by hand: it rests no longer.
    pub fn revive(&mut self, now: Timestamp, key: &LaneKey) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        if let Some(lane) = self.lanes.get_mut(key) {
            lane.gate.health = Health::new(key.owner.is_none());
        }
        self.pump(now, key, &mut verdicts);
        verdicts
    }

    /// It is time: buckets have filled, lanes have rested.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Verdict> {
        let mut verdicts = Vec::new();
        self.purses.retain(|_, purse| !purse.is_stale(now));
        self.quotas.sweep(now);
        let waited_at = self.lanes.iter().filter(|(_, lane)| !lane.waiting.is_empty());
        let keys: Vec<LaneKey> = waited_at.map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.pump(now, &key, &mut verdicts);
        }
        verdicts
    }

    /// When time alone may let a waiting call start.
    pub fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let waited_at = self.lanes.values().filter(|lane| !lane.waiting.is_empty());
        let due = waited_at.flat_map(|lane| {
            lane.waiting.heads().filter_map(move |(tenant, ticket)| {
                let tokens = self.waiting.get(ticket)?.ask.need.tokens();
                lane.gate.ready_at(now, tenant, tokens)
            })
        });
        let limited = self.waiting.values().filter(|_| !self.quotas.is_empty());
        let by_site = limited.filter_map(|waiter| {
            match self.quotas.holds_up(now, &waiter.ask, waiter.route)? {
                HeldBy::SiteRate(free_at) => Some(free_at),
                _ => None,
            }
        });
        due.chain(by_site).min()
    }

    /// Why a task's call waits; none if none does.
    pub fn standing(&self, now: Timestamp, task: TaskId) -> Option<Standing> {
        let ticket = self.tasks.get(&task)?;
        let waiter = self.waiting.get(ticket)?;
        let Ask { tenant, routes, need, .. } = &waiter.ask;
        let key = &routes[waiter.route].lane;
        let lane = self.lanes.get(key)?;
        let (ahead, ahead_of_others) = lane.waiting.ahead(*tenant, ticket).unwrap_or_default();
        let of_site = self.quotas.holds_up(now, &waiter.ask, waiter.route);
        let held_by = match lane.gate.health.of(now, *tenant) {
            BreakerState::Open { until, class } => HeldBy::Rest(until, class),
            _ => match (
                affords(&self.purses, now, &waiter.ask, waiter.route),
                lane.gate.ready_at(now, *tenant, need.tokens()),
            ) {
                (Affordable::Waits(cap) | Affordable::Not(cap, _), _) => HeldBy::Budget(cap),
                _ if of_site.is_some() => of_site?,
                (_, Some(at)) => HeldBy::Rate(at),
                (_, None) if ahead == 0 && !lane.gate.has_place(*tenant) => lane.gate.places(),
                (_, None) => HeldBy::Turn,
            },
        };
        let starts_at = match held_by {
            HeldBy::Budget(_) | HeldBy::Rest(None, _) | HeldBy::SitePlaces { .. } => None,
            HeldBy::SiteRate(free_at) => Some(free_at),
            _ => lane.gate.estimate(now, (*tenant, ahead), need.tokens()),
        };
        let (lane, since) = (key.clone(), waiter.since);
        Some(Standing { lane, since, ahead, ahead_of_others, held_by, starts_at })
    }

    /// The lanes that a tenant may see: the server's own, and its own.
    pub fn lanes(&self, now: Timestamp, tenant: TenantId) -> Vec<LaneView> {
        let seen =
            self.lanes.iter().filter(|(key, _)| key.owner.is_none_or(|owner| owner == tenant));
        seen.map(|(key, lane)| {
            let waiting = (lane.waiting.len(), lane.waiting.len_of(tenant));
            LaneView::of(key, &lane.gate, now, Some(tenant), waiting)
        })
        .collect()
    }

    /// A lane, for metrics.
    pub fn lane(&self, now: Timestamp, key: &LaneKey) -> Option<LaneView> {
        let lane = self.lanes.get(key)?;
        Some(LaneView::of(key, &lane.gate, now, None, (lane.waiting.len(), 0)))
    }

    /// True if nobody waits and nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.under_way.is_empty()
    }

    fn forget(&mut self, ticket: Ticket) -> Option<Waiter> {
        let waiter = self.waiting.remove(&ticket)?;
        if self.tasks.get(&waiter.ask.task) == Some(&ticket) {
            self.tasks.remove(&waiter.ask.task);
        }
        Some(waiter)
    }

    /// Puts a call into the line of the lane that suits it best now.
    fn place(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        mut waiter: Waiter,
        verdicts: &mut Vec<Verdict>,
    ) {
        for route in &waiter.ask.routes {
            self.open(now, route);
        }
        match self.choose(now, &waiter.ask) {
            Ok(route) => {
                let Ask { tenant, weight, need, .. } = waiter.ask;
                let key = waiter.ask.routes[route].lane.clone();
                waiter.route = route;
                self.waiting.insert(ticket, waiter);
                if let Some(lane) = self.lanes.get_mut(&key) {
                    lane.waiting.push(tenant, weight, ticket, need.tokens());
                }
                self.pump(now, &key, verdicts);
            }
            Err(refused) => {
                if self.tasks.get(&waiter.ask.task) == Some(&ticket) {
                    self.tasks.remove(&waiter.ask.task);
                }
                verdicts.push(Verdict::Refuse { ticket, refused });
            }
        }
    }

    /// A lane rests: whoever waited there looks for another, or hears how long it takes.
    fn place_again(
        &mut self,
        now: Timestamp,
        gone: Vec<(TenantId, Ticket)>,
        verdicts: &mut Vec<Verdict>,
    ) {
        for (_, ticket) in gone {
            if let Some(waiter) = self.waiting.remove(&ticket) {
                self.place(now, ticket, waiter, verdicts);
            }
        }
    }

    fn open(&mut self, now: Timestamp, route: &super::route::Route) {
        if let Some(lane) = self.lanes.get_mut(&route.lane) {
            lane.used_at = now;
            return;
        }
        if self.lanes.len() >= LANES_MAX {
            self.drop_oldest(now);
        }
        let shared = route.lane.owner.is_none();
        let gate = Gate::new(route.limits, shared, now);
        let lane = Lane { gate, waiting: FairQueue::default(), used_at: now };
        self.lanes.insert(route.lane.clone(), lane);
    }

    /// Forgets the lane that was used least recently, of those about which there is nothing to know.
    fn drop_oldest(&mut self, now: Timestamp) {
        let at_rest = self.lanes.iter().filter(|(_, lane)| {
            lane.waiting.is_empty()
                && lane.gate.under_way() == 0
                && lane.gate.health.is_forgettable(now)
        });
        let oldest = at_rest.min_by_key(|(_, lane)| lane.used_at).map(|(key, _)| key.clone());
        if let Some(key) = oldest {
            self.lanes.remove(&key);
        }
    }

    /// The candidate for a call: the first that could start it now, else the first that does not
    /// rest, else the one that rests the shortest.
    fn choose(&mut self, now: Timestamp, ask: &Ask) -> Result<usize, Refused> {
        let facts = |key: &LaneKey| {
            self.lanes.get(key).map_or_else(LaneFacts::default, |lane| lane.gate.facts())
        };
        let fitting = order(ask.policy, &ask.routes, &ask.need, facts);
        if fitting.is_empty() {
            return Err(too_long(ask));
        }
        let affordable: Vec<(usize, Affordable)> =
            fitting.iter().map(|place| (*place, affords(&self.purses, now, ask, *place))).collect();
        if let Some(refused) = over_budget(&affordable) {
            return Err(refused);
        }
        let places = affordable
            .iter()
            .filter(|(_, affordable)| !matches!(affordable, Affordable::Not(..)))
            .map(|(place, _)| *place);
        let places: Vec<usize> = places.collect();
        let tokens = ask.need.tokens();
        let lane = |place: &&usize| self.lanes.get(&ask.routes[**place].lane);
        let free = places.iter().find(|place| {
            lane(place).is_some_and(|lane| {
                lane.waiting.is_empty()
                    && lane.gate.may(now, ask.tenant, tokens)
                    && self.quotas.holds_up(now, ask, **place).is_none()
            })
        });
        let state = |place: &usize| {
            self.lanes
                .get(&ask.routes[*place].lane)
                .map(|lane| lane.gate.health.of(now, ask.tenant))
        };
        let awake =
            || places.iter().find(|place| !matches!(state(place), Some(BreakerState::Open { .. })));
        if let Some(place) = free.or_else(awake) {
            return Ok(*place);
        }
        soonest(now, ask, &places, state)
    }

    /// Lets start whoever may, in turn.
    fn pump(&mut self, now: Timestamp, key: &LaneKey, verdicts: &mut Vec<Verdict>) {
        while let Some(ticket) = self.next_of(now, key) {
            let Some(waiter) = self.forget(ticket) else { continue };
            let (ask, route) = (waiter.ask, waiter.route);
            let reserved = if ask.caps.is_open() { 0 } else { at_most(&ask, route) };
            if reserved > 0 {
                let purse =
                    self.purses.entry(ask.tenant).or_insert_with(|| Purse::open(now, &ask.spent));
                purse.roll(now);
                purse.reserve(reserved);
            }
            let (tenant, tokens) = (ask.tenant, ask.need.tokens());
            let quota = self.quotas.begin(now, &ask, route);
            let Some(lane) = self.lanes.get_mut(key) else { return };
            let tries = lane.gate.begin(now, tenant, tokens);
            let (lane, began) = (key.clone(), now);
            let call = UnderWay { tenant, lane, began, tries, tokens, reserved, quota };
            self.under_way.insert(ticket, call);
            verdicts.push(Verdict::Go { ticket, route });
        }
    }

    fn next_of(&mut self, now: Timestamp, key: &LaneKey) -> Option<Ticket> {
        let Self { lanes, waiting: waiters, purses, quotas, .. } = self;
        let Lane { gate, waiting, .. } = lanes.get_mut(key)?;
        let next = waiting.pop(|tenant, ticket| {
            let Some(Waiter { ask, route, .. }) = waiters.get(ticket) else { return Pass::Skip };
            if quotas.holds_up(now, ask, *route).is_some() {
                // Its site's own limit: other sites of the tenant have none of it.
                return Pass::Skip;
            }
            let may = gate.may(now, tenant, ask.need.tokens())
                && affords(purses, now, ask, *route) == Affordable::Yes;
            Pass::from(may)
        });
        next.map(|(_, ticket)| ticket)
    }

    /// What was settled may have used up a cap: whoever waited for it looks for another lane, or
    /// hears when the cap ends.
    fn place_unpayable(&mut self, now: Timestamp, tenant: TenantId, verdicts: &mut Vec<Verdict>) {
        let waiting = self.lanes.values().flat_map(|lane| lane.waiting.of(tenant));
        let out = waiting.filter(|ticket| {
            self.waiting.get(ticket).is_some_and(|Waiter { ask, route, .. }| {
                matches!(affords(&self.purses, now, ask, *route), Affordable::Not(..))
            })
        });
        let out: Vec<Ticket> = out.copied().collect();
        for ticket in out {
            let Some(waiter) = self.waiting.remove(&ticket) else { continue };
            if let Some(lane) = self.lanes.get_mut(&waiter.ask.routes[waiter.route].lane) {
                lane.waiting.remove(tenant, &ticket);
            }
            self.place(now, ticket, waiter, verdicts);
        }
    }

    /// What a call left over of its reserve may let another of the same tenant start elsewhere.
    fn pump_tenant(
        &mut self,
        now: Timestamp,
        tenant: TenantId,
        done: &LaneKey,
        verdicts: &mut Vec<Verdict>,
    ) {
        self.place_unpayable(now, tenant, verdicts);
        let waited_at =
            self.lanes.iter().filter(|(key, lane)| *key != done && lane.waiting.len_of(tenant) > 0);
        let keys: Vec<LaneKey> = waited_at.map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.pump(now, &key, verdicts);
        }
    }
}
