use super::*;

#[test]
fn the_longest_name_that_fits_has_the_price() {
    let price = |model: &str| list_price(model).map(|price| price.output);
    assert_eq!(price("gpt-4o-mini-2024-07-18"), Some(600_000));
    assert_eq!(price("gpt-4o"), Some(10_000_000));
    assert_eq!(price("openai/gpt-4.1"), Some(8_000_000));
    assert_eq!(price("claude-opus-4-5-20251101"), Some(25_000_000));
    assert_eq!(price("gpt-4omni"), None);
    assert_eq!(price("llama3"), None);
    assert_eq!(price("offline"), Some(0));
}

#[test]
fn cost_is_exact_and_rounded_up_once() {
    let price = ModelPrice {
        input: 3_000_000,
        cached: 300_000,
        cache_write: 3_750_000,
        output: 15_000_000,
    };
    let used = UsageSum {
        input_tokens: 1_000,
        cached_tokens: 400,
        cache_write_tokens: 100,
        output_tokens: 90,
        thinking_tokens: 10,
        ..UsageSum::default()
    };
    // 500 × 3 + 400 × 0.3 + 100 × 3.75 + 100 × 15 millionths.
    assert_eq!(price.cost(&used), 1_500 + 120 + 375 + 1_500);
    let one = UsageSum { cached_tokens: 1, input_tokens: 1, ..UsageSum::default() };
    assert_eq!(price.cost(&one), 1, "a third of a millionth is one");
    assert!(price.at_most(1_000, 100) >= price.cost(&used));
}

#[test]
fn months_begin_and_end_where_calendars_say() {
    // 2024-02-29, 2026-11-29, 2100-03-01 (no leap year).
    assert_eq!(month_of(19_782), (19_754, 19_783));
    assert_eq!(month_of(20_786), (20_758, 20_788));
    assert_eq!(month_of(47_541), (47_541, 47_572));
    // Every month follows the one before.
    let mut first = month_of(0).0;
    for _ in 0..2_400 {
        let next = month_of(first).1;
        assert!((28..=31).contains(&(next - first)));
        assert_eq!(month_of(next).0, next);
        assert_eq!(month_of(next - 1).0, first);
        first = next;
    }
}
