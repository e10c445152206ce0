//! How words of a prompt are bent to stand in a sentence.

/// Words that say nothing of a subject by themselves.
const STOP_WORDS: &[&str] = &[
    "a", "an", "the", "for", "of", "in", "on", "to", "and", "or", "with", "how", "what", "is",
    "are", "why", "best", "vs", "versus", "do", "does", "can", "you", "your", "my", "near", "me",
    "at", "by", "from", "when", "which", "where",
];

/// Words that keyword lists write in small letters and titles do not.
const ACRONYMS: &[&str] = &[
    "seo", "ai", "api", "crm", "cms", "css", "diy", "faq", "gps", "html", "led", "pc", "pdf",
    "roi", "saas", "sem", "ssd", "tv", "uk", "url", "us", "usa", "usb", "ux", "vpn", "wifi",
];

/// Question words at the head of a keyword that leave a noun phrase when they are taken away.
const QUESTION_HEADS: &[&str] =
    &["what is the ", "what are the ", "what is ", "what are ", "what's "];

/// A keyword or title as a noun phrase: "how to clean a grinder?" → "cleaning a grinder".
pub(super) fn noun_phrase(text: &str) -> String {
    let plain = text.trim().trim_end_matches(['?', '!', '.', ':']).trim();
    let lowered = lower_first(plain);
    for head in QUESTION_HEADS {
        if let Some(rest) = lowered.strip_prefix(head) {
            return rest.to_owned();
        }
    }
    if let Some(rest) = lowered.strip_prefix("how to ") {
        let (verb, object) = rest.split_once(' ').unwrap_or((rest, ""));
        return format!("{} {object}", gerund(verb)).trim_end().to_owned();
    }
    if let Some((one, other)) =
        lowered.split_once(" vs ").or_else(|| lowered.split_once(" versus "))
    {
        return format!("the choice between {one} and {other}");
    }
    if lowered.starts_with("best ") {
        return format!("the {lowered}");
    }
    lowered
}

/// "clean" → "cleaning", "make" → "making", "get" → "getting".
fn gerund(verb: &str) -> String {
    let bytes = verb.as_bytes();
    let is_vowel = |byte: u8| b"aeiou".contains(&byte);
    let doubles = bytes.len() == 3
        && !is_vowel(bytes[0])
        && is_vowel(bytes[1])
        && !is_vowel(bytes[2])
        && !b"wxy".contains(&bytes[2]);
    match verb.strip_suffix('e') {
        _ if !verb.is_ascii() || verb.ends_with("ing") => verb.to_owned(),
        _ if doubles => format!("{verb}{}ing", char::from(bytes[2])),
        Some(stem) if !stem.ends_with(['e', 'o', 'i']) && !stem.is_empty() => format!("{stem}ing"),
        _ => format!("{verb}ing"),
    }
}

/// Lower case for the first letter, unless the word is an acronym or a name with inner capitals.
fn lower_first(text: &str) -> String {
    let word_end = text.find(' ').unwrap_or(text.len());
    let has_inner_capitals = text[..word_end].chars().skip(1).any(char::is_uppercase);
    if has_inner_capitals {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// Upper case for the first letter, past leading Markdown signs.
pub(super) fn upper_first(text: &str) -> String {
    let at = text.find(|c: char| !matches!(c, '*' | '_' | '[')).unwrap_or(text.len());
    let (signs, rest) = text.split_at(at);
    let mut chars = rest.chars();
    let first: String =
        chars.next().map_or_else(String::new, |first| first.to_uppercase().collect());
    format!("{signs}{first}{}", chars.as_str())
}

/// A word of a title: acronyms in capitals, others with the first letter raised.
pub(super) fn title_word(word: &str) -> String {
    if ACRONYMS.contains(&word) { word.to_uppercase() } else { upper_first(word) }
}

/// The words of a text that carry its meaning, in lower case.
pub(super) fn content_words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).filter(|word| !STOP_WORDS.contains(&word.as_str())).collect()
}

/// Words joined by dashes, for the path of a link; never empty.
pub(super) fn path_segment(text: &str) -> String {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let joined = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if joined.is_empty() { "overview".to_owned() } else { joined }
}

/// Imported text inside Markdown: signs that would open markup are taken out.
pub(super) fn plain(text: &str) -> String {
    let signs = |c: char| {
        matches!(c, '*' | '_' | '`' | '[' | ']' | '<' | '>' | '#' | '|' | '\\' | '{' | '}')
    };
    text.replace(signs, " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyword_becomes_a_noun_phrase() {
        for (keyword, phrase) in [
            ("how to clean a grinder?", "cleaning a grinder"),
            ("How to make cold brew", "making cold brew"),
            ("how to get fit", "getting fit"),
            ("What is cold brew?", "cold brew"),
            ("best coffee grinder", "the best coffee grinder"),
            ("drip vs espresso", "the choice between drip and espresso"),
            ("SEO audit", "SEO audit"),
            ("", ""),
            ("how to ", "how to"),
        ] {
            assert_eq!(noun_phrase(keyword), phrase, "{keyword}");
        }
    }

    #[test]
    fn first_letter_is_raised_past_markdown() {
        assert_eq!(upper_first("**tea** is"), "**Tea** is");
        assert_eq!(upper_first(""), "");
    }

    #[test]
    fn imported_text_cannot_open_markup() {
        assert_eq!(plain("a [b](http://x) <i> `c` # d"), "a b (http://x) i c d");
    }
}
