//! The shapes that are asked for, as JSON schemas for providers that can be held to one.

use super::Unreadable;
use crate::tenant::prompt::PromptKind;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

/// What an answer must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// A whole number, not negative.
    Whole,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list.
    List(&'static Shape),
    /// An object with all of these fields.
    Object(&'static [(&'static str, Shape)]),
}

impl Shape {
    /// The JSON schema.
    pub fn schema(&self) -> Value {
        match self {
            Self::Text => json!({"type": "string"}),
            Self::Whole => json!({"type": "integer"}),
            Self::Choice(words) => json!({"type": "string", "enum": words}),
            Self::List(item) => json!({"type": "array", "items": item.schema()}),
            Self::Object(fields) => {
                let properties: Map<String, Value> = fields
                    .iter()
                    .map(|(name, shape)| ((*name).to_owned(), shape.schema()))
                    .collect();
                let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
                json!({
                    "type": "object",
                    "properties": properties,
                    "required": required,
                    "additionalProperties": false,
                })
            }
        }
    }
}

/// An answer of a known shape.
pub trait Answer: DeserializeOwned {
    /// A short name for the schema.
    const NAME: &'static str;
    /// What it must look like.
    const SHAPE: &'static Shape;
    /// What the shape alone cannot say.
    fn check(&self) -> Result<(), Unreadable>;
}

const INTENTS: &[&str] = &["informational", "navigational", "commercial", "transactional"];
const TEXTS: Shape = Shape::List(&Shape::Text);

/// Names for clusters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ClusterNames {
    /// One for each cluster that was asked about.
    pub clusters: Vec<ClusterName>,
}

/// The name of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ClusterName {
    /// The number that the prompt gave it.
    pub index: usize,
    /// A short name.
    pub name: String,
    /// The search intent, as the model spells it.
    pub intent: String,
    /// The keyword that stands for it.
    pub pillar: String,
}

/// Content ideas.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Ideas {
    /// The ideas.
    pub ideas: Vec<IdeaAnswer>,
}

/// An idea as a model gives it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct IdeaAnswer {
    /// Title.
    pub title: String,
    /// What makes it different.
    pub angle: String,
    /// Headings.
    pub outline: Vec<String>,
    /// The search intent, as the model spells it.
    pub intent: String,
    /// Keywords to rank for.
    pub target_keywords: Vec<String>,
}

/// A picture in words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ImageText {
    /// What it should show.
    pub prompt: String,
    /// Its alternative text.
    pub alt: String,
}

/// Texts in other words.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Rewrite {
    /// One for each that was handed in, in their order.
    pub texts: Vec<String>,
}

fn not_blank(path: impl Into<String>, text: &str) -> Result<(), Unreadable> {
    if text.trim().is_empty() {
        return Err(Unreadable::Misfit { path: path.into(), what: "is empty".to_owned() });
    }
    Ok(())
}

impl Answer for ClusterNames {
    const NAME: &'static str = "cluster_names";
    const SHAPE: &'static Shape = &Shape::Object(&[("clusters", Shape::List(&CLUSTER_NAME))]);
    fn check(&self) -> Result<(), Unreadable> {
        (0..).zip(&self.clusters).try_for_each(|(place, cluster): (usize, _)| {
            not_blank(format!("clusters[{place}].name"), &cluster.name)
        })
    }
}

const CLUSTER_NAME: Shape = Shape::Object(&[
    ("index", Shape::Whole),
    ("name", Shape::Text),
    ("intent", Shape::Choice(INTENTS)),
    ("pillar", Shape::Text),
]);

impl Answer for Ideas {
    const NAME: &'static str = "ideas";
    const SHAPE: &'static Shape = &Shape::Object(&[("ideas", Shape::List(&IDEA))]);
    fn check(&self) -> Result<(), Unreadable> {
        if self.ideas.is_empty() {
            let what = "must not be empty".to_owned();
            return Err(Unreadable::Misfit { path: "ideas".to_owned(), what });
        }
        (0..).zip(&self.ideas).try_for_each(|(place, idea): (usize, _)| {
            not_blank(format!("ideas[{place}].title"), &idea.title)
        })
    }
}

const IDEA: Shape = Shape::Object(&[
    ("title", Shape::Text),
    ("angle", Shape::Text),
    ("outline", TEXTS),
    ("intent", Shape::Choice(INTENTS)),
    ("target_keywords", TEXTS),
]);

impl Answer for ImageText {
    const NAME: &'static str = "image_prompt";
    const SHAPE: &'static Shape = &Shape::Object(&[("prompt", Shape::Text), ("alt", Shape::Text)]);
    fn check(&self) -> Result<(), Unreadable> {
        not_blank("prompt", &self.prompt)?;
        not_blank("alt", &self.alt)
    }
}

impl Answer for Rewrite {
    const NAME: &'static str = "rewrite";
    const SHAPE: &'static Shape = &Shape::Object(&[("texts", TEXTS)]);
    fn check(&self) -> Result<(), Unreadable> {
        (0..)
            .zip(&self.texts)
            .try_for_each(|(place, text): (usize, _)| not_blank(format!("texts[{place}]"), text))
    }
}

/// The shape in which a prompt of a kind is answered; none if it is answered in Markdown.
pub const fn shape_of_prompt(kind: PromptKind) -> Option<(&'static str, &'static Shape)> {
    match kind {
        PromptKind::Article => None,
        PromptKind::Ideas => Some((Ideas::NAME, Ideas::SHAPE)),
        PromptKind::ClusterNames => Some((ClusterNames::NAME, ClusterNames::SHAPE)),
        PromptKind::Image => Some((ImageText::NAME, ImageText::SHAPE)),
        PromptKind::Rewrite => Some((Rewrite::NAME, Rewrite::SHAPE)),
    }
}
