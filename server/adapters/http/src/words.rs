//! A provider's own words, fit to be shown.

use secrecy::{ExposeSecret, SecretString};

/// Letters of the provider's own words that are shown.
const MESSAGE_CHARS_MAX: usize = 500;
/// Signs of a key in the provider's words: keys are echoed in part by some.
const KEY_PREFIXES: [&str; 6] = ["sk-", "sk_", "Bearer", "gsk_", "rk-", "xai-"];

/// The provider's words, in one line, bounded, and without anything that looks like a key.
pub fn clean(text: &str, key: Option<&SecretString>) -> String {
    let without_key = match key.map(|key| key.expose_secret().trim()).filter(|key| !key.is_empty())
    {
        Some(key) => text.replace(key, "[key]"),
        None => text.to_owned(),
    };
    let is_key = |word: &str| {
        let bare = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        KEY_PREFIXES.iter().any(|prefix| bare.starts_with(prefix))
    };
    let words =
        without_key.split_whitespace().map(|word| if is_key(word) { "[key]" } else { word });
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !c.is_control()).take(MESSAGE_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_cut_from_the_providers_words() {
        let key = SecretString::from("my-own-key".to_owned());
        let cleaned =
            clean("Incorrect key: \"sk-abc***xyz\", my-own-key.\nSee\u{7} docs", Some(&key));
        assert_eq!(cleaned, "Incorrect key: [key] [key]. See docs");
        assert!(clean(&"a ".repeat(5000), None).len() <= MESSAGE_CHARS_MAX);
    }
}
