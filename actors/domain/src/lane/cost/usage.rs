//! What calls used and cost: counted per call, summed per task and per day, model and site.

use crate::site::TaskKind;
use igny8_protocol_ids::Timestamp;
use serde::{Deserialize, Serialize};

const DAY_MILLIS: i64 = 86_400_000;

/// The day of a time: days since 1970, UTC.
pub fn day_of(at: Timestamp) -> u32 {
    u32::try_from(at.as_millis().div_euclid(DAY_MILLIS)).unwrap_or(0)
}

/// When a day begins.
pub fn start_of(day: u32) -> Timestamp {
    Timestamp::from_millis(i64::from(day) * DAY_MILLIS)
}

/// The first day of a day's month, and of the month after it.
/// Howard Hinnant, "chrono-compatible low-level date algorithms".
pub fn month_of(day: u32) -> (u32, u32) {
    let shifted = i64::from(day) + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let year = year_of_era + era * 400;
    let next = if month == 11 { (year + 1, 0) } else { (year, month + 1) };
    (first_of(year, month), first_of(next.0, next.1))
}

/// The first day of a month; years begin in March, months count from 0.
fn first_of(year: i64, month: i64) -> u32 {
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * month + 2) / 5;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    u32::try_from(days).unwrap_or(0)
}

/// Calls, their tokens and their cost, summed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UsageSum {
    /// Calls that a provider was asked for, failed ones too.
    pub calls: u64,
    /// Those of them that brought no whole answer.
    pub failed_calls: u64,
    /// Answers that were known already: no provider was asked.
    pub reused_answers: u64,
    /// Tokens sent, cached ones among them.
    pub input_tokens: u64,
    /// Tokens sent that the provider had cached.
    pub cached_tokens: u64,
    /// Tokens sent that the provider put into its cache.
    pub cache_write_tokens: u64,
    /// Tokens received, without thinking.
    pub output_tokens: u64,
    /// Tokens spent on thinking.
    pub thinking_tokens: u64,
    /// Cost in millionths of a US dollar.
    pub cost_micros: u64,
    /// What reused answers had cost the first time.
    pub saved_micros: u64,
    /// Calls that were counted here, by a rule of thumb, because the provider did not tell.
    pub estimated_calls: u64,
    /// Calls of models without a known price: their cost is not in the sum.
    pub unpriced_calls: u64,
}

impl UsageSum {
    /// Adds another sum to this one.
    pub fn add(&mut self, other: &Self) {
        for (sum, part) in [
            (&mut self.calls, other.calls),
            (&mut self.failed_calls, other.failed_calls),
            (&mut self.reused_answers, other.reused_answers),
            (&mut self.input_tokens, other.input_tokens),
            (&mut self.cached_tokens, other.cached_tokens),
            (&mut self.cache_write_tokens, other.cache_write_tokens),
            (&mut self.output_tokens, other.output_tokens),
            (&mut self.thinking_tokens, other.thinking_tokens),
            (&mut self.cost_micros, other.cost_micros),
            (&mut self.saved_micros, other.saved_micros),
            (&mut self.estimated_calls, other.estimated_calls),
            (&mut self.unpriced_calls, other.unpriced_calls),
        ] {
            *sum = sum.saturating_add(part);
        }
    }

    /// True if there was no call and no reused answer.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What was used of one model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelUsage {
    /// The provider, as its lane names it.
    pub provider: String,
    /// The model's name there.
    pub model: String,
    /// How much.
    pub sum: UsageSum,
}

impl ModelUsage {
    /// Adds to the sum of its model in a list.
    pub fn add_to(self, list: &mut Vec<Self>) {
        let same = |known: &&mut Self| known.provider == self.provider && known.model == self.model;
        match list.iter_mut().find(same) {
            Some(known) => known.sum.add(&self.sum),
            None => list.push(self),
        }
    }
}

/// What was used of one model for one kind of work on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageRow {
    /// Days since 1970, UTC: of the calls' end.
    pub day: u32,
    /// For what; none where no task is known, and in what was written before kinds were kept.
    #[serde(default)]
    pub kind: Option<TaskKind>,
    /// Of which model, and how much.
    pub used: ModelUsage,
}
