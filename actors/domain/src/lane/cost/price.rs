//! What models cost: providers' list prices, versioned, and a tenant's own where it has others.

use super::usage::UsageSum;
use serde::{Deserialize, Serialize};

/// The version of [`LIST`]: prices change, what was recorded does not.
pub const PRICE_TABLE_VERSION: u32 = 1;

const MILLION: u128 = 1_000_000;

/// Prices in millionths of a US dollar for a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelPrice {
    /// Tokens sent.
    pub input: u64,
    /// Tokens sent that the provider had cached.
    pub cached: u64,
    /// Tokens sent that the provider puts into its cache.
    pub cache_write: u64,
    /// Tokens received, and those spent on thinking.
    pub output: u64,
}

/// A price by cents for a million tokens, as providers publish them.
const fn cents(input: u64, cached: u64, cache_write: u64, output: u64) -> ModelPrice {
    const CENT: u64 = 10_000;
    ModelPrice {
        input: input * CENT,
        cached: cached * CENT,
        cache_write: cache_write * CENT,
        output: output * CENT,
    }
}

/// As `cents`, in hundredths of a cent: the small models.
const fn fine(input: u64, cached: u64, output: u64) -> ModelPrice {
    ModelPrice {
        input: input * 100,
        cached: cached * 100,
        cache_write: input * 100,
        output: output * 100,
    }
}

/// By the beginning of the model's name; the longest that fits counts. From the providers' public
/// price lists. The offline model costs nothing, so that development shows no invented money.
const LIST: &[(&str, ModelPrice)] = &[
    ("offline", cents(0, 0, 0, 0)),
    ("gpt-4o", cents(250, 125, 250, 1_000)),
    ("gpt-4o-mini", fine(1_500, 750, 6_000)),
    ("gpt-4.1", cents(200, 50, 200, 800)),
    ("gpt-4.1-mini", cents(40, 10, 40, 160)),
    ("gpt-4.1-nano", fine(1_000, 250, 4_000)),
    ("gpt-5", fine(12_500, 1_250, 100_000)),
    ("gpt-5-mini", fine(2_500, 250, 20_000)),
    ("gpt-5-nano", fine(500, 50, 4_000)),
    ("o3", cents(200, 50, 200, 800)),
    ("o4-mini", fine(11_000, 2_750, 44_000)),
    ("claude-3-5-haiku", cents(80, 8, 100, 400)),
    ("claude-haiku-4", cents(100, 10, 125, 500)),
    ("claude-sonnet-4", cents(300, 30, 375, 1_500)),
    ("claude-3-7-sonnet", cents(300, 30, 375, 1_500)),
    ("claude-opus-4", cents(1_500, 150, 1_875, 7_500)),
    ("claude-opus-4-5", cents(500, 50, 625, 2_500)),
];

/// The list price of a model; none if it is not on the list.
pub fn list_price(model: &str) -> Option<ModelPrice> {
    // Services that pass on others' models write `maker/model`.
    let name = model.rsplit('/').next().unwrap_or(model);
    let fitting = LIST.iter().filter(|(begin, _)| {
        name.strip_prefix(begin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '@', ':']))
    });
    fitting.max_by_key(|(begin, _)| begin.len()).map(|(_, price)| *price)
}

impl ModelPrice {
    /// The cost of what was used, in millionths of a dollar, rounded up once.
    pub fn cost(&self, used: &UsageSum) -> u64 {
        let apart = used.cached_tokens.saturating_add(used.cache_write_tokens);
        let plain = used.input_tokens.saturating_sub(apart);
        let received = used.output_tokens.saturating_add(used.thinking_tokens);
        let parts = [
            (plain, self.input),
            (used.cached_tokens, self.cached),
            (used.cache_write_tokens, self.cache_write),
            (received, self.output),
        ];
        let sum: u128 = parts.iter().map(|(n, price)| u128::from(*n) * u128::from(*price)).sum();
        u64::try_from(sum.div_ceil(MILLION)).unwrap_or(u64::MAX)
    }

    /// The most that a call can cost: nothing of it cached, the whole answer used.
    pub fn at_most(&self, input_tokens: u64, output_tokens_max: u64) -> u64 {
        let dearest = Self { input: self.input.max(self.cache_write), ..*self };
        let used =
            UsageSum { input_tokens, output_tokens: output_tokens_max, ..UsageSum::default() };
        dearest.cost(&used)
    }
}
