//! Providers' list prices: data, with where and when it was read. A new reading is a new version
//! ([`super::price::PRICE_TABLE_VERSION`]); an operator's `[[ai_price]]` and a tenant's own price
//! come before it.
//!
//! Read in November 2026. Anthropic: <https://platform.claude.com/docs/en/about-claude/pricing>
//! (writing to the cache for 5 minutes). OpenAI: <https://developers.openai.com/api/docs/pricing>
//! and the pages of the models (standard tier, requests up to 272,000 tokens). Thinking is billed
//! as output by both. Not in it, because the table has one price for each model: what long
//! requests cost more (Claude Haiku 5.5 above 100,000 tokens five times, GPT-6 above 272,000 twice),
//! batches, priority, other regions.

use super::price::ModelPrice;

/// Prices by hundredths of a cent for a million tokens: sent, cached, written to the cache,
/// received.
const fn price(input: u64, cached: u64, cache_write: u64, output: u64) -> ModelPrice {
    /// A hundredth of a cent, in millionths of a dollar.
    const UNIT: u64 = 100;
    ModelPrice {
        input: input * UNIT,
        cached: cached * UNIT,
        cache_write: cache_write * UNIT,
        output: output * UNIT,
    }
}

/// By the beginning of the model's name; the longest that fits counts. The offline model costs
/// nothing, so that development shows no invented money.
pub(super) const LIST: &[(&str, ModelPrice)] = &[
    ("offline", price(0, 0, 0, 0)),
    // Anthropic.
    ("claude-fable-5-1", price(100_000, 2_500, 125_000, 500_000)),
    ("claude-fable-5", price(100_000, 10_000, 125_000, 500_000)),
    ("claude-mythos-5-1", price(100_000, 2_500, 125_000, 500_000)),
    ("claude-mythos-5", price(100_000, 10_000, 125_000, 500_000)),
    ("claude-opus-5-5", price(40_000, 2_000, 50_000, 200_000)),
    ("claude-opus-5", price(50_000, 5_000, 62_500, 250_000)),
    ("claude-opus-4-8", price(50_000, 5_000, 62_500, 250_000)),
    ("claude-opus-4-7", price(50_000, 5_000, 62_500, 250_000)),
    ("claude-opus-4-6", price(50_000, 5_000, 62_500, 250_000)),
    ("claude-opus-4-5", price(50_000, 5_000, 62_500, 250_000)),
    // 4 and 4.1; retired at Anthropic, still sold by others.
    ("claude-opus-4", price(150_000, 15_000, 187_500, 750_000)),
    ("claude-sonnet-5-5", price(20_000, 1_000, 25_000, 100_000)),
    ("claude-sonnet-5", price(20_000, 2_000, 25_000, 100_000)),
    ("claude-sonnet-4", price(30_000, 3_000, 37_500, 150_000)),
    ("claude-3-7-sonnet", price(30_000, 3_000, 37_500, 150_000)),
    ("claude-haiku-5-5", price(1_000, 100, 1_250, 5_000)),
    ("claude-haiku-4", price(10_000, 1_000, 12_500, 50_000)),
    ("claude-3-5-haiku", price(8_000, 800, 10_000, 40_000)),
    // OpenAI. Before GPT-5.6 nothing is billed for writing to the cache: it costs what is sent.
    ("gpt-6-astra", price(100_000, 10_000, 125_000, 500_000)),
    ("gpt-6.2-sol", price(20_000, 1_000, 25_000, 100_000)),
    ("gpt-6.1-sol", price(20_000, 1_000, 25_000, 100_000)),
    ("gpt-6-sol", price(20_000, 2_000, 25_000, 100_000)),
    ("gpt-6.1-terra", price(10_000, 500, 12_500, 50_000)),
    ("gpt-6-luna", price(1_000, 100, 1_250, 5_000)),
    ("gpt-5.6-terra", price(20_000, 2_000, 25_000, 120_000)),
    ("gpt-5.6-luna", price(2_000, 200, 2_500, 12_000)),
    ("gpt-5.5", price(50_000, 5_000, 50_000, 300_000)),
    ("gpt-5.5-pro", price(300_000, 300_000, 300_000, 1_800_000)),
    ("gpt-5.4", price(25_000, 2_500, 25_000, 150_000)),
    ("gpt-5.4-pro", price(300_000, 300_000, 300_000, 1_800_000)),
    ("gpt-5.4-mini", price(7_500, 750, 7_500, 45_000)),
    ("gpt-5.4-nano", price(2_000, 200, 2_000, 12_500)),
    ("gpt-5.1", price(12_500, 1_250, 12_500, 100_000)),
    ("gpt-5", price(12_500, 1_250, 12_500, 100_000)),
    ("gpt-5-mini", price(2_500, 250, 2_500, 20_000)),
    ("gpt-5-nano", price(500, 50, 500, 4_000)),
    ("gpt-4.1", price(20_000, 5_000, 20_000, 80_000)),
    ("gpt-4.1-mini", price(4_000, 1_000, 4_000, 16_000)),
    ("gpt-4.1-nano", price(1_000, 250, 1_000, 4_000)),
    ("gpt-4o", price(25_000, 12_500, 25_000, 100_000)),
    ("gpt-4o-mini", price(1_500, 750, 1_500, 6_000)),
    ("o3", price(20_000, 5_000, 20_000, 80_000)),
    ("o4-mini", price(11_000, 2_750, 11_000, 44_000)),
    // Pictures by their tokens: text in, pictures out.
    ("gpt-image-1", price(50_000, 12_500, 50_000, 400_000)),
    ("gpt-image-1-mini", price(20_000, 2_000, 20_000, 80_000)),
    // Embeddings receive nothing.
    ("text-embedding-3-small", price(200, 200, 200, 0)),
    ("text-embedding-3-large", price(1_300, 1_300, 1_300, 0)),
    ("text-embedding-ada-002", price(1_000, 1_000, 1_000, 0)),
];
