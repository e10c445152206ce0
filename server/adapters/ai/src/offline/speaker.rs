//! Fills the slots of sentences with the words of one request, and never says a thing twice.

use super::brief::Brief;
use super::draw::{Deck, Draw};
use super::phrase;
use super::wording::{noun_phrase, path_segment, plain, upper_first};
use std::collections::{BTreeMap, HashSet};

/// Attempts at a sentence that was not said before; then it is left out.
const ATTEMPTS_MAX: usize = 32;

/// What a sentence is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Hook,
    Promise,
    Opening,
    Explanation,
    Advice,
    Caution,
    Example,
    Bridge,
    Closing,
    Reference,
    Point,
    Step,
    Quote,
    Heading,
    LastHeading,
    Subheading,
    Title,
    Angle,
    Rating,
    Aspect,
}

impl Role {
    fn cards(self) -> &'static [&'static str] {
        match self {
            Self::Hook => phrase::HOOKS,
            Self::Promise => phrase::PROMISES,
            Self::Opening => phrase::OPENINGS,
            Self::Explanation => phrase::EXPLANATIONS,
            Self::Advice => phrase::ADVICE,
            Self::Caution => phrase::CAUTIONS,
            Self::Example => phrase::EXAMPLES,
            Self::Bridge => phrase::BRIDGES,
            Self::Closing => phrase::CLOSINGS,
            Self::Reference => phrase::REFERENCES,
            Self::Point => phrase::POINTS,
            Self::Step => phrase::STEPS,
            Self::Quote => phrase::QUOTES,
            Self::Heading => phrase::HEADINGS,
            Self::LastHeading => phrase::LAST_HEADINGS,
            Self::Subheading => phrase::SUBHEADINGS,
            Self::Title => phrase::TITLES,
            Self::Angle => phrase::ANGLES,
            Self::Rating => phrase::RATINGS,
            Self::Aspect => phrase::ASPECTS,
        }
    }
}

/// The voice of one answer.
pub(super) struct Speaker {
    pub(super) draw: Draw,
    topic: String,
    keywords: Vec<String>,
    keyword_order: Vec<usize>,
    heading: String,
    decks: BTreeMap<Role, Deck>,
    said: HashSet<String>,
}

impl Speaker {
    /// A voice for what the brief is about.
    pub(super) fn new(brief: &Brief, draw: Draw) -> Self {
        let mut keywords: Vec<String> = brief
            .keywords
            .iter()
            .map(|k| noun_phrase(&plain(k)))
            .filter(|k| !k.is_empty())
            .collect();
        let subject = noun_phrase(&plain(brief.subject().split(": ").next().unwrap_or_default()));
        let topic = keywords.first().cloned().unwrap_or_else(|| subject.clone());
        if keywords.is_empty() {
            keywords.push(subject);
        }
        let heading = topic.clone();
        let (keyword_order, decks, said) = (Vec::new(), BTreeMap::new(), HashSet::new());
        Self { draw, topic, keywords, keyword_order, heading, decks, said }
    }

    /// Which heading the next sentences stand under.
    pub(super) fn turn_to(&mut self, heading: &str) {
        self.heading = noun_phrase(&plain(heading));
    }

    /// A sentence for the role; `None` if nothing new can be said.
    pub(super) fn say(&mut self, role: Role) -> Option<String> {
        for _ in 0..ATTEMPTS_MAX {
            let pattern = self.deal(role);
            let sentence = upper_first(&self.fill(pattern));
            if self.said.insert(sentence.to_lowercase()) {
                return Some(sentence);
            }
        }
        None
    }

    /// Up to `count` sentences of one role.
    pub(super) fn say_many(&mut self, role: Role, count: usize) -> Vec<String> {
        (0..count).filter_map(|_| self.say(role)).collect()
    }

    /// Up to `count` sentences of one role in the order in which the role lists them.
    pub(super) fn say_in_order(&mut self, role: Role, count: usize) -> Vec<String> {
        let cards = role.cards();
        let mut places: Vec<usize> = (0..cards.len()).collect();
        self.draw.shuffle(&mut places);
        places.truncate(count);
        places.sort_unstable();
        let sentences = places.into_iter().map(|place| upper_first(&self.fill(cards[place])));
        let sentences: Vec<String> = sentences.collect();
        sentences.into_iter().filter(|sentence| self.said.insert(sentence.to_lowercase())).collect()
    }

