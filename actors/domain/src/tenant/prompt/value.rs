//! The values of a prompt, as the lines that they become.

use super::voice::neutral;
use super::{PromptRefusal, Variable, Voice};

/// The longest single value, or item of a list; what is longer is cut and ends in `…`.
const VALUE_CHARS_MAX: usize = 2_000;

/// The values of one prompt. What is empty leaves its line out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each field is the value of the variable of its name")]
pub struct PromptValues {
    pub title: String,
    pub angle: String,
    pub keywords: Vec<String>,
    pub outline: Vec<String>,
    pub cluster: String,
    pub pillar: String,
    pub existing: Vec<String>,
    pub clusters: Vec<Vec<String>>,
    pub intent: String,
    pub language: String,
    pub brand_voice: String,
    pub persona: String,
    pub count: Option<u32>,
    pub instruction: String,
    pub passages: Vec<String>,
}

/// A value given by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariableValue {
    /// For a text.
    Text(String),
    /// For a list.
    List(Vec<String>),
    /// For a number.
    Number(u32),
}

impl PromptValues {
    pub(super) fn text_of(&self, variable: Variable) -> String {
        match variable {
            Variable::Title => one_line(&self.title),
            Variable::Angle => one_line(&self.angle),
            Variable::Keywords => list(&self.keywords, ';', ','),
            Variable::Outline => list(&self.outline, '|', '/'),
            Variable::Cluster => one_line(&self.cluster),
            Variable::Pillar => one_line(&self.pillar),
            Variable::Existing => list(&self.existing, ';', ','),
            Variable::Clusters => {
                let lines = self.clusters.iter().enumerate();
                let lines = lines.map(|(n, words)| format!("[{n}] {}", list(words, ';', ',')));
                lines.collect::<Vec<String>>().join("\n")
            }
            Variable::Intent => one_line(&self.intent),
            Variable::Language => one_line(&self.language),
            Variable::BrandVoice => one_line(&self.brand_voice),
            Variable::Persona => one_line(&self.persona),
            Variable::Instruction => one_line(&self.instruction),
            Variable::Passages => {
                let lines = self.passages.iter().enumerate();
                let lines = lines.map(|(n, text)| format!("[{n}] {}", whole_line(text)));
                lines.collect::<Vec<String>>().join("\n")
            }
            Variable::Count => self.count.map(|count| count.to_string()).unwrap_or_default(),
        }
    }

    /// Takes the voice of a site.
    pub fn speak(&mut self, voice: &Voice) {
        self.language.clone_from(&voice.language);
        self.brand_voice.clone_from(&voice.brand_voice);
        self.persona.clone_from(&voice.persona);
    }

    /// Sets a value, if it is of the variable's type.
    pub fn set(&mut self, variable: Variable, value: VariableValue) -> Result<(), PromptRefusal> {
        use VariableValue as V;
        match (variable, value) {
            (Variable::Title, V::Text(text)) => self.title = text,
            (Variable::Angle, V::Text(text)) => self.angle = text,
            (Variable::Cluster, V::Text(text)) => self.cluster = text,
            (Variable::Pillar, V::Text(text)) => self.pillar = text,
            (Variable::Intent, V::Text(text)) => self.intent = text,
            (Variable::Language, V::Text(text)) => self.language = text,
            (Variable::BrandVoice, V::Text(text)) => self.brand_voice = text,
            (Variable::Persona, V::Text(text)) => self.persona = text,
            (Variable::Keywords, V::List(texts)) => self.keywords = texts,
            (Variable::Outline, V::List(texts)) => self.outline = texts,
            (Variable::Existing, V::List(texts)) => self.existing = texts,
            (Variable::Instruction, V::Text(text)) => self.instruction = text,
            (Variable::Passages, V::List(texts)) => self.passages = texts,
            // Each text is a cluster, its keywords separated as they are shown.
            (Variable::Clusters, V::List(texts)) => {
                let words =
                    |text: String| text.split(';').map(|word| word.trim().to_owned()).collect();
                self.clusters = texts.into_iter().map(words).collect();
            }
            (Variable::Count, V::Number(count)) => self.count = Some(count),
            (variable, _) => {
                let (name, wanted) = (variable.name(), variable.value_type().name());
                return Err(PromptRefusal::WrongType { name, wanted });
            }
        }
        Ok(())
    }

    /// Values to show a template with.
    pub fn example() -> Self {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Self {
            title: "How to brew cold coffee at home".into(),
            angle: "Three methods, compared by time and taste".into(),
            keywords: texts(&["cold brew", "cold brew ratio", "how to make cold brew"]),
            outline: texts(&["What cold brew is", "The right ratio", "Step by step"]),
            cluster: "Cold brew at home".into(),
            pillar: "cold brew".into(),
            existing: texts(&["Which coffee beans to buy"]),
            clusters: vec![
                texts(&["cold brew", "cold brew ratio"]),
                texts(&["buy coffee grinder", "best coffee grinder"]),
            ],
            intent: "informational".into(),
            language: "en".into(),
            brand_voice: "Friendly and exact".into(),
            persona: "A barista who explains to beginners".into(),
            count: Some(5),
            instruction: "Make it shorter.".into(),
            passages: texts(&["Cold brew is, as many people say, a very good drink."]),
        }
    }
}

/// Items without the separator in them, joined by it.
fn list(items: &[String], separator: char, instead: char) -> String {
    let items = items.iter().map(|item| one_line(item).replace(separator, &instead.to_string()));
    let items: Vec<String> = items.filter(|item| !item.is_empty()).collect();
    items.join(&format!("{}{separator} ", if separator == '|' { " " } else { "" }))
}

/// A value as one line that can neither end its fence nor open another.
fn one_line(value: &str) -> String {
    let line = whole_line(value);
    match line.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// The same however long it is: its bound is elsewhere.
fn whole_line(value: &str) -> String {
    let is_break =
        |c: char| c.is_control() || c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}');
    let words: Vec<&str> = value.split(is_break).filter(|word| !word.is_empty()).collect();
    neutral(&words.join(" "))
}
