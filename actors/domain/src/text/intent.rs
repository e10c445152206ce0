//! The search intent of a keyword: the four kinds, how files spell them, and a guess by marker
//! words for when no model is asked.

use super::{normalize, word};
use serde::{Deserialize, Serialize};

/// What the searcher wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Intent {
    /// To learn something.
    Informational,
    /// To reach a certain site or brand.
    Navigational,
    /// To compare before buying.
    Commercial,
    /// To buy, order or download now.
    Transactional,
}

const TRANSACTIONAL: [&str; 17] = [
    "buy",
    "cheap",
    "cheapest",
    "coupon",
    "deal",
    "deals",
    "delivery",
    "discount",
    "download",
    "hire",
    "order",
    "price",
    "prices",
    "purchase",
    "sale",
    "shop",
    "subscription",
];
const COMMERCIAL: [&str; 14] = [
    "affordable",
    "alternative",
    "alternatives",
    "best",
    "brands",
    "comparison",
    "compare",
    "recommended",
    "review",
    "reviews",
    "top",
    "versus",
    "vs",
    "worth",
];
const NAVIGATIONAL: [&str; 12] = [
    "account", "address", "app", "contact", "customer", "hours", "location", "login", "near",
    "official", "signin", "website",
];
const INFORMATIONAL: [&str; 20] = [
    "calculator",
    "difference",
    "does",
    "examples",
    "explained",
    "guide",
    "history",
    "how",
    "ideas",
    "learn",
    "meaning",
    "ratio",
    "recipe",
    "recipes",
    "tips",
    "tutorial",
    "what",
    "when",
    "which",
    "why",
];

impl Intent {
    /// Reads what tools write into an intent column: a name, its first letter, or a list
    /// ("Informational, Non-branded"), of which the first known one counts.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let normalized = normalize(text);
        word::words(&normalized).into_iter().find_map(|word| match word {
            "i" | "info" | "informational" | "informative" | "know" => Some(Self::Informational),
            "n" | "nav" | "navigational" | "website" => Some(Self::Navigational),
            "c" | "commercial" | "investigation" => Some(Self::Commercial),
            "t" | "transactional" | "transaction" | "buy" => Some(Self::Transactional),
            _ => None,
        })
    }

    /// The intent by marker words; without any, `Informational`. A question word decides before
    /// the rest ("how to buy a house" wants to learn), then buying before comparing; "near" names
    /// a place to reach.
    #[must_use]
    pub fn guess(text: &str) -> Self {
        let normalized = normalize(text);
        let words = word::words(&normalized);
        let has = |markers: &[&str]| words.iter().any(|word| markers.contains(word));
        let asks = words.first().is_some_and(|word| {
            matches!(*word, "how" | "what" | "why" | "when" | "does" | "is" | "can" | "should")
        });
        match () {
            () if has(&["near", "nearby"]) => Self::Navigational,
            () if asks && !has(&["best", "vs"]) => Self::Informational,
            () if has(&TRANSACTIONAL) => Self::Transactional,
            () if has(&COMMERCIAL) => Self::Commercial,
            () if has(&NAVIGATIONAL) => Self::Navigational,
            () => Self::Informational,
        }
    }

    /// Whether a word of the text marks an intent at all, so that a guess means something.
    #[must_use]
    pub fn is_marked(text: &str) -> bool {
        let normalized = normalize(text);
        let lists: [&[&str]; 4] = [&TRANSACTIONAL, &COMMERCIAL, &NAVIGATIONAL, &INFORMATIONAL];
        word::words(&normalized).iter().any(|word| lists.iter().any(|list| list.contains(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_the_spellings_of_the_tools() {
        assert_eq!(Intent::parse("Informational, Non-branded"), Some(Intent::Informational));
        assert_eq!(Intent::parse("C"), Some(Intent::Commercial));
        assert_eq!(Intent::parse(" branded; TRANSACTIONAL"), Some(Intent::Transactional));
        assert_eq!(Intent::parse("branded"), None);
        assert_eq!(Intent::parse(""), None);
    }

    #[test]
    fn guesses_by_marker_words() {
        for (text, expected) in [
            ("how to buy coffee beans", Intent::Informational),
            ("buy coffee beans", Intent::Transactional),
            ("best espresso machine", Intent::Commercial),
            ("what is the best grinder", Intent::Commercial),
            ("coffee shop near me", Intent::Navigational),
            ("cold brew", Intent::Informational),
        ] {
            assert_eq!(Intent::guess(text), expected, "{text}");
        }
    }
}
