//! Composes an article: on its subject, varied, and no sentence twice.

use super::brief::Brief;
use super::draw::Draw;
use super::speaker::{Role, Speaker};
use super::wording::{plain, upper_first};

const SECTIONS_MIN: usize = 5;
/// Sections of an article that brings no outline.
const SECTIONS_MAX: usize = 7;
/// An outline is followed up to here: beyond, the article would be a book.
const OUTLINE_MAX: usize = 12;
/// With more sections than this each gets one paragraph less, so that the whole stays near 900 words.
const SECTIONS_LONG: usize = 5;

/// What stands in a section beside its paragraphs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extra {
    Bullets,
    Steps,
    Quote,
    Table,
    Subsection,
    Nothing,
}

/// Writes the whole article as Markdown, without its title.
pub(super) fn compose(brief: &Brief, draw: Draw) -> String {
    let mut speaker = Speaker::new(brief, draw);
    let mut blocks = introduction(&mut speaker);
    let headings = headings(brief, &mut speaker);
    let extras = extras(headings.len(), &mut speaker);
    let is_long = headings.len() > SECTIONS_LONG;
    for (heading, extra) in headings.iter().zip(extras) {
        section(&mut speaker, heading, extra, is_long, &mut blocks);
    }
    ending(&mut speaker, &mut blocks);
    let mut text = blocks.join("\n\n");
    text.push('\n');
    text
}

fn introduction(speaker: &mut Speaker) -> Vec<String> {
    let mut first = speaker.say_many(Role::Hook, 1);
    first.extend(speaker.say_many(Role::Explanation, 2));
    let mut second = speaker.say_many(Role::Example, 1);
    second.extend(speaker.say_many(Role::Promise, 2));
    vec![first.join(" "), second.join(" ")]
}

