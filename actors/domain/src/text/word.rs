//! Words of a normalised keyword: splitting, stop words, a light English stem.

/// Words that do not change what is searched for. Question words ("how", "what") and "best",
/// "vs", "near", "without" are not among them: they carry the intent. English only, because a
/// stop word of one language is a word of another ("die", "la").
const STOP_WORDS: [&str; 22] = [
    "a", "an", "and", "are", "at", "be", "by", "do", "does", "for", "in", "is", "it", "my", "of",
    "on", "or", "that", "the", "this", "to", "your",
];

/// Words that say how, and not about what, one searches.
const LIGHT_WORDS: [&str; 24] = [
    "best", "buy", "can", "cheap", "does", "from", "good", "guide", "how", "me", "near", "online",
    "review", "should", "top", "versus", "vs", "what", "when", "where", "which", "who", "why",
    "with",
];

/// Words after which the order matters: "london to paris" is not "paris to london".
const DIRECTION_WORDS: [&str; 5] = ["to", "into", "from", "minus", "versus"];

/// Words before "to" that make it part of a phrase ("how to", "ways to") and no direction.
const PHRASE_WORDS: [&str; 7] = ["how", "way", "ways", "when", "what", "where", "things"];

/// The words of a normalised text. "t-shirt" and "t shirt" give the same words; "c++" and "c#"
/// stay whole.
#[must_use]
pub fn words(normalized: &str) -> Vec<&str> {
    normalized.split(is_separator).map(trim_marks).filter(|word| !word.is_empty()).collect()
}

/// Whether the word adds nothing to a search.
#[must_use]
pub fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// Whether the word names no topic: a stop word, a question word or a marker of intent.
#[must_use]
pub fn is_light_word(word: &str) -> bool {
    is_stop_word(word) || LIGHT_WORDS.binary_search(&word).is_ok()
}

/// Whether the order of these words matters.
pub(crate) fn has_direction(words: &[&str]) -> bool {
    words
        .windows(3)
        .any(|window| DIRECTION_WORDS.contains(&window[1]) && !PHRASE_WORDS.contains(&window[0]))
}

/// A light stem for English plurals and "-ing": enough to see "brewing" near "brew", and little
/// enough to leave "glass", "bus" and "spring" alone. Used for nearness, never for merging.
#[must_use]
pub fn stem(word: &str) -> String {
    if !word.is_ascii() || word.len() < 4 {
        return word.to_owned();
    }
    let singular = singular(word);
    match singular.strip_suffix("ing") {
        Some(root) if root.len() >= 3 && root.contains(is_vowel) => undouble(root).to_owned(),
        _ => singular,
    }
}

fn singular(word: &str) -> String {
    if let Some(root) = word.strip_suffix("ies") {
        return format!("{root}y");
    }
    for ending in ["sses", "shes", "ches", "xes", "zes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(root) if !root.ends_with(['s', 'u', 'i', '\'']) => root.to_owned(),
        _ => word.strip_suffix("'s").unwrap_or(word).to_owned(),
    }
}

/// "runn" becomes "run"; "grill" and "press" keep their double letter.
fn undouble(root: &str) -> &str {
    let bytes = root.as_bytes();
    let [.., before, last] = bytes else { return root };
    if before == last && !matches!(last, b'l' | b's' | b'z' | b'e') {
        return &root[..root.len() - 1];
    }
    root
}

fn is_vowel(character: char) -> bool {
    matches!(character, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '/' | ',' | ';' | '|' | '_' | '&')
}

fn trim_marks(word: &str) -> &str {
    word.trim_matches(|character: char| {
        matches!(character, '"' | '\'' | '(' | ')' | '[' | ']' | '{' | '}' | '?' | '!' | '.' | ':')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn word_lists_are_sorted_for_the_search() {
        assert!(STOP_WORDS.is_sorted() && LIGHT_WORDS.is_sorted());
    }

    #[test]
    fn stems_plural_and_ing() {
        for (word, expected) in [
            ("beans", "bean"),
            ("brewing", "brew"),
            ("running", "run"),
            ("grilling", "grill"),
            ("batteries", "battery"),
            ("glasses", "glass"),
            ("bus", "bus"),
            ("spring", "spring"),
            ("women's", "women"),
            ("caffè", "caffè"),
        ] {
            assert_eq!(stem(word), expected, "{word}");
        }
    }

    #[test]
    fn words_split_at_hyphens_and_lose_marks() {
        assert_eq!(words("what's the (best) t-shirt?"), ["what's", "the", "best", "t", "shirt"]);
        assert_eq!(words("c++ / c#"), ["c++", "c#"]);
    }
}
