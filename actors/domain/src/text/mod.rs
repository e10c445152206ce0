//! How a keyword's text is compared: normalisation, words, the merge key and the intent guess.
//! It does not read files (import does) and does not group keywords (clustering does).

pub mod intent;
pub mod word;

use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// Longest keyword, in characters after normalisation. Search engines cut queries well below it;
/// longer text is a sentence or a broken file.
pub const KEYWORD_CHARACTERS_MAX: usize = 200;
/// Most words in a keyword after normalisation.
pub const KEYWORD_WORDS_MAX: usize = 20;

/// Normalising once can uncover something to normalise (a stripped sign between two letters that
/// compose); a handful of passes reaches the fixed point.
const PASSES_MAX: usize = 4;

/// Unicode NFKC, lower case, one space between words, no zero-width or control characters;
/// typographic apostrophes and dashes become the ASCII ones. Idempotent.
#[must_use]
pub fn normalize(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    if text.is_ascii() {
        return ascii_pass(text);
    }
    let mut current = pass(text);
    for _ in 1..PASSES_MAX {
        let next = pass(&current);
        if next == current {
            break;
        }
        current = next;
    }
    current
}

/// What two keywords share when they are the same search: their words without stop words, sorted
/// and once each. Only stop words: the normalised text. A keyword with a direction ("euro to
/// dollar") keeps the order of its words, because the reverse is another search.
#[must_use]
pub fn merge_key(text: &str) -> String {
    let normalized = normalize(text);
    let words = word::words(&normalized);
    if word::has_direction(&words) {
        return words.join(" ");
    }
    let kept: BTreeSet<&str> =
        words.iter().copied().filter(|word| !word::is_stop_word(word)).collect();
    if kept.is_empty() {
        return normalized;
    }
    kept.into_iter().collect::<Vec<_>>().join(" ")
}

/// At most `characters_max` characters of `text` on one line, with an ellipsis where it was cut.
#[must_use]
pub fn excerpt(text: &str, characters_max: usize) -> String {
    let mut out = String::new();
    for (count, character) in text.trim().chars().enumerate() {
        if count + 1 >= characters_max && text.trim().chars().nth(count + 1).is_some() {
            out.push('…');
            break;
        }
        out.push(if character.is_control() { ' ' } else { character });
    }
    out
}

/// The common case, already normal: lower-case ASCII words with single spaces between them.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b' ' | b'-' | b'\''))
        && bytes.first() != Some(&b' ')
        && bytes.last() != Some(&b' ')
        && !bytes.windows(2).any(|pair| pair == b"  ")
}

/// What [`pass`] makes of ASCII, in which nothing composes: one pass is the fixed point.
fn ascii_pass(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in
        text.split(|character: char| character.is_ascii_whitespace() || character == '\u{b}')
    {
        let start = out.len();
        out.extend(word.chars().filter(|character| !character.is_ascii_control()));
        if out.len() > start && start > 0 {
            out.insert(start, ' ');
        }
    }
    out.make_ascii_lowercase();
    out
}

fn pass(text: &str) -> String {
    let composed: String = text.chars().filter_map(plain_character).nfkc().collect();
    let lowered: String =
        composed.to_lowercase().chars().filter_map(plain_character).nfkc().collect();
    let mut out = String::with_capacity(lowered.len());
    for word in lowered.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn plain_character(character: char) -> Option<char> {
    match character {
        _ if character.is_whitespace() => Some(' '),
        _ if character.is_control() || is_invisible(character) => None,
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{2032}' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{201C}' | '\u{201D}' | '\u{201E}' | '\u{2033}' => Some('"'),
        other => Some(other),
    }
}

/// Zero-width, directional and soft-hyphen characters: copied along from web pages, never seen.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206F}'
            | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ascii_is_normalised_as_every_text(text in "[\\x00-\\x7f]{0,40}") {
            let slow = pass(&pass(&text));
            prop_assert_eq!(ascii_pass(&text), slow);
        }
    }

    #[test]
    fn normalizes_case_width_space_and_invisible_signs() {
        assert_eq!(normalize("  Café\u{00A0} \u{200B}CRÈME\t"), "café crème");
        assert_eq!(normalize("ＣＯＦＦＥＥ ①"), "coffee 1");
        assert_eq!(normalize("women’s  shoes – sale"), "women's shoes - sale");
        assert_eq!(normalize("\u{FEFF}e\u{0301}spresso\u{0007}"), "éspresso");
        assert_eq!(normalize(" \u{200B} "), "");
    }

    #[test]
    fn merge_key_ignores_order_repetition_and_stop_words() {
        assert_eq!(merge_key("Best grinder for the espresso"), merge_key("best espresso grinder"));
        assert_eq!(merge_key("t-shirt"), merge_key("t shirt"));
        assert_eq!(merge_key("coffee coffee beans"), merge_key("beans, coffee"));
        assert_eq!(merge_key("the of"), "the of");
    }

    #[test]
    fn merge_key_keeps_what_changes_the_search() {
        assert_ne!(merge_key("euro to dollar"), merge_key("dollar to euro"));
        assert_ne!(merge_key("c++ course"), merge_key("c# course"));
        assert_ne!(merge_key("coffee with milk"), merge_key("coffee without milk"));
        assert_ne!(merge_key("what is espresso"), merge_key("espresso"));
        assert_eq!(merge_key("how to descale a kettle"), merge_key("how to descale kettle"));
    }

    #[test]
    fn excerpt_is_bounded_and_marked() {
        assert_eq!(excerpt("abc", 3), "abc");
        assert_eq!(excerpt("abcd", 3), "ab…");
        assert_eq!(excerpt(" a\nb ", 10), "a b");
    }

    proptest! {
        #[test]
        fn normalize_is_idempotent(text in "\\PC{0,40}|[ -~\u{300}-\u{310}\u{200B}\u{FEFF}ΑΣİẞéﬁ]{0,20}") {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once);
        }

        #[test]
        fn merge_key_depends_on_the_normalized_text_alone(text in "\\PC{0,40}") {
            prop_assert_eq!(merge_key(&text), merge_key(&normalize(&text)));
        }
    }
}