/// The outline's headings, filled up to the least number of sections.
fn headings(brief: &Brief, speaker: &mut Speaker) -> Vec<String> {
    let outline = brief.outline.iter().map(|heading| upper_first(&plain(heading)));
    let mut headings: Vec<String> = Vec::new();
    for heading in outline.filter(|heading| !heading.is_empty()).take(OUTLINE_MAX) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    let wanted = match headings.len() {
        0 => SECTIONS_MIN + speaker.draw.below(SECTIONS_MAX - SECTIONS_MIN + 1),
        given => given.max(SECTIONS_MIN),
    };
    while headings.len() < wanted {
        let Some(heading) = speaker.say(Role::Heading) else { break };
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    headings
}

/// Which section holds what: each kind once, in an order of its own per article, half of them with
/// a table.
fn extras(sections: usize, speaker: &mut Speaker) -> Vec<Extra> {
    let mut extras = vec![Extra::Bullets, Extra::Steps, Extra::Quote, Extra::Subsection];
    extras.push(if speaker.draw.below(2) == 0 { Extra::Table } else { Extra::Nothing });
    let more = [Extra::Subsection, Extra::Bullets, Extra::Nothing];
    extras.extend(more.iter().cycle().take(sections.saturating_sub(extras.len())));
    speaker.draw.shuffle(&mut extras);
    extras
}

fn section(
    speaker: &mut Speaker,
    heading: &str,
    extra: Extra,
    is_long: bool,
    blocks: &mut Vec<String>,
) {
    speaker.turn_to(heading);
    blocks.push(format!("## {heading}"));
    let mut opening = speaker.say_many(Role::Opening, 1);
    opening.extend(paragraph(speaker, 2));
    blocks.push(opening.join(" "));
    add_extra(speaker, extra, blocks);
    let has_room = !is_long && matches!(extra, Extra::Nothing | Extra::Quote | Extra::Table);
    if has_room {
        blocks.push(paragraph(speaker, 3).join(" "));
    }
    let mut last = paragraph(speaker, 1);
    last.extend(speaker.say_many(Role::Bridge, 1));
    blocks.push(last.join(" "));
}

/// Sentences in a natural order: explain, then advise, warn or give an example.
fn paragraph(speaker: &mut Speaker, sentences: usize) -> Vec<String> {
    const LATER: [Role; 5] =
        [Role::Explanation, Role::Advice, Role::Caution, Role::Example, Role::Advice];
    let mut said = speaker.say_many(Role::Explanation, 1);
    for _ in 1..sentences.max(2) {
        let role = LATER[speaker.draw.below(LATER.len())];
        said.extend(speaker.say(role));
    }
    said
}

fn add_extra(speaker: &mut Speaker, extra: Extra, blocks: &mut Vec<String>) {
    match extra {
        Extra::Bullets => {
            let count = 3 + speaker.draw.below(3);
            let items = speaker.say_many(Role::Point, count);
            blocks.push(items.iter().map(|item| format!("- {item}\n")).collect());
        }
        Extra::Steps => {
            let count = 4 + speaker.draw.below(3);
            let items = speaker.say_in_order(Role::Step, count).into_iter().enumerate();
            blocks.push(items.map(|(index, item)| format!("{}. {item}\n", index + 1)).collect());
        }
        Extra::Quote => blocks.extend(speaker.say(Role::Quote).map(|quote| format!("> {quote}"))),
        Extra::Table => blocks.push(table(speaker)),
        Extra::Subsection => {
            if let Some(heading) = speaker.say(Role::Subheading) {
                blocks.push(format!("### {heading}"));
                blocks.push(paragraph(speaker, 3).join(" "));
            }
        }
        Extra::Nothing => {}
    }
    if let Some(last) = blocks.last_mut() {
        last.truncate(last.trim_end().len());
    }
}

fn table(speaker: &mut Speaker) -> String {
    let mut rows = vec![
        "| Aspect | What to look for | Our view |".to_owned(),
        "| --- | --- | --- |".to_owned(),
    ];
    for _ in 0..3 + speaker.draw.below(2) {
        let (aspect, keyword, rating) =
            (speaker.word(Role::Aspect), speaker.keyword(), speaker.word(Role::Rating));
        rows.push(format!("| {aspect} | How it bears on {keyword} | {rating} |"));
    }
    rows.join("\n")
}

fn ending(speaker: &mut Speaker, blocks: &mut Vec<String>) {
    blocks.extend(speaker.say(Role::LastHeading).map(|heading| format!("## {heading}")));
    blocks.push(speaker.say_many(Role::Closing, 3).join(" "));
    blocks.extend(speaker.say(Role::Reference));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn article(title: &str, outline: &str) -> String {
        let prompt = format!(
            "Task: article\nTitle: {title}\nKeywords: cold brew; how to make cold brew; cold brew ratio\nOutline: {outline}"
        );
        compose(&Brief::read(&prompt), Draw::new(&[&prompt]))
    }

    fn sentences(text: &str) -> Vec<String> {
        let blocks = text.lines().filter(|line| !line.starts_with('|'));
        let ended = blocks.flat_map(|line| line.split_inclusive(['.', '?', '!']).map(str::trim));
        ended.filter(|part| part.split(' ').count() > 3).map(str::to_owned).collect()
    }

    #[test]
    fn article_says_no_sentence_twice() {
        for number in 0..60 {
            let text = article(&format!("Cold brew {number}"), "");
            let mut seen = HashSet::new();
            for sentence in sentences(&text) {
                assert!(seen.insert(sentence.clone()), "twice: {sentence}\n{text}");
            }
        }
    }

    #[test]
    fn article_has_the_length_and_the_blocks_of_an_article() {
        for number in 0..60 {
            let text = article(&format!("Cold brew {number}"), "");
            let words = text.split_whitespace().count();
            assert!((700..=1200).contains(&words), "{words} words");
            let sections = text.lines().filter(|line| line.starts_with("## ")).count();
            assert!((5..=8).contains(&sections), "{sections} sections");
            for sign in
                ["\n### ", "\n- **", "\n1. ", "\n> ", "**cold brew**", "](https://example.com/"]
            {
                assert!(text.to_lowercase().contains(sign), "{sign:?} is missing\n{text}");
            }
        }
    }

    #[test]
    fn article_follows_its_outline_in_order() {
        let text = article(
            "Cold brew",
            "Why grind matters | The ratio | Steeping time | Filters | Serving | Storage",
        );
        let headings: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let outline =
            ["Why grind matters", "The ratio", "Steeping time", "Filters", "Serving", "Storage"];
        assert_eq!(headings[..6], outline);
    }

    #[test]
    fn articles_on_different_titles_differ() {
        let (one, other) = (article("Cold brew at home", ""), article("Cold brew outdoors", ""));
        let ours: HashSet<_> = sentences(&one).into_iter().collect();
        let shared = sentences(&other).iter().filter(|sentence| ours.contains(*sentence)).count();
        assert!(shared * 3 < ours.len(), "{shared} of {} sentences are shared", ours.len());
    }

    #[test]
    fn article_without_any_label_is_still_an_article() {
        let text = compose(&Brief::read(""), Draw::new(&[""]));
        assert!(text.contains("## ") && !text.contains('{'));
    }
}
