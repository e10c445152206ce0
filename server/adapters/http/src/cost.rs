//! What a provider says that a call cost.

/// More than any call costs: a figure above it is a mistake.
const DOLLARS_MAX: f64 = 10_000.0;

/// US dollars as millionths; nothing for what is no price.
pub fn micros(dollars: f64) -> Option<u64> {
    (0.0..=DOLLARS_MAX).contains(&dollars).then(|| (dollars * 1e6).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_rounded_and_mistakes_are_none() {
        for (dollars, expected) in [
            (0.0, Some(0)),
            (0.0013, Some(1_300)),
            (0.000_000_4, Some(0)),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(micros(dollars), expected, "{dollars}");
        }
    }
}
