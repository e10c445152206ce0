//! What the model writes: short, of every kind of block, and a function of a number alone.

use crate::chance::Chance;
use std::fmt::Write;

const WORDS: [&str; 16] = [
    "coffee", "water", "grinds", "slowly", "the", "cup", "and", "heat", "with", "a", "filter",
    "pours", "into", "morning", "beans", "steam",
];

fn sentence(chance: &mut Chance) -> String {
    let count = chance.between(4, 9);
    let words: Vec<&str> =
        (0..count).map(|_| WORDS[chance.below(WORDS.len() as u64) as usize]).collect();
    let mut text = words.join(" ");
    text[..1].make_ascii_uppercase();
    text.push('.');
    text
}

/// An article in Markdown.
pub(super) fn article(seed: u64) -> String {
    let chance = &mut Chance::new(seed);
    let mut text = String::new();
    for section in 0..chance.between(1, 2) {
        let _ = write!(text, "## Part {section}\n\n{} *Well.*\n\n", sentence(chance));
        if chance.one_in(2) {
            let _ = write!(text, "- {}\n- {}\n\n", sentence(chance), sentence(chance));
        }
    }
    let _ = write!(text, "{}", sentence(chance));
    text
}

/// Names for as many clusters as one prompt has.
pub(super) fn cluster_names() -> String {
    let names: Vec<_> = (0..25)
        .map(|index| {
            serde_json::json!({"index": index, "name": format!("Topic {index}"),
                "intent": "informational", "pillar": "coffee"})
        })
        .collect();
    serde_json::json!({ "clusters": names }).to_string()
}

/// Some ideas with titles of their own.
pub(super) fn ideas(seed: u64) -> String {
    let ideas: Vec<_> = (0..3)
        .map(|index| {
            serde_json::json!({"title": format!("Idea {:06x} {index}", seed & 0xff_ffff),
                "angle": "new", "outline": ["One", "Two"], "intent": "commercial",
                "target_keywords": ["coffee"]})
        })
        .collect();
    serde_json::json!({ "ideas": ideas }).to_string()
}

/// The texts of a prompt with a word more: whatever people typed there stays in them.
pub(super) fn rewrite(prompt: &str) -> String {
    let numbered = prompt.lines().filter_map(|line| line.strip_prefix('[')?.split_once("] "));
    let texts: Vec<String> = numbered.map(|(_, text)| format!("{text} indeed")).collect();
    serde_json::json!({ "texts": texts }).to_string()
}

/// What an image shows.
pub(super) fn image_prompt() -> String {
    r#"{"prompt":"a cup of coffee","alt":"A cup"}"#.to_owned()
}