    /// A pattern's words where repeating them is no fault, such as a cell of a table.
    pub(super) fn word(&mut self, role: Role) -> String {
        let pattern = self.deal(role);
        upper_first(pattern)
    }

    /// The next keyword; all come round before one returns.
    pub(super) fn keyword(&mut self) -> String {
        if self.keyword_order.is_empty() {
            self.keyword_order = (0..self.keywords.len()).collect();
            self.draw.shuffle(&mut self.keyword_order);
        }
        let index = self.keyword_order.pop().expect("there is at least one keyword");
        self.keywords[index].clone()
    }

    /// A sentence for the role around one given keyword.
    pub(super) fn say_about(&mut self, role: Role, keyword: &str) -> Option<String> {
        let keywords = std::mem::replace(&mut self.keywords, vec![keyword.to_owned()]);
        self.keyword_order.clear();
        let sentence = self.say(role);
        self.keywords = keywords;
        self.keyword_order.clear();
        sentence
    }

    fn deal(&mut self, role: Role) -> &'static str {
        let Self { decks, draw, .. } = self;
        decks.entry(role).or_insert_with(|| Deck::new(role.cards())).deal(draw)
    }

    fn fill(&mut self, pattern: &str) -> String {
        let keyword = self.keyword();
        let aspect = self.draw.pick(phrase::ASPECTS);
        let others: Vec<&str> = phrase::ASPECTS.iter().copied().filter(|a| *a != aspect).collect();
        let link = format!("https://example.com/guides/{}", path_segment(&keyword));
        let slots = [
            ("topic", self.topic.clone()),
            ("Keyword", upper_first(&keyword)),
            ("keyword", keyword),
            ("heading", self.heading.clone()),
            ("aspect", aspect.to_owned()),
            ("other", self.draw.pick(&others).to_owned()),
            ("who", self.draw.pick(phrase::READERS).to_owned()),
            ("span", self.draw.pick(phrase::SPANS).to_owned()),
            ("link", link),
        ];
        fill_slots(pattern, &slots)
    }
}

/// Puts values where `{name}` stands. One pass, so that a value is never read as a pattern.
fn fill_slots(pattern: &str, slots: &[(&str, String)]) -> String {
    let mut filled = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, behind) = after.split_once('}').expect("every slot of a pattern is closed");
        let value = slots.iter().find(|(slot, _)| *slot == name).map(|(_, value)| value.as_str());
        filled.push_str(value.expect("a pattern names only slots that exist"));
        rest = behind;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Role; 20] = [
        Role::Hook,
        Role::Promise,
        Role::Opening,
        Role::Explanation,
        Role::Advice,
        Role::Caution,
        Role::Example,
        Role::Bridge,
        Role::Closing,
        Role::Reference,
        Role::Point,
        Role::Step,
        Role::Quote,
        Role::Heading,
        Role::LastHeading,
        Role::Subheading,
        Role::Title,
        Role::Angle,
        Role::Rating,
        Role::Aspect,
    ];

    #[test]
    fn every_pattern_of_every_role_can_be_filled() {
        let brief = Brief::read("Title: Tea\nKeywords: green tea; how to brew tea");
        let mut speaker = Speaker::new(&brief, Draw::new(&["seed"]));
        for role in ROLES {
            for pattern in role.cards() {
                let filled = speaker.fill(pattern);
                assert!(!filled.contains(['{', '}']) && !filled.is_empty(), "{filled}");
            }
        }
    }

    #[test]
    fn speaker_says_nothing_twice_and_stops_when_it_has_nothing_new() {
        let brief = Brief::read("Title: Tea");
        let mut speaker = Speaker::new(&brief, Draw::new(&["seed"]));
        let said = speaker.say_many(Role::LastHeading, 100);
        assert_eq!(said.len(), phrase::LAST_HEADINGS.len());
    }

    #[test]
    fn a_keyword_that_looks_like_a_slot_stays_a_keyword() {
        let brief = Brief::read("Title: {link}\nKeywords: {nothing}; {");
        let mut speaker = Speaker::new(&brief, Draw::new(&["seed"]));
        assert!(speaker.say(Role::Hook).is_some());
    }
}
