//! What a tenant lets its calls cost: reserved before a call, settled by what it did cost.

use super::usage::{day_of, month_of, start_of};
use igny8_protocol_ids::Timestamp;
use serde::{Deserialize, Serialize};

/// Caps in millionths of a US dollar; none is no cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BudgetCaps {
    /// For one task, all its attempts together.
    pub task_micros: Option<u64>,
    /// For one day of the tenant (UTC).
    pub day_micros: Option<u64>,
    /// For one calendar month of the tenant (UTC).
    pub month_micros: Option<u64>,
}

impl BudgetCaps {
    /// True if there is no cap.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

/// What is recorded as spent already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// By the task, in earlier attempts and calls.
    pub task_micros: u64,
    /// By the tenant today.
    pub day_micros: u64,
    /// By the tenant this month.
    pub month_micros: u64,
}

/// Which cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cap {
    /// Of the task.
    Task,
    /// Of the day.
    Day,
    /// Of the month.
    Month,
}

/// Whether a call may be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lane) enum Affordable {
    /// Yes.
    Yes,
    /// Not while others are under way: they may cost less than is reserved for them.
    Waits(Cap),
    /// Not before then; none: never.
    Not(Cap, Option<Timestamp>),
}

/// A tenant's spending on this node: what the store knew at its first call of the day, and all
/// calls since.
#[derive(Clone, Copy, Debug)]
pub(in crate::lane) struct Purse {
    day: u32,
    today: u64,
    this_month: u64,
    reserved: u64,
}

impl Purse {
    pub(in crate::lane) fn open(now: Timestamp, spent: &Spent) -> Self {
        let (today, this_month) = (spent.day_micros, spent.month_micros);
        Self { day: day_of(now), today, this_month, reserved: 0 }
    }

    /// True if nothing depends on it: it can be opened anew from what is recorded.
    pub(in crate::lane) fn is_stale(&self, now: Timestamp) -> bool {
        self.reserved == 0 && self.day != day_of(now)
    }

    pub(in crate::lane) fn roll(&mut self, now: Timestamp) {
        let day = day_of(now);
        if day > self.day {
            if month_of(day).0 != month_of(self.day).0 {
                self.this_month = 0;
            }
            self.day = day;
            self.today = 0;
        }
    }

    pub(in crate::lane) fn affords(
        &self,
        now: Timestamp,
        caps: &BudgetCaps,
        task_spent: u64,
        cost: u64,
    ) -> Affordable {
        if over(caps.task_micros, task_spent, cost) {
            return Affordable::Not(Cap::Task, None);
        }
        let day = day_of(now);
        let limits = [
            (Cap::Month, caps.month_micros, self.this_month, month_of(day).1),
            (Cap::Day, caps.day_micros, self.today, day + 1),
        ];
        for (cap, limit, spent, until) in limits {
            if over(limit, spent, cost) {
                return Affordable::Not(cap, Some(start_of(until)));
            }
        }
        let held = limits
            .iter()
            .find(|(_, limit, spent, _)| over(*limit, spent.saturating_add(self.reserved), cost));
        held.map_or(Affordable::Yes, |(cap, ..)| Affordable::Waits(*cap))
    }

    pub(in crate::lane) fn reserve(&mut self, cost: u64) {
        self.reserved = self.reserved.saturating_add(cost);
    }

    pub(in crate::lane) fn settle(&mut self, reserved: u64, cost: u64) {
        self.reserved = self.reserved.saturating_sub(reserved);
        self.today = self.today.saturating_add(cost);
        self.this_month = self.this_month.saturating_add(cost);
    }
}

fn over(cap: Option<u64>, spent: u64, cost: u64) -> bool {
    cap.is_some_and(|cap| spent.saturating_add(cost) > cap)
}
