//! Texts in other words, by rules: enough to see what a suggestion is.

use super::draw::Draw;
use super::fault;
use super::wording::upper_first;
use serde_json::{Value, json};

/// What is said at more length than it needs, and how it is said better.
const PLAINER: &[(&str, &str)] = &[
    ("a lot of", "many"),
    ("in order to", "to"),
    ("due to the fact that", "because"),
    ("at this point in time", "now"),
    ("utilize", "use"),
    ("is able to", "can"),
    ("very ", ""),
    ("really ", ""),
    ("actually ", ""),
    ("basically ", ""),
];

/// Common mistakes.
const MISTAKES: &[(&str, &str)] = &[
    (" teh ", " the "),
    (" i ", " I "),
    ("recieve", "receive"),
    ("seperate", "separate"),
    ("definately", "definitely"),
    ("dont ", "don\u{2019}t "),
    (" ,", ","),
    (" .", "."),
];

const LEADS: &[&str] = &["Put simply", "In short", "Said plainly"];

const ADDITIONS: &[&str] = &[
    "In practice this is what readers ask about first.",
    "A short example makes the difference easy to see.",
    "It is worth a second look before you decide.",
];

/// The texts of a prompt for rewriting, each rewritten.
pub(super) fn rewrite(prompt: &str, mut draw: Draw) -> Value {
    let told =
        prompt.lines().find_map(|line| line.strip_prefix("Instruction:")).unwrap_or_default();
    let told = told.to_lowercase();
    let one = |text: String| match &told {
        told if told.contains("half as long") || told.contains("shorter") => shortened(&text),
        told if told.contains("twice as long") || told.contains("longer") => {
            format!("{text} {}", draw.pick(ADDITIONS))
        }
        told if told.contains("grammar") => corrected(&text),
        _ => improved(&text, &mut draw),
    };
    json!({ "texts": texts(prompt).map(one).collect::<Vec<String>>() })
}

/// The numbered lines of the prompt.
fn texts(prompt: &str) -> impl Iterator<Item = String> {
    let numbered = |line: &str| {
        let (number, text) = line.strip_prefix('[')?.split_once("] ")?;
        number.parse::<u32>().ok().map(|_| fault::without_markers(text))
    };
    prompt.lines().filter_map(numbered)
}

fn replaced(text: &str, table: &[(&str, &str)]) -> String {
    table.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Half of its sentences, or most of the words of a single one.
fn shortened(text: &str) -> String {
    let plain = replaced(text, PLAINER);
    let sentences: Vec<&str> = plain.split_inclusive(". ").collect();
    if sentences.len() > 1 {
        return sentences[..sentences.len().div_ceil(2)].concat().trim().to_owned();
    }
    let words: Vec<&str> = plain.split_whitespace().collect();
    let kept = words[..words.len().div_ceil(2)].join(" ");
    let end = if text.ends_with('.') { "." } else { "" };
    format!("{}{end}", kept.trim_end_matches([',', '.', ';', ':']))
}

fn corrected(text: &str) -> String {
    let padded = replaced(&format!(" {text} "), MISTAKES);
    upper_first(&padded.split_whitespace().collect::<Vec<&str>>().join(" "))
}

fn improved(text: &str, draw: &mut Draw) -> String {
    let plain = replaced(text, PLAINER);
    if plain != text {
        return upper_first(&plain);
    }
    let mut letters = text.chars();
    let first: String =
        letters.next().map(|first| first.to_lowercase().collect()).unwrap_or_default();
    format!("{}, {first}{}", draw.pick(LEADS), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(told: &str, texts: &[&str]) -> Vec<String> {
        let lines: Vec<String> =
            texts.iter().enumerate().map(|(n, text)| format!("[{n}] {text}")).collect();
        let prompt = format!(
            "Task: rewrite\nInstruction: {told}\n<<<data n\n{}\ndata n>>>\n",
            lines.join("\n")
        );
        let answer = rewrite(&prompt, Draw::new(&[&prompt]));
        serde_json::from_value(answer["texts"].clone()).unwrap()
    }

    #[test]
    fn each_text_is_rewritten_as_it_is_told() {
        let both = answer("Make it clearer.", &["It has a lot of uses.", "Tea is good."]);
        assert_eq!(both[0], "It has many uses.");
        assert!(both[1].ends_with(", tea is good."), "{both:?}");
        assert_eq!(answer("Make it about half as long.", &["One. Two. Three."]), ["One. Two."]);
        assert_eq!(answer("Make it shorter", &["one two three four."]), ["one two."]);
        assert!(answer("about twice as long", &["One."])[0].starts_with("One. "));
        assert_eq!(answer("Correct grammar", &["i saw teh  sea ."]), ["I saw the sea."]);
    }

    #[test]
    fn the_same_request_has_the_same_answer() {
        assert_eq!(answer("Say it well", &["Tea."]), answer("Say it well", &["Tea."]));
    }
}
