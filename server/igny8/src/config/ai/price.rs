//! What models cost where that is not the list price.

use crate::config::read::Reader;
use igny8_actors_domain::lane::ModelPrice;
use std::collections::BTreeMap;

/// What a model can cost at most, in US dollars for a million tokens: beyond it, it is a mistake.
const PRICE_MAX: f64 = 10_000.0;

/// Prices by the model's name.
pub(crate) type ModelPrices = BTreeMap<String, ModelPrice>;

/// Prices that are not the list's.
pub(in crate::config) fn prices(reader: &mut Reader) -> ModelPrices {
    let prices = reader.entries("ai_price", |entry| {
        let model = entry.text("model").unwrap_or_default();
        if model.is_empty() {
            entry.refuse("model", "name the model that it is the price of");
        }
        let input = price(entry, "input", None);
        let price = ModelPrice {
            input,
            cached: price(entry, "cached", Some(input)),
            cache_write: price(entry, "cache_write", Some(input)),
            output: price(entry, "output", None),
        };
        (model, price)
    });
    prices.into_iter().collect()
}

/// Dollars for a million tokens, as millionths.
fn price(entry: &mut Reader, name: &'static str, absent: Option<u64>) -> u64 {
    let wanted = "a price in US dollars for a million tokens";
    let told: Option<f64> = entry.optional(name, wanted);
    match (told, absent) {
        (Some(dollars), _) if (0.0..=PRICE_MAX).contains(&dollars) => {
            (dollars * 1_000_000.0).round() as u64
        }
        (Some(dollars), _) => {
            entry.refuse(name, format!("{dollars} is not {wanted}"));
            0
        }
        (None, Some(absent)) => absent,
        (None, None) => {
            if entry.text(name).is_none() {
                entry.refuse(name, format!("it is missing: {wanted}"));
            }
            0
        }
    }
}
