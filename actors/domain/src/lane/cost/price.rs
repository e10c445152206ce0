//! What calls cost by a price: the list's, versioned, or one of the operator or the tenant.

use super::list::LIST;
use super::usage::UsageSum;
use serde::{Deserialize, Serialize};

/// The version of the list: prices change, what was recorded does not. 2: November 2026.
pub const PRICE_TABLE_VERSION: u32 = 2;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_has_each_name_once_and_no_slip_of_the_decimal_point() {
        for (index, (name, price)) in LIST.iter().enumerate() {
            assert!(LIST[..index].iter().all(|(other, _)| other != name), "{name} twice");
            assert!(price.cached <= price.input, "{name}: cached tokens are not dearer");
            assert!(price.cache_write >= price.input, "{name}: writing is not cheaper");
            assert!(price.cache_write <= 2 * price.input, "{name}: writing at twice the most");
            let is_embedding = name.starts_with("text-embedding");
            let ratio = 3 * price.input..=10 * price.input;
            assert!(is_embedding || ratio.contains(&price.output), "{name}: output by input");
        }
    }

    #[test]
    fn published_prices_are_found_by_the_names_of_their_models() {
        let dollars = |model: &str| list_price(model).map(|price| price.output / 1_000_000);
        for (model, price) in [
            ("claude-opus-4-1-20250805", Some(75)),
            ("claude-opus-4-6", Some(25)),
            ("anthropic/claude-opus-5-5", Some(20)),
            ("claude-sonnet-4-5-20250929", Some(15)),
            ("claude-sonnet-5-5", Some(10)),
            ("gpt-5.5-pro-2026-04-23", Some(180)),
            ("gpt-5-mini", Some(2)),
            ("gpt-6.3-sol", None),
        ] {
            assert_eq!(dollars(model), price, "{model}");
        }
    }
}
